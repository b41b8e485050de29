"""Whose order it is: the fingerprint of recipient and parcels."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from b24app.logistics.model import DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint, fingerprint_of, is_ours
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status

REQUEST = ShipmentRequest(
    "wb-1-1",
    "parcel",
    DeliveryKind.COURIER,
    Recipient("Мария Северцева", "8 900 000-14-62", "+79000001462"),
    (Parcel(700, 1, 1, 1), Parcel(300, 1, 1, 1)),
)


def test_the_way_a_system_writes_things_does_not_matter() -> None:
    assert fingerprint(REQUEST) == fingerprint_of(" мария  СЕВЕРЦЕВА", "8(900)000-14-62", [300, 700])


def test_other_parcels_another_name_or_phone_are_another_order() -> None:
    prints = {
        fingerprint(REQUEST),
        fingerprint_of("Мария Северцева", "+79000001462", [1000]),
        fingerprint_of("Мария Иванова", "+79000001462", [700, 300]),
        fingerprint_of("Мария Северцева", "+79000001463", [700, 300]),
    }
    assert len(prints) == 4


def test_a_live_order_that_hides_itself_is_not_claimed() -> None:
    hidden = OrderState("uuid", decision=Decision.ACCEPTED)
    assert not is_ours(REQUEST, hidden)
    assert is_ours(REQUEST, replace(hidden, decision=Decision.REFUSED))


def test_the_same_event_has_one_key_in_any_time_zone() -> None:
    at = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    here = TrackingEvent("A", "", Status.IN_TRANSIT, at, "Тверь")
    there = replace(here, at=at.astimezone(timezone(timedelta(hours=7))), text="другими словами")
    assert here.key == there.key
    assert here.key != replace(here, place="Клин").key


def test_a_problem_is_known_by_code_field_and_their_code() -> None:
    first = Problem("phone_refused", Field.PHONE, their_code="X", their_text="раз")
    assert first.key == replace(first, their_text="два").key
    assert first.key != replace(first, their_code="Y").key
