"""MoySklad as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem
from sandbox.kernel.system import Context

from .control import control_of
from .core import MoySklad
from .coverage import COVERAGE
from .model import USERS, User
from .routes import create_app
from .rules.view import API
from .wire import fault_words, login_of


class MoySkladSystem(CarrierSystem):
    """One origin (``api.moysklad.ru``), two companies."""

    carrier: MoySklad

    def __init__(self, context: Context) -> None:
        super().__init__(MoySklad(context), COVERAGE, control_of)

    def origins(self) -> Sequence[Origin]:
        return [Origin("moysklad", create_app(self.carrier), error_body=fault_words, portal_of=login_of)]

    def started(self, urls: Mapping[str, str]) -> None:
        self.carrier.base_url = urls["moysklad"]

    def addresses(self) -> Mapping[str, Any]:
        accounts = [self._account(user) for user in USERS]
        return {"moysklad": {"base_url": self.carrier.base_url + API, "accounts": accounts}}

    def _account(self, user: User) -> dict[str, Any]:
        """What an administrator would type or choose; ``token`` alone is an installed solution's."""
        base = self.carrier.bases[user.account]
        return {
            "login": user.login, "password": user.password, "token": user.token, "account_id": base.id,
            "admin": user.admin, "writes": user.writes,
            "organizations": {row.name: row.id for row in base.of("organization").values()},
            "stores": {str(row.get("code")): row.id for row in base.of("store").values()},
            "states": {row.name: row.id for row in base.of("customerorder.states").values()},
        }  # fmt: skip
