"""Orders of Russian Post: whole bodies, money to the kopeck, sides at their borders, answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, fingerprint
from b24app.systems.russian_post.addresses import is_fit, order_fields, problem_in, written
from b24app.systems.russian_post.changes import shows
from b24app.systems.russian_post.orders import (
    Way,
    build_items,
    category,
    created,
    money_of_parcels,
    names,
    own_items,
    parse_order,
    sides_of,
)
from b24app.systems.russian_post.vocabulary import dimension_type, street_first

CUP = Item("Чашка", "CUP-1", 2, Money.of(450), 300)
REQUEST = ShipmentRequest(
    number="wb-1-1",
    service_code="parcel",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария Северцева", "8 900 000-14-62", "+79000001462"),
    parcels=(Parcel(700, 201, 150, 100, (CUP,)),),
    address=read_address("Казань, Баумана 44"),
    comment="Позвонить",
)
CLEAN = {
    "id": "1", "address-type": "DEFAULT", "index": "420000", "region": "Респ Татарстан", "region-guid": "x",
    "place": "г Казань", "street": "ул Баумана", "house": "44", "room": "5", "quality-code": "GOOD",
    "validation-code": "VALIDATED",
}  # fmt: skip
TO = {
    "address-type-to": "DEFAULT", "index-to": 420000, "region-to": "Респ Татарстан", "place-to": "г Казань",
    "street-to": "ул Баумана", "house-to": "44", "room-to": "5",
}  # fmt: skip
WAY = Way(TO, "101000", 79000001462)
ITEM = {
    "order-num": "wb-1-1", "inner-num": "1/1", "mail-type": "POSTAL_PARCEL", "mail-category": "WITH_DECLARED_VALUE",
    "mail-direct": 643, "transport-type": "SURFACE", "postoffice-code": "101000", "recipient-name": "Мария Северцева",
    "surname": "Северцева", "given-name": "Мария", "middle-name": "", "fragile": False, "payment-method": "CASHLESS",
    **TO, "raw-address": "Казань, Баумана 44", "tel-address": 79000001462, "comment": "Позвонить", "mass": 700,
    "dimension": {"length": 21, "width": 15, "height": 10}, "insr-value": 90000,
}  # fmt: skip


def test_a_cleaned_address_becomes_fields_of_the_order() -> None:
    assert order_fields(CLEAN) == TO
    assert written(CLEAN) == "420000, Респ Татарстан, г Казань, ул Баумана, 44, 5"
    capital = {"index": "101000", "region": "г Москва", "place": "г Москва", "street": "ул Арбат"}
    assert written(capital) == "101000, г Москва, ул Арбат"


@pytest.mark.parametrize("quality", ["GOOD", "POSTAL_BOX", "ON_DEMAND", "UNDEF_05", "UNDEF_04", "UNDEF_01", "NEW"])
@pytest.mark.parametrize("validation", ["VALIDATED", "OVERRIDDEN", "CONFIRMED_MANUALLY", "NOT_VALIDATED_HAS_AMBI", "X"])
def test_both_verdicts_must_be_good(quality: str, validation: str) -> None:
    row = {**CLEAN, "quality-code": quality, "validation-code": validation}
    good = quality in ("GOOD", "POSTAL_BOX", "ON_DEMAND", "UNDEF_05") and not validation.startswith(("NOT", "X"))
    assert is_fit(row) is good
    problem = problem_in(row, read_address("Казань, Баумана 44"))
    assert (problem is None) is good
    if problem is not None:
        assert problem.their_text == f"{quality} {validation}"
        assert problem.params["normal"] == written(row)


def test_an_order_is_one_item_a_parcel() -> None:
    assert build_items(REQUEST, WAY) == [ITEM]
    two = replace(REQUEST, parcels=(*REQUEST.parcels, Parcel(900, 0, 150, 100, (CUP,))), cod=Money(90001))
    first, second = build_items(two, replace(WAY, group=True))
    cash = "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY"
    more = {"group-name": "wb-1-1", "add-to-mmo": True, "mail-category": cash}
    assert first == {**ITEM, **more, "inner-num": "1/2", "insr-value": 90000, "payment": 45001}
    assert (second["inner-num"], second["mass"], second["payment"], "dimension" in second) == ("2/2", 900, 45000, False)


def test_a_point_is_addressed_otherwise() -> None:
    ecom = {"delivery-point-index": "904001", "identity-methods": ["PIN"], "services": ["WITHOUT_SERVICE"]}
    to = {"address-type-to": "DEFAULT", "region-to": "Респ Татарстан", "place-to": "Казань", "ecom-data": ecom}
    request = replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="904001", service_code="online", address=None)
    [item] = build_items(request, Way(to, "101000", 79000001462, "904001"))
    gone = [*TO, "raw-address"]
    want = {**{k: v for k, v in ITEM.items() if k not in gone}, **to, "mail-type": "ONLINE_PARCEL",
            "mail-category": "COMBINED_WITH_DECLARED_VALUE", "transport-type": "STANDARD",
            "dimension-type": "M"}  # fmt: skip
    assert item == want


@pytest.mark.parametrize(
    ("declared", "cod", "want"),
    [
        (None, None, [(90000, 0), (30000, 0)]),
        (None, 100, [(90000, 75), (30000, 25)]),
        (None, 120000, [(90000, 90000), (30000, 30000)]),
        (None, 120001, [(90001, 90001), (30000, 30000)]),
        (1, None, [(1, 0), (0, 0)]),
        (0, None, [(0, 0), (0, 0)]),
        (60000, 33334, [(45000, 25001), (15000, 8333)]),
    ],
)
def test_money_is_split_to_the_kopeck_and_never_more_paid_than_insured(
    declared: int | None, cod: int | None, want: list[tuple[int, int]]
) -> None:
    tea = Item("Чай", "T-1", 3, Money.of(100), 100)
    request = replace(
        REQUEST,
        parcels=(REQUEST.parcels[0], Parcel(300, 0, 0, 0, (tea,))),
        declared=None if declared is None else Money(declared),
        cod=None if cod is None else Money(cod),
    )
    found = money_of_parcels(request)
    assert found == want
    assert all(paid <= insured for insured, paid in found)


@pytest.mark.parametrize(
    ("insured", "paid", "point", "want"),
    [
        (0, 0, False, "ORDINARY"),
        (1, 0, False, "WITH_DECLARED_VALUE"),
        (1, 1, False, "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY"),
        (0, 0, True, "COMBINED_ORDINARY"),
        (1, 1, True, "COMBINED_WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY"),
    ],
)
def test_the_category_follows_the_money(insured: int, paid: int, point: bool, want: str) -> None:
    assert category(insured, paid, point) == want


def test_a_started_centimetre_counts() -> None:
    sides = [sides_of(Parcel(1, *mm)) for mm in ((10, 10, 10), (11, 10, 1), (200, 201, 209), (0, 10, 10))]
    assert sides[0] == {"length": 1, "width": 1, "height": 1}
    assert sides[1] == {"length": 2, "width": 1, "height": 1}
    assert sides[2] == {"length": 20, "width": 21, "height": 21}
    assert sides[3] == {}


@pytest.mark.parametrize(
    ("sides", "want"),
    [
        ((260, 170, 80), "S"),
        ((80, 260, 170), "S"),
        ((261, 170, 80), "M"),
        ((300, 200, 150), "M"),
        ((300, 200, 151), "L"),
        ((400, 270, 180), "L"),
        ((401, 260, 180), "XL"),
        ((530, 260, 220), "XL"),
        ((531, 260, 220), "OVERSIZED"),
    ],
)
def test_size_classes_at_their_borders(sides: tuple[int, int, int], want: str) -> None:
    assert dimension_type(sides) == want


@pytest.mark.parametrize(
    ("full", "want"),
    [
        ("Мария Северцева", ("Северцева", "Мария", "")),
        ("Анна Сергеевна Орлова", ("Орлова", "Анна", "Сергеевна")),
        ("Орлова Анна Сергеевна", ("Орлова", "Анна", "Сергеевна")),
        ("Иван Ильич", ("Ильич", "Иван", "")),
        ("Мария", ("Мария", "Мария", "")),
        ("Жан Клод Ван Дамм", ("Дамм", "Жан Клод Ван", "")),
        ("", ("", "", "")),
    ],
)
def test_names_are_told_apart(full: str, want: tuple[str, str, str]) -> None:
    assert names(full) == want


def row(n: int, of: int, **more: Any) -> dict[str, Any]:
    return {**ITEM, "id": 100 + n, "inner-num": f"{n}/{of}", "barcode": f"8012340000000{n}", **more}


def test_an_order_is_there_when_all_its_items_are() -> None:
    whole = [row(2, 2), row(1, 2)]
    assert [each["id"] for each in own_items(whole, "wb-1-1")] == [101, 102]
    assert own_items(whole[:1], "wb-1-1") == []
    assert own_items(whole, "wb-1-11") == []
    assert own_items([{**row(1, 1), "id": 500}, row(1, 1)], "wb-1-1") == [row(1, 1)]
    bare = {name: value for name, value in row(1, 1).items() if name != "inner-num"}
    assert own_items([bare], "wb-1-1") == [bare]


def test_the_state_of_an_order_of_two_items() -> None:
    rates = {"total-rate-wo-vat": 10000, "total-vat": 2200}
    state = parse_order([row(1, 2, **rates), row(2, 2, mass=900, **rates)], "wb-1-1", with_events=False)
    two = replace(REQUEST, parcels=(*REQUEST.parcels, Parcel(900, 0, 0, 0)))
    assert state == OrderState(
        "wb-1-1", "wb-1-1", Decision.ACCEPTED, "80123400000001", "80123400000001,80123400000002",
        "https://www.pochta.ru/tracking?barcode=80123400000001", Money(24400), fingerprint=fingerprint(two),
    )  # fmt: skip
    assert parse_order([row(1, 1)], "wb-1-1", with_events=False).price is None
    weighed = [row(1, 2, **{"weight-pay": 1500}), row(2, 2, **{"weight-pay": 900})]
    assert parse_order(weighed, "wb-1-1", with_events=False).weighed_g == 2400
    assert parse_order([weighed[0], row(2, 2)], "wb-1-1", with_events=False).weighed_g == 0
    assert parse_order([row(1, 1, mass=None)], "wb-1-1", with_events=False).fingerprint == ""
    assert created(REQUEST, [ITEM], ["80123400000001"]).fingerprint == fingerprint(REQUEST)


def test_the_last_operation_is_the_history_of_the_cheap_way() -> None:
    last = {"last-oper-type": "PROCESSING", "last-oper-attr": "ARRIVED", "last-oper-date": "2026-02-10T09:00:00.000Z",
            "human-operation-name": "Прибыло в место вручения"}  # fmt: skip
    [event] = parse_order([row(1, 1, **last)], "wb-1-1", with_events=True).events
    assert (event.code, event.status, event.at.isoformat()) == ("8/2", "ready_for_pickup", "2026-02-10T09:00:00+00:00")
    assert parse_order([row(1, 1)], "wb-1-1", with_events=True).events == ()


def test_whether_items_show_what_was_asked_for() -> None:
    assert shows([{**ITEM, "id": 1, "index-to": 420000, "str-index-to": "420000"}], [ITEM])
    assert shows([{name: value for name, value in ITEM.items() if name != "middle-name"}], [ITEM])
    assert not shows([{**ITEM, "comment": "Другое"}], [ITEM])
    assert not shows([{**ITEM, "payment": 100}], [ITEM])
    assert not shows([ITEM, ITEM], [ITEM])


def test_a_street_is_named_as_in_the_export() -> None:
    assert street_first("Ленина ул, 68") == "ул Ленина, 68"
    assert street_first("Карла Маркса пр-кт, 1, корп 2") == "пр-кт Карла Маркса, 1, корп 2"
    assert street_first("Сады, 1") == "Сады, 1"
