"""The emulated Russian Post: sign-in, orders, batches, papers, returns (contract §1, §3, §7, §8, §9, §11)."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.world import World

from .russian_post_client import COD, PostClient


@pytest.fixture(scope="module")
def post_world() -> Iterator[World]:
    with World(systems=["russian_post"]) as world:
        yield world


@pytest.fixture
def post(post_world: World) -> PostClient:
    post_world.reset()
    return PostClient(post_world)


@pytest.fixture
def small(post: PostClient) -> PostClient:
    """The account with few rights."""
    return PostClient(post.world, 1)


# --- who calls, and how often ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "AccessToken wrong"},
        {"Authorization": "Bearer sandboxPostTokenRomashka00000001"},
        {"X-User-Authorization": ""},
        {"X-User-Authorization": "Basic d3Jvbmc6d3Jvbmc="},
        {"X-User-Authorization": "Basic not base64"},
        {"Authorization": "AccessToken sandboxPostTokenVasilek000000002"},
    ],
)
def test_both_credentials_are_needed(post: PostClient, headers: dict[str, str]) -> None:
    post.http.headers.update(headers)
    for path in ("/1.0/settings/limit", "/postoffice/1.0/101000"):
        answer = post.call("GET", path)
        assert (answer.status_code, answer.json()) == (401, {"status": 401, "message": "Unauthorized"})


def test_the_phone_is_a_login_too(post: PostClient) -> None:
    user = base64.b64encode(f"{post.keys['phone']}:{post.keys['password']}".encode()).decode()
    post.http.headers["X-User-Authorization"] = f"Basic {user}"
    assert post.call("GET", "/1.0/settings/limit").status_code == 200


def test_calls_are_counted_and_limited_by_the_day(post: PostClient, small: PostClient) -> None:
    post.set(day_limit=3)
    assert post.get("/1.0/settings/limit") == {"allowed-count": 3, "current-count": 1}
    assert [post.call("GET", "/1.0/settings/limit").status_code for _ in range(3)] == [200, 200, 509]
    assert small.call("GET", "/1.0/settings/limit").status_code == 200
    post.world.clock.advance(24 * 3600)
    assert post.get("/1.0/settings/limit")["current-count"] == 1


def test_a_blocked_account_and_an_unknown_path(post: PostClient) -> None:
    answer = post.call("GET", "/1.0/nothing")
    assert (answer.status_code, answer.json()["message"]) == (407, "Error namespace or mask or method not found")
    post.set(blocked_accounts=["shop"])
    assert post.call("GET", "/1.0/settings/limit").status_code == 403


# --- creation -------------------------------------------------------------------------------------------------------


def test_an_order_has_its_barcode_and_price_at_once(post: PostClient) -> None:
    made = post.create(**COD)
    barcode = made["barcode"]
    first = [int(digit) for digit in barcode]
    weighed = sum(digit * (3 if at % 2 == 0 else 1) for at, digit in enumerate(first[:13]))
    assert (len(barcode), first[13]) == (14, -weighed % 10)
    assert made["result-id"] > 2**31
    row = post.get(f"/1.0/backlog/{made['result-id']}")
    assert (row["barcode"], row["postmarks"], row["version"]) == (barcode, ["NONSTANDARD"], 0)
    assert row["total-vat"] == round(row["total-rate-wo-vat"] * 0.22)
    assert row["insr-rate-wo-vat"] == 2700
    assert [found["id"] for found in post.get("/1.0/backlog/search", query="B24-1041")] == [made["result-id"]]
    assert [found["id"] for found in post.get("/1.0/backlog/search", query=barcode)] == [made["result-id"]]
    accepted = post.world.control.journal(kind="order.accepted")[0]
    assert (accepted["key"], accepted["data"]["phone"], accepted["data"]["payment"]) == (
        "B24-1041",
        "79000001462",
        90000,
    )


def test_version_1_answers_ids_alone_and_numbers_may_repeat(post: PostClient) -> None:
    answer = post.call("PUT", "/1.0/user/backlog", [post.order(), post.order()]).json()
    assert list(answer) == ["result-ids"]
    assert len(set(answer["result-ids"])) == 2
    assert len(post.get("/1.0/backlog/search", query="B24-1041")) == 2
    assert post.call("PUT", "/1.0/user/backlog", []).json() == {"result-ids": []}
    assert post.get("/1.0/backlog/search", query="B24-1") == []


def test_some_may_fail_while_others_are_made(post: PostClient) -> None:
    rows = [post.order(), post.order(index_to=None, postoffice_code=None)]
    answer = post.call("PUT", "/2.0/user/backlog", rows).json()
    assert len(answer["orders"]) == 1
    error = answer["errors"][0]
    assert error["position"] == 1
    assert [row["code"] for row in error["error-codes"]] == ["EMPTY_INDEX_TO", "EMPTY_POSTOFFICE_CODE"]
    assert error["error-codes"][1]["details"] == "101000 420000"


DECLARED = {"mail_category": "WITH_DECLARED_VALUE"}
CASH = {"mail_category": "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY"}
POINT = {"mail_type": "ONLINE_PARCEL", "mail_category": "COMBINED_ORDINARY", "index_to": None}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mail_category": None}, "EMPTY_MAIL_CATEGORY"),
        ({"mail_category": "FAST"}, "ILLEGAL_MAIL_CATEGORY"),
        ({"mail_category": "SIMPLE"}, "ILLEGAL_MAIL_CATEGORY"),
        ({"mail_type": None}, "EMPTY_MAIL_TYPE"),
        ({"mail_type": "ROCKET"}, "ILLEGAL_MAIL_TYPE"),
        ({"mail_type": "HYPER_CARGO"}, "UNAVAILABLE_MAIL_TYPE"),
        ({"address_type_to": None}, "EMPTY_ADDRESS_TYPE_TO"),
        ({"address_type_to": "CASTLE"}, "ILLEGAL_ADDRESS_TYPE_TO"),
        ({"address_type_to": "PO_BOX"}, "EMPTY_NUM_ADDRESS_TYPE"),
        ({"mail_direct": None}, "EMPTY_MAIL_DIRECT"),
        ({"mail_direct": 112}, "UNAVAILABLE_MAIL_TYPE"),
        ({"index_to": 777777}, "ILLEGAL_INDEX_TO"),
        ({"region_to": ""}, "EMPTY_REGION_TO"),
        ({"place_to": None}, "EMPTY_PLACE_TO"),
        ({"street_to": None}, "EMPTY_STREET_TO"),
        ({"recipient_name": "?"}, "ILLEGAL_RECIPIENT_NAME"),
        ({"given_name": ""}, "ILLEGAL_INITIALS"),
        ({"mail_type": "EMS", "tel_address": None}, "EMPTY_TELADDRESS"),
        (DECLARED, "EMPTY_INSR_VALUE"),
        (DECLARED | {"insr_value": 0}, "ILLEGAL_INSR_VALUE"),
        (DECLARED | {"insr_value": 50_000_001}, "INSR_VALUE_EXCEEDS_MAX"),
        (CASH | {"insr_value": 100}, "EMPTY_PAYMENT"),
        (CASH | {"insr_value": 100, "payment": 101}, "NOT_INSURED_PAYMENT"),
        ({"payment": 1}, "ILLEGAL_PAYMENT"),
        ({"mass": None}, "EMPTY_MASS"),
        ({"mass": 0}, "ILLEGAL_MASS"),
        ({"mass": 50_001}, "ILLEGAL_MASS_EXCESS"),
        ({"transport_type": "STANDARD"}, "ILLEGAL_TRANSPORT_TYPE"),
        ({"postoffice_code": "190000"}, "ILLEGAL_POSTOFFICE_CODE"),
        ({"payment_method": "BARTER"}, "ILLEGAL_PAYMENT_METHOD"),
        ({"sms_notice_recipient": 2}, "ILLEGAL_SMS_NOTICE_RECIPIENT_VALUE"),
        ({"letter_to": "АБВ"}, "ILLEGAL_ADDRESS_LETTER"),
        ({"delivery_with_cod": True}, "EMPTY_FISCAL_DATA"),
        (POINT, "EMPTY_DELIVERY_POINT_INDEX"),
        (POINT | {"ecom_data": {"delivery-point-index": "900001"}}, "EMPTY_DIMENSION_TYPE"),
        (
            POINT | {"ecom_data": {"delivery-point-index": "900001"}, "dimension_type": "S", "mass": 15_001},
            "ILLEGAL_MASS_EXCESS",
        ),
    ],
)
def test_what_is_wrong_is_told_by_its_code(post: PostClient, changes: dict[str, Any], code: str) -> None:
    assert code in post.codes(**changes)
    assert post.world.journal.find(kind="order.accepted") == []


def test_types_are_checked_before_anything_else(post: PostClient) -> None:
    for changes in ({"mass": "700"}, {"tel-address": "+79000001462"}, {"fragile": "no"}, {"dimension": [1, 2, 3]}):
        answer = post.call("PUT", "/1.0/user/backlog", [post.order() | changes])
        assert (answer.status_code, answer.json()["status"]) == (400, 400), changes
    assert post.call("PUT", "/1.0/user/backlog", {"order-num": "1"}).status_code == 400
    broken = post.call("PUT", "/1.0/user/backlog", [[]])
    assert (broken.status_code, broken.json()["code"]) == (500, "1002")
    # What nobody documented is taken silently, and noted for whoever reads the journal.
    post.call("PUT", "/1.0/user/backlog", [post.order(wight=700)])
    assert post.world.journal.find(kind="rest.call")[-1].data["unknown_fields"] == ["wight"]


def test_a_small_account_has_no_cash_on_delivery_and_no_groups(small: PostClient) -> None:
    assert "RESTRICTED_MAIL_CATEGORY" in small.codes(**COD)
    assert small.codes(group_name="G1", add_to_mmo=True) == ["GROUPING_TO_MMO_ERROR"]


def test_pieces_of_one_group(post: PostClient) -> None:
    rows = [post.order(group_name="G1", add_to_mmo=True, mass=mass) for mass in (500, 900)]
    made = post.call("PUT", "/2.0/user/backlog", rows).json()["orders"]
    assert [row["group-name"] for row in made] == ["G1", "G1"]
    found = post.get("/1.0/backlog/by-group-name/G1")
    assert [(row["mass"], row["in-mmo"]) for row in found] == [(500, True), (900, True)]
    assert post.codes(group_name="G1", recipient_name="Другой Иван") == ["GROUPING_TO_MMO_ERROR"]


def test_a_postamat_is_an_address(post: PostClient) -> None:
    made = post.create(**POINT | {"ecom_data": {"delivery-point-index": "904001"}, "dimension_type": "S"})
    row = post.get(f"/1.0/backlog/{made['result-id']}")
    assert "index-to" not in row
    assert row["ecom-data"] == {"delivery-point-index": "904001"}


def test_a_wanted_refusal_strikes_by_name(post: PostClient) -> None:
    rule = {"match": {"recipient": "Северцева*"}, "errors": ["TARIFF_ERROR"], "times": 1}
    post.world.control.post("/russian_post/overrides", rule)
    assert post.codes() == ["TARIFF_ERROR"]
    assert post.codes() == []


# --- change, deletion -------------------------------------------------------------------------------------------------


def test_what_was_read_may_be_sent_back_changed(post: PostClient) -> None:
    made = post.create()
    path = f"/1.0/backlog/{made['result-id']}"
    row = post.get(path)
    assert post.call("PUT", path, row | {"mass": 2500}).json() == {}
    after = post.get(path)
    assert (after["mass"], after["version"], after["barcode"]) == (2500, 1, made["barcode"])
    assert after["total-rate-wo-vat"] > row["total-rate-wo-vat"]
    refused = post.call("PUT", path, row | {"mass": 0}).json()
    assert refused["errors"][0]["error-codes"][0]["code"] == "ILLEGAL_MASS"
    missing = post.call("GET", "/1.0/backlog/1")
    assert (missing.status_code, missing.json()["sub-code"]) == (404, "RESOURCE_NOT_FOUND")


def test_deletion_is_final_and_told_twice_as_not_found(post: PostClient) -> None:
    made = post.create()
    assert post.call("DELETE", "/1.0/backlog", [made["result-id"]]).json() == {"result-ids": [made["result-id"]]}
    again = post.call("DELETE", "/1.0/backlog", [made["result-id"]]).json()
    assert again == {"errors": [{"error-code": "NOT_FOUND", "position": 0}]}
    assert post.get("/1.0/backlog/search", query="B24-1041") == []
    assert post.operations(made["barcode"])[-1][0] == "46/0"
    assert post.call("DELETE", "/1.0/backlog", ["1"]).status_code == 400


# --- batches ----------------------------------------------------------------------------------------------------------


def test_an_order_lives_in_the_backlog_or_in_a_batch(post: PostClient) -> None:
    made = post.create()
    number = made["result-id"]
    answer = post.call("POST", "/1.0/user/shipment", [number, 5], **{"use-online-balance": "true"}).json()
    batch = answer["batches"][0]
    assert (batch["batch-status"], batch["mail-type"], batch["combined-batch-mail-types"]) == (
        "CREATED", "COMBINED", ["POSTAL_PARCEL"],
    )  # fmt: skip
    assert (answer["result-ids"], answer["errors"][0]["error-code"]) == ([number], "NOT_FOUND")
    assert "error-description" in answer["errors"][0]
    assert post.get("/1.0/backlog/search", query="B24-1041") == []
    found = post.get("/1.0/shipment/search", query=made["barcode"])[0]
    assert (found["batch-name"], found["batch-status"]) == (batch["batch-name"], "CREATED")
    assert "last-oper-type" not in found
    assert post.call("POST", "/1.0/user/backlog", [number]).json() == {"result-ids": [number]}
    assert post.call("GET", f"/1.0/batch/{batch['batch-name']}").status_code == 404


def test_products_and_offices_have_batches_of_their_own(post: PostClient) -> None:
    ids = [
        post.create(**changes)["result-id"]
        for changes in ({}, {"mail_type": "EMS"}, {"postoffice_code": "420000"}, {"mail_type": "ONLINE_COURIER"})
    ]
    rows = post.call("POST", "/1.0/user/shipment", ids).json()["batches"]
    assert sorted((row["mail-type"], row["postoffice-code"], row["shipment-count"]) for row in rows) == [
        ("COMBINED", "101000", 2), ("COMBINED", "420000", 1), ("EMS", "101000", 1),
    ]  # fmt: skip


def test_dates_are_not_in_the_past(post: PostClient) -> None:
    number = post.create()["result-id"]
    answer = post.call("POST", "/1.0/user/shipment", [number], **{"sending-date": "2020-01-01"}).json()
    assert answer["errors"][0]["error-code"] == "PAST_DUE_DATE"
    name = post.batch(number)
    assert post.call("POST", f"/1.0/batch/{name}/sending/2020/1/1").json()["error-code"] == "PAST_DUE_DATE"
    assert post.call("POST", f"/1.0/batch/{name}/sending/2099/1/31").json() == {"f103-sent": False}
    assert post.get(f"/1.0/batch/{name}")["list-number-date"] == "2099-01-31"


def test_check_in_is_the_point_of_no_return(post: PostClient) -> None:
    made = post.create(**COD)
    name = post.batch(made["result-id"])
    forms = [f"/1.0/forms/{name}/f103pdf", f"/1.0/forms/{name}/zip-all"]
    assert [post.call("GET", path).status_code for path in forms] == [400, 400]
    assert post.call("GET", "/1.0/forms/999/zip-all").status_code == 500
    assert post.call("POST", f"/1.0/batch/{name}/checkin").json() == {}
    for method, path in (("DELETE", "/1.0/shipment"), ("POST", "/1.0/user/backlog")):
        assert post.call(method, path, [made["result-id"]]).json()["errors"][0]["error-code"] == "READONLY_STATE"
    again = post.call("POST", f"/1.0/batch/{name}/checkin").json()
    assert again == {"error-code": "READONLY_STATE", "f103-sent": False}
    assert post.get("/1.0/batch") == []
    assert post.call("GET", forms[0]).content.startswith(b"%PDF-")
    names = zipfile.ZipFile(io.BytesIO(post.call("GET", forms[1]).content)).namelist()
    assert {"Export.csv", "F103.pdf", "F7.pdf", "F112.pdf"} <= set(names)


def test_the_office_moves_the_batch_on(post: PostClient) -> None:
    made = post.create()
    name = post.batch(made["result-id"])
    post.call("POST", f"/1.0/batch/{name}/checkin")
    seen = []
    for code in ("1/2", "8/1"):
        post.move("B24-1041", code)
        row = post.get(f"/1.0/batch/{name}/shipment")[0]
        seen.append((row["batch-status"], row["last-oper-type"], row["last-oper-attr"]))
    assert seen == [("ACCEPTED", "ACCEPTING", "PARTIAL_ACCEPTING"), ("SENT", "PROCESSING", "SENT")]
    answer = post.call("DELETE", "/1.0/shipment", [made["result-id"]]).json()
    assert answer["errors"][0]["error-code"] == "DELIVERY_IN_PROGRESS"
    assert post.call("PUT", "/1.0/archive", [name, "999"]).json() == [
        {"batch-name": name}, {"batch-name": "999", "error-code": "NOT_FOUND"},
    ]  # fmt: skip


def test_money_for_check_in(post: PostClient) -> None:
    post.set(balance=10, offline_balance_forbidden=True)
    name = post.batch(post.create()["result-id"])
    refused = post.call("POST", f"/1.0/batch/{name}/checkin", useOnlineBalance="true")
    assert (refused.json()["code"], "available 10" in refused.json()["desc"]) == ("1024", True)
    offline = post.call("POST", f"/1.0/batch/{name}/checkin", useOnlineBalance="false").json()
    assert offline == {"error-code": "OFFLINE_BALANCE_FORBIDDEN", "f103-sent": False}
    assert post.get(f"/1.0/batch/{name}")["batch-status"] == "CREATED"
    post.set(offline_balance_forbidden=False, checkin_answer="f103")
    assert post.call("POST", f"/1.0/batch/{name}/checkin").json() == {"f103-sent": True}


def test_orders_join_a_batch_that_exists(post: PostClient) -> None:
    name = post.batch(post.create()["result-id"])
    other, ems = post.create()["result-id"], post.create(mail_type="EMS")["result-id"]
    answer = post.call("POST", f"/1.0/batch/{name}/shipment", [other, ems]).json()
    assert (answer["result-ids"], answer["errors"][0]["error-code"]) == ([other], "DIFFERENT_MAIL_TYPE")
    inside = post.call("PUT", f"/1.0/batch/{name}/shipment", [post.order(order_num="B24-2")]).json()
    assert len(inside["result-ids"]) == 1
    assert post.call("PUT", f"/1.0/batch/{name}/shipment", [other]).status_code == 400
    assert len(post.get(f"/1.0/batch/{name}/shipment", size=2)) == 2
    assert len(post.get(f"/1.0/batch/{name}/shipment", size=2, page=1)) == 1


# --- papers, returns --------------------------------------------------------------------------------------------------


def test_labels_after_their_step(post: PostClient, small: PostClient) -> None:
    made, ems = post.create(), post.create(mail_type="EMS")
    number = made["result-id"]
    assert post.call("GET", f"/1.0/forms/{number}/f7pdf").status_code == 404
    assert post.call("GET", f"/1.0/forms/backlog/{number}/forms").json()["desc"] == "Forbidden mail type"
    assert post.call("GET", f"/1.0/forms/backlog/{ems['result-id']}/forms").content.startswith(b"%PDF-")
    own = small.create(mail_type="EMS")["result-id"]
    assert small.call("GET", f"/1.0/forms/backlog/{own}/forms").status_code == 403
    post.batch(number)
    label = post.call("GET", f"/1.0/forms/{number}/f7pdf", **{"print-type": "THERMO"})
    assert (label.content[:5], label.headers["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert made["barcode"].encode() in label.content
    assert post.call("GET", f"/1.0/forms/{number}/f112pdf").status_code == 500
    assert post.call("GET", f"/1.0/forms/{number}/f7pdf", **{"print-type": "SILK"}).status_code == 400


def test_a_return_needs_a_shipment_that_really_left(post: PostClient) -> None:
    made = post.create()
    wish = {"direct-barcode": made["barcode"], "mail-type": "EASY_RETURN"}
    assert post.call("PUT", "/1.0/returns", wish).json()["errors"][0]["code"] == "DIRECT_SHIPMENT_NOT_FOUND"
    sent = post.sent(order_num="B24-7")
    wish["direct-barcode"] = sent["barcode"]
    assert post.call("PUT", "/1.0/returns", {"direct-barcode": sent["barcode"]}).status_code == 400
    back = post.call("PUT", "/1.0/returns", wish).json()["return-barcode"]
    assert post.call("PUT", "/1.0/returns", wish).json()["errors"][0]["code"] == "RETURN_ALREADY_EXIST"
    assert post.get("/1.0/shipment/search", query=sent["barcode"])[0]["linked-barcode"] == back
    post.set(return_again="same", returns_named=False)
    assert post.call("PUT", "/1.0/returns", wish).json()["return-barcode"] == back
    assert "linked-barcode" not in post.get("/1.0/shipment/search", query=sent["barcode"])[0]
    assert post.call("GET", f"/1.0/forms/{back}/easy-return-pdf").content.startswith(b"%PDF-")
    assert post.operations(back)[0][0] == "28/0"


def test_separate_returns_need_the_right(post: PostClient, small: PostClient) -> None:
    start = {"address-type": "DEFAULT", "index": "420000", "place": "г Казань", "region": "Респ Татарстан"}
    wish = {"address-from": start, "mail-type": "EASY_RETURN", "sender-name": "Мария", "recipient-name": "ООО Ромашка"}
    path = "/1.0/returns/return-without-direct"
    assert small.call("PUT", path, [wish]).json()[0]["errors"][0]["code"] == "FREE_ER_ADDRESS_NOT_ENABLED"
    assert post.call("PUT", path, [wish | {"insr-value": 10.5}]).status_code == 400
    wrong, right = post.call("PUT", path, [wish | {"postoffice-code": "190000"}, wish | {"order-num": "R-1"}]).json()
    assert (wrong["errors"][0]["code"], right["position"]) == ("ILLEGAL_POSTOFFICE_CODE", 1)
    assert post.get("/1.0/shipment/search", query="R-1") == []
    post.set(returns_searched=True)
    assert post.get("/1.0/shipment/search", query="R-1")[0]["barcode"] == right["return-barcode"]
    delete = "/1.0/returns/delete-separate-return"
    assert post.call("DELETE", delete, barcode=right["return-barcode"]).json() == {}
    assert post.call("DELETE", delete, barcode=right["return-barcode"]).json()["code"] == "RETURN_SHIPMENT_NOT_FOUND"


def test_a_fault_speaks_as_the_gateway_does(post: PostClient) -> None:
    post.world.control.fault("russian_post", "status", params={"status": 503}, times=1)
    assert post.call("GET", "/1.0/settings/limit").text == "Service Unavailable"
    post.world.control.fault("russian_post", "break_after", match={"method": "PUT"}, times=1)
    with pytest.raises(requests.ConnectionError):
        post.call("PUT", "/1.0/user/backlog", [post.order()])
    assert len(post.get("/1.0/backlog/search", query="B24-1041")) == 1
