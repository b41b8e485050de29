"""A deal of several shipments goes with the least advanced one; one that fails moves nothing, unless it should."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.decisions import Advance, StageTarget
from b24app.flows.following import follow
from b24app.flows.portions import Line, OnFailure, Portion
from b24app.flows.snapshot import PipelineConfig, Role, ShipmentView
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from tests.unit.flows.given import pipeline, shipment

WAY, PICK, WON, LOSE = "C3:WAY", "C3:PICK", "C3:WON", "C3:LOSE"
STAGES = {
    Status.CREATED: "C3:MADE",
    Status.IN_TRANSIT: WAY,
    Status.READY_FOR_PICKUP: PICK,
    Status.DELIVERED: WON,
    Status.RETURNING: LOSE,
    Status.LOST: LOSE,
    Status.DELIVERY_FAILED: LOSE,
    Status.CANCELLED: LOSE,
}
ORDER = ("C3:NEW", "C3:SHIP", "C3:MADE", WAY, PICK, WON, LOSE)
ROWS = (Line(1, "Чашка", Decimal(1)), Line(2, "Чай", Decimal(1)))


def pipe(on_failure: OnFailure = OnFailure.STAY) -> PipelineConfig:
    return pipeline(status_stages=STAGES, stage_order=ORDER, on_failure=on_failure)


def piece(n: int, status: Status, rows: tuple[Line, ...] = (), **changes: Any) -> ShipmentView:
    """The n-th shipment, with the n-th row unless said otherwise."""
    basic = {"id": n, "n": n, "number": f"wb-42-{n}", "order_number": f"15{n}", "tracking_number": f"15{n}"}
    price, link = Money.of(100 * n), f"https://t/15{n}"
    portion = Portion(rows or (ROWS[n - 1],), ROWS)
    return shipment(status, **{**basic, "price": price, "tracking_url": link, "portion": portion, **changes})


def becomes(
    view: ShipmentView, status: Status, *others: ShipmentView, on_failure: OnFailure = OnFailure.STAY, **more: Any
) -> Advance:
    """What follows for the deal when the shipment's status changes."""
    fields = {Role.ORDER_ID: view.order_number, Role.STATUS: status}
    own = StageTarget(STAGES[status], ("own",)) if status in STAGES else None
    change = Advance(status, changed=True, fields=fields, stage=own, **more)
    return follow(change, view, others, pipe(on_failure))


def stage(change: Advance) -> str | None:
    return change.stage.stage if change.stage else None


@pytest.mark.parametrize(
    ("was", "now", "other", "moved"),
    [
        (Status.CREATED, Status.IN_TRANSIT, Status.CREATED, None),
        (Status.CREATED, Status.IN_TRANSIT, Status.DRAFT, None),
        (Status.CREATED, Status.IN_TRANSIT, Status.IN_TRANSIT, WAY),
        (Status.CREATED, Status.DELIVERED, Status.IN_TRANSIT, WAY),
        (Status.CREATED, Status.READY_FOR_PICKUP, Status.DELIVERED, PICK),
        (Status.CREATED, Status.OUT_FOR_DELIVERY, Status.DELIVERED, WAY),
        (Status.IN_TRANSIT, Status.DELIVERED, Status.READY_FOR_PICKUP, PICK),
        (Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.IN_TRANSIT, None),
        (Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.DELIVERED, WON),
        (Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.LOST, None),
        (Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.RETURNING, None),
        (Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.CANCELLED, None),  # its goods are still here
        (Status.CREATED, Status.CANCELLED, Status.IN_TRANSIT, WAY),
        (Status.CREATED, Status.CANCELLED, Status.CANCELLED, LOSE),
        (Status.SUBMITTING, Status.REJECTED, Status.IN_TRANSIT, None),
    ],
)
def test_the_deal_goes_with_its_least_advanced_shipment(
    was: Status, now: Status, other: Status, moved: str | None
) -> None:
    assert stage(becomes(piece(1, was), now, piece(2, other))) == moved


def test_delivered_needs_all_goods() -> None:
    first = piece(1, Status.OUT_FOR_DELIVERY)
    alone = becomes(first, Status.DELIVERED)
    assert alone.stage is None
    assert Role.STATUS not in alone.fields
    assert stage(becomes(first, Status.DELIVERED, piece(2, Status.DELIVERED))) == WON
    # What was lost and has been sent again is no loss of the deal's.
    again = piece(3, Status.DELIVERED, rows=(ROWS[1],))
    assert stage(becomes(first, Status.DELIVERED, piece(2, Status.LOST), again)) == WON
    assert stage(becomes(first, Status.DELIVERED, piece(2, Status.DELIVERED, portion=None))) == WON


@pytest.mark.parametrize("status", [Status.DELIVERY_FAILED, Status.RETURNING, Status.LOST])
def test_one_that_fails_is_a_problem_and_moves_nothing(status: Status) -> None:
    view, other = piece(1, Status.IN_TRANSIT), piece(2, Status.READY_FOR_PICKUP)
    found = becomes(view, status, other)
    assert found.stage is None
    [problem] = found.problems
    assert (problem.code, problem.params["number"]) == (f"part_{status.value}", "151")
    assert problem.key != becomes(replace(other, status=Status.IN_TRANSIT), status, view).problems[0].key
    assert stage(becomes(view, status, other, on_failure=OnFailure.FOLLOW)) == LOSE
    # The system's own reason says more.
    theirs = Problem("delivery_no_answer", Field.PHONE)
    assert becomes(view, status, other, problems=(theirs,)).problems == (theirs,)
    # The rest has not been shipped yet: the failure still does not speak for the deal.
    assert becomes(view, status).stage is None
    # Nobody else is there: it speaks for the deal as ever.
    assert stage(becomes(piece(1, Status.IN_TRANSIT, rows=ROWS), status)) == LOSE


def test_the_fields_hold_all_orders() -> None:
    view = piece(2, Status.CREATED)
    found = becomes(view, Status.IN_TRANSIT, piece(1, Status.CREATED), piece(3, Status.CANCELLED, rows=ROWS))
    assert found.fields == {
        Role.ORDER_ID: "151, 152",
        Role.TRACKING: "151, 152",
        Role.LINK: ["https://t/151", "https://t/152"],
        Role.PRICE: Money.of(300),
        Role.STATUS: Status.CREATED,
    }
    lost = becomes(view, Status.LOST, piece(1, Status.DELIVERED))
    assert lost.fields[Role.STATUS] is Status.LOST
    other_money = piece(1, Status.DELIVERED, price=Money(5, "KZT"))
    assert Role.PRICE not in becomes(view, Status.IN_TRANSIT, other_money).fields
    cancelled = becomes(view, Status.CANCELLED, piece(1, Status.IN_TRANSIT))
    assert cancelled.fields[Role.ORDER_ID] == "151"


def test_a_deal_that_was_never_split_is_left_alone() -> None:
    change = Advance(Status.DELIVERED, changed=True, stage=StageTarget(WON))
    whole, before = shipment(Status.IN_TRANSIT), shipment(Status.CANCELLED, id=6, n=1)
    assert follow(change, whole, [before], pipe()) is change
