"""Orders of PEK: the body that is sent, whole, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, fingerprint, is_ours
from b24app.logistics.problem import Field, Who
from b24app.systems.pek.cargo import cash, totals, vat_word, worth
from b24app.systems.pek.orders import Terms, build_order, parse_submit, product

CUP = Item("Чашка", "CUP-1", 2, Money.of(450), 300, vat_percent=22)
REQUEST = ShipmentRequest(
    number="wb-42-1",
    service_code="ltl",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария Северцева", "8900", "+79000001462", email="m@example.test"),
    parcels=(Parcel(701, 201, 150, 99, (CUP,)),),
    address=read_address("Россия, Казань, ул. Баумана, 44"),
    comment="позвонить за час",
)
SENDER = Sender("Иванов Иван", "+74956651112", "Ромашка", "warehouse-1")
TERMS = Terms("7716542310")
DAY = date(2026, 12, 4)
OFF = {"enabled": False}
PAYER = {"payer": {"type": 1}}


def test_a_door_order_is_built_whole() -> None:
    assert build_order(REQUEST, SENDER, TERMS, DAY) == {
        "common": {"docflowType": "COURIER", "orderType": 0},
        "sender": {
            "legalForm": 1,
            "inn": "7716542310",
            "title": "Ромашка",
            "person": "Иванов Иван",
            "personPhones": [{"phone": "+74956651112"}],
            "warehouseId": "warehouse-1",
        },
        "cargos": [
            {
                "common": {
                    "positionsCount": 1,
                    "weight": 0.71,
                    "volume": 0.01,
                    "length": 0.21,
                    "width": 0.15,
                    "height": 0.1,
                    "type": 3,
                    "description": "Товары народного потребления",
                    "orderNumber": "wb-42-1",
                    "customerCorrelation": "wb-42-1",
                },
                "receiver": {
                    "legalForm": 3,
                    "title": "Мария Северцева",
                    "individual": {"lastName": "Северцева", "firstName": "Мария"},
                    "person": "Мария Северцева",
                    "personPhones": [{"phone": "+79000001462"}],
                    "email": "m@example.test",
                    "addressStock": "Россия, Казань, ул. Баумана, 44",
                    "comment": "позвонить за час",
                },
                "services": {
                    "transporting": PAYER,
                    "delivery": {"enabled": True, **PAYER},
                    "insurance": {"enabled": True, "cost": 900.0, **PAYER},
                    "sealing": {"enabled": True, **PAYER},
                    "hardPacking": OFF,
                    "strapping": OFF,
                    "documentsReturning": OFF,
                },
            }
        ],
    }


def _cargo(request: ShipmentRequest, sender: Sender = SENDER, terms: Terms = TERMS) -> dict[str, Any]:
    found: dict[str, Any] = build_order(request, sender, terms, DAY)["cargos"][0]
    return found


def test_a_point_order_names_its_warehouse_and_no_address() -> None:
    point = replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="warehouse-9", address=None)
    cargo = _cargo(point)
    assert cargo["receiver"]["warehouseId"] == "warehouse-9"
    assert not {"addressStock", "comment", "coordinates"} & set(cargo["receiver"])
    assert cargo["services"]["delivery"] == OFF


def test_a_car_comes_where_nothing_is_handed_in() -> None:
    home = replace(read_address("Москва, ул. Ленина, 10"), lat=55.75, lon=37.61)
    body = build_order(REQUEST, Sender("", "+74956651112", "Ромашка", address=home), TERMS, DAY)
    assert body["common"] == {
        "docflowType": "COURIER",
        "orderType": 3,
        "plannedDate": "2026-12-04",
        "callToScheduleCar": True,
    }
    assert body["pickUpDetails"] == {
        "periodTimeFrom": "10:00:00",
        "periodTimeTo": "18:00:00",
        "coordinates": {"latitude": "55.750000", "longitude": "37.610000"},
    }
    assert body["sender"]["addressStock"] == "Москва, ул. Ленина, 10"
    assert body["sender"]["person"] == "Ромашка"
    assert body["cargos"][0]["services"]["pickUp"] == PAYER


def test_who_pays_and_what_the_law_asks_for_are_the_accounts() -> None:
    terms = Terms("771654231012", "2", "FFS_EDI", "edo@example.test", "Посуда", "2", "22")
    body = build_order(REQUEST, SENDER, terms, DAY)
    assert body["sender"]["legalForm"] == 2
    assert body["EDICounterpart"] == {"EDItype": 1, "EDImail": "edo@example.test"}
    cargo = body["cargos"][0]
    assert (cargo["common"]["description"], cargo["common"]["countryCargocode"]) == ("Посуда", ["643"])
    assert cargo["services"]["transporting"] == {"payer": {"type": 2}}


@pytest.mark.parametrize(("grams", "sealed"), [(2990, True), (3000, True), (3001, False)])
def test_small_cargo_is_sealed(grams: int, *, sealed: bool) -> None:
    small = replace(REQUEST, parcels=(replace(REQUEST.parcels[0], weight_g=grams),))
    assert _cargo(small)["services"]["sealing"]["enabled"] is sealed


def test_nothing_worth_is_not_insured() -> None:
    free = replace(REQUEST, parcels=(Parcel(700, 200, 150, 100, ()),))
    assert _cargo(free)["services"]["insurance"] == OFF
    assert worth(free) == Money(0)
    assert worth(replace(free, declared=Money(123))) == Money(123)


@pytest.mark.parametrize(
    ("change", "code", "field", "who"),
    [
        ({"recipient": Recipient("Мария", "", "+79000001462")}, "name_invalid", Field.NAME, Who.MANAGER),
        ({"recipient": Recipient("Мария С", "", "+74956651112")}, "phone_refused", Field.PHONE, Who.MANAGER),
        ({"recipient": Recipient("Мария С", "нет", None)}, "phone_refused", Field.PHONE, Who.MANAGER),
        # A spare mobile would make an order that is not known as ours.
        (
            {"recipient": Recipient("Мария С", "", "+74956651112", spare_phones=("+79000001463",))},
            "phone_refused",
            Field.PHONE,
            Who.MANAGER,
        ),
        ({"service_code": "rocket"}, "service_unknown", Field.SERVICE, Who.ADMIN),
        ({"parcels": (Parcel(700, 0, 150, 100),)}, "size_refused", Field.SIZE, Who.MANAGER),
    ],
)
def test_what_cannot_be_said_in_their_words_is_refused(change: Any, code: str, field: Field, who: Who) -> None:
    with pytest.raises(Refused) as caught:
        build_order(replace(REQUEST, **change), SENDER, TERMS, DAY)
    problem = caught.value.problems[0]
    assert (problem.code, problem.field, problem.who) == (code, field, who)


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        (Sender("", "+74956651112", None, "w"), "sender_name"),
        (Sender("Иван", None, "Ромашка", "w"), "sender_phone"),
    ],
)
def test_a_sender_that_is_not_whole_is_the_admins(sender: Sender, code: str) -> None:
    with pytest.raises(Refused) as caught:
        build_order(REQUEST, sender, TERMS, DAY)
    assert (caught.value.problems[0].code, caught.value.problems[0].who) == (code, Who.ADMIN)


# --- places -----------------------------------------------------------------------------------------------------------


def test_several_places_add_up_to_the_cargo() -> None:
    found = totals((Parcel(1234, 310, 225, 141), Parcel(705, 200, 150, 100)))
    assert found == {
        "positionsCount": 2,
        "weight": 1.95,
        "volume": 0.02,
        "length": 0.31,
        "width": 0.23,
        "height": 0.15,
        "cargoPlaceList": [
            {"quantity": 1, "length": 0.31, "width": 0.23, "height": 0.15, "weight": 1.24, "volume": 0.02},
            {"quantity": 1, "length": 0.2, "width": 0.15, "height": 0.1, "weight": 0.71, "volume": 0.01},
        ],
    }
    assert round(sum(place["weight"] for place in found["cargoPlaceList"]), 2) == found["weight"]


# --- cash on delivery -------------------------------------------------------------------------------------------------

VENDOR = {"vendorINN": "7716542310", "vendorName": "Ромашка", "vendorPhone": "+74956651112"}


def _sums(found: dict[str, Any]) -> int:
    rows = found["specification"]["specifications"]
    services = found.get("sellerServices", [])
    return sum(
        [Money.of(row["sumTotal"]).minor for row in rows]
        + [Money.of(service["sumIncludingVAT"]).minor for service in services]
    )


def test_cash_on_delivery_is_built_whole() -> None:
    paid = replace(REQUEST, cod=Money.of("950.50"), declared=Money.of(900))
    assert cash(paid, VENDOR, "rows", sender_pays=True) == {
        "enabled": True,
        "cashOnDeliverySum": 950.5,
        "actualCost": 900.0,
        "includeTES": True,
        "sellerPhone": "+74956651112",
        "sellerServices": [{"type": 1, "rateVAT": "БезНДС", "sumIncludingVAT": 50.5}],
        "specification": {
            "specifications": [
                {
                    "vendorCode": "CUP-1",
                    "title": "Чашка",
                    "amount": 2,
                    "rateVAT": "НДС22",
                    "actualCostPerUnit": 450.0,
                    "actualCostTotal": 900.0,
                    "sumPerUnit": 450.0,
                    "sumTotal": 900.0,
                    "calculationSubject": 1,
                    **VENDOR,
                }
            ]
        },
    }


@pytest.mark.parametrize("kopecks", [1, 99, 333_34, 900_00, 900_01, 1_000_000_07])
@pytest.mark.parametrize("quantity", [1, 3, 7])
def test_every_kopeck_is_in_a_row(kopecks: int, quantity: int) -> None:
    tea, cup = Item("Чай", "", quantity, Money.of("99.99"), 100), Item("Чашка", "CUP", 1, Money.of("50.03"), 300)
    boxes = (Parcel(100, 100, 100, 100, (tea,)), Parcel(100, 100, 100, 100, (cup,)))
    found = cash(replace(REQUEST, parcels=boxes, cod=Money(kopecks)), VENDOR, "", sender_pays=False)
    assert found is not None
    assert _sums(found) == Money.of(found["cashOnDeliverySum"]).minor == kopecks
    assert found["includeTES"] is False
    rows = found["specification"]["specifications"]
    assert all(Money.of(row["sumPerUnit"]).minor * row["amount"] == Money.of(row["sumTotal"]).minor for row in rows)
    assert rows[0]["vendorCode"] == "item-1"


def test_nothing_to_collect_is_no_block_and_no_goods_are_a_problem() -> None:
    assert cash(REQUEST, VENDOR, "", sender_pays=True) is None
    empty = replace(REQUEST, parcels=(Parcel(100, 100, 100, 100),), cod=Money(100))
    with pytest.raises(Refused) as caught:
        cash(empty, VENDOR, "", sender_pays=True)
    assert caught.value.problems[0].code == "items_missing"


@pytest.mark.parametrize(
    ("setting", "row", "word"),
    [("", 22, "БезНДС"), ("rows", 10, "НДС10"), ("rows", None, "БезНДС"), ("rows", 20, "БезНДС"), ("5", 22, "НДС5"),
     ("7", None, "НДС7"), ("22", None, "НДС22")],
)  # fmt: skip
def test_vat_in_their_words(setting: str, row: int | None, word: str) -> None:
    assert vat_word(setting, row) == word


# --- answers ----------------------------------------------------------------------------------------------------------

ANSWER: dict[str, Any] = {
    "documentId": 136,
    "sender": {"warehouseID": "warehouse-1", "addressNormal": "…"},
    "cargos": [{"cargoCode": "780000000001", "barсode": "7800000000012", "orderNumber": "wb-42-1"}],
    "notifications": ["Срок может измениться"],
    "ediTemplateUrls": ["https://edi.example/1"],
}


def test_an_answer_is_an_accepted_order() -> None:
    state = parse_submit(ANSWER, REQUEST)
    assert state is not None
    assert (state.remote_id, state.number, state.decision) == ("780000000001d", "wb-42-1", Decision.ACCEPTED)
    assert state.order_number == state.tracking_number == "780000000001"
    assert "780000000001" in state.tracking_url
    assert [warning.their_text for warning in state.warnings] == ["Срок может измениться", "https://edi.example/1"]
    assert is_ours(REQUEST, state)
    assert state.fingerprint == fingerprint(REQUEST, 10)


def test_warnings_among_the_cargos_are_read_too() -> None:
    inside = {"cargos": [*ANSWER["cargos"], {"notifications": ["Подпишите"], "ediTemplateUrls": []}]}
    state = parse_submit(inside, replace(REQUEST, kind=DeliveryKind.PICKUP))
    assert state is not None
    assert (state.remote_id, [warning.their_text for warning in state.warnings]) == ("780000000001", ["Подпишите"])


@pytest.mark.parametrize("data", [None, [], {}, {"cargos": []}, {"cargos": [{}]}, {"cargos": [{"cargoCode": None}]}])
def test_an_answer_without_a_cargo_is_none(data: Any) -> None:
    assert parse_submit(data, REQUEST) is None


def test_products() -> None:
    assert [product(code) for code in ("ltl", "easyway", "air")] == [3, 12, 1]
