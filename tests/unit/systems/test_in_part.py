"""What systems tell of an order that was collected in part: rows that were left, money, and lists that tell nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from b24app.logistics.money import Money
from b24app.logistics.order import InPart, Left
from b24app.logistics.status import Incident
from b24app.systems.apiship import orders as apiship
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.tracking import parse_feed
from b24app.systems.boxberry import tracking as boxberry
from b24app.systems.cdek import left as cdek
from b24app.systems.cdek.orders import parse_order
from b24app.systems.dpd import left as dpd
from b24app.systems.dpd.tracking import parse_package
from b24app.systems.kit.in_part import HandedOut, in_part

NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
NOTHING, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)
Row = dict[str, Any]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [HandedOut(ONE, NOTHING, "A")],
        [HandedOut(NOTHING, ONE, "A")],
        [HandedOut(ONE, ONE, "A"), HandedOut(None, ONE, "B")],
        [HandedOut(ONE, ONE, "A"), HandedOut(TWO, Decimal(-1), "B")],
    ],
)
def test_a_list_that_cannot_be_true_of_a_part_tells_nothing(rows: list[HandedOut]) -> None:
    assert in_part(rows) is None
    assert in_part(rows, Money(500)) == InPart(None, Money(500))


def test_what_is_told_can_be_kept() -> None:
    found = InPart((Left(Decimal("1.50"), "A", "Чай"),), Money(100))
    assert InPart.from_json(found.to_json()) == found


# --- CDEK -------------------------------------------------------------------------------------------------------------


def item(key: str, name: str, amount: int, taken: Any) -> Row:
    return {"ware_key": key, "name": name, "amount": amount, "delivery_amount": taken}


def test_cdek_names_how_much_of_each_row_was_handed_over() -> None:
    rows = [item("A", "Чай", 2, 1), item("A_2", "Чай", 1, 0), item("B_2", "Бант", 3, 3), item("C_9", "Зонт", 1, 0)]
    found = cdek.left_in({"packages": [{"items": rows}]})
    assert found == InPart((Left(ONE, "A", "Чай"), Left(ONE, "A", "Чай"), Left(ONE, "C_9", "Зонт")))
    del rows[0]["delivery_amount"]
    assert cdek.left_in({"packages": [{"items": rows}]}) is None
    assert cdek.left_in({}) is None


def test_cdek_is_believed_only_of_a_delivery_in_part() -> None:
    status = {"code": "DELIVERED", "name": "Вручен", "date_time": "2026-11-29T10:00:00+0000", "reason_code": "20"}
    package = {"items": [item("A", "Чай", 2, 1)]}
    entity = {"uuid": "u", "cdek_number": "1", "packages": [package], "statuses": [status]}
    read = parse_order({"entity": entity, "requests": []})
    assert read is not None
    assert read.in_part == InPart((Left(ONE, "A", "Чай"),))
    for other in ({"reason_code": ""}, {"deleted": True}):
        read = parse_order({"entity": entity | {"statuses": [status | other]}, "requests": []})
        assert read is not None
        assert read.in_part is None


# --- Boxberry ---------------------------------------------------------------------------------------------------------


def test_boxberry_names_products_and_what_was_collected() -> None:
    products = [
        {"Name": "Чай", "Give": 1, "Return": "1", "Item_ID": "A"},
        {"Name": "Бант", "Give": 2, "Return": 0, "Item_ID": "B"},
    ]
    told = {"PD": True, "sum": 250.5, "products": products}
    assert boxberry.is_partial(told)
    assert boxberry.left_in(told) == InPart((Left(ONE, "A", "Чай"),), Money(25050))
    assert boxberry.left_in(told | {"products": []}) == InPart(None, Money(25050))
    assert boxberry.left_in({"PD": True, "products": [products[0] | {"Give": "?"}]}) is None
    assert not boxberry.is_partial(told | {"PD": False})


# --- DPD --------------------------------------------------------------------------------------------------------------


def event(*goods: Row, number: str = "3304", at: str = "2026-11-29T12:00:00", parcel: str = "wb-1-1-1-1D") -> Row:
    lines = [{"paramName": f"UnitLoad{n}", "value": [good]} for n, good in enumerate(goods, 1)]
    return {
        "clientOrderNr": "wb-1-1", "dpdOrderNr": "RU1", "clientParcelNr": parcel, "eventNumber": number,
        "eventName": "?", "eventDate": at, "parameter": lines,
    }  # fmt: skip


def good(name: str, state: str, article: str = "", count: Any = 1) -> Row:
    return {"article": article or None, "descript": name, "count": count, "state_name": state}


def test_dpd_lists_lines_of_goods_with_what_became_of_them() -> None:
    goods = [
        good("Чай", "Доставлено", "A"),
        good("Чай", "Возврат", "A"),
        good("Гвозди × 150", "Возврат"),
        good("Доставка", "Возврат"),
    ]
    assert dpd.left_in(event(*goods)) == InPart((Left(ONE, "A", "Чай"), Left(Decimal(150), "", "Гвозди")))
    assert dpd.left_in(event(*goods[:1], good("Чай", "Возврат", count=None))) is None


def test_dpd_counts_a_delivery_that_is_told_twice_once_and_none_of_several_parcels() -> None:
    part = event(good("Чай", "Доставлено", "A"), good("Чай", "Возврат", "A"))
    [told], _ = parse_package({"docId": 1, "docDate": NOW, "event": [part, part, event(number="2701")]})
    assert told.state().in_part == InPart((Left(ONE, "A", "Чай"),))
    assert Incident.PARTIAL in {each.incident for each in told.events}
    part["clientParcelNr"] = "wb-1-1-1-2D"
    [told], _ = parse_package({"docId": 1, "docDate": NOW, "event": [part]})
    assert told.state().in_part is None


# --- ApiShip ----------------------------------------------------------------------------------------------------------


def test_apiship_names_how_much_of_each_item_was_delivered() -> None:
    tea, bow = ({"articul": key, "description": key, "quantity": 2, "quantityDelivered": 2} for key in "AB")
    tea["quantityDelivered"] = 1
    full = {"order": {"orderId": 7}, "places": [{"items": [tea]}, {"items": [bow]}]}
    history = {"orderInfo": {"orderId": 7}, "rows": [{"key": "partialReturn", "created": "2026-11-29T13:00:00+03:00"}]}
    assert apiship.parse_order(full, history).in_part == InPart((Left(ONE, "A", "A"),))
    history["rows"] = [{"key": "delivered", "created": "2026-11-29T13:00:00+03:00"}]
    assert apiship.parse_order(full, history).in_part is None
    assert apiship.left_in({"places": [{"items": [tea | {"quantityDelivered": None}]}]}) is None


def test_apiships_feed_has_such_an_order_read_whole() -> None:
    rows = [
        {"orderInfo": {"orderId": n}, "statuses": [{"key": key, "created": "2026-11-29T12:40:00+03:00"}]}
        for n, key in enumerate(("delivered", "partialReturn"), 1)
    ]
    page = parse_feed(Reply(200, {"rows": rows, "meta": {"total": 2}}), NOW, 0, NOW)
    assert ([state.remote_id for state in page.states], page.read_again) == (["1"], ("2",))
