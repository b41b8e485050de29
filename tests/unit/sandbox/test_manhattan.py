"""The emulated Manhattan Active WM over real HTTP: signing in, the context headers, the generic verbs, orders on the
floor, receipts, stock."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.world import World

_ORDER: dict[str, Any] = {
    "OriginalOrderId": "WB-1-1", "AlternateOriginalOrderId": "deal-1", "OrderType": "B2C",
    "OrderPlacedDateTime": "2026-10-05T12:40:00", "OriginFacilityId": "MSK-01",
    "DestinationAddress": {
        "FirstName": "Мария", "LastName": "Северцева", "Address1": "ул. Баумана, 44", "City": "Казань",
        "Country": "RU", "Phone": "+79000001462",
    },
    "Extended": {"B24DealId": "1"},
    "OriginalOrderLine": [
        {"OriginalOrderLineId": "1", "ItemId": "CUP-1", "OrderedQuantity": 2, "QuantityUomId": "Units",
         "UnitPrice": 450.0, "Weight": 0.7, "WeightUomId": "kg"},
    ],
}  # fmt: skip
_ASN: dict[str, Any] = {
    "AsnId": "WB-R-1", "AsnLevelId": "ITEM", "AsnOriginTypeId": "R", "DestinationFacilityId": "MSK-01",
    "AsnLine": [{"AsnLineId": "1", "ItemId": "CUP-1", "ShippedQuantity": 2, "QuantityUomId": "Unit"}],
}  # fmt: skip
_ORIGINAL, _PLANNED, _RECEIVING = (
    "/dcorder/api/dcorder/originalOrder", "/dcorder/api/dcorder/order", "/receiving/api/receiving",
)  # fmt: skip


class Client:
    """One account, spoken to as a client would."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        self.base, self.auth = world.addresses["manhattan"]["base_url"], world.addresses["manhattan"]["urls"]["auth"]
        self.keys = world.addresses["manhattan"]["accounts"][index]
        self.context = {"SelectedOrganization": self.keys["organization"], "SelectedLocation": self.keys["facility"]}
        self.token = self.sign_in().json()["access_token"]

    def sign_in(self, path: str = "/oauth/token", basic: Any = None, **form: Any) -> requests.Response:
        filled = {"grant_type": "password", **{name: self.keys[name] for name in ("username", "password")}, **form}
        sent = {name: value for name, value in filled.items() if value is not None}
        pair = basic or (self.keys["client_id"], self.keys["client_secret"])
        return requests.post(self.auth + path, data=sent, auth=pair, timeout=10)

    def call(self, verb: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        sent = {"Authorization": f"Bearer {self.token}", **self.context, **headers}
        return requests.request(verb, self.base + path, json=body, headers=sent, timeout=10)

    def search(self, path: str, query: str, **more: Any) -> Any:
        answer = self.call("POST", f"{path}/search", {"Query": query, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def save(self, **changes: Any) -> requests.Response:
        return self.call("POST", f"{_ORIGINAL}/save", {**copy.deepcopy(_ORDER), **changes})

    def planned(self, number: str = "WB-1-1") -> dict[str, Any]:
        found: dict[str, Any] = self.search(_PLANNED, f"OrderId = '{number}'")[0]
        return found

    def set(self, **switches: Any) -> None:
        self.world.control.post("/manhattan/settings", switches)

    def control(self, path: str, **body: Any) -> Any:
        return self.world.control.post(f"/manhattan/{path}", body)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["manhattan"]) as world:
        yield world


@pytest.fixture
def client(world: World) -> Client:
    world.reset()
    return Client(world)


def codes(answer: requests.Response) -> list[str]:
    return [row["Code"] for row in answer.json()["messages"]["Message"]]


def test_sign_in_step_by_step(client: Client) -> None:
    good = client.sign_in("/auth/realms/maactive/protocol/openid-connect/token").json()
    assert good["token_type"] == "bearer"
    assert good["expires_in"] == 3599
    refused = [
        client.sign_in(basic=("sandbox.1.0.0", "wrong")),
        client.sign_in(grant_type=None),
        client.sign_in(grant_type="client_credentials"),
        client.sign_in(password=None),
        client.sign_in(password="wrong"),
        client.sign_in(basic=("sandbox.2.0.0", "c8Zx-sandbox-client-secret")),
    ]
    assert [(found.status_code, found.json()["error"]) for found in refused] == [
        (401, "invalid_client"), (400, "invalid_request"), (400, "unsupported_grant_type"), (400, "invalid_request"),
        (400, "invalid_grant"), (400, "invalid_grant"),
    ]  # fmt: skip
    as_json = requests.post(client.auth + "/oauth/token", json={}, auth=("sandbox.1.0.0", "x"), timeout=10)
    assert as_json.status_code == 415
    client.set(login_status=401, token_paths="realm")
    assert client.sign_in().status_code == 404
    assert client.sign_in("/auth/realms/maactive/protocol/openid-connect/token", password="no").status_code == 401


def test_tokens_end_and_are_refreshed(client: Client) -> None:
    client.set(token_seconds=60)
    first = client.sign_in().json()
    client.token = first["access_token"]
    assert client.call("GET", "/dcorder/api/dcorder/orderStatus").status_code == 200
    client.world.clock.advance(61)
    expired = client.call("GET", "/dcorder/api/dcorder/orderStatus")
    assert (expired.status_code, expired.json()["error"]) == (401, "invalid_token")
    renewed = client.sign_in(grant_type="refresh_token", refresh_token=first["refresh_token"])
    client.token = renewed.json()["access_token"]
    assert client.call("GET", "/dcorder/api/dcorder/orderStatus").status_code == 200
    assert client.sign_in(grant_type="refresh_token", refresh_token="nonsense").json()["error"] == "invalid_grant"
    client.control("tokens/expire")
    assert client.call("GET", "/dcorder/api/dcorder/orderStatus").status_code == 401


def test_context_headers(client: Client) -> None:
    path = "/facility/api/facility/facility/search"
    assert client.call("POST", path, {"Query": "FacilityId = 'MSK-01'", "Size": 1}).json()["header"]["totalCount"] == 1
    assert client.call("POST", path, {}, SelectedLocation="").status_code == 403
    assert client.call("POST", path, {}, SelectedOrganization="BETA").status_code == 403
    client.save()
    client.context["SelectedLocation"] = "NOWHERE"
    empty = client.call("POST", f"{_ORIGINAL}/search", {})
    assert (empty.status_code, empty.json()["data"]) == (200, [])
    client.context = {"Organization": "ACME", "Location": "MSK-01"}
    client.set(missing_headers=400)
    assert client.call("POST", path, {}).status_code == 400
    client.set(header_names="plain")
    answer = client.call("POST", path, {})
    assert answer.status_code == 200
    assert len(answer.headers["cp-trace-id"]) == 32


def test_save_is_an_upsert_until_planning(client: Client) -> None:
    assert client.save().json()["data"]["OriginalOrderId"] == "WB-1-1"
    assert client.save(OrderType="B2B").status_code == 200
    assert client.search(_ORIGINAL, "OriginalOrderId = 'WB-1-1'")[0]["OrderType"] == "B2B"
    assert client.search(_PLANNED, "OrderId = 'WB-1-1'") == []
    client.world.clock.advance(3)
    assert client.planned()["MinimumStatus"] == "1000"
    assert codes(client.save()) == ["DCO::PLANNED"]
    assert len(client.world.control.journal(system="manhattan", kind="order.accepted", key="WB-1-1")) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"OriginalOrderId": None}, "FWCORE::REQUIRED"),
        ({"OriginFacilityId": "SPB-01"}, "FAC::UNKNOWN"),
        ({"OriginalOrderLine": []}, "FWCORE::REQUIRED"),
        ({"OriginalOrderLine": [{"OriginalOrderLineId": "1", "ItemId": "NO", "OrderedQuantity": 1}]}, "ITM::UNKNOWN"),
        (
            {"OriginalOrderLine": [{"OriginalOrderLineId": "1", "ItemId": "CUP-1", "OrderedQuantity": 0}]},
            "FWCORE::TYPE",
        ),
        ({"Canceled": True}, "FWCORE::ATTRIBUTE"),
        ({"OrderPlacedDateTime": "2026-10-05T12:40:00Z"}, "FWCORE::TYPE"),
        ({"DestinationAddress": {"Country": "Россия"}}, "DCO::ADDRESS"),
    ],
)
def test_refused_orders(client: Client, changes: dict[str, Any], code: str) -> None:
    answer = client.save(**changes)
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert codes(answer) == [code]
    assert client.search(_ORIGINAL, "OrderType = 'B2C'") == []


