"""The emulated SAP over HTTP: queries and formats, the warehouse's V4 services, returns, SOAP, attachments."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
import requests

from .sap_client import HEADER, OUT, Client, body, refusal

_V4 = "/sap/opu/odata4/sap"
_ODO = f"{_V4}/api_warehouse_odo_2/srvd_a2x/sap/warehouseoutbdeliveryorder/0001"
_INB = f"{_V4}/api_whse_inb_delivery_2/srvd_a2x/sap/warehouseinbounddelivery/0001"
_FREE = f"{_V4}/api_whse_availablestock/srvd_a2x/sap/warehouseavailablestock/0001/WarehouseAvailableStock"
_LIES = f"{_V4}/api_whse_physstockprod/srvd_a2x/sap/whsephysicalstockproducts/0001/WarehousePhysicalStockProducts"
_BACK = "/sap/opu/odata/sap/API_CUSTOMER_RETURNS_DELIVERY_SRV;v=0002"


# --- queries ----------------------------------------------------------------------------------------------------------


def test_lists_are_filtered_sorted_cut_and_paged(sap: Client) -> None:
    numbers = [sap.create(("10", "1"), order="4712")["DeliveryDocument"] for _ in range(4)]
    items = f"{OUT}/A_OutbDeliveryItem"
    found = sap.get(
        items, filter="ReferenceSDDocument eq '0000004712'", select="DeliveryDocument", inlinecount="allpages"
    )
    assert (found["__count"], set(found["results"][0])) == ("4", {"__metadata", "DeliveryDocument"})
    either = (
        f"DeliveryDocument eq '{numbers[0]}' or (DeliveryDocument eq '{numbers[3]}' and OverallPickingStatus ne 'B')"
    )
    rows = sap.get(HEADER, filter=either, orderby="DeliveryDocument desc")["results"]
    assert [row["DeliveryDocument"] for row in rows] == [numbers[3], numbers[0]]
    assert len(sap.get(HEADER, top=2, skip=1)["results"]) == 2
    today = sap.world.clock.now().strftime("%Y-%m-%dT00:00:00")
    assert len(sap.get(HEADER, filter=f"LastChangeDate ge datetime'{today}'")["results"]) == 4
    assert sap.get(HEADER, filter="substringof('WAY',CreatedByUser)")["results"]
    sap.set(page_rows=3)
    page = sap.get(HEADER)
    more = sap.http.get(page["__next"], timeout=5).json()["d"]
    assert (len(page["results"]), len(more["results"]), "__next" in more) == (3, 1, False)
    assert sap.call("GET", f"{HEADER}/$count").text == "4"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"filter": "Nonsense eq '1'"}, "024"),
        ({"filter": "DeliveryDocument eq"}, "027"),
        ({"filter": "DeliveryDocument eq 1"}, "025"),
        ({"filter": "LastChangeDate ge '2026'"}, "025"),
        ({"select": "Nonsense"}, "024"),
        ({"expand": "to_Nothing"}, "024"),
        ({"top": "x"}, "027"),
        ({"apply": "1"}, "027"),
    ],
)
def test_a_wrong_query_is_refused(sap: Client, query: dict[str, str], code: str) -> None:
    sap.create()
    assert refusal(sap.call("GET", HEADER, **query)) == (400, f"/IWBEP/CM_MGW_RT/{code}")


def test_a_site_may_refuse_filters(sap: Client) -> None:
    sap.set(filterable=False)
    assert 'Name="BillOfLading" Type="Edm.String" MaxLength="35" sap:creatable="false" sap:sortable="false"' in (
        sap.call("GET", f"{OUT}/$metadata").text
    )
    assert sap.get(HEADER, filter="BillOfLading eq 'x'")["results"] == []  # the annotation alone refuses nothing
    sap.set(filters=False)
    assert refusal(sap.call("GET", HEADER, filter="BillOfLading eq 'x'")) == (400, "/IWBEP/CM_MGW_RT/026")


def test_decimals_and_atom(sap: Client) -> None:
    number = sap.create()["DeliveryDocument"]
    sap.set(trailing_zeros=True)
    path = f"{HEADER}('{number}')"
    assert sap.get(path)["HeaderGrossWeight"] == "0.600"
    plain: dict[str, Any] = {"auth": sap.http.auth, "timeout": 5}
    entry = requests.get(sap.base + path, **plain)  # noqa: S113
    assert entry.headers["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(entry.text)  # noqa: S314
    data = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
    assert [each.text for each in root.iter(f"{data}DeliveryDocument")] == [number]
    feed = ET.fromstring(requests.get(sap.base + HEADER, **plain).text)  # noqa: S113, S314
    assert feed.tag.endswith("feed")
    wrong = requests.get(f"{sap.base}{HEADER}('1')", **plain)  # noqa: S113
    assert (wrong.status_code, "<code>VL/055</code>" in wrong.text) == (404, True)
    sap.set(unknown_fields=True, warnings=True)
    assert sap.get(path)["SandboxUnknownField"]
    assert '"severity": "warning"' in sap.call("POST", HEADER, body(("10", "1"), order="4712")).headers["sap-message"]


# --- the warehouse ----------------------------------------------------------------------------------------------------


def odo(sap: Client) -> tuple[str, str]:
    """A delivery and the warehouse's number of it."""
    number = sap.create()["DeliveryDocument"]
    [item] = sap.get(f"{_ODO}/WhseOutboundDeliveryOrderItem", filter="SalesOrder eq '4711'")["value"]
    return number, item["EWMOutboundDeliveryOrder"]


