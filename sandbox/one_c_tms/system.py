"""1C:TMS as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from sandbox.kernel.one_c_control import create_control
from sandbox.kernel.one_c_system import InfobasesSystem
from sandbox.kernel.system import Context

from .core import OneCTms
from .coverage import COVERAGE
from .data.base import CARRIERS, USERS, WAREHOUSES
from .data.configuration import reference
from .routes import create_service


class OneCTmsSystem(InfobasesSystem):
    """Three infobases; one is published by OData alone."""

    def __init__(self, context: Context) -> None:
        self.tms = OneCTms(context)
        super().__init__(self.tms, create_service(self.tms), COVERAGE, _control)

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
    return create_control(tms, lambda order: (order.id, order.external_id), tms.changed)