def test_the_query_language(client: Client) -> None:
    for number in ("WB-1-1", "WB-1-2", "O'HARE"):
        assert client.save(OriginalOrderId=number).status_code == 200

    def ids(query: str, **more: Any) -> list[str]:
        return [row["OriginalOrderId"] for row in client.search(_ORIGINAL, query, **more)]

    assert ids("OriginalOrderId = 'O''HARE' and OrderType = 'B2C'") == ["O'HARE"]
    assert ids("OriginalOrderId ~ wb-1") == ["WB-1-1", "WB-1-2"]
    assert ids("OriginalOrderId in (WB-1-2,'WB-1-1')") == ["WB-1-1", "WB-1-2"]
    assert ids("DestinationAddress.City = 'Казань'", Size=2, Page=1) == ["O'HARE"]
    sort = {"attribute": "OriginalOrderId", "direction": "desc"}
    assert ids("OrderType = 'B2C'", Sort=sort)[0] == "WB-1-2"
    template = {"OriginalOrderId": None, "OriginalOrderLine": {"ItemId": None}}
    row = client.search(_ORIGINAL, "OriginalOrderId = 'WB-1-1'", template=template)[0]
    assert row == {"OriginalOrderId": "WB-1-1", "OriginalOrderLine": [{"ItemId": "CUP-1"}]}
    client.set(in_quotes="plain")
    for wrong in ("OrderType = B2C", "OrderType", "Nonsense = '1'", "OriginalOrderId in ('WB-1-1')", "OrderType = 'B"):
        answer = client.call("POST", f"{_ORIGINAL}/search", {"Query": wrong})
        assert (answer.status_code, codes(answer)) == (400, ["FWCORE::QUERY"]), wrong
    assert client.call("POST", f"{_ORIGINAL}/search", {"Size": "many"}).status_code == 400
    assert client.call("POST", f"{_ORIGINAL}/search", {"Filter": "x"}).status_code == 400