def test_the_warehouse_picks_in_digits_and_issues_under_if_match(sap: Client) -> None:
    number, order = odo(sap)
    items, head = f"{_ODO}/WhseOutboundDeliveryOrderItem", f"{_ODO}/WhseOutboundDeliveryOrderHead('{order:0>10}')"
    fields = ("PlannedPickingStatus", "PickingStatus", "GoodsIssueStatus", "ProductQuantity")

    def shown() -> list[Any]:
        [row] = sap.get(items, filter=f"EWMOutboundDeliveryOrder eq '{order}'")["value"]
        return [row[name] for name in fields]

    assert shown() == ["1", "1", "1", 2]
    act = f"{head}/SAP__self.PostGoodsIssue"
    assert refusal(sap.call("POST", act, {})) == (428, "/IWFND/CM_MGW/428")
    tag = sap.get(head)["@odata.etag"]
    assert refusal(sap.call("POST", act, {}, {"If-Match": tag})) == (400, "/SCWM/ODATA_API/040")
    sap.move(number, "picking")
    assert shown() == ["9", "2", "1", 2]
    sap.move(number, "picked", short=1)
    assert shown() == ["9", "9", "1", 1]
    assert refusal(sap.call("POST", act, {}, {"If-Match": tag})) == (412, "/IWFND/CM_MGW/420")
    assert sap.call("POST", act, {}, {"If-Match": sap.get(head)["@odata.etag"]}).status_code == 204
    assert shown() == ["9", "9", "9", 1]
    assert sap.get(f"{HEADER}('{number}')")["DistrStatusByDecentralizedWrhs"] == "C"
    back = f"{head}/SAP__self.ReverseGoodsIssue"
    assert sap.call("POST", back, {}, {"If-Match": "*"}).status_code == 204


def test_what_the_warehouse_refuses(sap: Client) -> None:
    _, order = odo(sap)
    head = f"{_ODO}/WhseOutboundDeliveryOrderHead"
    assert refusal(sap.call("POST", head, {})) == (405, "SADL_ENTITY_RUNTIME/011")
    assert refusal(sap.call("GET", f"{head}('99')")) == (404, "/SCWM/ODATA_API/040")
    act = f"{head}('{order}')/SAP__self.ActivateAdhocLoading"
    assert refusal(sap.call("POST", act, {}, {"If-Match": "*"})) == (501, "/IWBEP/CM_MGW_RT/030")
    sap.set(odo_key="warehouse_order")
    assert '<PropertyRef Name="EWMWarehouse"/>' in sap.call("GET", f"{_ODO}/$metadata").text
    assert sap.call("GET", f"{head}('{order}')").status_code == 400
    assert sap.get(f"{head}(EWMWarehouse='MSK1',EWMOutboundDeliveryOrder='{order}')")["EWMWarehouse"] == "MSK1"
    sap.set(ewm=False)
    assert refusal(sap.call("GET", head)) == (404, "/IWFND/MED/170")


def test_stock_by_filter_and_what_a_delivery_reserves(sap: Client) -> None:
    where = "EWMWarehouse eq 'MSK1' and Product eq 'CUP-1' and EWMStockType eq 'F2'"
    sap.create()
    [free] = sap.get(_FREE, filter=where, select="Product,AvailableEWMStockQty,EWMStockQuantityBaseUnit")["value"]
    assert {name: free[name] for name in ("Product", "AvailableEWMStockQty", "EWMStockQuantityBaseUnit")} == {
        "Product": "CUP-1", "AvailableEWMStockQty": 238, "EWMStockQuantityBaseUnit": "PC"}  # fmt: skip
    [lies] = sap.get(_LIES, filter=where)["value"]
    assert (lies["EWMStockQuantityInBaseUnit"], lies["EWMStorageBin"]) == (240, "0010-01-01")
    assert sap.get(_FREE, filter="Product eq 'GRD-CULT'")["value"] == []
    assert [row["AvailableEWMStockQty"] for row in sap.get(_FREE, filter="Product eq 'KID-DOLL'")["value"]] == [1, 0]
    assert sap.get(_FREE, top=3, count="true")["@odata.count"] > 50
    warehouses = sap.get(f"{_V4}/api_warehouse_2/srvd_a2x/sap/warehouse/0001/Warehouse")["value"]
    assert [row["EWMWarehouse"] for row in warehouses] == ["MSK1", "KZN1"]


