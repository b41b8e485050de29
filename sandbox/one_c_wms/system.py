"""1C:WMS as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.kernel.gate import Origin
from sandbox.kernel.one_c_control import account_of
from sandbox.kernel.one_c_http import fault_words
from sandbox.kernel.steering import CarrierSystem
from sandbox.kernel.system import Context

from .control import control_of
from .core import OneCWms
from .coverage import COVERAGE
from .data import configuration as names
from .data.goods import WAREHOUSES
from .model import USERS
from .routes import create_service


class OneCWmsSystem(CarrierSystem):
    """One origin, two infobases; each has the service and OData."""

    def __init__(self, context: Context) -> None:
        self.wms = OneCWms(context)
        self.wms.service = create_service(self.wms)
        super().__init__(self.wms, COVERAGE, control_of)

    def origins(self) -> Sequence[Origin]:
        app = self.wms.service.app
        return [Origin("one_c_wms", app, error_body=fault_words, portal_of=lambda environ: account_of(environ, USERS))]

    def started(self, urls: Mapping[str, str]) -> None:
        self.wms.base_url = urls["one_c_wms"]

    def addresses(self) -> Mapping[str, Any]:
        """``base_url`` of an account is its infobase's publication; ``/hs/b24logistics`` and ``/odata/standard.odata``
        are below it. References are of elements that an administrator chooses for OData."""
        accounts = [
            {
                "base_url": f"{self.wms.base_url}/{found.base}", "login": found.login, "password": found.password,
                "api_token": found.token, "warehouses": list(WAREHOUSES), "warehouse": "MSK-01",
                "organization": names.ref_of("Catalog_Организации", "ООО «Ромашка»"),
                "direction": names.ref_of("Catalog_усНаправлениеОтгрузки", "Доставка покупателю"),
                "shipping_stage": names.ref_of("Catalog_усСтадииОтгрузки", "Одна стадия"),
                "return_source": names.ref_of("Catalog_усИсточникиПоступления", "Возврат покупателя"),
                "receiving_stage": names.ref_of("Catalog_усСтадииПриемки", "Одна стадия"),
            }
            for found in USERS
        ]  # fmt: skip
        return {"one_c_wms": {"base_url": f"{self.wms.base_url}/wms", "accounts": accounts}}
