"""Express claims: kilograms, metres, rubles as text, longitude first; whole structures, and what is read back."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, fingerprint
from b24app.logistics.status import Status
from b24app.systems.yandex_delivery.claims import build_claim, build_question, cannot_ride, parse_claim, token_of
from b24app.systems.yandex_delivery.vocabulary import rubles

CUP = Item("Кружка", "MUG-1", 2, Money.of("450.00"), 300)
SENDER = Sender("Олег", "+79000001400", "ООО Ромашка", None, read_address("Москва, Тверская улица, 1"))
RIDE = ShipmentRequest(
    number="wb-1-1",
    service_code="express",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария Северцева", "8 900", "+79000001462", extension="12"),
    parcels=(Parcel(700, 200, 150, 100, (CUP,)), Parcel(1500, 0, 0, 0, (CUP,))),
    address=read_address("Москва, Покровка, 10, кв. 5", lat=55.76, lon=37.65),
    comment="осторожно",
)


def test_a_claim_whole() -> None:
    own = {"name": "Олег", "phone": "+79000001400", "email": "shop@example.com"}
    home = {"fullname": "Москва, Тверская улица, 1"}
    basic = {"cost_value": "900.00", "cost_currency": "RUB", "quantity": 1, "pickup_point": 1, "dropoff_point": 2}
    assert build_claim(RIDE, SENDER, "shop@example.com", "pl_1") == {
        "items": [
            {
                "title": "Кружка",
                "extra_id": "wb-1-1-1",
                **basic,
                "weight": 0.7,
                "size": {"length": 0.2, "width": 0.15, "height": 0.1},
            },
            {"title": "Кружка", "extra_id": "wb-1-1-2", **basic, "weight": 1.5},
        ],
        "route_points": [
            {"point_id": 1, "visit_order": 1, "type": "source", "contact": own, "address": home},
            {
                "point_id": 2,
                "visit_order": 2,
                "type": "destination",
                "contact": {"name": "Мария Северцева", "phone": "+79000001462", "phone_additional_code": "12"},
                "address": {"fullname": "Москва, Покровка, 10", "coordinates": [37.65, 55.76], "sflat": "5"},
                "external_order_id": "wb-1-1",
            },
            {"point_id": 3, "visit_order": 3, "type": "return", "contact": own, "address": home},
        ],
        "comment": "осторожно",
        "offer_payload": "pl_1",
    }


def test_a_question_whole() -> None:
    assert SENDER.address is not None
    assert build_question(replace(RIDE, parcels=RIDE.parcels[:1]), SENDER.address, ("courier",)) == {
        "route_points": [
            {"id": 1, "fullname": "Москва, Тверская улица, 1"},
            {"id": 2, "fullname": "Москва, Покровка, 10", "coordinates": [37.65, 55.76]},
        ],
        "items": [
            {
                "quantity": 1,
                "pickup_point": 1,
                "dropoff_point": 2,
                "weight": 0.7,
                "size": {"length": 0.2, "width": 0.15, "height": 0.1},
            }
        ],
        "requirements": {"taxi_classes": ["courier"]},
    }
    assert "requirements" not in build_question(RIDE, SENDER.address, ())


@pytest.mark.parametrize(
    ("minor", "text"), [(0, "0.00"), (1, "0.01"), (99, "0.99"), (100, "1.00"), (4320050, "43200.50")]
)
def test_money_is_a_text_with_two_decimals(minor: int, text: str) -> None:
    assert rubles(minor) == text


def test_the_declared_value_is_spread_over_the_boxes_to_the_kopeck() -> None:
    items = build_claim(replace(RIDE, declared=Money(70001)), SENDER, "e", "")["items"]
    assert [item["cost_value"] for item in items] == ["350.01", "350.00"]
    assert "offer_payload" not in build_claim(RIDE, SENDER, "e", "")


@pytest.mark.parametrize(("grams", "kilos"), [(1, 0.001), (999, 0.999), (1000, 1.0), (200_000, 200.0)])
def test_weights_come_back_as_they_went(grams: int, kilos: float) -> None:
    request = replace(RIDE, parcels=(Parcel(grams, 1, 10, 1000, (CUP,)),))
    [item] = build_claim(request, SENDER, "e", "")["items"]
    assert (item["weight"], item["size"]) == (kilos, {"length": 0.001, "width": 0.01, "height": 1.0})
    state = parse_claim(answer(request))
    assert state is not None
    assert state.fingerprint == fingerprint(request)


def test_a_token_is_the_numbers_own() -> None:
    assert token_of("wb-1-1", 1) == token_of("wb-1-1", 1)
    assert len({token_of("wb-1-1", 1), token_of("wb-1-1", 2), token_of("wb-1-2", 1)}) == 3
    assert uuid.UUID(token_of("wb-1-1", 1)).version == 5


@pytest.mark.parametrize(
    ("request_", "sender", "email", "codes"),
    [
        (RIDE, SENDER, "e", []),
        (RIDE, SENDER, "", ["sender_missing"]),
        (RIDE, replace(SENDER, phone=None), "e", ["sender_missing"]),
        (RIDE, replace(SENDER, address=None), "e", ["sender_missing"]),
        (replace(RIDE, address=None), SENDER, "e", ["address_missing"]),
        (replace(RIDE, cod=Money(1)), SENDER, "e", ["cod_not_allowed"]),
        (replace(RIDE, kind=DeliveryKind.PICKUP), SENDER, "e", ["service_mode"]),
    ],
)
def test_what_cannot_ride(request_: ShipmentRequest, sender: Sender, email: str, codes: list[str]) -> None:
    assert [problem.code for problem in cannot_ride(request_, sender, email)] == codes


def answer(request: ShipmentRequest = RIDE, status: str = "accepted", **more: Any) -> dict[str, Any]:
    body = build_claim(request, SENDER, "e", "")
    offer = {"price": "250.00", "price_with_vat": "305.00"}
    told = {"id": "c" * 32, "status": status, "version": 1, "updated_ts": "2026-05-01T10:00:00.000000+00:00"}
    return told | {"pricing": {"currency": "RUB", "offer": offer}} | body | more


def test_a_claim_is_read_whole() -> None:
    state = parse_claim(answer(), "https://link")
    assert state is not None
    assert (state.remote_id, state.number, state.order_number) == (f"express:{'c' * 32}", "wb-1-1", "c" * 32)
    assert (state.decision, state.price, state.tracking_url) == (Decision.ACCEPTED, Money.of(305), "https://link")
    assert [(event.code, event.status) for event in state.events] == [("accepted", Status.CREATED)]
    assert state.fingerprint == fingerprint(RIDE)
    final = parse_claim(answer(status="delivered_finish", pricing={"currency": "RUB", "final_price": "310.50"}))
    assert final is not None
    assert final.price == Money.of("310.50")


@pytest.mark.parametrize(
    ("status", "decision", "cancel"),
    [
        ("new", Decision.PENDING, None),
        ("ready_for_approval", Decision.PENDING, None),
        ("estimating_failed", Decision.REFUSED, None),
        ("performer_lookup", Decision.ACCEPTED, None),
        ("pay_waiting", Decision.ACCEPTED, None),
        ("cancelled", Decision.ACCEPTED, Decision.ACCEPTED),
        ("cancelled_with_payment", Decision.ACCEPTED, Decision.ACCEPTED),
        ("brand_new", Decision.ACCEPTED, None),
    ],
)
def test_what_is_decided(status: str, decision: Decision, cancel: Decision | None) -> None:
    state = parse_claim(answer(status=status))
    assert state is not None
    assert (state.decision, state.cancel) == (decision, cancel)


def test_errors_and_warnings_inside_a_good_answer() -> None:
    errors = [{"code": "address_not_found", "message": "нет"}] * 2
    warnings = [{"source": "route_points", "code": "address_too_far", "message": "далеко"}, {"code": "brand_new"}]
    state = parse_claim(answer(status="estimating_failed", error_messages=errors, warnings=warnings))
    assert state is not None
    assert [(each.code, each.their_text) for each in state.problems] == [("address_unknown", "нет")]
    assert [each.code for each in state.warnings] == ["address_unknown", "warning_unknown"]
    assert parse_claim({}) is None
    assert parse_claim({"id": "c"}) is None