# --- returns ----------------------------------------------------------------------------------------------------------


def returned(sap: Client) -> tuple[str, str]:
    """A returns delivery of what was shipped, and its order."""
    number = sap.create()["DeliveryDocument"]
    sap.move(number, "issued")
    order = sap.world.control.post("/sap_ewm/returns_orders", {"of": number})["order"]
    made = sap.call("POST", f"{_BACK}/A_ReturnsDeliveryHeader", body(("10", "2"), order=order))
    assert made.status_code == 201, made.text
    return made.json()["d"]["DeliveryDocument"], order


def test_a_return_is_received_and_inspected(sap: Client) -> None:
    number, order = returned(sap)
    header = f"{_BACK}/A_ReturnsDeliveryHeader('{number}')"
    shown = sap.get(header)
    assert (shown["SDDocumentCategory"], shown["DeliveryDocumentType"]) == ("T", "LR")
    mark = sap.call("PATCH", header, {"BillOfLading": "wb-1-1-R1"}, {"If-Match": shown["__metadata"]["etag"]})
    assert mark.status_code == 204
    [head] = sap.get(f"{_INB}/WhseInboundDeliveryHead", filter=f"InboundDelivery eq '{number}'")["value"]
    inbound = head["EWMInboundDelivery"]
    act = f"{_INB}/WhseInboundDeliveryHead('{inbound}')/SAP__self.PostGoodsReceipt"
    assert refusal(sap.call("POST", act, {})) == (428, "/IWFND/CM_MGW/428")
    assert sap.call("POST", act, {}, {"If-Match": head["@odata.etag"]}).status_code == 204
    came = f"EWMStockReferenceDocument eq '{inbound}'"
    [waits] = sap.get(_LIES, filter=came)["value"]
    assert (waits["EWMStockType"], waits["EWMStockQuantityInBaseUnit"]) == ("Q4", 2)
    [item] = sap.get(f"{_BACK}/A_ReturnsDeliveryItem", filter=f"ReferenceSDDocument eq '{order}'")["results"]
    assert item["InspectionLot"] == waits["QualityInspectionDocument"] != ""
    lines = [{"sku": "CUP-1", "accepted": 1, "damaged": 1}]
    sap.world.control.post("/sap_ewm/receipts/wb-1-1-R1/inspect", {"lines": lines})
    found = {row["EWMStockType"]: row["EWMStockQuantityInBaseUnit"] for row in sap.get(_LIES, filter=came)["value"]}
    assert found == {"F2": 1, "B6": 1}
    [done] = sap.get(f"{_INB}/WhseInboundDeliveryItem", filter=f"EWMInboundDelivery eq '{inbound}'")["value"]
    assert (done["GoodsReceiptStatus"], done["PutawayStatus"]) == ("9", "9")
    assert sap.get(header)["OverallGoodsMovementStatus"] == "C"
    with pytest.raises(Exception, match="must be 2"):
        sap.world.control.post("/sap_ewm/receipts/wb-1-1-R1/inspect", {"lines": [{"sku": "CUP-1", "accepted": 1}]})


def test_a_return_refers_to_a_returns_order_and_its_mark_depends_on_the_site(sap: Client) -> None:
    path = f"{_BACK}/A_ReturnsDeliveryHeader"
    assert refusal(sap.call("POST", path, body(("10", "1")))) == (400, "V1/302")
    sap.set(returns_mark="none")
    number, _ = returned(sap)
    refused = sap.call("PATCH", f"{path}('{number}')", {"BillOfLading": "x"}, {"If-Match": "*"})
    assert refusal(refused) == (400, "/IWBEP/CM_MGW_RT/023")
    sap.set(returns_mark="create", ewm=False)
    sap.create(("10", "1"), order="4712")
    order = sap.world.control.post("/sap_ewm/returns_orders", {"of": "4712"})["order"]
    made = sap.call("POST", path, body(("10", "1"), order=order) | {"BillOfLading": "wb-R"}).json()["d"]
    assert made["BillOfLading"] == "wb-R"
    post = f"{sap.base}{_BACK}/PostGoodsReceipt?DeliveryDocument='{made['DeliveryDocument']}'"
    [row] = sap.http.post(post, headers={"If-Match": "*"}, timeout=5).json()["d"]["results"]
    assert row["SystemMessageType"] == "S"