def test_packed_short_and_shipped(client: Client) -> None:
    client.save()
    client.set(step_seconds=60)
    client.control("orders/WB-1-1/route", route="short")
    client.world.clock.advance(600)
    assert client.planned()["MinimumStatus"] == "6000"
    assert client.planned()["OrderLine"][0]["PackedQuantity"] == 1
    package = client.search("/pickpack/api/pickpack/olpn", "OrderId = 'WB-1-1'")[0]
    assert (package["Weight"], package["Length"], package["Width"], package["Height"]) == (1.0, 30.0, 20.0, 15.0)
    assert package["TrackingNumber"] is None
    details = client.search("/pickpack/api/pickpack/olpnDetail", f"OlpnId in ({package['OlpnId']})")
    assert [row["PackedQuantity"] for row in details] == [1]
    client.control("orders/WB-1-1/route", route="shipped")
    client.world.clock.advance(600)
    assert client.planned()["MaximumStatus"] == "7200"
    package = client.search("/pickpack/api/pickpack/olpn", "OrderId = 'WB-1-1'")[0]
    assert package["TrackingNumber"].startswith("MA")
    client.set(weight_uom="g", dimension_uom="mm")
    package = client.search("/pickpack/api/pickpack/olpn", "OrderId = 'WB-1-1'")[0]
    assert (package["Weight"], package["Length"]) == (1000, 300)


def test_rows_apart_and_a_failure(client: Client) -> None:
    client.save()
    client.control("orders/WB-1-1/status", code="3000", max="9000")
    order = client.planned()
    assert (order["MinimumStatus"], order["MaximumStatus"], order["Cancelled"]) == ("3000", "9000", False)
    client.control("orders/WB-1-1/status", code="blocked", text="Нет на полке")
    failures = client.search("/dcorder/api/dcorder/orderFailure", "OrderId = 'WB-1-1'")
    assert failures[0]["FailureReason"] == "Нет на полке"
    client.control("orders/WB-1-1/status", code="9900")
    assert client.search("/dcorder/api/dcorder/orderFailure", "OrderId = 'WB-1-1'") == []


