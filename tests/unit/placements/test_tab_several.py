"""The tab of a deal that was split: which shipment is shown, what is left, and what the form makes of what people
type."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.portions import Line, Portion
from b24app.frames.formats import NBSP, Formats
from b24app.frames.rights import Right
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    ProblemFacts,
    ShipmentFacts,
    TabFacts,
)
from placements.tab_several_view import chosen, may_split, read_form, several_view
from placements.tab_view import TabView, tab_view
from tests.unit.placements.conftest import NOW

PLAID, PILLOW = Line(1, "Плед", Decimal(2)), Line(2, "Подушка", Decimal("1.5"))
WHOLE = (PLAID, PILLOW)


def piece(shipment: ShipmentFacts, n: int, status: Status, *lines: Line, **over: Any) -> ShipmentFacts:
    basic = {"id": n, "n": n, "order_number": f"15{n}", "portion": Portion(lines or (WHOLE[n - 1],), WHOLE)}
    return replace(shipment, status=status, **{**basic, **over})


def facts_of(facts: TabFacts, *pieces: ShipmentFacts, **over: Any) -> TabFacts:
    return replace(facts, shipments=tuple(sorted(pieces, key=lambda each: -each.n)), **over)


def view_of(facts: TabFacts, formats: Formats, wanted: str = "", **more: Any) -> TabView:
    return tab_view(chosen(facts, wanted), formats, "СДЭК", **more)


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        (Status.IN_TRANSIT, Status.CREATED, 2),
        (Status.CREATED, Status.IN_TRANSIT, 1),
        (Status.CREATED, Status.DELIVERY_FAILED, 2),
        (Status.LOST, Status.CREATED, 1),
        (Status.DELIVERED, Status.DELIVERED, 2),
    ],
)
def test_the_one_that_needs_a_person_is_shown_unless_another_was_chosen(
    first: Status, second: Status, shown: int, facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    both = facts_of(facts, piece(shipment, 1, first), piece(shipment, 2, second))
    view = view_of(both, ru)
    assert view.shipment is not None
    assert view.several is not None
    assert (view.shipment.id, view.of) == (shown, f"?shipment={shown}")
    assert [(each.id, each.shown) for each in view.several.pieces] == [(1, shown == 1), (2, shown == 2)]
    assert view.others == ()
    other = view_of(both, ru, str(3 - shown))
    assert other.shipment is not None
    assert other.shipment.id == 3 - shown
    assert view_of(both, ru, "77").shipment == view.shipment


def test_what_is_left_and_who_may_ship_it(facts: TabFacts, shipment: ShipmentFacts, ru: Formats, en: Formats) -> None:
    one = facts_of(facts, piece(shipment, 1, Status.IN_TRANSIT, Line(1, "Плед", Decimal(1))))
    view = several_view(one, ru, frozenset(Right))
    assert view is not None
    assert [(line.row, line.quantity, line.most, line.step) for line in view.left] == [
        (1, "1", "1", "1"),
        (2, "1,5", "1.5", "any"),
    ]
    assert view.pieces[0].inside == f"Плед, 1{NBSP}шт."
    assert view.pieces[0].cod == f"6{NBSP}480,00{NBSP}₽"
    assert view_of(one, ru).may_split
    assert view_of(one, ru).lays_left and not view_of(one, ru).lays, "what is left goes into parcels of its own"
    assert not view_of(one, ru, mine=frozenset(Right) - {Right.SHIP}).may_split
    assert not may_split(replace(one, pipeline_on=False), frozenset(Right))
    everything = facts_of(facts, piece(shipment, 1, Status.IN_TRANSIT), piece(shipment, 2, Status.CREATED))
    assert not view_of(everything, en).may_split
    assert not view_of(everything, en).lays_left
    assert several_view(facts, ru, frozenset(Right)) is None  # never split


def test_the_first_line_does_not_say_that_all_is_done(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    delivered = piece(shipment, 1, Status.DELIVERED)
    assert view_of(facts_of(facts, delivered), ru).now.title == "Отправленное вручено, отправьте остальное"
    travels = piece(shipment, 2, Status.IN_TRANSIT)
    assert "Посылка едет" in view_of(facts_of(facts, delivered, travels), ru).now.title
    arrived = facts_of(facts, delivered, piece(shipment, 2, Status.DELIVERED))
    assert view_of(arrived, ru).now.title == "Посылка вручена"
    # What was cancelled is shipped where it is listed, not by a button that would take everything along.
    cancelled = view_of(facts_of(facts, piece(shipment, 1, Status.CANCELLED), travels), ru, "1")
    assert cancelled.now.actions == ()
    refused = view_of(facts_of(facts, piece(shipment, 1, Status.REJECTED), travels), ru)
    assert [each.code for each in refused.now.actions] == ["retry"]


def test_a_problem_of_another_shipment_is_told_below(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    lost = Problem("part_lost", Field.ORDER, params={"number": "151", "part": "AB-1"})
    theirs = ProblemFacts(lost, NOW, None, shipment_id=1)
    both = facts_of(facts, piece(shipment, 1, Status.LOST), piece(shipment, 2, Status.CREATED), problems=(theirs,))
    mine, other = view_of(both, ru, "1"), view_of(both, ru, "2")
    assert mine.now.title.startswith("Одно из отправлений") or mine.problems
    assert other.now.problem is None
    assert [each.title for each in other.problems] == ["Одно из отправлений сделки утеряно: заказ 151."]
    ours = ProblemFacts(Problem("phone_missing", Field.PHONE), NOW, None)
    told = view_of(replace(both, problems=(theirs, ours)), ru, "2")
    assert told.now.problem is not None
    assert [each.title for each in told.problems] == ["Одно из отправлений сделки утеряно: заказ 151."]


def test_the_history_says_which_shipment(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    both = facts_of(facts, piece(shipment, 1, Status.IN_TRANSIT), piece(shipment, 2, Status.IN_TRANSIT))
    cites = {line.cite for day in view_of(both, ru).days for line in day.lines if line.who == "carrier"}
    assert cites == {"СДЭК, 151", "СДЭК, 152"}


FORM = {"seen": "1", "most_1": "2", "name_1": "Плед", "most_2": "1.5", "name_2": "Подушка"}


def test_what_people_type(ru: Formats) -> None:
    lines, form = read_form({**FORM, "q_1": "1", "q_2": "0,5"}, ru)
    assert [(line.row, str(line.quantity)) for line in lines] == [(1, "1"), (2, "0.5")]
    assert (form.seen, form.error) == (1, "")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"q_1": "0", "q_2": ""}, "nothing"),
        ({}, "nothing"),
        ({"q_1": "3"}, "quantity"),
        ({"q_1": "-1"}, "quantity"),
        ({"q_1": "два"}, "quantity"),
        ({"q_1": "NaN"}, "quantity"),
        ({"q_1": "9" * 40}, "quantity"),
        ({"q_3": "1"}, "quantity"),
        ({"q_x": "1"}, "nothing"),
    ],
)
def test_what_is_no_part_is_refused(typed: dict[str, str], error: str, ru: Formats) -> None:
    lines, form = read_form({**FORM, **typed}, ru)
    assert form.error == error
    assert [line.wrong for line in form.lines if line.typed not in ("0", "")] == [True] * (error == "quantity")
    assert lines == ()


@pytest.mark.parametrize("text", ["1e99999999", "-1e9999999", "1e-9999999"])
def test_a_quantity_of_millions_of_digits_is_none(text: str, ru: Formats) -> None:
    """Written out, it would stop the process of all pages."""
    lines, form = read_form({**FORM, "q_1": text, "most_1": text, "q_2": "0"}, ru)
    assert (lines, form.lines[0].wrong, form.error) == ((), True, "quantity")
