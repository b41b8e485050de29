"""PEK as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem
from sandbox.kernel.system import Context

from .control import control_of
from .core import Pek
from .coverage import COVERAGE
from .data.network import branches
from .model import ACCOUNTS, Account
from .routes import app_of
from .wire import PREFIX, fault_words, login_of


class PekSystem(CarrierSystem):
    """One origin (``kabinet.pecom.ru``), three accounts."""

    carrier: Pek

    def __init__(self, context: Context) -> None:
        super().__init__(Pek(context), COVERAGE, control_of)

    def origins(self) -> Sequence[Origin]:
        return [Origin("pek", app_of(self.carrier), error_body=fault_words, portal_of=login_of)]

    def started(self, urls: Mapping[str, str]) -> None:
        self.carrier.base_url = urls["pek"]

    def addresses(self) -> Mapping[str, Any]:
        accounts = [_account(found) for found in ACCOUNTS]
        return {"pek": {"base_url": self.carrier.base_url + PREFIX, "accounts": accounts}}


def _account(found: Account) -> dict[str, Any]:
    """What an administrator would know: ``warehouse_id`` is where this shop hands its parcels in."""
    town = {"pek-key-2": "Санкт-Петербург", "pek-key-3": "Казань"}.get(found.keys[0], "Москва Восток")
    home = next(branch for branch in branches() if branch.title == town)
    return {
        "login": found.login, "key": found.keys[0], "keys": list(found.keys), "title": found.title, "inn": found.inn,
        "kpp": found.kpp, "phone": found.phone, "person": "Иванов Иван", "confirmed": found.confirmed,
        "returns": found.returns, "cod": found.cod, "easyway": found.easyway, "warehouse_id": home.main.id,
        "address": f"Россия, {home.city.name}, улица Ленина, 10",
    }  # fmt: skip
