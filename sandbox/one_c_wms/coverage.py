"""What of 1C:WMS works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("GET /v1/health, /v1/wms/warehouses, /v1/wms/stock", "works", "JSON and XML"),
    CoverageRow("POST /v1/wms/shipment-orders; GET by id, by externalId, several by ids; POST …/cancel", "works"),
    CoverageRow("POST /v1/wms/expected-receipts; GET by id, by externalId, …/inspection; POST …/cancel", "works"),
    CoverageRow("documents of a shipment order: POST, PUT, GET, DELETE", "works", "as §6.6 has them for transport"),
    CoverageRow("documents of a receipt: list, content", "works", "photos of an inspection; uploads are refused (405)"),
    CoverageRow("callbacks shipment_order.changed, expected_receipt.changed, inspection.completed", "works"),
    CoverageRow(
        "OData v3: documents, catalogs, independent registers, Post/Unpost, DataVersion", "works", "§4 objects"
    ),
    CoverageRow("OData v3: Balance (остатки, положение контейнеров), Turnovers (контроль отгрузки, приёмки)", "works"),
    CoverageRow("OData v3: SliceLast, SliceFirst", "works", "no register of this base is periodic: code 11"),
    CoverageRow("OData v3: BalanceAndTurnovers, any/all, cast, Atom bodies", "refused", "code 11, 0"),
    CoverageRow("OData v3: other objects of the configuration", "refused", "code 8"),
    CoverageRow("/v1/transport-requests", "refused", "404: the sandbox's 1C:TMS has them"),
    CoverageRow("/ws/ (SOAP)", "refused", "404"),
)
