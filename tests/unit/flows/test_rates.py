"""What is asked for a price, when two prices must be equal, and when a booking may go on by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.flows.choose import Picked
from b24app.flows.compose import compose
from b24app.flows.rates import (
    LIFE,
    Answer,
    Booking,
    BookingState,
    facts_of,
    merged,
    price_key,
    price_request,
    rechecked,
)
from b24app.flows.simulate import Priced
from b24app.flows.snapshot import DealSnapshot, Role
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Problem
from tests.unit.flows import given

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
SEEN = Quote("parcel", Money(48600), 2, 3)


def test_a_price_is_asked_without_the_client_and_without_what_only_the_order_lacks() -> None:
    deal = given.deal(contacts=(), fields={Role.ADDRESS: "Казань, ул. Баумана, 5"})
    composed = compose(deal, given.pipeline())
    assert composed.request is None  # nobody to bring it to
    request = price_request(composed, None)
    assert request is not None
    assert (request.recipient.name, request.recipient.phone) == ("", None)
    assert request.address is not None
    assert request.address.text == "Казань"
    assert facts_of(composed).place == "Казань"
    nowhere = compose(given.deal(fields={}), given.pipeline())
    assert price_request(nowhere, None) is None
    assert [each.code for each in facts_of(nowhere).problems] == ["destination_missing"]


def test_equal_keys_are_equal_questions() -> None:
    def key(deal: DealSnapshot, sender: Sender | None = None) -> str:
        request = price_request(compose(deal, given.pipeline()), sender)
        assert request is not None
        return price_key(request)

    one = given.deal(fields={Role.ADDRESS: "Казань, ул. Баумана, 5", Role.PHONE: "+79161234567"})
    other = replace(one, deal_id=77, fields={Role.ADDRESS: "Казань, пр. Победы, 1", Role.PHONE: "+79160000000"})
    assert key(one) == key(other)
    assert key(one) != key(replace(one, fields={**one.fields, Role.ADDRESS: "Пермь, ул. Ленина, 1"}))
    assert key(one) != key(one, Sender(point_code="MSK5"))


def test_what_a_person_picked_goes_before_the_rules_and_is_never_quietly_replaced() -> None:
    deal = given.deal(fields={Role.ADDRESS: "Казань, ул. Баумана, 5", Role.PHONE: "+79161234567"})
    plain = compose(deal, given.pipeline())
    picked = replace(deal, picked=Picked(9, "leap", DeliveryKind.COURIER))
    composed = compose(picked, given.pipeline())
    assert composed.request is not None
    assert (composed.connection_id, composed.request.service_code) == (9, "leap")
    assert composed.input_hash == plain.input_hash
    gone, other = Picked(0, "leap", DeliveryKind.COURIER), Picked(9, "leap", DeliveryKind.PICKUP)
    for picked_so, code in ((gone, "choice_gone"), (other, "choice_other_kind")):
        found = compose(replace(deal, picked=picked_so), given.pipeline())
        assert [each.code for each in found.problems] == [code]


@pytest.mark.parametrize(
    ("priced", "state"),
    [
        (Priced((SEEN,)), BookingState.SENT),
        (Priced((replace(SEEN, price=Money(48601)),)), BookingState.CHANGED),
        (Priced((replace(SEEN, price=Money(40000)),)), BookingState.CHANGED),
        (Priced((replace(SEEN, days_max=5),)), BookingState.CHANGED),
        (Priced((replace(SEEN, service_code="express"),)), BookingState.REFUSED),
        (Priced(problem=Problem("too_big_for_service")), BookingState.REFUSED),
        (Priced(problem=Problem("system_silent")), BookingState.SILENT),
        (Priced(problem=Problem("x"), left_alone=True), BookingState.SILENT),
    ],
)
def test_only_what_is_just_as_seen_goes_on(priced: Priced, state: BookingState) -> None:
    booking = Booking("key", 1, "parcel", NOW, 7, "Анна", seen=SEEN)
    assert rechecked(booking, priced).state is state


def test_a_carrier_that_falls_silent_leaves_its_old_price() -> None:
    mute, no = Priced(problem=Problem("system_silent")), Priced(problem=Problem("too_big_for_service"))
    assert merged(Priced((SEEN,)), mute).offers == (SEEN,)
    assert merged(Priced((SEEN,)), no).offers == ()
    assert merged(None, mute) is mute


def answer(**more: Any) -> Answer:
    told: dict[str, Any] = {"answered_at": NOW, "priced_at": NOW, "answered_key": "k", "priced": Priced((SEEN,))}
    return Answer(1, "k", NOW, **(told | more))


def test_how_long_a_price_is_good() -> None:
    assert answer().fresh(NOW + LIFE - timedelta(seconds=1))
    assert not answer().fresh(NOW + LIFE)
    assert answer(answered_key="other").current is None
    assert not answer(priced=Priced((SEEN,), problem=Problem("system_silent"))).fresh(NOW)
    assert answer(answered_at=NOW - timedelta(seconds=1)).is_open