def test_cancelling_takes_both_orders(client: Client) -> None:
    gone = {"Cancelled": True, "MinimumStatus": 9000, "MaximumStatus": 9000}
    client.save()
    assert client.call("PUT", f"{_ORIGINAL}/originalOrderId/WB-1-1", {"Cancelled": True}).status_code == 200
    client.world.clock.advance(3)
    assert client.search(_PLANNED, "OrderId = 'WB-1-1'") == []
    assert codes(client.save()) == ["DCO::CANCELLED"]
    client.save(OriginalOrderId="WB-1-2")
    client.control("orders/WB-1-2/status", code="3000")
    assert client.call("PUT", f"{_ORIGINAL}/originalOrderId/WB-1-2", {"Cancelled": True}).status_code == 200
    assert client.planned("WB-1-2")["Cancelled"] is False
    assert codes(client.call("PUT", f"{_PLANNED}/orderId/WB-1-2", {"Cancelled": True})) == ["DCO::STATUS"]
    assert client.call("PUT", f"{_PLANNED}/orderId/WB-1-2", gone).status_code == 200
    assert client.planned("WB-1-2")["MinimumStatus"] == "9000"
    client.save(OriginalOrderId="WB-1-3")
    client.control("orders/WB-1-3/status", code="5000")
    for path in (f"{_ORIGINAL}/originalOrderId/WB-1-3", f"{_PLANNED}/orderId/WB-1-3"):
        assert codes(client.call("PUT", path, gone)) == ["DCO::PICKED"]
    assert len(client.world.control.journal(system="manhattan", kind="order.cancelled")) == 2


def test_lists_fail_in_parts(client: Client) -> None:
    rows = [_ORDER, {**_ORDER, "OriginalOrderId": "WB-1-2", "OriginFacilityId": None}]
    answer = client.call("POST", f"{_ORIGINAL}/bulkImport", {"Data": rows})
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    assert [row["OriginalOrderId"] for row in answer.json()["data"]["FailedRecords"]] == ["WB-1-2"]
    keys = {"OrderId": "WB-1-1", "OriginFacilityId": "MSK-01"}
    gone = client.call("POST", f"{_ORIGINAL}/bulkDelete", {"Data": [keys, {"OrderId": "NO"}]})
    assert len(gone.json()["data"]["FailedRecords"]) == 1
    assert client.search(_ORIGINAL, "OriginalOrderId = 'WB-1-1'") == []


def test_messages_are_acknowledged_whatever_they_hold(client: Client) -> None:
    path = "/xint/api/async/outbound/send?messageType="
    body = {"Payload": {"data": [_ORDER, {**_ORDER, "OriginalOrderId": "WB-1-2", "OriginalOrderLine": []}]}}
    assert client.call("POST", path + "ANY_DCO_ImportOriginalOrders", body).status_code == 200
    assert client.search(_ORIGINAL, "OriginalOrderId in (WB-1-1,WB-1-2)") == []
    client.world.clock.advance(3)
    assert len(client.search(_ORIGINAL, "OriginalOrderId in (WB-1-1,WB-1-2)")) == 1
    failed = client.search("/commonutil/api/commonutil/failedMessage", "BusinessKey = 'WB-1-2'")
    assert failed[0]["ErrorMessage"] == "OriginalOrderLine is required"
    assert client.call("POST", path + "ANY_RCV_ImportPO", body).status_code == 400
    assert client.call("POST", path + "ANY_RCV_ImportAsn", {"data": []}).status_code == 400


def test_receipts_are_inspected(client: Client) -> None:
    assert client.call("POST", f"{_RECEIVING}/asn/save", _ASN).status_code == 200
    lines = [{"sku": "CUP-1", "accepted": 1, "damaged": 1}]
    client.control("receipts/WB-R-1/inspect", lines=lines)
    found = client.search(f"{_RECEIVING}/asn", "AsnId = 'WB-R-1'")[0]
    assert found["AsnStatus"] == "8000"
    assert found["LastReceiptDate"] is not None
    received = client.search(f"{_RECEIVING}/receipt", "AsnId = 'WB-R-1'")
    assert [(row["ReceivedQuantity"], row["ConditionCodeId"]) for row in received] == [(1, "GOOD"), (1, "DAMAGED")]
    assert codes(client.call("POST", f"{_RECEIVING}/asn/save", _ASN)) == ["RCV::RECEIVED"]
    assert codes(client.call("PUT", f"{_RECEIVING}/asn/asnId/WB-R-1", {"Canceled": True})) == ["RCV::RECEIVED"]


