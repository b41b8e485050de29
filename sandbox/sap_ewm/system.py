"""The emulated SAP as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem
from sandbox.kernel.system import Context

from . import control
from .core import Sap
from .coverage import COVERAGE
from .data.goods import WAREHOUSES
from .data.soap import PATH
from .model import USERS
from .routes import TOKEN_PATH, create_app
from .wire import fault_words


class SapSystem(CarrierSystem):
    """One origin (``https://host:port`` of an application server), a user that writes and one that looks."""

    def __init__(self, context: Context) -> None:
        self.sap = Sap(context)
        super().__init__(self.sap, COVERAGE, control.create)

    def origins(self) -> Sequence[Origin]:
        return [Origin("sap_ewm", create_app(self.sap), error_body=fault_words)]

    def started(self, urls: Mapping[str, str]) -> None:
        self.sap.base_url = urls["sap_ewm"]

    def addresses(self) -> Mapping[str, Any]:
        base = self.sap.base_url
        accounts = [
            {
                "user": user.name, "password": user.password, "client": user.client, "address": base,
                "writes": user.writes, "client_id": user.client_id, "client_secret": user.client_secret,
                "time_zone": "UTC",
                "token_url": base + TOKEN_PATH, "wsdl_url": f"{base}{PATH}?wsdl",
                "warehouses": list(WAREHOUSES.values()), "shipping_points": list(WAREHOUSES),
                "orders": sorted(self.sap.orders),
            }
            for user in USERS
        ]  # fmt: skip
        return {"sap_ewm": {"base_url": base, "accounts": accounts}}
