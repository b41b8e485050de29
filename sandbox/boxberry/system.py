"""Boxberry as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem, create_control, json_body
from sandbox.kernel.system import Context

from .core import Boxberry
from .coverage import COVERAGE
from .data.points import own_points
from .model import ACCOUNTS
from .routes import create_app
from .wire import fault_words, token_of


class BoxberrySystem(CarrierSystem):
    """One origin (``api.boxberry.ru``), three cabinets; the third is blocked."""

    carrier: Boxberry

    def __init__(self, context: Context) -> None:
        super().__init__(Boxberry(context), COVERAGE, _control)

    def origins(self) -> Sequence[Origin]:
        return [Origin("boxberry", create_app(self.carrier), error_body=fault_words, portal_of=token_of)]

    def started(self, urls: Mapping[str, str]) -> None:
        self.carrier.base_url = urls["boxberry"]

    def addresses(self) -> Mapping[str, Any]:
        accounts = [{"token": found.token, "company": found.name, "reception": found.reception} for found in ACCOUNTS]
        return {"boxberry": {"base_url": self.carrier.base_url, "accounts": accounts}}


def _control(boxberry: Boxberry) -> Flask:
    app = create_control(boxberry)

    @app.post("/accounts/<token>")
    def block(token: str) -> dict[str, Any]:
        """``{"blocked": true}``: the cabinet is blocked, or free again."""
        if token not in {account.token for account in ACCOUNTS}:
            raise LookupError(f"no such account: {token}")
        wanted = json_body("blocked").get("blocked")
        if not isinstance(wanted, bool):
            raise ValueError("blocked must be true or false")  # noqa: TRY004  (answered as HTTP 400)
        with boxberry.lock:
            (boxberry.blocked.add if wanted else boxberry.blocked.discard)(token)
        return {"token": token, "blocked": wanted}

    @app.post("/points/<code>")
    def change_point(code: str) -> dict[str, Any]:
        """``{"open": false}`` makes it vanish; other keys replace fields of its row in ``ListPoints``."""
        if code not in own_points():
            raise LookupError(f"no such point: {code}")
        spec = json_body()
        is_open = spec.pop("open", True)
        with boxberry.lock:
            before = boxberry.point_changes.get(code) or {}
            boxberry.point_changes[code] = {**before, **spec} if is_open else None
            boxberry.point_dates[code] = boxberry.time()
        return {"code": code, "open": bool(is_open), "changed": boxberry.point_changes[code]}

    return app
