"""Statuses go one way only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.logistics.status import Status

ANY = st.sampled_from(list(Status))


@given(ANY, ANY)
def test_nothing_ever_leads_back(previous: Status, status: Status) -> None:
    if status.may_follow(previous):
        assert status.rank >= previous.rank
        assert not previous.is_final


@given(st.lists(ANY, max_size=30))
def test_however_events_come_the_rank_never_falls(events: list[Status]) -> None:
    status = Status.DRAFT
    ranks = []
    for event in events:
        status = event if event.may_follow(status) else status
        ranks.append(status.rank)
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("final", [status for status in Status if status.is_final])
def test_a_final_status_is_the_end(final: Status) -> None:
    assert [status for status in Status if status.may_follow(final)] == []


def test_attempts_of_the_last_mile_may_alternate() -> None:
    assert Status.DELIVERY_FAILED.may_follow(Status.OUT_FOR_DELIVERY)
    assert Status.OUT_FOR_DELIVERY.may_follow(Status.DELIVERY_FAILED)
    assert not Status.IN_TRANSIT.may_follow(Status.DELIVERY_FAILED)


def test_an_order_that_moved_is_no_longer_rejected() -> None:
    assert Status.REJECTED.may_follow(Status.SUBMITTING)
    assert not Status.REJECTED.may_follow(Status.IN_TRANSIT)


def test_what_has_left_the_warehouse_was_on_its_way() -> None:
    inside = [status for status in Status if not status.has_left]
    assert inside == [
        Status.DRAFT, Status.SUBMITTING, Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.CANCELLED,
        Status.REJECTED, Status.UNKNOWN,
    ]  # fmt: skip


def test_unknown_says_nothing() -> None:
    assert not Status.UNKNOWN.may_follow(Status.CREATED)
    assert not Status.DRAFT.has_moved
    assert Status.IN_TRANSIT.has_moved
    assert not Status.CANCELLED.has_moved
