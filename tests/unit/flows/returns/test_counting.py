"""Expected and counted are kept apart, from a clerk's scans and from a warehouse's inspection alike."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.returns.counting import finished, found_of, inspected, surplus, uncounted
from b24app.logistics.returning import Condition, Return
from b24app.logistics.warehouse import Finding, InspectedLine
from b24app.systems.kit.inspected import inspected as theirs
from tests.unit.flows.returns.given import CUSHION, PLAID, a_return, counted, wish

TWO = Decimal(2)


def line(sku: str, expected: int, good: int = 0, bad: int = 0, **changes: Any) -> InspectedLine:
    return replace(theirs(sku, Decimal(expected), Decimal(good), Decimal(bad)), **changes)


def shown(case: Return) -> list[tuple[int, str, str]]:
    return [(each.sold.row, each.condition.value, str(each.quantity)) for each in found_of(case)]


def test_a_clerk_counts_piece_by_piece_and_says_that_this_is_all() -> None:
    case = a_return(counted=(counted(1, "1"), counted(1, "1", Condition.DAMAGED, note="пятно у края")))
    assert uncounted(case) == {2: Decimal(1)}
    assert shown(case) == [(1, "damaged", "1"), (1, "as_new", "1")]
    case = finished(case)
    assert uncounted(case) == {}
    assert shown(case)[-1] == (2, "missing", "1")
    assert finished(case) == case


def test_more_than_was_asked_counts_only_as_far_as_it_was() -> None:
    case = a_return(wish(1, "1"), counted=(counted(1, "2"), counted(1, "1", Condition.DAMAGED)))
    assert shown(case) == [(1, "damaged", "1")]
    [problem] = surplus(case)
    assert (problem.code, problem.params["item"], problem.params["more"]) == ("return_surplus", PLAID.title, "2")
    # What is missing is no surplus, however often it was said.
    assert surplus(a_return(wish(1, "1"), counted=(counted(1, "1"), counted(1, "1", Condition.MISSING)))) == []


def test_a_warehouses_result() -> None:
    finding = Finding(Decimal(1), "DEFECT", "Пятно", "у края", ("p1", "p2"))
    case, problems = inspected(a_return(), [line("PLD-1", 2, 1, 1, findings=(finding,)), line("CSH-1", 1)])
    assert problems == []
    assert shown(case) == [(1, "damaged", "1"), (1, "as_new", "1"), (2, "missing", "1")]
    assert (case.counted[0].note, case.counted[0].photos) == ("Пятно; у края", ("p1", "p2"))
    # Told once more, or corrected, it replaces what it said before.
    again, _ = inspected(case, [line("PLD-1", 2, 2), line("CSH-1", 1, 1)])
    assert shown(again) == [(1, "as_new", "2"), (2, "as_new", "1")]


def test_what_a_warehouse_leaves_open_stays_uncounted() -> None:
    """A condition that nobody explained is no loss, nor is an article that it does not name."""
    unclear = theirs("PLD-1", TWO, Decimal(1), total=TWO)
    case, problems = inspected(a_return(), [unclear])
    assert (problems, uncounted(case)) == ([], {1: Decimal(1), 2: Decimal(1)})
    unnamed = a_return(sold=(replace(CUSHION, sku=""),), counted=(counted(2, "1"),))
    case, _ = inspected(unnamed, [line("", 1)])
    assert shown(case) == [(2, "as_new", "1")]


def test_strange_articles_and_surplus_are_told_one_by_one() -> None:
    lines = [line("PLD-1", 2, 3), line("CSH-1", 1, 1), line("CUP-1", 0, 1), line("TEA-1", 0, 2), line("NO-1", 0)]
    case, problems = inspected(a_return(), lines)
    assert [(each.code, each.params.get("sku")) for each in problems] == [
        ("return_unexpected", "CUP-1"),
        ("return_unexpected", "TEA-1"),
        ("return_surplus", None),
    ]
    assert len({problem.key for problem in problems}) == 3
    assert shown(case) == [(1, "as_new", "2"), (2, "as_new", "1")]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 25), st.integers(0, 25))
def test_rows_of_one_article_share_its_result(asked: list[int], good: int, bad: int) -> None:
    """Nothing that the warehouse counted is lost or doubled, and the expected pieces add up."""
    sold = tuple(replace(PLAID, row=at, quantity=Decimal(each)) for at, each in enumerate(asked, start=1))
    told = line("PLD-1", sum(asked), good, bad)
    case, problems = inspected(a_return(sold=sold), [told])
    assert uncounted(case) == {}
    by = {condition: Decimal(0) for condition in Condition}
    for each in found_of(case):
        by[each.condition] += each.quantity
    assert by[Condition.DAMAGED] == told.damaged
    assert by[Condition.AS_NEW] == told.accepted
    assert by[Condition.MISSING] == told.missing
    assert [Decimal(problem.params["more"]) for problem in problems] == ([told.surplus] if told.surplus else [])
