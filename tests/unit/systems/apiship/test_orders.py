"""Orders of ApiShip: the body that is sent, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, fingerprint
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.orders import Way, build_order, parse_order, shows, vat_rate
from b24app.systems.apiship.papers import link_of
from b24app.systems.apiship.vocabulary import ACT, LABEL

CUP = Item("Чашка", "CUP-1", 2, Money.of(450), 300, vat_percent=10)
REQUEST = ShipmentRequest(
    number="wb-42-1",
    service_code="cdek",
    kind=DeliveryKind.COURIER,
    recipient=Recipient(
        "Мария", "8900", "+79000001462", "12", "m@example.test", "ООО Ромашка", spare_phones=("+79000001463",)
    ),
    parcels=(Parcel(701, 201, 150, 99, (CUP,)),),
    address=read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12"),
    cod=Money.of(1150),
    comment="позвонить за час",
)
WAY = Way(
    carrier="cdek",
    tariff=9,
    sender=Sender("Иван", "+74950000001", "ООО Чашки"),
    start=read_address("Москва, Тверская 1"),
    end=read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12"),
    start_city="Москва",
    end_city="Казань",
    point_in=1001,
    connect="11102",
    vat="rows",
    payment="3",
)


def test_a_door_order_is_built_whole() -> None:
    """Grams as they are, a started centimetre counts, the sum to collect contains the delivery."""
    assert build_order(REQUEST, WAY) == {
        "order": {
            "clientNumber": "wb-42-1", "providerKey": "cdek", "providerConnectId": "11102", "pickupType": 2,
            "pointInId": 1001, "deliveryType": 1, "tariffId": 9, "weight": 701, "length": 21, "width": 15, "height": 10,
            "description": "позвонить за час",
        },
        "cost": {
            "assessedCost": 900.0, "codCost": 1150.0, "deliveryCost": 250.0, "isDeliveryPayedByRecipient": True,
            "paymentMethod": 3,
        },
        "sender": {
            "countryCode": "RU", "addressString": "Москва, Тверская 1", "city": "Москва", "contactName": "Иван",
            "companyName": "ООО Чашки", "phone": "+74950000001",
        },
        "recipient": {
            "countryCode": "RU", "addressString": "420111, Казань, ул. Баумана, 44/8к2, кв. 12", "city": "Казань",
            "postIndex": "420111", "contactName": "Мария", "phone": "+79000001462", "additionalPhone": "+79000001463",
            "email": "m@example.test", "companyName": "ООО Ромашка", "comment": "доб. 12",
        },
        "places": [
            {"placeNumber": "1", "weight": 701, "length": 21, "width": 15, "height": 10,
             "items": [{"articul": "CUP-1", "description": "Чашка", "quantity": 2, "assessedCost": 450.0,
                        "cost": 450.0, "costVat": 10, "weight": 300}]},
        ],
    }  # fmt: skip


def test_a_point_order_names_the_point_and_a_courier_collects() -> None:
    request = replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="1019", address=None, cod=None, comment="")
    body = build_order(request, replace(WAY, point_in=None, connect="", vat="", payment=""))
    assert body["order"] == {
        "clientNumber": "wb-42-1", "providerKey": "cdek", "pickupType": 1, "deliveryType": 2, "pointOutId": 1019,
        "tariffId": 9, "weight": 701, "length": 21, "width": 15, "height": 10,
    }  # fmt: skip
    assert body["cost"] == {
        "assessedCost": 900.0, "codCost": 0, "deliveryCost": 0.0, "isDeliveryPayedByRecipient": False,
    }  # fmt: skip
    assert "costVat" not in body["places"][0]["items"][0]


def sums(body: dict[str, Any]) -> tuple[int, int]:
    """(to collect, insured) of the goods in kopecks."""
    items = [item for place in body["places"] for item in place["items"]]
    collected = sum(round(item["cost"] * 100) * item["quantity"] for item in items)
    return collected, sum(round(item["assessedCost"] * 100) * item["quantity"] for item in items)


@pytest.mark.parametrize(("cod", "declared"), [(33334, None), (1, 100), (100_000, 70_001), (35_000, 0)])
def test_sums_are_exact_to_the_kopeck_over_two_parcels(cod: int, declared: int | None) -> None:
    tea = Item("Чай", "T-1", 3, Money.of("99.99"), 100)
    request = replace(
        REQUEST,
        parcels=(Parcel(700, 200, 150, 100, (tea,)), Parcel(300, 0, 0, 0, (replace(CUP, quantity=1),))),
        cod=Money(cod),
        declared=None if declared is None else Money(declared),
    )
    body = build_order(request, WAY)
    goods, worth = sums(body)
    assert goods + round(body["cost"]["deliveryCost"] * 100) == cod == round(body["cost"]["codCost"] * 100)
    assert worth == round(body["cost"]["assessedCost"] * 100) == (74997 if declared is None else declared)
    assert [set(place) & {"length", "width", "height"} for place in body["places"]] == [
        {"length", "width", "height"}, set(),
    ]  # fmt: skip
    # Sides of several places are no sides of the order.
    assert set(body["order"]) & {"length", "width", "height"} == set()
    assert body["order"]["weight"] == 1000


def test_a_place_without_goods_holds_one_thing() -> None:
    request = replace(REQUEST, parcels=(Parcel(700, 200, 150, 100),), declared=Money.of(500))
    body = build_order(request, WAY)
    assert body["places"][0]["items"] == [
        {"description": "позвонить за час", "quantity": 1, "assessedCost": 500.0, "cost": 0.0, "weight": 700}
    ]
    assert (body["cost"]["assessedCost"], body["cost"]["deliveryCost"]) == (500.0, 1150.0)


@pytest.mark.parametrize(
    ("setting", "of_row", "rate"),
    [("", 20, None), ("rows", 20, 20), ("rows", 18, None), ("rows", None, None), ("-1", 20, -1), ("22", None, 22),
     ("0", None, 0)],
)  # fmt: skip
def test_vat_is_none_the_goods_or_one_for_all(setting: str, of_row: int | None, rate: int | None) -> None:
    assert vat_rate(setting, of_row) == rate


INFO = {
    "orderId": 15100001, "clientNumber": "wb-42-1", "providerKey": "cdek", "providerNumber": "1200000001",
    "trackingUrl": "https://www.cdek.ru/ru/tracking?order_id=1200000001",
}  # fmt: skip
HISTORY = {
    "orderInfo": INFO,
    "rows": [
        {"key": "uploaded", "name": "Загружен", "created": "2026-11-29T13:00:05+03:00", "providerCode": "CREATED",
         "providerName": "Создан"},
        {"key": "uploading", "name": "Загрузка", "created": "2026-11-29T13:00:00+03:00"},
    ],
}  # fmt: skip


def full(**parts: Any) -> dict[str, Any]:
    body = build_order(REQUEST, WAY)
    return {**body, "extendedInfo": {"planDeliveryCost": 350.5, "factDeliveryCost": None}, **parts}


def test_an_order_is_read_whole() -> None:
    state = parse_order(full(), HISTORY)
    assert (state.remote_id, state.number, state.decision) == ("15100001", "wb-42-1", Decision.ACCEPTED)
    assert (state.order_number, state.tracking_number) == ("1200000001", "1200000001")
    assert state.tracking_url.endswith("1200000001")
    assert (state.price, state.point_code) == (Money.of("350.50"), "")
    assert state.fingerprint == fingerprint(REQUEST)
    assert [(event.code, event.at) for event in state.events] == [
        ("uploading", datetime(2026, 11, 29, 10, 0, 0, tzinfo=UTC)),
        ("uploaded", datetime(2026, 11, 29, 10, 0, 5, tzinfo=UTC)),
    ]
    assert parse_order(full(extendedInfo={"factDeliveryCost": 401}), HISTORY).price == Money.of(401)
    hiding: list[dict[str, Any]] = [{"recipient": None}, {"places": []}, {"places": [{"weight": "?"}]}]
    for hidden in hiding:
        assert parse_order(full(**hidden), HISTORY).fingerprint == ""


def with_newest(**row: Any) -> dict[str, Any]:
    newest = {"created": "2026-11-29T13:10:00+03:00", **row}
    return {"orderInfo": INFO, "rows": [newest, *HISTORY["rows"]]}


def test_the_newest_status_decides() -> None:
    refused = with_newest(key="uploadingError", errorCode="300", providerDescription="recipient.phone: неверный")
    state = parse_order(full(), refused)
    assert state.decision is Decision.REFUSED
    assert state.problems == (
        Problem("phone_refused", Field.PHONE, Who.MANAGER, "300", "recipient.phone: неверный"),
    )  # fmt: skip
    assert parse_order(full(), with_newest(key="uploading")).decision is Decision.PENDING
    cancelled = parse_order(full(), with_newest(key="deliveryCanceled"))
    assert (cancelled.decision, cancelled.cancel) == (Decision.ACCEPTED, Decision.ACCEPTED)
    bare = {"orderInfo": {**INFO, "providerNumber": None}, "rows": HISTORY["rows"]}
    assert parse_order(full(), bare).decision is Decision.PENDING


@pytest.mark.parametrize(
    ("code", "words", "ours", "who"),
    [
        ("100", "", "system_error", Who.CARRIER),
        ("200", "Направление не обслуживается", "service_unavailable", Who.MANAGER),
        ("200", "Что-то непонятное", "refused_unknown", Who.ADMIN),
        ("300", "Неверный адрес получателя", "field_invalid", Who.MANAGER),
    ],
)
def test_the_carriers_words_say_who_can_help(code: str, words: str, ours: str, who: Who) -> None:
    row = with_newest(key="uploadingError", errorCode=code, providerDescription=words, name="Ошибка загрузки")
    [problem] = parse_order(full(), row).problems
    assert (problem.code, problem.who, problem.their_code) == (ours, who, code)


def test_an_order_shows_a_change_or_does_not() -> None:
    assert shows(full(), REQUEST)
    assert shows(full(), replace(REQUEST, recipient=replace(REQUEST.recipient, phone="8 (900) 000-14-62")))
    others = [
        replace(REQUEST, comment=""),
        replace(REQUEST, cod=Money.of(1151)),
        replace(REQUEST, cod=None),
        replace(REQUEST, recipient=replace(REQUEST.recipient, name="Марина")),
        replace(REQUEST, address=read_address("Казань, ул. Баумана, 45")),
        replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="1019"),
    ]
    assert [shows(full(), other) for other in others] == [False] * len(others)
    assert not shows({}, REQUEST)


def test_links_of_papers() -> None:
    assert link_of(Reply(200, {"url": "https://s/1.pdf", "failedOrders": []}), LABEL) == "https://s/1.pdf"
    assert link_of(Reply(200, {"url": None, "failedOrders": [{"orderId": 1}]}), LABEL) == ""
    act = {"waybillItems": [{"providerKey": "cdek", "file": "https://s/2.pdf", "orderIds": [1]}]}
    assert link_of(Reply(200, act), ACT) == "https://s/2.pdf"
    assert link_of(Reply(200, {"waybillItems": []}), ACT) == ""