# --- SOAP and attachments ---------------------------------------------------------------------------------------------


def soap(sap: Client, inner: str) -> requests.Response:
    text = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><n:Z_WAYBILL_DELIVERY'
        f' xmlns:n="urn:sap-com:document:sap:rfc:functions">{inner}</n:Z_WAYBILL_DELIVERY></e:Body></e:Envelope>'
    )
    url = sap.account["wsdl_url"].partition("?")[0]
    return requests.post(url, data=text.encode(), auth=sap.http.auth, headers={"Content-Type": "text/xml"}, timeout=5)


def test_soap_creates_once_reads_and_deletes(sap: Client) -> None:
    item = "<item><REF_DOC>4711</REF_DOC><MATERIAL>CUP-1</MATERIAL><DLV_QTY>2</DLV_QTY></item>"
    create = f"<I_ACTION>C</I_ACTION><I_BOLNR>wb-9-1</I_BOLNR><SALES_ORDER_ITEMS>{item}</SALES_ORDER_ITEMS>"
    first = soap(sap, create)
    assert "<E_VBELN>0080000123</E_VBELN>" in first.text
    assert "<LFIMG>2</LFIMG>" in first.text
    assert "<E_VBELN>0080000123</E_VBELN>" in soap(sap, create).text
    assert len(sap.world.control.journal(system="sap_ewm", kind="order.accepted", key="wb-9-1")) == 1
    assert "<E_KOSTK>A</E_KOSTK>" in soap(sap, "<I_ACTION>R</I_ACTION><I_BOLNR>wb-9-1</I_BOLNR>").text
    assert "<TYPE>S</TYPE>" in soap(sap, "<I_ACTION>D</I_ACTION><I_VBELN>0080000123</I_VBELN>").text
    gone = soap(sap, "<I_ACTION>R</I_ACTION><I_BOLNR>wb-9-1</I_BOLNR>")
    assert (gone.status_code, "<TYPE>E</TYPE>" in gone.text) == (200, True)


def test_soap_refuses_what_its_schema_does_not_have(sap: Client) -> None:
    for wrong in ("<NONSENSE/>", "<SALES_ORDER_ITEMS><row/></SALES_ORDER_ITEMS>", "<I_ACTION>CC</I_ACTION>"):
        answer = soap(sap, wrong)
        assert (answer.status_code, "<soap:Fault>" in answer.text) == (500, True), wrong
    wsdl = sap.http.get(sap.account["wsdl_url"], timeout=5).text
    assert f'location="{sap.base}/sap/bc/srt/' in wsdl
    assert requests.get(sap.account["wsdl_url"], timeout=5).status_code == 401
    sap.set(soap=False)
    assert sap.http.get(sap.account["wsdl_url"], timeout=5).status_code == 404


def test_documents_are_attached_and_listed_where_the_service_is_on(sap: Client) -> None:
    number = sap.create()["DeliveryDocument"]
    sap.set(attachments=True)
    root, key = "/sap/opu/odata/sap/API_CV_ATTACHMENT_SRV", f"{int(number):010d}"
    headers = {"Slug": "label.pdf", "BusinessObjectTypeName": "LIKP", "LinkedSAPObjectKey": key}
    url = f"{sap.base}{root}/AttachmentContentSet"
    headers["Content-Type"] = "application/pdf"
    assert sap.http.post(url, data=b"%PDF-1.4", headers=headers, timeout=5).status_code == 201
    sap.world.control.post(f"/sap_ewm/orders/{number}/documents", {"kind": "act", "name": "Акт.pdf"})
    query = f"?LinkedSAPObjectKey='{key}'&BusinessObjectTypeName='LIKP'"
    rows = sap.get(f"{root}/GetAllOriginals{query}")["results"]
    assert [row["FileName"] for row in rows] == ["label.pdf", "Акт.pdf"]
    file = sap.http.get(rows[1]["__metadata"]["media_src"], timeout=5)
    assert (file.content[:5], file.headers["Content-Type"]) == (b"%PDF-", "application/pdf")
    headers["LinkedSAPObjectKey"] = number
    assert refusal(sap.http.post(url, data=b"%PDF-1.4", headers=headers, timeout=5)) == (404, "VL/055")
