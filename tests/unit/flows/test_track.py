"""What a newly read order changes: forward only, each change told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.decisions import Advance, StageTarget
from b24app.flows.snapshot import Role, ShipmentView
from b24app.flows.track import advance
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Incident, Status
from tests.unit.flows.given import NOW, pipeline, shipment

START = NOW - timedelta(hours=10)
TROUBLE = Problem("delivery_no_answer", Field.PHONE, their_code="2")


def event(status: Status | None, hours: float = 0, code: str = "", **changes: Any) -> TrackingEvent:
    basic = TrackingEvent(code or f"THEIR_{status}", "их слова", status, START + timedelta(hours=hours), "Тверь")
    return replace(basic, **changes)


CREATED = event(Status.CREATED)


def state(*events: TrackingEvent, **changes: Any) -> OrderState:
    basic = OrderState("uuid", "wb-42-1", Decision.ACCEPTED, "15738", "15738", "https://t/15738", Money.of(486))
    return replace(basic, events=(CREATED, *events), **changes)


def kept(view: ShipmentView, found: Advance, order: OrderState) -> ShipmentView:
    """The view after what was found is saved."""
    return replace(
        view,
        status=found.status,
        status_at=found.status_at,
        incident=found.incident,
        seen=(*view.seen, *(fresh.key for fresh in found.events_new)),
        order_number=order.order_number or view.order_number,
        tracking_number=order.tracking_number,
        tracking_url=order.tracking_url,
        price=order.price,
        problem_keys=tuple({*view.problem_keys, *(problem.key for problem in found.problems)} - set(found.solved_keys)),
    )


def follow(view: ShipmentView, *states: OrderState, now: datetime = NOW) -> tuple[ShipmentView, list[Advance]]:
    changes = []
    for order in states:
        changes.append(advance(view, order, pipeline(), now))
        view = kept(view, changes[-1], order)
    return view, changes


SENT = shipment(Status.SUBMITTING, status_at=NOW, accepted_at=NOW - timedelta(seconds=3))


def test_undecided_is_asked_again_soon_and_says_nothing() -> None:
    found = advance(shipment(Status.DRAFT, accepted_at=NOW), OrderState("uuid"), pipeline(), NOW)
    assert (found.status, found.changed, found.texts) == (Status.SUBMITTING, True, ())
    assert found.next_poll_at == NOW + timedelta(seconds=1)


def test_acceptance_fills_the_fields_and_tells_once() -> None:
    found = advance(replace(SENT, problem_keys=("old",)), state(), pipeline(), NOW)
    assert found.status is Status.CREATED
    assert [text.key for text in found.texts] == ["track.created"]
    assert found.texts[0].marker == "wb-42-1:created"
    assert found.fields == {
        Role.ORDER_ID: "15738",
        Role.TRACKING: "15738",
        Role.LINK: "https://t/15738",
        Role.PRICE: Money.of(486),
        Role.STATUS: Status.CREATED,
    }
    assert found.solved_keys == ("old",)
    assert found.stage is None


def test_warnings_are_told_when_the_order_is_accepted() -> None:
    changed = Problem("point_changed", Field.POINT, their_code="v2_delivery_point_changed")
    order = state(warnings=(changed,))
    view, [found, again] = follow(SENT, order, order)
    assert found.problems == (changed,)
    assert again.problems == ()
    assert view.problem_keys == (changed.key,)


def test_refusal_keeps_their_words_and_ends_the_polling() -> None:
    refusal = Problem("phone_refused", Field.PHONE, their_code="ve_x", their_text="Некорректный номер")
    order = OrderState("uuid", decision=Decision.REFUSED, problems=(refusal,))
    found = advance(SENT, order, pipeline(), NOW)
    assert (found.status, found.remote_code, found.remote_text) == (Status.REJECTED, "ve_x", "Некорректный номер")
    assert found.problems == (refusal,)
    assert (found.closed, found.next_poll_at) == (True, None)
    assert [text.key for text in found.texts] == ["track.rejected"]
    repeated = advance(kept(SENT, found, order), order, pipeline(), NOW)
    assert (repeated.changed, repeated.texts, repeated.problems) == (False, (), ())


def test_two_refusals_of_one_number_are_two_entries() -> None:
    order = OrderState("uuid", decision=Decision.REFUSED)
    markers = {advance(replace(SENT, input_hash=hash_), order, pipeline(), NOW).texts[0].marker for hash_ in ("a", "b")}
    assert len(markers) == 2


def test_a_refusal_without_reasons_is_still_a_problem() -> None:
    found = advance(SENT, OrderState("uuid", decision=Decision.REFUSED), pipeline(), NOW)
    assert [problem.code for problem in found.problems] == ["refused"]


def test_a_taken_number_bothers_nobody() -> None:
    taken = Problem("number_taken", Field.NUMBER, their_code="dup")
    found = advance(SENT, OrderState("uuid", decision=Decision.REFUSED, problems=(taken,)), pipeline(), NOW)
    assert found.duplicate_number
    assert (found.problems, found.texts) == ((), ())


def test_each_change_is_told_once_and_moves_the_deal() -> None:
    way = state(event(Status.ACCEPTED_AT_WAREHOUSE, 1), event(Status.IN_TRANSIT, 2))
    view, [first, second] = follow(SENT, way, way)
    assert [text.key for text in first.texts] == ["track.created", "track.accepted_at_warehouse", "track.in_transit"]
    assert first.stage is not None
    assert first.stage.stage == "C3:WAY"
    assert first.stage.only_from == ("C3:NEW", "C3:SHIP")
    assert (second.changed, second.texts, second.events_new, second.stage) == (False, (), (), None)
    assert view.status is Status.IN_TRANSIT


def test_without_forward_only_any_stage_but_a_lost_one_may_be_left() -> None:
    backwards = pipeline(forward_only=False, lost_stages=("C3:LOSE",))
    found = advance(SENT, state(event(Status.IN_TRANSIT, 1)), backwards, NOW)
    assert found.stage == StageTarget("C3:WAY", ("C3:NEW", "C3:SHIP", "C3:WON"))


def test_doubles_fold_and_the_same_code_at_another_time_is_another_event() -> None:
    there = event(Status.IN_TRANSIT, 1, "ACCEPTED_AT_TRANSIT_WAREHOUSE")
    again = event(Status.IN_TRANSIT, 5, "ACCEPTED_AT_TRANSIT_WAREHOUSE")
    found = advance(SENT, state(there, there, again), pipeline(), NOW)
    assert [fresh.at for fresh in found.events_new] == [CREATED.at, there.at, again.at]
    assert [text.key for text in found.texts] == ["track.created", "track.in_transit"]


def test_a_late_event_is_filed_and_changes_nothing() -> None:
    delivered = state(event(Status.DELIVERED, 5))
    late = state(event(Status.OUT_FOR_DELIVERY, 4), event(Status.DELIVERED, 5))
    view, [_, second] = follow(SENT, delivered, late)
    assert view.status is Status.DELIVERED
    assert [fresh.status for fresh in second.events_new] == [Status.OUT_FOR_DELIVERY]
    assert (second.changed, second.texts) == (False, ())


def test_attempts_of_the_last_mile_are_each_told() -> None:
    out, failed = event(Status.OUT_FOR_DELIVERY, 1), event(Status.DELIVERY_FAILED, 2, problem=TROUBLE)
    out_again = event(Status.OUT_FOR_DELIVERY, 3)
    view, changes = follow(SENT, state(out), state(out, failed), state(out, failed, out_again))
    assert view.status is Status.OUT_FOR_DELIVERY
    assert changes[1].problems == (TROUBLE,)
    assert changes[1].solved_keys == ()
    assert changes[2].solved_keys == (TROUBLE.key,)
    markers = [text.marker for change in changes for text in change.texts]
    assert len(markers) == len(set(markers)) == 4


def test_two_attempts_of_one_second_do_not_take_turns() -> None:
    both = state(event(Status.READY_FOR_PICKUP, 2), event(Status.OUT_FOR_DELIVERY, 2))
    _, [_, second, third] = follow(SENT, both, both, both)
    assert [(change.changed, change.texts) for change in (second, third)] == [(False, ()), (False, ())]


def test_a_problem_is_opened_once_and_not_again_after_it_was_solved() -> None:
    failed = state(event(Status.OUT_FOR_DELIVERY, 1), event(Status.DELIVERY_FAILED, 2, problem=TROUBLE))
    moved_on = replace(failed, events=(*failed.events, event(Status.OUT_FOR_DELIVERY, 3)))
    _, changes = follow(SENT, failed, failed, moved_on, moved_on)
    assert [len(change.problems) for change in changes] == [1, 0, 0, 0]


def test_a_note_changes_no_status_but_may_be_a_problem() -> None:
    note = event(None, 3, "DELIV_PROBLEM_47", incident=Incident.WRONG_ADDRESS, problem=TROUBLE)
    view, [_, found] = follow(SENT, state(event(Status.IN_TRANSIT, 1)), state(event(Status.IN_TRANSIT, 1), note))
    assert (found.status, found.changed, found.texts) == (Status.IN_TRANSIT, False, ())
    assert found.problems == (TROUBLE,)
    assert found.incident == "wrong_address"
    assert view.incident == "wrong_address"


def test_a_code_that_nobody_knows_is_listed_and_changes_nothing() -> None:
    strange = event(Status.UNKNOWN, 3, "TELEPORTED")
    view, [_, found] = follow(SENT, state(event(Status.IN_TRANSIT, 1)), state(event(Status.IN_TRANSIT, 1), strange))
    assert found.unknown_codes == ("TELEPORTED",)
    assert [fresh.code for fresh in found.events_new] == ["TELEPORTED"]
    assert view.status is Status.IN_TRANSIT


def test_the_way_back_ends_returned() -> None:
    back = [
        event(Status.RETURNING, 3, incident=Incident.REFUSED),
        event(Status.RETURNING, 4, back=True),
        event(Status.RETURNED, 5, back=True),
    ]
    view, [found] = follow(SENT, state(event(Status.IN_TRANSIT, 1), *back))
    assert view.status is Status.RETURNED
    assert [text.key for text in found.texts][-2:] == ["track.returning", "track.returned"]


def test_what_the_carrier_took_back_no_longer_counts() -> None:
    delivered = event(Status.DELIVERED, 5)
    view, _ = follow(SENT, state(event(Status.OUT_FOR_DELIVERY, 4), delivered))
    assert view.status is Status.DELIVERED
    rolled_back = state(event(Status.OUT_FOR_DELIVERY, 4), retracted=(delivered,))
    view, [found] = follow(view, rolled_back)
    assert (view.status, found.changed) == (Status.OUT_FOR_DELIVERY, True)


@pytest.mark.parametrize(
    ("status", "expected"), [(Status.CREATED, Status.CANCELLED), (Status.IN_TRANSIT, Status.IN_TRANSIT)]
)
def test_an_order_that_vanished_was_cancelled_unless_it_had_moved(status: Status, expected: Status) -> None:
    found = advance(shipment(status), OrderState("uuid", gone=True), pipeline(), NOW)
    assert (found.status, found.closed) == (expected, True)
    assert bool(found.texts) is (expected is Status.CANCELLED)


def test_a_fresh_order_that_cannot_be_seen_yet_is_not_gone() -> None:
    found = advance(SENT, OrderState("uuid", gone=True), pipeline(), NOW)
    assert (found.status, found.changed, found.closed) == (Status.SUBMITTING, False, False)
    assert found.next_poll_at is not None


def test_a_number_that_comes_later_is_written_without_a_change_of_status() -> None:
    view = shipment(Status.CREATED, seen=(CREATED.key,), order_number="15738")
    found = advance(view, state(), pipeline(), NOW)
    assert not found.changed
    assert found.fields[Role.TRACKING] == "15738"
    assert found.texts == ()


def test_without_a_pipeline_the_history_still_grows() -> None:
    found = advance(SENT, state(event(Status.IN_TRANSIT, 1)), None, NOW)
    assert found.stage is None
    assert found.status is Status.IN_TRANSIT


LIVE = st.lists(
    st.tuples(st.sampled_from([status for status in Status if status is not Status.DRAFT]), st.integers(0, 40)),
    max_size=12,
)


@given(LIVE, st.lists(st.integers(0, 11), max_size=12))
def test_however_events_arrive_the_status_never_goes_back_and_nothing_is_told_twice(
    told: list[tuple[Status, int]], order: list[int]
) -> None:
    events = [event(status, hours, f"{status}-{hours}") for status, hours in told]
    view, markers, ranks = SENT, [], [SENT.status.rank]
    for size in [*order, len(events)]:
        found = advance(view, state(*events[:size]), pipeline(), NOW)
        markers += [text.marker for text in found.texts]
        view = kept(view, found, state())
        ranks.append(view.status.rank)
    assert ranks == sorted(ranks)
    assert len(markers) == len(set(markers))
    again = advance(view, state(*events), pipeline(), NOW)
    assert (again.changed, again.texts, again.events_new) == (False, (), ())
