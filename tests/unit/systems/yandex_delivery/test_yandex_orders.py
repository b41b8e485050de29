"""Other-day orders: kopecks, grams, centimetres; whole structures, and what is read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, fingerprint
from b24app.logistics.status import Status
from b24app.systems.yandex_delivery.orders import (
    build_order,
    dims,
    only_at_points,
    parse_order,
    recipient_info,
    unsized,
    vat_rate,
)

CUP = Item("Кружка", "MUG-1", 2, Money.of("450.00"), 300, vat_percent=22)
TEA = Item("Чай", "", 3, Money.of("99.99"), 100)
DOOR = ShipmentRequest(
    number="wb-1-1",
    service_code="other_day",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария Северцева", "8 900", "+79000001462", email="m@example.com"),
    parcels=(Parcel(700, 200, 150, 100, (CUP,)),),
    address=read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12", lat=55.79, lon=49.11),
    comment="позвонить за час",
)


def test_a_door_order_whole() -> None:
    assert build_order(DOOR, "station-1", "7700000000", "rows") == {
        "info": {"operator_request_id": "wb-1-1", "comment": "позвонить за час"},
        "source": {"platform_station": {"platform_id": "station-1"}},
        "destination": {
            "type": "custom_location",
            "custom_location": {
                "details": {
                    "full_address": "420111, Казань, ул. Баумана, 44/8к2",
                    "apartment": "12",
                    "postal_code": "420111",
                },
                "latitude": 55.79,
                "longitude": 49.11,
            },
        },
        "items": [
            {
                "count": 2,
                "name": "Кружка",
                "article": "MUG-1",
                "billing_details": {
                    "inn": "7700000000",
                    "nds": 22,
                    "unit_price": 45000,
                    "assessed_unit_price": 45000,
                },
                "place_barcode": "wb-1-1-1",
            }
        ],
        "places": [{"barcode": "wb-1-1-1", "physical_dims": {"weight_gross": 700, "dx": 20, "dy": 10, "dz": 15}}],
        "billing_info": {"payment_method": "already_paid", "delivery_cost": 0},
        "recipient_info": {
            "first_name": "Мария",
            "last_name": "Северцева",
            "phone": "+79000001462",
            "email": "m@example.com",
        },
        "last_mile_policy": "time_interval",
    }


def test_a_point_order_names_the_point_alone() -> None:
    body = build_order(replace(DOOR, kind=DeliveryKind.PICKUP, address=None, point_code="p-1", comment=""), "s")
    assert body["destination"] == {"type": "platform_station", "platform_station": {"platform_id": "p-1"}}
    assert (body["last_mile_policy"], body["info"]) == ("self_pickup", {"operator_request_id": "wb-1-1"})


def rows(request: ShipmentRequest) -> list[tuple[int, int, int, str, str]]:
    return [
        (
            item["count"],
            item["billing_details"]["unit_price"],
            item["billing_details"]["assessed_unit_price"],
            item["article"],
            item["place_barcode"],
        )
        for item in build_order(request, "s")["items"]
    ]


def collected(body: dict[str, Any]) -> int:
    goods = sum(item["count"] * item["billing_details"]["unit_price"] for item in body["items"])
    return int(goods + body["billing_info"]["delivery_cost"])


TWO = replace(DOOR, parcels=(Parcel(700, 200, 150, 100, (CUP,)), Parcel(1230, 310, 220, 140, (TEA,))))


@pytest.mark.parametrize(
    ("extras", "fitting", "partial"),
    [((), None, None), (("fitting",), True, None), (("partial",), False, True), (("partial", "fitting"), True, True)],
)
def test_what_the_buyer_chose_is_said_of_each_row(
    extras: tuple[str, ...], fitting: bool | None, partial: bool | None
) -> None:
    point = replace(DOOR, kind=DeliveryKind.PICKUP, address=None, point_code="p-1", extras=extras)
    body = build_order(point, "s")
    assert (body["items"][0].get("fitting"), body.get("particular_items_refuse")) == (fitting, partial)
    assert only_at_points(point) == []
    assert [each.code for each in only_at_points(replace(DOOR, extras=extras))] == [
        f"no_extra_{each}_door" for each in extras
    ]


def test_goods_stand_in_their_boxes() -> None:
    assert rows(TWO) == [(2, 45000, 45000, "MUG-1", "wb-1-1-1"), (3, 9999, 9999, "item-1", "wb-1-1-2")]


@pytest.mark.parametrize("minor", [1, 100, 33334, 119997, 119998, 150000])
def test_what_the_recipient_pays_is_exact_to_the_kopeck(minor: int) -> None:
    body = build_order(replace(TWO, cod=Money(minor)), "s", on_receipt="postpay")
    assert collected(body) == minor
    assert body["billing_info"]["payment_method"] == "postpay"
    assert body["billing_info"]["delivery_cost"] == max(0, minor - 119997)
    for item in body["items"]:
        money = item["billing_details"]
        assert 0 <= money["unit_price"] <= money["assessed_unit_price"]
        assert isinstance(money["unit_price"], int)


@pytest.mark.parametrize("minor", [1, 99999, 119997, 700001])
def test_the_declared_value_is_exact_and_prepaid_prices_give_way(minor: int) -> None:
    body = build_order(replace(TWO, declared=Money(minor)), "s")
    assert sum(row["count"] * row["billing_details"]["assessed_unit_price"] for row in body["items"]) == minor
    assert all(
        row["billing_details"]["unit_price"] <= row["billing_details"]["assessed_unit_price"] for row in body["items"]
    )


def test_articles_are_unique_in_a_box_when_a_sum_does_not_divide() -> None:
    found = rows(replace(DOOR, parcels=(Parcel(700, 200, 150, 100, (TEA, TEA)),), cod=Money(10000)))
    articles = [row[3] for row in found]
    assert len(set(articles)) == len(articles)
    assert articles[0] == "item-1"


def test_an_article_that_looks_like_a_repeated_one_is_kept_apart() -> None:
    goods = tuple(replace(CUP, sku=sku) for sku in ("A", "A_2", "A", "A"))
    found = rows(replace(DOOR, parcels=(Parcel(700, 200, 150, 100, goods),)))
    assert [row[3] for row in found] == ["A", "A_2", "A_3", "A_4"]


def test_an_empty_box_still_holds_a_row() -> None:
    assert rows(replace(DOOR, parcels=(Parcel(500, 100, 100, 100),))) == [(1, 0, 0, "wb-1-1-1", "wb-1-1-1")]


@pytest.mark.parametrize(("mm", "cm"), [(1, 1), (10, 1), (11, 2), (3000, 300), (3001, 301)])
def test_a_started_centimetre_counts(mm: int, cm: int) -> None:
    assert dims(Parcel(1, mm, mm, mm)) == {"weight_gross": 1, "dx": cm, "dy": cm, "dz": cm}


def test_boxes_need_their_sides() -> None:
    assert unsized([Parcel(1, 1, 1, 1)]) == []
    assert [problem.code for problem in unsized([Parcel(1, 1, 1, 1), Parcel(1, 1, 0, 1)])] == ["size_refused"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Мария", {"first_name": "Мария"}),
        ("Мария Северцева", {"first_name": "Мария", "last_name": "Северцева"}),
        (
            "Северцева Мария Ильинична",
            {"last_name": "Северцева", "first_name": "Мария", "patronymic": "Ильинична"},
        ),
        ("де ла Крус Мария", {"last_name": "де", "first_name": "ла", "patronymic": "Крус Мария"}),
    ],
)
def test_names_are_split_and_come_back_as_they_were(name: str, parts: dict[str, str]) -> None:
    recipient = Recipient(name, "", "+79000001462")
    assert recipient_info(recipient) == parts | {"phone": "+79000001462"}
    request = replace(DOOR, recipient=recipient)
    state = parse_order(answer(request))
    assert state is not None
    assert state.fingerprint == fingerprint(request)


@pytest.mark.parametrize(
    ("setting", "row", "rate"), [("", 22, -1), ("rows", 22, 22), ("rows", None, -1), ("rows", 18, -1), ("0", 22, 0)]
)
def test_vat(setting: str, row: int | None, rate: int) -> None:
    assert vat_rate(setting, row) == rate


def answer(request: ShipmentRequest = DOOR, status: str = "CREATED", **state: Any) -> dict[str, Any]:
    told = {"status": status, "description": "x", "timestamp": 1777622400} | state
    return {
        "request_id": "r-udp",
        "request": build_order(request, "s"),
        "state": told,
        "sharing_url": "https://x/1",
        "courier_order_id": "LO-1",
    }


def test_an_order_whole() -> None:
    state = parse_order(answer())
    assert state is not None
    assert (state.remote_id, state.number, state.decision) == ("r-udp", "wb-1-1", Decision.ACCEPTED)
    assert (state.order_number, state.tracking_number, state.tracking_url) == ("LO-1", "LO-1", "https://x/1")
    assert (state.price, state.cancel, state.fingerprint) == (None, None, fingerprint(DOOR))
    assert [event.status for event in state.events] == [Status.CREATED]


@pytest.mark.parametrize(
    ("status", "decision", "number"),
    [
        ("DRAFT", Decision.PENDING, ""),
        ("VALIDATING", Decision.PENDING, ""),
        ("VALIDATING_ERROR", Decision.REFUSED, ""),
        ("CREATED", Decision.ACCEPTED, "LO-1"),
        ("DELIVERY_TRACK_RECIEVED", Decision.ACCEPTED, "LO-1"),
        ("BRAND_NEW", Decision.ACCEPTED, "LO-1"),
        ("DELIVERY_UPDATED_BY_SHOP", Decision.ACCEPTED, "LO-1"),
    ],
)
def test_what_is_decided(status: str, decision: Decision, number: str) -> None:
    state = parse_order(answer(status=status))
    assert state is not None
    assert (state.decision, state.order_number) == (decision, number)
    assert bool(state.problems) is (decision is Decision.REFUSED)


def test_a_slim_answer_shows_nobody_and_an_odd_one_no_order() -> None:
    slim = {name: value for name, value in answer().items() if name != "request"}
    state = parse_order(slim)
    assert state is not None
    assert state.fingerprint == ""
    assert parse_order({}) is None
    assert parse_order({"request_id": "r"}) is None
    broken = answer()
    broken["request"]["places"] = [{"physical_dims": {"weight_gross": "700"}}]
    state = parse_order(broken)
    assert state is not None
    assert state.fingerprint == ""
