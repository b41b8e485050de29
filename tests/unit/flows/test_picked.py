"""What a warehouse's order says: its own steps and words, until the carrier's leg speaks for the deal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from b24app.flows.decisions import StageTarget
from b24app.flows.legs import PICKED, may_be_cancelled
from b24app.flows.picked import OVER_AFTER, advance_picked, ends, spoken
from b24app.flows.picking import Asked, Book, Picking, Step, is_ready, step_of
from b24app.flows.snapshot import Role, ShipmentView
from b24app.flows.taken_back import anew, kept_once
from b24app.flows.track import advance
from b24app.logistics.model import Parcel
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.picking import Packed
from b24app.logistics.status import Status
from tests.unit.flows.chains import boxes, chained
from tests.unit.flows.given import NOW, shipment

ASKED = Picking(asked=(Asked(1, "Чашка", Decimal(2), sku="CUP-1"),))


def view(status: Status = Status.CREATED, picking: Picking = ASKED) -> ShipmentView:
    return shipment(status, id=1, leg=PICKED, picking=picking, order_number="B1", problem_keys=("rest_missing||",))


def carrier(status: Status = Status.CREATED) -> ShipmentView:
    return shipment(status, id=2, n=2, number="wb-42-2", follows=1)


def state(*codes: tuple[str, Status], packed: tuple[Parcel, ...] | None = None) -> OrderState:
    events = tuple(
        TrackingEvent(code, code, status, NOW - timedelta(minutes=4 - at)) for at, (code, status) in enumerate(codes)
    )
    lies = Packed(NOW, packed) if packed is not None else None
    return OrderState("r", decision=Decision.ACCEPTED, order_number="B1", events=events, packed=lies)


PICKING = ("p", Status.ACCEPTED_AT_WAREHOUSE)
GONE = ("g", Status.IN_TRANSIT)


def test_its_steps_move_the_deal_and_fill_its_fields() -> None:
    change = advance_picked(view(), [view()], state(PICKING), chained(), NOW)
    assert change.stage is not None
    assert (change.stage.stage, change.fields[Role.STATUS]) == ("C3:PICK", "warehouse:accepted_at_warehouse")
    assert [text.key for text in change.texts] == ["picked.accepted_at_warehouse"]
    before = view(Status.ACCEPTED_AT_WAREHOUSE)
    change = advance_picked(before, [before], state(PICKING, packed=boxes(700, 800)), chained(), NOW)
    assert isinstance(change.stage, StageTarget)
    assert (change.stage.stage, change.fields[Role.STATUS]) == ("C3:BOXED", "warehouse:packed")
    [text] = change.texts
    assert (text.key, text.params["boxes"], text.params["weight"]) == ("picked.packed", 2, "1.5")
    lies = replace(ASKED, packed=Packed(NOW, boxes(700, 800)))
    again = replace(before, picking=lies, seen=tuple(each.key for each in state(PICKING).events))
    change = advance_picked(again, [again], state(PICKING, packed=boxes(700, 800)), chained(), NOW)
    assert (change.texts, change.stage, change.fields, change.changed) == ((), None, {}, False)


def test_packed_and_gone_in_one_answer_are_told_in_their_order() -> None:
    change = advance_picked(view(), [view()], state(PICKING, GONE), chained(), NOW)
    keys = [text.key for text in change.texts]
    assert keys == ["picked.accepted_at_warehouse", "picked.packed", "picked.in_transit"]
    assert change.stage is not None
    assert change.stage.stage == "C3:LEFT"
    assert "rest_missing||" not in change.solved_keys
    assert not change.closed


def test_the_carriers_leg_speaks_for_the_deal() -> None:
    for status, moves in ((Status.DRAFT, True), (Status.CREATED, True), (Status.IN_TRANSIT, False)):
        legs = [view(Status.ACCEPTED_AT_WAREHOUSE), carrier(status)]
        change = advance_picked(legs[0], legs, state(PICKING, GONE), chained(), NOW)
        assert (change.fields, change.stage is not None) == ({}, moves)
        assert (change.closed, change.next_poll_at) == (True, None)  # the goods left, and somebody carries them
    dead = [view(Status.ACCEPTED_AT_WAREHOUSE), carrier(Status.REJECTED)]
    change = advance_picked(dead[0], dead, state(PICKING, GONE), chained(), NOW)
    assert change.fields[Role.ORDER_ID] == "B1"
    assert not change.closed


def test_goods_that_a_warehouse_takes_back_are_told_and_move_nothing() -> None:
    """As SAP does with a reversed goods issue: once, whatever carries them, until they leave again."""
    lies = replace(ASKED, packed=Packed(NOW, boxes(700)))
    left = replace(view(Status.IN_TRANSIT, lies), status_at=NOW, seen=tuple(e.key for e in state(PICKING, GONE).events))
    inside = replace(state(PICKING, packed=boxes(700)), issued=False)
    for legs in ([left], [left, carrier()]):
        change = advance_picked(left, legs, inside, chained(), NOW)
        assert (change.status, change.changed, change.stage, change.closed) == (
            Status.ACCEPTED_AT_WAREHOUSE, False, None, False,
        )  # fmt: skip
        [problem], [text] = change.problems, change.texts
        assert (problem.code, problem.params["carrier"]) == ("goods_taken_back", "wb-42-2" if legs[1:] else "")
        assert text.key == "picked.goods_taken_back"
        assert change.fields == ({} if legs[1:] else {Role.STATUS: "warehouse:packed"})
        assert change.next_poll_at is not None
    back = replace(left, status=Status.ACCEPTED_AT_WAREHOUSE, problem_keys=(problem.key,))
    assert not is_ready(replace(lies, book=Book.SHIPPED), back.status)
    quiet = advance_picked(back, [back, carrier()], inside, chained(), NOW)
    assert (quiet.texts, quiet.problems, quiet.status) == ((), (), Status.ACCEPTED_AT_WAREHOUSE)
    # Posted again, at the very moment of the first time: the problem is over.
    again = replace(state(PICKING, GONE, packed=boxes(700)), issued=True)
    change = kept_once(advance_picked(anew(back, again), [back, carrier()], again, chained(), NOW), back)
    assert (change.status, change.solved_keys, change.events_new) == (Status.IN_TRANSIT, (problem.key,), ())
    assert anew(left, again) is left
    # Whoever may say so is asked for a week, or until the carrier is done; others are not.
    for told, status, days, closed in (
        (again, Status.IN_TRANSIT, 0, False), (again, Status.DELIVERED, 0, True), (again, Status.CREATED, 7, True),
        (replace(again, issued=None), Status.CREATED, 0, True),
    ):  # fmt: skip
        legs = [replace(left, status_at=NOW - timedelta(days=days)), carrier(status)]
        assert advance_picked(legs[0], legs, told, chained(), NOW).closed is closed


def test_a_warehouse_that_cancels_what_is_booked_is_a_problem() -> None:
    off = state(PICKING, ("off", Status.CANCELLED))
    legs = [view(Status.ACCEPTED_AT_WAREHOUSE), carrier()]
    change = advance_picked(legs[0], legs, off, chained(), NOW)
    assert [problem.code for problem in change.problems] == ["warehouse_cancelled"]
    alone = advance_picked(legs[0], legs[:1], off, chained(), NOW)
    assert alone.problems == ()


def test_a_warehouse_alone_ends_a_while_after_its_goods_left() -> None:
    left = shipment(Status.IN_TRANSIT, status_at=NOW - OVER_AFTER, picking=Picking())
    change = advance(left, state(PICKING, GONE), chained(), NOW)
    assert ends(change, left, NOW).closed
    fresh = replace(left, status_at=NOW)
    assert not ends(advance(fresh, state(), chained(), NOW), fresh, NOW).closed
    begun = shipment(Status.CREATED, picking=Picking())
    change = spoken(advance(begun, state(PICKING), chained(), NOW))
    assert [text.key for text in change.texts] == ["picked.accepted_at_warehouse"]
    assert change.fields[Role.STATUS] == "warehouse:accepted_at_warehouse"


def test_what_a_person_may_have_cancelled() -> None:
    """A carrier's order until the parcel is taken, a warehouse's until its goods have left, whoever offers it."""
    carrier_s = {each for each in Status if may_be_cancelled(each, at_warehouse=False)}
    warehouse_s = {each for each in Status if may_be_cancelled(each, at_warehouse=True)}
    assert carrier_s == {Status.CREATED}
    assert warehouse_s == {Status.SUBMITTING, Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.UNKNOWN}


@pytest.mark.parametrize(
    ("status", "packed", "step"),
    [
        (Status.SUBMITTING, False, None),
        (Status.CREATED, False, Step.CREATED),
        (Status.ACCEPTED_AT_WAREHOUSE, False, Step.PICKING),
        (Status.ACCEPTED_AT_WAREHOUSE, True, Step.PACKED),
        (Status.IN_TRANSIT, True, Step.SHIPPED),
        (Status.CANCELLED, True, Step.CANCELLED),
    ],
)
def test_what_lies_packed_is_packed_until_it_leaves(status: Status, packed: bool, step: Step | None) -> None:
    assert step_of(view(status, replace(ASKED, packed=Packed(NOW) if packed else None))) is step
    assert step_of(carrier(status)) is None
