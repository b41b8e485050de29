"""What of SAP's services works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

_V2 = "/sap/opu/odata/sap/"
COVERAGE = (
    CoverageRow("Basic, OAuth 2.0 client credentials, sap-client; CSRF token with its session's cookie", "works"),
    CoverageRow("X.509, SAML, the sandbox's apikey header", "refused", "401"),
    CoverageRow(f"{_V2}API_OUTBOUND_DELIVERY_SRV;v=0002: headers, items", "works",
                "create with reference, PATCH, MERGE, DELETE under If-Match; filter, select, expand, pages, Atom"),
    CoverageRow("… partners, addresses, Address2, document flow, handling units", "works", "behind navigations"),
    CoverageRow("… texts, serial numbers, maintenance objects, value added services", "refused", "404"),
    CoverageRow("… PickAllItems, PickOneItem(WithSalesQuantity), ConfirmPicking…, PostGoodsIssue, ReverseGoodsIssue",
                "works"),
    CoverageRow("… base quantities, batch split, serial numbers, handling unit assignment", "refused", "404"),
    CoverageRow(f"{_V2}API_CUSTOMER_RETURNS_DELIVERY_SRV;v=0002", "works", "and its putaway and goods receipt"),
    CoverageRow(f"{_V2}API_SALES_ORDER_SRV, API_CUSTOMER_RETURN_SRV, API_PRODUCT_SRV", "works", "read only"),
    CoverageRow(f"{_V2}API_CV_ATTACHMENT_SRV", "works", "switch `attachments`, off: not confirmed"),
    CoverageRow(f"{_V2}API_INBOUND_DELIVERY_SRV, API_WHSE_OUTB_DLV_ORDER, API_WHSE_INBOUND_DELIVERY", "refused",
                "403 /IWFND/MED/170"),
    CoverageRow("$batch, PUT, DELETE of an item", "refused", "501, 405"),
    CoverageRow("V4 api_warehouse_odo_2, api_whse_inb_delivery_2", "works",
                "heads, items, PostGoodsIssue, ReverseGoodsIssue, Set/ReverseShippingReadiness, PostGoodsReceipt"),
    CoverageRow("V4 ActivateImmediateLoading, ActivateAdhocLoading; create, change, delete", "refused", "501, 405"),
    CoverageRow("V4 api_whse_availablestock, api_whse_physstockprod, api_warehouse_2", "works", "by filter"),
    CoverageRow("V4 api_warehouse_order_task_2", "refused", "404"),
    CoverageRow("SOAP Z_WAYBILL_DELIVERY", "works", "our own module's interface: create, read, delete"),
    CoverageRow("IDoc, RFC, SAP's delivery enterprise services", "refused", "no such address"),
)  # fmt: skip
