"""SMSC as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem, create_control, json_body
from sandbox.kernel.system import Context, CoverageRow

from .core import Smsc
from .model import first_day
from .routes import create_app, fault_words

COVERAGE = (
    CoverageRow("send.php", "works", "one text to one phone; cost=0…3; other kinds, lists and times are refused"),
    CoverageRow("status.php", "works", "one message; all=0…2; lists and del are refused"),
    CoverageRow("balance.php", "works", "cur=1 too"),
    CoverageRow("senders.php", "works", "get=1; names are neither added nor deleted"),
    CoverageRow("statuses to the client's handler", "works", "POST; the address is set by control, as in the cabinet"),
    CoverageRow("fmt=0, 1, 2; windows-1251, koi8-r", "refused", "other shapes of the same answers"),
    CoverageRow("get.php, phones.php, jobs.php, users.php, templates.php, info.php", "refused", "other chapters"),
)


class SmscSystem(CarrierSystem):
    """One origin (``smsc.ru``), three accounts; the third has no money."""

    carrier: Smsc

    def __init__(self, context: Context) -> None:
        super().__init__(Smsc(context), COVERAGE, _control)

    def origins(self) -> Sequence[Origin]:
        return [Origin("smsc", create_app(self.carrier), error_body=fault_words)]

    def started(self, urls: Mapping[str, str]) -> None:
        self.carrier.base_url = urls["smsc"]

    def addresses(self) -> Mapping[str, Any]:
        accounts = [
            {"login": each.login, "password": each.password, "token": each.key, "sender": each.senders[0]}
            for each in first_day()
        ]
        return {"smsc": {"base_url": self.carrier.base_url, "accounts": accounts}}


def _control(smsc: Smsc) -> Flask:
    app = create_control(smsc)

    @app.post("/accounts/<login>")
    def change(login: str) -> dict[str, Any]:
        """What happens in the cabinet: ``{"kopecks", "credit", "handler", "password"}``."""
        spec = json_body("kopecks", "credit", "handler", "password")
        with smsc.lock:
            account = smsc.named(login)
            for name, value in spec.items():
                if not isinstance(value, type(getattr(account, name))) or isinstance(value, bool):
                    raise ValueError(f"{name}: wrong type")  # noqa: TRY004  (answered as HTTP 400)
                setattr(account, name, value)
            return {"login": login, "kopecks": account.kopecks, "credit": account.credit, "handler": account.handler}

    return app
