"""Boxberry's `sdata` and `ParcelInfo` (boxberry.md §6): whole structures, units at their borders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, fingerprint
from b24app.logistics.ports import City
from b24app.systems.boxberry.orders import Way, build_order, parse_order, shows, street_of, worth
from b24app.systems.boxberry.vocabulary import sides_cm

KAZAN = City("016", "Казань", "Татарстан")
WAY = Way(Sender(company="ООО Ромашка"), "010", KAZAN, "Казань")
TEA, CUP = (
    Item("Чай", "T-1", 3, Money.of("99.99"), 100),
    Item("Чашка", "CUP-1", 1, Money.of("50.03"), 300, vat_percent=22),
)
DOOR = ShipmentRequest(
    number="wb-1-1",
    service_code="parcel",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария Северцева", "8 900 000-14-62", "+79000001462", email="m@example.org",
                        spare_phones=("+79000001463", "+79000001464")),
    parcels=(Parcel(1230, 311, 220, 140, (TEA,)), Parcel(700, 200, 150, 100, (CUP,))),
    address=read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12"),
    cod=Money.of("333.34"),
    comment="Звонить за час",
)  # fmt: skip
WEIGHTS = {"weight": "1230", "x": "22", "y": "14", "z": "32", "weight2": "700", "x2": "15", "y2": "10", "z2": "20"}
POINT = replace(DOOR, kind=DeliveryKind.PICKUP, address=None, point_code="07003", cod=None, comment="")


def test_an_order_to_a_door_with_cash_on_delivery() -> None:
    assert build_order(DOOR, WAY) == {
        "order_id": "wb-1-1",
        "price": "350.00",
        "payment_sum": "333.34",
        "delivery_sum": "0.00",
        "vid": "2",
        "shop": {"name": "", "name1": "010"},
        "customer": {"fio": "Мария Северцева", "phone": "9000001462", "phone2": "9000001463", "email": "m@example.org"},
        "items": [
            {"id": "T-1", "name": "Чай", "price": "95.23", "quantity": "3"},
            {"id": "CUP-1", "name": "Чашка", "price": "47.65", "quantity": "1"},
        ],
        "weights": WEIGHTS,
        "kurdost": {
            "index": "420111", "citi": "Казань", "addressp": "ул. Баумана, 44/8к2, кв. 12", "comentk": "Звонить за час",
        },
        "sender_name": "ООО Ромашка",
        "notice": "Звонить за час",
    }  # fmt: skip


def test_a_prepaid_order_to_a_point() -> None:
    way = replace(WAY, sender=Sender(), city=None, place="", vat="rows", issue="2")
    assert build_order(POINT, way) == {
        "order_id": "wb-1-1",
        "price": "350.00",
        "payment_sum": "0.00",
        "delivery_sum": "0.00",
        "vid": "1",
        "shop": {"name": "07003", "name1": "010"},
        "customer": {"fio": "Мария Северцева", "phone": "9000001462", "phone2": "9000001463", "email": "m@example.org"},
        "items": [
            {"id": "T-1", "name": "Чай", "price": "99.99", "quantity": "3"},
            {"id": "CUP-1", "name": "Чашка", "price": "50.03", "quantity": "1"},
        ],
        "weights": {
            "weight": "1230",
            "x": "22",
            "y": "14",
            "z": "32",
            "weight2": "700",
            "x2": "15",
            "y2": "10",
            "z2": "20",
        },
        "issue": "2",
    }


@pytest.mark.parametrize(
    ("extras", "account", "sent"),
    [
        ((), "0", {"issue": "0"}),
        (("fitting",), "", {"issue": "1", "fitting": "1"}),
        (("fitting",), "0", {"issue": "1", "fitting": "1"}),
        (("fitting",), "2", {"issue": "2", "fitting": "1"}),
        (("partial",), "1", {"issue": "2"}),
        (("partial", "fitting"), "", {"issue": "2", "fitting": "1"}),
    ],
)
def test_what_the_buyer_chose_goes_before_what_the_account_is_set_to(
    extras: tuple[str, ...], account: str, sent: dict[str, str]
) -> None:
    body = build_order(replace(POINT, extras=extras), replace(WAY, issue=account))
    assert {name: body[name] for name in ("issue", "fitting") if name in body} == sent


@pytest.mark.parametrize("cod", ["0.01", "1", "333.34", "350.00", "350.01", "999.99"])
def test_the_money_adds_up_to_the_kopeck(cod: str) -> None:
    body = build_order(replace(DOOR, cod=Money.of(cod)), WAY)
    rows = sum(round(float(row["price"]) * 100) * int(row["quantity"]) for row in body["items"])
    assert (
        rows + round(float(body["delivery_sum"]) * 100)
        == round(float(body["payment_sum"]) * 100)
        == Money.of(cod).minor
    )


def test_the_declared_value_is_the_persons_else_the_goods() -> None:
    assert worth(DOOR) == Money.of("350.00")
    assert build_order(replace(DOOR, declared=Money.of(700)), WAY)["price"] == "700.00"


@pytest.mark.parametrize("part", ["declared", "cod", "goods"])
def test_another_currency_is_refused_before_anything_is_sent(part: str) -> None:
    dollars: Any = Money.of(700, "USD")
    mixed = (replace(DOOR.parcels[0], items=(TEA, replace(CUP, price=dollars))),)
    request = replace(DOOR, parcels=mixed, cod=None) if part == "goods" else replace(DOOR, **{part: dollars})
    with pytest.raises(Refused) as caught:
        build_order(request, WAY)
    assert caught.value.problems[0].code == "currency_refused"


@pytest.mark.parametrize(
    ("setting", "percent", "nds"),
    [
        ("", 20, None),
        ("rows", 20, "20"),
        ("rows", 0, "0"),
        ("rows", None, None),
        ("rows", 22, None),
        ("22", 10, "22"),
        ("-1", 20, "-1"),
    ],
)
def test_vat_of_their_texts_only_unless_an_admin_says_so(setting: str, percent: int | None, nds: str | None) -> None:
    request = replace(POINT, parcels=(Parcel(700, 0, 0, 0, (replace(CUP, vat_percent=percent),)),))
    body = build_order(request, replace(WAY, vat=setting))
    assert body["items"][0].get("nds") == nds
    assert body["weights"] == {"weight": "700"}


def test_long_texts_are_cut_and_an_update_names_its_track() -> None:
    body = build_order(replace(DOOR, comment="x" * 300), WAY, "AAP123456789")
    assert (len(body["notice"]), len(body["kurdost"]["comentk"]), body["updateByTrack"]) == (100, 255, "AAP123456789")
    assert build_order(replace(DOOR, recipient=Recipient("А", "007 (900) 111-22-33", None)), WAY)["customer"] == {
        "fio": "А", "phone": "9001112233",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sides", "centimetres"),
    [((10, 10, 10), (1, 1, 1)), ((11, 20, 21), (2, 3, 2)), ((1200, 800, 500), (80, 50, 120)), ((0, 10, 10), None)],
)
def test_a_started_centimetre_counts(sides: tuple[int, int, int], centimetres: tuple[int, int, int] | None) -> None:
    assert sides_cm(Parcel(5, *sides)) == centimetres


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Казань, ул. Баумана, 44", "ул. Баумана, 44"),
        ("г. Казань, ул. Баумана, 44", "ул. Баумана, 44"),
        ("Россия, 420111, Республика Татарстан, г.Казань, ул. Баумана, 44", "ул. Баумана, 44"),
        ("420111 Казань, ул. Баумана, 44", "ул. Баумана, 44"),
        ("ул. Казань, 4", "ул. Казань, 4"),
        ("Казань", "Казань"),
        ("Казань ул Баумана 44", "Казань ул Баумана 44"),
    ],
)
def test_a_street_is_told_without_what_has_fields_of_its_own(text: str, street: str) -> None:
    assert street_of(read_address(text), KAZAN) == street


#: §6.2 [fixture]: a point's order carries a courier object with a city; sizes may be null.
ROW: dict[str, Any] = {
    "order_id": "wb-1-1", "track_number": "AAP114630687", "declared_cost": "350", "payment_amount": "333.34",
    "delivery_cost": "0", "delivery_type": 1,
    "courier_delivery": {"postcode": "", "city": "Казань", "address_recipient": None},
    "pickup_point": {"pickup_point_code": "07003", "pickup_point_address": "420111, Казань г, Мира ул, д.1"},
    "recipient_data": {"full_name": "Мария  Северцева", "email": None, "phone": "79000001462"}, "products": [],
    "boxes_data": [{"weight": 1230, "barcode": "", "x": None, "y": None, "z": None}, {"weight": "700", "barcode": ""}],
    "issue_type": 1,
}  # fmt: skip


def test_an_order_is_read_and_known_as_ours() -> None:
    assert parse_order(ROW) == OrderState(
        remote_id="wb-1-1",
        number="wb-1-1",
        decision=Decision.ACCEPTED,
        order_number="AAP114630687",
        tracking_number="AAP114630687",
        tracking_url="https://boxberry.ru/tracking-page?id=AAP114630687",
        point_code="07003",
        fingerprint=fingerprint(POINT),
    )
    assert [parse_order(ROW | {name: ""}) for name in ("order_id", "track_number")] == [None, None]


@pytest.mark.parametrize("hidden", [{"recipient_data": []}, {"boxes_data": []}, {"boxes_data": [{"weight": "?"}]}])
def test_an_empty_object_comes_as_an_empty_list_and_proves_nothing(hidden: dict[str, Any]) -> None:
    state = parse_order(ROW | {"pickup_point": []} | hidden)
    assert state is not None
    assert (state.fingerprint, state.point_code) == ("", "")


def test_a_change_is_seen_in_what_the_order_shows() -> None:
    paid = replace(POINT, cod=Money.of("333.34"))
    assert shows(ROW, paid)
    assert not shows(ROW, POINT)
    assert not shows(ROW, replace(paid, point_code="07004"))
    assert not shows(ROW, replace(paid, recipient=Recipient("Пётр", "", "+79000001462")))
    door = ROW | {
        "pickup_point": [],
        "courier_delivery": {"city": "Казань", "address_recipient": "ул. Баумана, 44/8К2, кв.12"},
    }
    assert shows(door, DOOR)
    assert not shows(door, replace(DOOR, address=read_address("Казань, ул. Баумана, 1")))
    assert not shows(ROW | {"courier_delivery": []}, DOOR)
