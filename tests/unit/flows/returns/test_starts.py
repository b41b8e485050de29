"""Returns that tracking starts: with the right rows, once a shipment, and none for goods that are expected already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.picking import Asked, Picking
from b24app.flows.portions import Line, Portion
from b24app.flows.returns.effects import Actor, Facts
from b24app.flows.returns.moves import begin
from b24app.flows.returns.quantities import Told, rooms_of
from b24app.flows.returns.starts import Started, Why, key_of, stage_of, start
from b24app.logistics.picking import PickedLine
from b24app.logistics.returning import Outcome, Return, ReturnOrigin, ReturnStage, Sold
from b24app.logistics.status import Incident, Status
from tests.unit.flows.given import shipment
from tests.unit.flows.returns.given import CUSHION, NOW, PLAID, SOLD, a_return, wish

BACK = Status.RETURNING


def started(
    status: Status,
    incident: str = "",
    others: Sequence[Return] = (),
    back: Sequence[Told] | None = None,
    sold: Sequence[Sold] = SOLD,
    **changes: Any,
) -> Started | None:
    view = shipment(status, incident=incident, **changes)
    return start(view, 42, "wb-42-R1", sold, others, NOW, back)


def rows(found: Started | None) -> dict[int, str]:
    assert found is not None
    return {line.row: str(line.asked) for line in found.case.lines}


@pytest.mark.parametrize(
    ("incident", "why"),
    [
        (Incident.REFUSED, Why.REFUSED),
        (Incident.STORAGE_EXPIRED, Why.NOT_COLLECTED),
        (Incident.SENDER_REQUEST, Why.CALLED_BACK),
        (Incident.WRONG_ADDRESS, Why.UNDELIVERED),
        (Incident.UNKNOWN, Why.UNDELIVERED),
        ("", Why.UNDELIVERED),
    ],
)
def test_a_parcel_that_turns_back_brings_all_it_holds(incident: str, why: Why) -> None:
    found = started(BACK, incident)
    assert rows(found) == {1: "2", 2: "1"}
    assert found is not None
    case = found.case
    assert (found.why, found.problems) == (why, ())
    assert {line.reason for line in case.lines} == {why.value}
    assert (case.number, case.deal_id, case.stage, case.origin) == (
        "wb-42-R1", 42, ReturnStage.IN_TRANSIT, ReturnOrigin.TRACKING,
    )  # fmt: skip
    assert (case.key, case.asked_at, case.undelivered) == (key_of("wb-42-1"), NOW, True)
    # It may begin where it does.
    assert begin(case, Actor.SYSTEM, Facts()).problems == ()


@pytest.mark.parametrize("status", [status for status in Status if status not in (BACK, Status.RETURNED)])
def test_nothing_else_starts_one(status: Status) -> None:
    """A refusal at the door may be followed by another attempt; a lost parcel brings nothing."""
    assert [started(status, incident) for incident in ("", Incident.REFUSED, Incident.STORAGE_EXPIRED)] == [None] * 3
    if status is not Status.DELIVERED:
        assert started(status, Incident.PARTIAL, back=[Told(Decimal(1), "PLD-1")]) is None


def test_what_came_back_already_is_received() -> None:
    found = started(Status.RETURNED)
    assert found is not None
    assert found.case.stage is ReturnStage.RECEIVED
    assert begin(found.case, Actor.SYSTEM, Facts()).problems == ()


@pytest.mark.parametrize("stage", list(ReturnStage))
def test_one_shipment_starts_one_return_whatever_became_of_it(stage: ReturnStage) -> None:
    first = started(BACK, Incident.REFUSED)
    assert first is not None
    saved = replace(first.case, stage=stage)
    assert started(BACK, Incident.REFUSED, [saved]) is None
    assert started(Status.RETURNED, "", [saved]) is None
    assert started(BACK, "", [replace(saved, key=key_of("wb-42-2"))], number="wb-42-2") is None


def test_each_of_several_shipments_brings_its_own_part() -> None:
    part = Portion((Line(1, PLAID.title, Decimal(1), 11), Line(2, CUSHION.title, Decimal(1), 12)))
    one = started(BACK, portion=part)
    assert rows(one) == {1: "1", 2: "1"}
    assert one is not None
    rest = Portion((Line(1, PLAID.title, Decimal(1), 11),))
    assert rows(started(BACK, others=[one.case], portion=rest, number="wb-42-2")) == {1: "1"}
    # Rows that were written anew are known by their goods.
    anew = (replace(PLAID, row=71), replace(CUSHION, row=72, product_id=0))
    assert rows(started(BACK, portion=part, sold=anew)) == {71: "1", 72: "1"}
    gone = Portion((Line(9, "Ваза", Decimal(1), 99),))
    assert started(BACK, portion=gone) is None


def test_of_a_chain_what_the_warehouse_packed_comes_back() -> None:
    asked = (Asked(1, PLAID.title, Decimal(2), 11, "PLD-1"), Asked(2, CUSHION.title, Decimal(1), 12, "CSH-1"))
    short = (PickedLine("PLD-1", Decimal(2), Decimal(1)), PickedLine("CSH-1", Decimal(1), Decimal(1)))
    assert rows(started(BACK, picking=Picking(asked=asked, lines=short))) == {1: "1", 2: "1"}


def test_goods_that_a_return_expects_already_are_not_expected_twice() -> None:
    by_hand = a_return(wish(1, "1"), stage=ReturnStage.APPROVED)
    assert rows(started(BACK, others=[by_hand])) == {1: "1", 2: "1"}
    assert started(BACK, others=[a_return(stage=ReturnStage.APPROVED)]) is None
    assert rows(started(BACK, others=[a_return(stage=ReturnStage.REFUSED)])) == {1: "2", 2: "1"}


def test_goods_that_were_sent_again_and_turn_back_again_are_not_passed_over() -> None:
    """The first parcel came back, its goods went out in a second one while the first return was still open."""
    first = started(Status.RETURNED)
    assert first is not None
    found = started(BACK, others=[first.case], number="wb-42-2")
    assert rows(found) == {}
    assert found is not None
    assert [(problem.code, problem.params["item"]) for problem in found.problems] == [
        ("return_sent_again", PLAID.title),
        ("return_sent_again", CUSHION.title),
    ]
    assert len({problem.key for problem in found.problems}) == 2
    anew = (replace(PLAID, row=71), replace(CUSHION, row=72))
    moved = started(BACK, others=[first.case], number="wb-42-2", sold=anew)
    assert moved is not None
    assert [problem.params["part"] for problem in moved.problems] == ["row71", "row72"]
    closed = replace(first.case, stage=ReturnStage.CLOSED, outcome=Outcome.BACK_TO_CUSTOMER)
    assert rows(started(BACK, others=[closed], number="wb-42-2")) == {1: "2", 2: "1"}


def test_a_part_of_a_piece_is_told_and_not_swallowed() -> None:
    found = started(BACK, portion=Portion((Line(1, PLAID.title, Decimal("0.5"), 11),)))
    assert rows(found) == {}
    assert found is not None
    assert [problem.code for problem in found.problems] == ["return_part_of_piece"]


# --- partly collected -------------------------------------------------------------------------------------------------


def test_what_the_recipient_left_comes_back_by_article() -> None:
    found = started(Status.DELIVERED, Incident.PARTIAL, back=[Told(Decimal(1), "PLD-1"), Told(Decimal(0), "CSH-1")])
    assert rows(found) == {1: "1"}
    assert found is not None
    assert (found.why, found.case.stage, found.problems) == (Why.PARTLY, ReturnStage.IN_TRANSIT, ())
    # Boxberry lists names.
    assert rows(started(Status.DELIVERED, Incident.PARTIAL, back=[Told(Decimal(1), title=CUSHION.title)])) == {2: "1"}


def test_a_carrier_that_does_not_list_rows_leaves_them_to_a_person() -> None:
    found = started(Status.DELIVERED, Incident.PARTIAL)
    assert rows(found) == {}
    assert found is not None
    assert [problem.code for problem in found.problems] == ["return_rows_unknown"]
    assert begin(found.case, Actor.SYSTEM, Facts()).problems == ()
    assert started(Status.DELIVERED, Incident.PARTIAL, [found.case]) is None


def test_more_than_was_sold_comes_back_as_far_as_it_was_sold() -> None:
    found = started(Status.DELIVERED, Incident.PARTIAL, back=[Told(Decimal(5), "PLD-1"), Told(Decimal(1), "CUP-1")])
    assert rows(found) == {1: "2"}
    assert found is not None
    assert [problem.code for problem in found.problems] == ["return_not_of_deal"] * 2
    assert rooms_of(SOLD, [found.case])[1].left == 0
    # Nothing was left behind after all.
    assert started(Status.DELIVERED, Incident.PARTIAL, back=[Told(Decimal(0), "PLD-1")]) is None


def test_where_a_parcel_on_its_way_back_is() -> None:
    told = {status: stage for status in Status if (stage := stage_of(status))}
    assert told == {
        Status.CREATED: ReturnStage.COLLECTION_BOOKED,
        Status.ACCEPTED_AT_WAREHOUSE: ReturnStage.IN_TRANSIT,
        Status.IN_TRANSIT: ReturnStage.IN_TRANSIT,
        Status.RETURNING: ReturnStage.IN_TRANSIT,
        Status.RETURNED: ReturnStage.RECEIVED,
    }
