"""The emulated SAP over HTTP: signing in, CSRF, deliveries under If-Match, picking, errors, formats."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from .sap_client import HEADER, OUT, Client, body, refusal

# --- signing in -------------------------------------------------------------------------------------------------------


def test_a_wrong_password_and_client_are_refused_with_a_page(sap: Client) -> None:
    url = f"{sap.base}{OUT}/"
    for auth, query in ((("WAYBILL", "no"), {}), (("NOBODY", "x"), {}), (sap.http.auth, {"sap-client": "200"})):
        answer = requests.get(url, auth=auth, params=query, timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/html;charset=utf-8")
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert requests.get(url, auth=sap.http.auth, params={"sap-client": "100"}, timeout=5).status_code == 200
    assert requests.get(url, timeout=5).status_code == 401


def test_client_credentials_give_a_token_that_ends(sap: Client) -> None:
    url, account = sap.account["token_url"], sap.account
    keys = (account["client_id"], account["client_secret"])
    assert requests.post(url, auth=keys, data={"grant_type": "password"}, timeout=5).status_code == 400
    wrong = requests.post(url, auth=(keys[0], "no"), data={"grant_type": "client_credentials"}, timeout=5)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    said = requests.post(url, auth=keys, data={"grant_type": "client_credentials"}, timeout=5).json()
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 3600)
    header = {"Authorization": f"Bearer {said['access_token']}"}
    assert requests.get(f"{sap.base}{OUT}/", headers=header, timeout=5).status_code == 200
    sap.world.clock.advance(3601)
    assert requests.get(f"{sap.base}{OUT}/", headers=header, timeout=5).status_code == 401


def test_a_write_needs_a_living_token_with_its_own_cookie(sap: Client) -> None:
    good = str(sap.http.headers["x-csrf-token"])
    cookies = dict(sap.http.cookies)
    assert {"SAP_SESSIONID_S4H_100", "sap-usercontext"} == set(cookies)

    def write(token: str, kept: dict[str, str]) -> requests.Response:
        headers = {"x-csrf-token": token, "Accept": "application/json"}
        url = f"{sap.base}{HEADER}"
        return requests.post(url, json={}, auth=sap.http.auth, headers=headers, cookies=kept, timeout=5)

    for token, kept in (("", cookies), ("stale", cookies), (good, {}), (Client(sap.world).fetch(), cookies)):
        answer = write(token, kept)
        assert (answer.status_code, answer.headers["x-csrf-token"]) == (403, "Required"), (token, kept)
        assert answer.text == "CSRF token validation failed"
    assert refusal(write(good, cookies)) == (400, "VL/559")
    sap.world.clock.advance(1801)
    assert write(good, cookies).headers["x-csrf-token"] == "Required"


def test_a_display_user_reads_and_creates_nothing(sap: Client) -> None:
    viewer = Client(sap.world, 1)
    assert viewer.get(HEADER)["results"] == []
    assert refusal(viewer.call("POST", HEADER, body(("10", "2")))) == (403, "/IWFND/MED/403")


def test_unknown_services_and_versions_are_not_registered(sap: Client) -> None:
    for path in (
        "/sap/opu/odata/sap/API_INBOUND_DELIVERY_SRV;v=0002/",
        "/sap/opu/odata/sap/API_OUTBOUND_DELIVERY_SRV/",
        "/sap/opu/odata/sap/API_CV_ATTACHMENT_SRV/",
    ):
        assert refusal(sap.call("GET", path)) == (403, "/IWFND/MED/170")
    assert sap.call("GET", OUT.replace("0002", "2") + "/").status_code == 200
    sap.set(unregistered=["API_OUTBOUND_DELIVERY_SRV"])
    assert refusal(sap.call("GET", HEADER)) == (403, "/IWFND/MED/170")


# --- creation ---------------------------------------------------------------------------------------------------------


def test_a_delivery_is_made_with_reference_to_an_order(sap: Client) -> None:
    answer = sap.call("POST", HEADER, body(("000010", "2")))
    assert answer.status_code == 201
    made = answer.json()["d"]
    number = made["DeliveryDocument"]
    assert (answer.headers["ETag"], made["__metadata"]["etag"]) == ("W/\"'0001'\"", "W/\"'0001'\"")
    assert answer.headers["Location"] == made["__metadata"]["uri"] == f"{sap.base}{HEADER}('{number}')"
    assert made["__metadata"]["type"] == "API_OUTBOUND_DELIVERY_SRV.A_OutbDeliveryHeaderType"
    [item] = made["to_DeliveryDocumentItem"]["results"]
    assert {name: item[name] for name in ("DeliveryDocumentItem", "Material", "ActualDeliveryQuantity",
            "ReferenceSDDocument", "ReferenceSDDocumentItem", "PickingStatus")} == {
        "DeliveryDocumentItem": "10", "Material": "CUP-1", "ActualDeliveryQuantity": "2",
        "ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "10", "PickingStatus": "A"}  # fmt: skip
    assert made["to_DeliveryDocumentPartner"]["__deferred"]["uri"].endswith("/to_DeliveryDocumentPartner")
    assert (made["OverallGoodsMovementStatus"], made["ActualGoodsMovementDate"]) == ("A", None)
    assert made["CreationDate"].startswith("/Date(")
    assert made["CreationTime"].startswith("PT")
    assert (made["HeaderGrossWeight"], made["DistrStatusByDecentralizedWrhs"]) == ("0.6", "B")
    [created] = sap.world.control.journal(system="sap_ewm", kind="delivery.created", key=number)
    assert created["data"]["order"] == "4711"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ActualDeliveryQuantity": "3"}, "VL/302"),
        ({"ActualDeliveryQuantity": "0"}, "VL/461"),
        ({"ActualDeliveryQuantity": 2}, "/IWBEP/CM_MGW_RT/025"),
        ({"ActualDeliveryQuantity": "0.0001"}, "/IWBEP/CM_MGW_RT/025"),
        ({"ReferenceSDDocument": "4799"}, "V1/302"),
        ({"ReferenceSDDocument": "4713"}, "VL/609"),
        ({"ReferenceSDDocumentItem": "20"}, "VL/363"),
        ({"DeliveryQuantityUnit": "KG"}, "VL/019"),
        ({"Material": "CUP-1"}, "/IWBEP/CM_MGW_RT/022"),
        ({"Nonsense": "1"}, "/IWBEP/CM_MGW_RT/024"),
    ],
)
def test_what_does_not_fit_the_order_is_refused(sap: Client, change: dict[str, Any], code: str) -> None:
    sent = body(("10", "2"))
    sent["to_DeliveryDocumentItem"]["results"][0] |= change
    assert refusal(sap.call("POST", HEADER, sent)) == (400, code)
    assert sap.world.control.journal(system="sap_ewm", kind="delivery.created") == []


def test_other_refusals_of_a_creation(sap: Client) -> None:
    assert refusal(sap.call("POST", HEADER, {"to_DeliveryDocumentItem": []})) == (400, "VL/559")
    marked = body(("10", "2")) | {"BillOfLading": "wb-1"}
    assert refusal(sap.call("POST", HEADER, marked)) == (400, "/IWBEP/CM_MGW_RT/022")
    assert refusal(sap.call("POST", f"{OUT}/A_OutbDeliveryItem", {})) == (405, "/IWBEP/CM_MGW_RT/021")
    assert refusal(sap.call("GET", f"{OUT}/A_OutbDeliveryPartner")) == (404, "/IWBEP/CM_MGW_RT/020")
    sap.create(("10", "2"))
    said = sap.call("POST", HEADER, body(("10", "1"))).json()["error"]
    assert said["message"] == {"lang": "en", "value": "Item 000010: order quantity already delivered"}
    assert said["innererror"]["errordetails"][0]["severity"] == "error"


def test_an_order_is_delivered_in_parts_and_a_plain_list_is_taken(sap: Client) -> None:
    sent = body(("10", "4"), order="4712")
    sent["to_DeliveryDocumentItem"] = sent["to_DeliveryDocumentItem"]["results"]
    assert sap.call("POST", HEADER, sent | {"ShippingPoint": "1020"}).status_code == 201
    sap.create(("10", "6"), ("20", "4"), order="4712")
    sap.create(("30", "2.5"), order="4712", unit="KG")
    [order] = sap.get("/sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder", filter="SalesOrder eq '4712'")["results"]
    assert order["OverallDeliveryStatus"] == "C"


def test_an_override_refuses_one_creation_in_their_words(sap: Client) -> None:
    wanted = {"match": {"order": "4711"}, "errors": ["VL/150"], "times": 1}
    sap.world.control.post("/sap_ewm/overrides", wanted)
    assert refusal(sap.call("POST", HEADER, body(("10", "1")))) == (400, "VL/150")
    sap.create(("10", "1"))


# --- changes ----------------------------------------------------------------------------------------------------------


def test_a_change_needs_the_present_version(sap: Client) -> None:
    number = sap.create()["DeliveryDocument"]
    path, mark = f"{HEADER}('{number}')", {"BillOfLading": "wb-1-1"}
    assert refusal(sap.call("PATCH", path, mark)) == (428, "/IWFND/CM_MGW/428")
    tag = sap.etag(number)
    assert sap.call("PATCH", path, mark, {"If-Match": tag}).status_code == 204
    assert refusal(sap.call("PATCH", path, mark, {"If-Match": tag})) == (412, "/IWFND/CM_MGW/420")
    assert sap.etag(number) == "W/\"'0002'\""
    for wrong, code in (({"ShippingPoint": "1020"}, "023"), ({"BillOfLading": "x" * 36}, "025")):
        answer = sap.call("PATCH", path, wrong, {"If-Match": "*"})
        assert refusal(answer) == (400, f"/IWBEP/CM_MGW_RT/{code}")
    assert [row["key"] for row in sap.world.control.journal(system="sap_ewm", kind="order.accepted")] == ["wb-1-1"]
    sap.world.control.post("/sap_ewm/orders/wb-1-1/lock", {"seconds": 60})
    assert refusal(sap.call("PATCH", path, mark, {"If-Match": "*"})) == (409, "MC/601")


def test_the_address_of_the_ship_to_is_changed_in_newer_releases_only(sap: Client) -> None:
    number = sap.create()["DeliveryDocument"]
    [_, partner] = sap.get(f"{HEADER}('{number}')/to_DeliveryDocumentPartner", expand="to_Address2")["results"]
    assert (partner["PartnerFunction"], partner["to_Address2"]["CityName"]) == ("WE", "Казань")
    path = f"{OUT}/A_OutbDeliveryAddress2(DeliveryDocument='{number}',PartnerFunction='WE')"
    changed = sap.call("PATCH", path, {"StreetName": "ул. Баумана", "HouseNumber": "1"}, {"If-Match": sap.etag(number)})
    assert changed.status_code == 204
    assert sap.get(path)["HouseNumber"] == "1"
    sap.set(newer=False)
    assert refusal(sap.call("GET", path)) == (404, "/IWBEP/CM_MGW_RT/020")
    assert "Address2" not in sap.call("GET", f"{OUT}/$metadata").text


def test_a_delivery_is_deleted_before_picking_only(sap: Client) -> None:
    number = sap.create()["DeliveryDocument"]
    sap.move(number, "picking")
    path = f"{HEADER}('{number}')"
    assert refusal(sap.call("DELETE", path, None, {"If-Match": "*"})) == (400, "VL/602")
    other = sap.create(("10", "1"), order="4712")["DeliveryDocument"]
    assert refusal(sap.call("DELETE", f"{HEADER}('{other}')")) == (428, "/IWFND/CM_MGW/428")
    assert sap.call("DELETE", f"{HEADER}('{other}')", None, {"If-Match": sap.etag(other)}).status_code == 204
    assert refusal(sap.call("GET", f"{HEADER}('{other}')")) == (404, "VL/055")
    sap.create(("10", "10"), order="4712")  # its quantity is open again


# --- picking and goods movements --------------------------------------------------------------------------------------


def test_le_picks_and_issues_by_function_imports(sap: Client) -> None:
    sap.set(ewm=False)
    number = sap.create()["DeliveryDocument"]
    early = sap.function("PostGoodsIssue", number).json()["d"]["results"]
    assert [(row["SystemMessageType"], row["SystemMessageNumber"]) for row in early] == [("E", "608")]
    part = {"DeliveryDocumentItem": "'10'", "ActualDeliveryQuantity": "1M", "DeliveryQuantityUnit": "'PC'"}
    assert sap.function("PickOneItemWithSalesQuantity", number, **part).status_code == 200
    assert sap.get(f"{HEADER}('{number}')")["OverallPickingStatus"] == "B"
    [row] = sap.function("ConfirmPickingAllItems", number).json()["d"]["results"]
    assert (row["SystemMessageType"], row["ActualDeliveryQuantity"]) == ("S", "1")
    assert refusal(sap.function("PostGoodsIssue", number, if_match="")) == (428, "/IWFND/CM_MGW/428")
    assert refusal(sap.function("PostGoodsIssue", number, if_match="W/\"'0001'\"")) == (412, "/IWFND/CM_MGW/420")
    assert sap.function("PostGoodsIssue", number, if_match=sap.etag(number)).status_code == 200
    header = sap.get(f"{HEADER}('{number}')")
    assert (header["OverallGoodsMovementStatus"], header["OverallPickingStatus"]) == ("C", "C")
    assert refusal(sap.function("ReverseGoodsIssue", number)) == (400, "/IWBEP/CM_MGW_RT/028")
    when = {"ActualGoodsMovementDate": "datetime'2026-10-05T00:00:00'"}
    assert sap.function("ReverseGoodsIssue", number, **when).status_code == 200
    assert sap.get(f"{HEADER}('{number}')")["OverallGoodsMovementStatus"] == "A"


def test_a_goods_movement_that_cannot_be_is_an_error_where_the_site_says_so(sap: Client) -> None:
    number = sap.create()["DeliveryDocument"]
    [row] = sap.function("PickAllItems", number).json()["d"]["results"]
    assert (row["SystemMessageType"], "MSK1" in row["SystemMessageVariable1"]) == ("E", True)
    sap.set(function_errors="http")
    assert refusal(sap.function("PickAllItems", number)) == (400, "VL/605")
    assert sap.call("GET", f"{OUT}/PickAllItems?DeliveryDocument='1'").status_code == 405


def test_a_route_picks_short_packs_and_ships(sap: Client) -> None:
    number = sap.create()["DeliveryDocument"]
    sap.world.control.post(f"/sap_ewm/orders/{number}/route", {"route": "short"})
    sap.world.clock.advance(3 * 3600 + 1)
    header = sap.get(f"{HEADER}('{number}')", expand="to_DeliveryDocumentItem,to_HandlingUnitHeaderDelivery")
    [box] = header["to_HandlingUnitHeaderDelivery"]["results"]
    assert (box["GrossWeight"], box["WeightUnit"]) == ("0.9", "KG")
    sides = [box[f"HandlingUnit{name}"] for name in ("Length", "Width", "Height")]
    assert (sides, box["HandlingUnitUoMDimension"]) == (["30", "20", "15"], "CM")
    assert (header["OverallPickingStatus"], header["OverallPackingStatus"]) == ("A", "C")
    sap.move(number, "issued")
    [item] = sap.get(f"{HEADER}('{number}')/to_DeliveryDocumentItem")["results"]
    assert (item["ActualDeliveryQuantity"], item["OriginalDeliveryQuantity"]) == ("1", "2")
    sap.fetch()  # hours have gone by
    sap.create(("10", "1"))  # what was short is open in the order again


def test_a_blocked_and_an_unknown_status_show_in_the_header(sap: Client) -> None:
    number = sap.create()["DeliveryDocument"]
    sap.move(number, "blocked")
    sap.move(number, "OverallPickingStatus=D")
    header = sap.get(f"{HEADER}('{number}')")
    shown = [header[name] for name in ("DeliveryBlockReason", "TotalBlockStatus", "OverallPickingStatus")]
    assert shown == ["01", "C", "D"]
    sap.move(number, "deleted")
    assert sap.call("GET", f"{HEADER}('{number}')").status_code == 404
