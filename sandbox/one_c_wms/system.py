"""1C:WMS as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.kernel.one_c_system import InfobasesSystem
from sandbox.kernel.system import Context

from .control import control_of
from .core import OneCWms
from .coverage import COVERAGE
from .data import configuration as names
from .data.goods import WAREHOUSES
from .model import USERS
from .routes import create_service


class OneCWmsSystem(InfobasesSystem):
    """Two infobases; each has the service and OData."""

    def __init__(self, context: Context) -> None:
        self.wms = OneCWms(context)
        super().__init__(self.wms, create_service(self.wms), COVERAGE, control_of)

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
