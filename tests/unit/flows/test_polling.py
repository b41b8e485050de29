"""How often an order is read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.flows.polling import Pace, first_read, is_over, next_poll
from b24app.logistics.status import Status
from tests.unit.flows.given import NOW, shipment


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("age", "pause"), [(1, 0.5), (7, 0.5), (14.9, 0.5), (15, 2), (31, 5), (120, 15), (600, 30), (3600, 60), (86400, 60)]
)
def test_an_undecided_order_is_read_more_and_more_seldom(age: float, pause: float) -> None:
    view = shipment(Status.SUBMITTING, accepted_at=NOW - s(age))
    assert next_poll(Status.SUBMITTING, view, NOW) == NOW + s(pause)


def test_the_first_look_comes_a_second_after_the_request() -> None:
    assert first_read(NOW) == NOW + s(1)
    assert next_poll(Status.SUBMITTING, shipment(Status.SUBMITTING, accepted_at=NOW - s(0.2)), NOW) == NOW + s(0.8)


@pytest.mark.parametrize(("days", "hours"), [(0, 1 / 6), (0.5, 0.5), (2, 1), (5, 3), (30, 6)])
def test_a_parcel_on_its_way_is_read_by_the_age_of_its_last_change(days: float, hours: float) -> None:
    changed = NOW - timedelta(days=days)
    assert next_poll(Status.IN_TRANSIT, shipment(), NOW, changed) == NOW + timedelta(hours=hours)


def test_a_final_status_is_looked_at_once_more_a_day_later() -> None:
    assert next_poll(Status.DELIVERED, shipment(), NOW, NOW) == NOW + timedelta(hours=24)
    assert next_poll(Status.DELIVERED, shipment(), NOW, NOW - timedelta(hours=24)) is None
    assert not is_over(Status.DELIVERED, NOW, NOW)
    assert is_over(Status.DELIVERED, NOW - timedelta(hours=24), NOW)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.REJECTED])
def test_an_order_that_never_was_is_not_followed(status: Status) -> None:
    assert next_poll(status, shipment(), NOW, NOW) is None
    assert is_over(status, NOW, NOW)


def test_nobody_is_polled_for_ever() -> None:
    assert next_poll(Status.CREATED, shipment(), NOW, NOW - timedelta(days=181)) is None


def test_orders_of_an_account_are_looked_at_together() -> None:
    """Whenever each was read, the next look is the same moment, and never the present one again."""
    pace = Pace(900, 97)
    slot = pace.next_look(NOW)
    assert NOW < slot <= NOW + s(900)
    assert (slot.timestamp() - 97) % 900 == 0
    assert {pace.next_look(slot - s(ago)) for ago in (0.1, 300, 899)} == {slot}
    assert pace.next_look(slot) == slot + s(900)
    assert next_poll(Status.IN_TRANSIT, shipment(), NOW, NOW, pace) == slot
    late = next_poll(Status.DELIVERED, shipment(), NOW, NOW, pace)
    assert late == slot + s(24 * 3600)
    assert Pace(900, None).next_look(NOW) == NOW + s(900)
