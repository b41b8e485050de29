"""SAP's wire call by call: signing, the CSRF token with its cookies, errors, pages; and pyodata behind our one door."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from b24app.clock import SystemClock
from b24app.logistics.errors import LogisticsError, Refused
from b24app.systems import MemoryTokens, OpenContext
from b24app.systems.sap_ewm.client import Client
from b24app.systems.sap_ewm.errors import SapSays, reading, writing
from b24app.systems.sap_ewm.odata import BOXES, ITEMS, Deliveries
from b24app.systems.sap_ewm.vocabulary import OUTBOUND, RETURNS
from b24app.wire.calls import RemoteKey
from b24app.wire.http import Answer, Call

BASE = "https://s4.example.com:44300"
SERVICE = f"{BASE}/sap/opu/odata/sap/API_OUTBOUND_DELIVERY_SRV;v=0002"
COOKIES = "SAP_SESSIONID_S4H_100=abc%3d; path=/; HttpOnly, sap-usercontext=sap-client=100; path=/"
TOKEN = Answer(200, {"x-csrf-token": "kR2==", "set-cookie": COOKIES}, b"{}", 1)
REQUIRED = Answer(403, {"x-csrf-token": "Required"}, b"CSRF token validation failed", 1)
DONE = Answer(204, {}, b"", 1)


@dataclass
class Scripted:
    """Answers as told, and remembers what was asked."""

    answers: list[Answer]
    calls: list[Call] = field(default_factory=list)

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.answers.pop(0)

    def said(self) -> list[tuple[str, str]]:
        return [(call.verb, call.label) for call in self.calls]


def answer(document: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, headers, json.dumps(document).encode(), 1)


def error(code: str, status: int = 400, words: str = "No") -> Answer:
    return answer({"error": {"code": code, "message": {"lang": "en", "value": words}}}, status)


def opened(*answers: Answer, **settings: str) -> tuple[Client, Scripted]:
    http, clock = Scripted(list(answers)), SystemClock()
    given: Mapping[str, str] = {"user": "WAYBILL", "password": "Init1234!", "client": "100", **settings}
    context = OpenContext(given, "live", BASE, http, clock, MemoryTokens(clock), RemoteKey("sap_ewm", "1"))  # type: ignore[arg-type]
    return Client(context), http


def raised(call: Callable[[], object]) -> str:
    try:
        call()
    except (LogisticsError, SapSays) as caught:
        assert "Init1234!" not in str(caught)
        return type(caught).__name__
    return ""


# --- signing ----------------------------------------------------------------------------------------------------------


def test_a_read_is_signed_and_says_its_client_and_language() -> None:
    client, http = opened(answer({"d": {"results": []}}))
    assert client.v2("X/Set", "x", filter="A eq '1'") == []
    [call] = http.calls
    assert call.url == f"{BASE}/sap/opu/odata/sap/X/Set"
    assert dict(call.params) == {"$format": "json", "$filter": "A eq '1'"}
    assert (call.headers["sap-client"], call.headers["Accept-Language"]) == ("100", "ru")
    assert call.headers["Authorization"].startswith("Basic ")
    assert "Cookie" not in call.headers


def test_a_write_carries_the_token_and_both_cookies_and_keeps_them() -> None:
    client, http = opened(TOKEN, DONE, DONE)
    client.call("PATCH", "/x", "x", json={})
    client.call("PATCH", "/x", "x", json={})
    assert http.said() == [("GET", "csrf"), ("PATCH", "x"), ("PATCH", "x")]
    assert http.calls[0].headers["X-CSRF-Token"] == "Fetch"
    for call in http.calls[1:]:
        assert call.headers["X-CSRF-Token"] == "kR2=="
        assert call.headers["Cookie"] == "SAP_SESSIONID_S4H_100=abc%3d; sap-usercontext=sap-client=100"


def test_a_session_that_ended_is_opened_anew_once() -> None:
    client, http = opened(TOKEN, REQUIRED, TOKEN, DONE)
    client.call("DELETE", "/x", "x")
    assert http.said() == [("GET", "csrf"), ("DELETE", "x"), ("GET", "csrf"), ("DELETE", "x")]
    client, http = opened(TOKEN, REQUIRED, TOKEN, REQUIRED)
    assert (
        raised(lambda: client.call("DELETE", "/x", "x")) == "Unavailable"
    )  # nothing was done, and it is no wrong account


def test_a_token_of_access_is_kept_and_a_refused_one_renewed_once() -> None:
    token = answer({"access_token": "t-1", "expires_in": 3600})
    fresh, rows = answer({"access_token": "t-2", "expires_in": "soon"}), answer({"value": []})
    refused = Answer(401, {}, b"<html>", 1)
    client, http = opened(token, rows, refused, fresh, rows, sign="oauth", token_path="/oauth/token")
    client.v4("x/Set", "x")
    client.v4("x/Set", "x")
    assert http.said() == [("POST", "oauth.token"), ("GET", "x"), ("GET", "x"), ("POST", "oauth.token"), ("GET", "x")]
    assert http.calls[0].url == f"{BASE}/oauth/token"
    assert http.calls[0].form == {"grant_type": "client_credentials"}
    assert [call.headers["Authorization"] for call in (http.calls[1], http.calls[4])] == ["Bearer t-1", "Bearer t-2"]
    client.sign_out()
    http.answers += [token, rows]
    client.v4("x/Set", "x")
    assert http.said()[-2:] == [("POST", "oauth.token"), ("GET", "x")]


@pytest.mark.parametrize(
    ("said", "want"),
    [
        (answer({"error": "invalid_client"}, 401), "AccountProblem"),
        (Answer(403, {}, b"<html>", 1), "AccountProblem"),
        (answer({"error": "unsupported_grant_type"}, 400), "AccountProblem"),
        (answer({"token": "?"}), "Unavailable"),
        (answer(["?"]), "Unavailable"),
        (Answer(200, {}, b"<html>", 1), "Unavailable"),
        (Answer(404, {}, b"<html>", 1), "Unavailable"),
    ],
)
def test_what_a_refused_sign_in_means(said: Answer, want: str) -> None:
    client, _ = opened(said, sign="oauth")
    assert raised(lambda: client.v4("x/Set", "x")) == want


def test_a_login_page_instead_of_a_token_is_the_accounts_or_nothing() -> None:
    for said, want in ((Answer(401, {}, b"<html>", 1), "AccountProblem"),
                       (error("/IWFND/MED/170", 403), "AccountProblem"),
                       (error("/IWFND/MED/170", 404), "AccountProblem"), (Answer(200, {}, b"{}", 1), "Unavailable"),
                       (Answer(200, {"x-csrf-token": "Required"}, b"{}", 1), "Unavailable")):  # fmt: skip
        client, _ = opened(said)
        assert raised(client.check) == want


# --- what answers mean ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "read", "write"),
    [
        (error("VL/302"), "Unavailable", "Refused"),
        (error("MC/601"), "Unavailable", "Unavailable"),
        (error("X/1", 409), "Unavailable", "Unavailable"),
        (error("X/1", 412), "Unavailable", "Unavailable"),
        (error("X/1", 428), "Unavailable", "Unavailable"),
        (error("X/1", 404), "Unavailable", "Refused"),
        (error("X/1", 405), "Unavailable", "Refused"),
        (error("/IWFND/MED/403", 403), "AccountProblem", "AccountProblem"),
        (Answer(401, {}, b"<html>", 1), "AccountProblem", "AccountProblem"),
        (Answer(404, {}, b"<html>", 1), "Unavailable", "Unavailable"),
        (Answer(400, {}, b"<html>", 1), "Unavailable", "Uncertain"),
        (Answer(302, {}, b"", 1), "Unavailable", "Uncertain"),
        (Answer(500, {}, b"", 1), "Unavailable", "Uncertain"),
        (Answer(429, {}, b"", 1), "Unavailable", "Unavailable"),
    ],
)
def test_errors_of_reads_and_writes(said: Answer, read: str, write: str) -> None:
    client, _ = opened(said)
    assert raised(lambda: reading(lambda: client.v4("x/Set", "x"))) == read
    client, _ = opened(TOKEN, said)
    assert raised(lambda: writing(lambda: client.call("PATCH", "/x", "x"))) == write


def test_a_service_that_orders_do_not_need_stops_none() -> None:
    for said in (error("/IWFND/MED/170", 403), error("/IWFND/MED/170", 404), Answer(403, {}, b"<html>", 1)):
        client, _ = opened(said)
        assert raised(lambda: client.v4("x/Set", "x", optional=True)) == "Unavailable"  # noqa: B023
    client, _ = opened(Answer(401, {}, b"<html>", 1))
    assert raised(lambda: client.v4("x/Set", "x", optional=True)) == "AccountProblem"


@pytest.mark.parametrize("document", [7, None, [], {}, {"value": {}}, {"value": [1]}, {"value": ["x"]}])
def test_an_odd_list_is_no_empty_one(document: Any) -> None:
    client, _ = opened(answer(document))
    assert raised(lambda: client.v4("x/Set", "x")) == "Unavailable"
    client, _ = opened(answer({"d": document}))
    assert raised(lambda: client.v2("X/Set", "x")) == "Unavailable"


def test_pages_of_v4_are_followed() -> None:
    path, root = "g/srvd_a2x/sap/s/0001/Set", f"{BASE}/sap/opu/odata4/sap/g/srvd_a2x/sap/s/0001"
    first = answer({"value": [{"A": 1}], "@odata.nextLink": "Set?$skiptoken=1"})
    second = answer({"value": [{"A": 2}], "@odata.nextLink": f"{root}/Set?$skiptoken=2"})
    client, http = opened(first, second, answer({"value": [{"A": 3}]}))
    assert [row["A"] for row in client.v4(path, "x", filter="B eq '1'")] == [1, 2, 3]
    assert [call.url for call in http.calls] == [f"{root}/Set", f"{root}/Set?$skiptoken=1", f"{root}/Set?$skiptoken=2"]
    assert [bool(call.params) for call in http.calls] == [True, False, False]
    client, http = opened(*[answer({"value": [], "@odata.nextLink": "Set?again"})] * 60)
    assert raised(lambda: client.v4(path, "x")) == "Unavailable"
    assert len(http.calls) == 50


def test_pages_of_v2_are_followed_for_every_list() -> None:
    root = f"{BASE}/sap/opu/odata/sap/API_SALES_ORDER_SRV"
    # Behind a proxy the gateway names its inner port.
    more = f"{root}/A_SalesOrderItem?$skiptoken=2".replace(BASE, "http://s4.example.com:8000")
    first = listed({"A": 1}, __next=f"{root}/A_SalesOrderItem?$skiptoken=1")
    client, http = opened(first, listed({"A": 2}, __next=more), listed({"A": 3}))
    assert [row["A"] for row in client.v2("API_SALES_ORDER_SRV/A_SalesOrderItem", "x", filter="B eq '1'")] == [1, 2, 3]
    assert [call.url for call in http.calls] == [
        f"{root}/A_SalesOrderItem{part}" for part in ("", "?$skiptoken=1", "?$skiptoken=2")
    ]
    assert [bool(call.params) for call in http.calls] == [True, False, False]


@pytest.mark.parametrize(
    "away",
    ["https://evil.example.com/Set", "//evil.example.com/Set", "/sap/bc/ping", "../Set", "x/../../Set", "x/%2e%2e/Set",
     f"{BASE}/sap/opu/Set"],
)  # fmt: skip
def test_a_page_elsewhere_is_not_asked_for_with_our_sign_in(away: str) -> None:
    client, http = opened(answer({"value": [], "@odata.nextLink": away}), answer({"value": []}))
    assert raised(lambda: client.v4("g/srvd_a2x/sap/s/0001/Set", "x")) == "Unavailable"
    assert len(http.calls) == 1
    client, http = opened(listed(__next=away), listed())
    assert raised(lambda: client.v2("API_SALES_ORDER_SRV/A_SalesOrderItem", "x")) == "Unavailable"
    assert len(http.calls) == 1
    client, http = opened(listed(__next=away), listed())
    assert raised(lambda: Deliveries(client).items("x", "A")) == "Unavailable"
    assert len(http.calls) == 1


# --- pyodata behind our door ------------------------------------------------------------------------------------------

ITEM = {
    "ActualDeliveryQuantity": "2", "DeliveryDocument": "80000123", "DeliveryDocumentItem": "10",
    "DeliveryDocumentItemText": "Чай", "DeliveryQuantityUnit": "PC", "Material": "TEA-500",
    "OriginalDeliveryQuantity": "2.000", "PickingStatus": "A", "ReferenceSDDocument": "4711",
    "ReferenceSDDocumentItem": "10",
}  # fmt: skip
HEADER: dict[str, Any] = {
    "__metadata": {"etag": "W/\"'0001'\""}, "ActualGoodsMovementDate": None, "ActualGoodsMovementTime": "PT00H00M00S",
    "BillOfLading": "", "ConfirmationTime": "PT00H00M00S", "CreatedByUser": "WAYBILL",
    "CreationDate": "/Date(1791158400000)/", "CreationTime": "PT12H40M05S", "DeliveryBlockReason": "",
    "DeliveryDocument": "80000123", "DeliveryDocumentBySupplier": "", "DeliveryVersion": "0001",
    "LastChangeDate": None, "MeansOfTransport": "", "OverallGoodsMovementStatus": "A", "OverallPackingStatus": "",
    "OverallPickingStatus": "A", "OverallProofOfDeliveryStatus": "", "ProofOfDeliveryDate": None,
    "ShippingPoint": "1010", "TotalBlockStatus": "", ITEMS: {"results": [ITEM]}, BOXES: {"results": []},
}  # fmt: skip


def listed(*rows: Any, **more: Any) -> Answer:
    return answer({"d": {"results": list(rows), **more}})


def test_headers_come_with_their_items_and_boxes_in_one_call() -> None:
    client, http = opened(listed(HEADER))
    [row] = Deliveries(client).headers("x", "BillOfLading eq 'wb-1-1'")
    assert (row["etag"], row["ActualGoodsMovementDate"], row["CreationTime"]) == ("W/\"'0001'\"", None, "PT12H40M05S")
    assert f"{row['CreationDate']:%Y-%m-%d %z}" == "2026-10-05 +0000"
    assert [(item["Material"], item["ActualDeliveryQuantity"]) for item in row[ITEMS]] == [("TEA-500", "2")]
    [call] = http.calls
    asked = dict(call.params)
    assert call.url == f"{SERVICE}/A_OutbDeliveryHeader"
    assert (asked["$filter"], asked["$expand"]) == ("BillOfLading eq 'wb-1-1'", f"{ITEMS},{BOXES}")
    assert {"BillOfLading", f"{ITEMS}/Material", f"{BOXES}/GrossWeight"} <= set(asked["$select"].split(","))


def test_an_older_release_and_returns_are_asked_for_no_boxes() -> None:
    plain = {name: value for name, value in HEADER.items() if name != BOXES}
    client, http = opened(listed(plain), listed(plain))
    [row] = Deliveries(client, newer=False).headers("x", "A")
    assert row[BOXES] == []
    Deliveries(client, RETURNS).headers("x", "A")
    assert [dict(call.params)["$expand"] for call in http.calls] == [ITEMS, ITEMS]
    assert http.calls[1].url.endswith("API_CUSTOMER_RETURNS_DELIVERY_SRV;v=0002/A_ReturnsDeliveryHeader")


def test_pages_of_deliveries_are_followed() -> None:
    more = f"{SERVICE}/A_OutbDeliveryItem?$skiptoken=1"
    client, http = opened(listed(ITEM, __next=more), listed(ITEM))
    assert len(Deliveries(client).items("x", "A")) == 2
    assert http.calls[1].url == more
    client, http = opened(*[listed(__next=more)] * 60)
    assert raised(lambda: Deliveries(client).items("x", "A")) == "Unavailable"
    assert len(http.calls) == 50


def test_a_creation_sends_only_what_may_be_sent_and_reads_the_answer() -> None:
    client, http = opened(TOKEN, answer({"d": HEADER}, 201, etag="W/\"'0001'\""))
    row = Deliveries(client).create("x", [{"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "10"}], {})
    assert (row["DeliveryDocument"], row["etag"], len(row[ITEMS])) == ("80000123", "W/\"'0001'\"", 1)
    call = http.calls[1]
    assert (call.verb, call.url) == ("POST", f"{SERVICE}/A_OutbDeliveryHeader")
    assert call.headers["Content-Type"] == "application/json"
    sent = {"to_DeliveryDocumentItem": [{"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "10"}]}
    assert json.loads(call.body or b"") == sent


def test_changes_and_deletions_go_under_if_match() -> None:
    client, http = opened(TOKEN, DONE, DONE)
    deliveries = Deliveries(client)
    deliveries.change("x", "80000123", "W/\"'0001'\"", {"BillOfLading": "wb-1-1"})
    deliveries.delete("x", "80000123", "W/\"'0002'\"")
    patch, delete = http.calls[1:]
    assert (patch.verb, patch.headers["If-Match"], json.loads(patch.body or b"")) == (
        "PATCH", "W/\"'0001'\"", {"BillOfLading": "wb-1-1"},
    )  # fmt: skip
    assert (delete.verb, delete.headers["If-Match"]) == ("DELETE", "W/\"'0002'\"")
    assert delete.url == f"{SERVICE}/A_OutbDeliveryHeader%28%2780000123%27%29"


@pytest.mark.parametrize(
    "document",
    [7, None, [], {}, {"d": 7}, {"d": {"results": 7}}, {"d": {"results": [None]}}, {"d": {"results": ["x"]}},
     {"d": {"results": [{"DeliveryDocument": "1"}]}}],
)  # fmt: skip
def test_an_answer_that_is_no_odata_is_not_asked_about_further(document: Any) -> None:
    """pyodata would fetch a missing property by a call of its own: the door is shut after one."""
    client, http = opened(answer(document), answer({}))
    assert raised(lambda: Deliveries(client).headers("x", "A")) == "Unavailable"
    assert len(http.calls) == 1
    client, http = opened(TOKEN, answer(document, 201), answer({}))
    assert raised(lambda: Deliveries(client).create("x", [], {})) == "Uncertain"
    assert len(http.calls) == 2


@pytest.mark.parametrize("status", [200, 202])
def test_a_write_that_was_answered_otherwise_is_uncertain(status: int) -> None:
    client, _ = opened(TOKEN, answer({"d": HEADER}, status))
    assert raised(lambda: Deliveries(client).create("x", [], {})) == "Uncertain"
    client, _ = opened(TOKEN, answer({}, status))
    assert raised(lambda: Deliveries(client).change("x", "1", "*", {"BillOfLading": "a"})) == "Uncertain"


def test_one_that_is_not_there_is_said_by_the_service_itself() -> None:
    client, _ = opened(error("VL/055", 404))
    with pytest.raises(SapSays) as caught:
        Deliveries(client, OUTBOUND).read("x", "1")
    assert caught.value.said.missing
    client, _ = opened(Answer(404, {}, b"<html>", 1))
    assert raised(lambda: Deliveries(client).read("x", "1")) == "Unavailable"


def test_their_code_and_words_are_kept() -> None:
    said = error("VL/302", words="Item 000010: order quantity already delivered")
    client, _ = opened(TOKEN, said)
    with pytest.raises(Refused) as caught:
        writing(lambda: Deliveries(client).create("x", [], {}))
    [problem] = caught.value.problems
    assert (problem.their_code, problem.their_text.startswith("Item 000010")) == ("VL/302", True)


def test_a_creation_with_all_its_look_ups_ends_within_forty_seconds() -> None:
    """The row that sends it is looked up after that (writing-a-system.md)."""
    http, clock = Scripted([listed(), TOKEN, answer({"d": HEADER}, 201), DONE, listed()]), SystemClock()
    context = OpenContext({}, "live", BASE, http, clock, MemoryTokens(clock), RemoteKey("sap_ewm", "1"))  # type: ignore[arg-type]
    client = Client(context, quick=True)
    client.v2("X/Rows", "rows")
    Deliveries(client).create("x", [], {})
    Deliveries(client).change("x", "80000123", "*", {"BillOfLading": "a"})
    Deliveries(client).items("x", "A")
    assert sum(call.limits.total_s for call in http.calls) <= 40


def test_the_client_secret_goes_to_the_connections_own_host_alone() -> None:
    """Whoever may type the path of tokens need not know the secret that is stored."""
    for path in ("https://elsewhere.example.org/token", "http://elsewhere.example.org:8000/token"):
        client, http = opened(sign="oauth", token_path=path)
        assert raised(lambda: client.v4("x/Set", "x")) == "AccountProblem"  # noqa: B023
        assert http.calls == []
    client, http = opened(answer({"access_token": "t"}), answer({"value": []}), sign="oauth", token_path=f"{BASE}/t")
    client.v4("x/Set", "x")
    assert http.calls[0].url == f"{BASE}/t"


@pytest.mark.parametrize("status", [200, 400])
def test_brackets_without_end_are_an_answer_that_is_lost(status: int) -> None:
    """They stopped the account's lane."""
    client, _ = opened(Answer(status, {}, b"[" * 200_000, 1))
    assert raised(lambda: client.v4("x/Set", "x")) == "Unavailable"
