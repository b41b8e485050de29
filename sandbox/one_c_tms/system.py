"""1C:TMS as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask

from sandbox.kernel.gate import Origin
from sandbox.kernel.one_c_control import account_of, add_callback_routes, add_document_route
from sandbox.kernel.one_c_http import fault_words
from sandbox.kernel.steering import CarrierSystem, create_control
from sandbox.kernel.system import Context

from .core import OneCTms
from .coverage import COVERAGE
from .data.base import CARRIERS, USERS, WAREHOUSES
from .data.configuration import reference
from .routes import create_service


class OneCTmsSystem(CarrierSystem):
    """One origin, two infobases."""

    def __init__(self, context: Context) -> None:
        self.tms = OneCTms(context)
        self.tms.service = create_service(self.tms)
        super().__init__(self.tms, COVERAGE, _control)

    def origins(self) -> Sequence[Origin]:
        app = self.tms.service.app
        return [Origin("one_c_tms", app, error_body=fault_words, portal_of=lambda environ: account_of(environ, USERS))]

    def started(self, urls: Mapping[str, str]) -> None:
        self.tms.base_url = urls["one_c_tms"]

    def addresses(self) -> Mapping[str, Any]:
        """``base_url`` of an account is its infobase's publication; ``/hs/b24logistics`` and ``/odata/standard.odata``
        are below it."""
        accounts = [
            {
                "base_url": f"{self.tms.base_url}/{found.base}", "login": found.login, "password": found.password,
                "token": found.token, "warehouse": "MSK-01", "warehouses": list(WAREHOUSES), "carriers": list(CARRIERS),
                # OData knows a warehouse by its reference alone.
                "warehouse_key": reference(1),
            }
            for found in USERS
        ]  # fmt: skip
        return {"one_c_tms": {"base_url": f"{self.tms.base_url}/tms", "accounts": accounts}}


def _control(tms: OneCTms) -> Flask:
    app = create_control(tms)
    add_callback_routes(app, tms, lambda: tms.exchange, USERS)
    add_document_route(app, tms.service, lambda order: (order.id, order.external_id), tms.changed)
    return app