def test_receipts_are_refused_and_canceled(client: Client) -> None:
    save = f"{_RECEIVING}/asn/save"
    assert codes(client.call("POST", save, {**_ASN, "AsnOriginTypeId": "X"})) == ["RCV::ORIGIN"]
    assert codes(client.call("POST", save, {**_ASN, "Cancelled": False})) == ["FWCORE::ATTRIBUTE"]
    assert codes(client.call("POST", save, {**_ASN, "AsnLevelId": "LPN"})) == ["FWCORE::REQUIRED"]
    lpn = {"LpnId": "L1", "LpnDetail": [{"LpnDetailId": "1", "ItemId": "CUP-1", "ShippedQuantity": 2}]}
    by_lpn = {**_ASN, "AsnLevelId": "LPN", "Lpn": [lpn], "AsnLine": []}
    assert client.call("POST", save, by_lpn).status_code == 200
    assert client.call("PUT", f"{_RECEIVING}/asn/asnId/WB-R-1", {"Canceled": True}).status_code == 200
    assert client.search(f"{_RECEIVING}/asn", "AsnId = 'WB-R-1'")[0]["Canceled"] is True
    assert codes(client.call("POST", save, _ASN)) == ["RCV::CANCELED"]


def test_stock_is_promised_and_leaves(client: Client) -> None:
    def stock(item: str = "CUP-1") -> tuple[float, float]:
        rows = client.search("/dcinventory/api/dcinventory/inventory", f"ItemId = '{item}'", Size=100)
        return sum(row["OnHand"] for row in rows), sum(row["Allocated"] for row in rows)

    assert stock() == (60, 0)
    assert stock("SP-SKI-190") == (0, 0)
    assert stock("HM-VASE") == (1, 0)
    client.save()
    client.control("orders/WB-1-1/status", code="3000")
    assert stock() == (60, 2)
    client.control("orders/WB-1-1/status", code="7200")
    assert stock() == (58, 0)
    client.save(OriginalOrderId="WB-1-2")
    client.control("orders/WB-1-2/status", code="3000")
    client.control("orders/WB-1-2/status", code="9000")
    assert stock() == (58, 0)
    by_place = {"LocationQuery": {"Query": "LocationId = 'A1-01-01' and InventoryContainerTypeId = 'LOCATION'"}}
    found = client.call("POST", "/dcinventory/api/dcinventory/inventory/inventorysearch", by_place).json()
    assert found["header"]["totalCount"] == 1


def test_switches_of_the_envelope(client: Client) -> None:
    client.set(envelope="plain", save_data="array", unknown_fields=True, broken_points=1, drop_extended=True)
    answer = client.save().json()
    assert "success" not in answer
    assert answer["data"][0]["Extended"] == {"SandboxUnknownField": {"nobody": "documented this"}}
    rows = client.call("POST", "/facility/api/facility/facility/search", {}).json()["data"]
    assert [row["FacilityId"] for row in rows] == [None, "MSK-01", "KZN-01"]


def test_dictionaries_metadata_and_what_there_is_not(client: Client) -> None:
    rows = client.call("GET", "/dcorder/api/dcorder/orderStatus").json()["data"]
    assert rows[0] == {"OrderStatusId": "1000", "Description": "Created"}
    assert client.call("GET", "/dcorder/api/fwcore/metadata/OriginalOrder").status_code == 200
    assert client.call("GET", "/dcorder/api/fwcore/metadata/Shipment").status_code == 404
    assert client.call("POST", "/shipment/api/shipment/shipment/search", {}).status_code == 404
    assert client.call("POST", "/dcorder/api/dcorder/orderStatus/save", {}).status_code == 405
    assert client.call("DELETE", f"{_ORIGINAL}/originalOrderId/1").status_code == 405


def test_organisations_do_not_meet(client: Client) -> None:
    client.save()
    other = Client(client.world, 1)
    assert other.search(_ORIGINAL, "OriginalOrderId = 'WB-1-1'") == []
    other.context = dict(client.context)
    assert other.call("POST", f"{_ORIGINAL}/search", {}).status_code == 403


def test_overrides(client: Client) -> None:
    client.control("overrides", match={"number": "WB-1-*"}, errors=["DestinationAddress.Phone"], times=1)
    refused = client.save()
    assert refused.json()["messages"]["Message"][0]["Description"].startswith("DestinationAddress.Phone")
    client.control("overrides", match={"recipient": "*Северцева"}, route="unknown_code")
    client.set(step_seconds=60)
    assert client.save().status_code == 200
    client.world.clock.advance(300)
    assert client.planned()["MinimumStatus"] == "9900"
