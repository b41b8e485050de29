"""The report on returns: pieces and money add up, whatever they are grouped by."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.returns.report import Case, Group, Report, report_of
from b24app.logistics.money import Money
from b24app.logistics.returning import Condition, Return, ReturnStage
from tests.unit.flows.returns.given import CUSHION, NOW, PLAID, a_return, counted, wish

S, C = ReturnStage, Condition
ONE = Decimal(1)


def report(*cases: Return, carrier: str = "cdek") -> Report:
    return report_of(Case(n, case, NOW, carrier) for n, case in enumerate(cases, 1))


def came(**changes: Any) -> Return:
    case = a_return(wish(1, "2"), wish(2, "1", "defect"), stage=S.INSPECTED)
    found = (counted(1, "1"), counted(1, "1", C.DAMAGED, photos=("p1", "p2")), counted(2, "1", C.MISSING))
    return replace(case, counted=found, **changes)


def test_what_was_found_and_refunded_stands_with_its_row() -> None:
    told = report(came(refunded=Money(464400)))
    plaid, cushion = told.lines
    assert plaid.found == {C.DAMAGED: ONE, C.AS_NEW: ONE}
    assert (plaid.spoilt, plaid.photos) == (ONE, ("p1", "p2"))
    assert cushion.found == {C.MISSING: ONE}
    assert (cushion.spoilt, cushion.photos) == (ONE, ())
    assert (plaid.worth, plaid.refunded) == (Money(516000), Money(335147))
    assert plaid.refunded + cushion.refunded == Money(464400)
    assert (told.returns, told.refused, told.pieces, told.spoilt) == (1, 0, Decimal(3), Decimal(2))
    assert told.refunded == (Money(464400),)


def test_groups_begin_with_the_largest() -> None:
    told = report(came(), a_return(wish(2, "1", "defect")), a_return(wish(2, "1", "size"), stage=S.REFUSED))
    assert (told.returns, told.refused) == (2, 1)
    assert [(each.key, each.returns, each.pieces) for each in told.sums[Group.REASON]] == [
        ("colour", 1, Decimal(2)), ("defect", 2, Decimal(2)),
    ]  # fmt: skip
    assert [(each.name, each.pieces, each.spoilt) for each in told.sums[Group.PRODUCT]] == [
        ("Плед льняной", Decimal(2), ONE), ("Подушка «Хвоя»", Decimal(2), ONE),
    ]  # fmt: skip
    assert [(each.key, each.returns) for each in told.sums[Group.CARRIER]] == [("cdek", 2)]


def test_one_article_is_one_whatever_deal_it_was_in() -> None:
    loose = replace(PLAID, row=7, product_id=0, sku="PLD-1", title="Плед, Новый год")
    same = replace(loose, row=9, title="плед")
    nameless = replace(CUSHION, row=3, product_id=0, sku="", title="Подушка")
    told = report(*(a_return(wish(each.row, "1"), sold=(each,)) for each in (loose, same, nameless)))
    assert [(each.name, each.pieces) for each in told.sums[Group.PRODUCT]] == [
        ("плед", Decimal(2)), ("Подушка", ONE),
    ]  # fmt: skip


def test_several_lines_of_a_row_share_what_was_found() -> None:
    case = a_return(wish(1, "1", "colour"), wish(1, "1", "defect"), stage=S.INSPECTED)
    told = report(replace(case, counted=(counted(1, "1", C.DAMAGED), counted(1, "1"))))
    assert [line.found for line in told.lines] == [{C.DAMAGED: ONE}, {C.AS_NEW: ONE}]
    uncounted = report(replace(case, counted=(counted(1, "1"),)))
    assert [line.found for line in uncounted.lines] == [{}, {}], "half counted is not counted"


def test_different_currencies_are_never_added_up() -> None:
    euro = replace(PLAID, paid=Money(9000, "EUR"))
    told = report(
        replace(a_return(wish(1, "1")), refunded=Money(258000)),
        replace(a_return(wish(1, "1"), sold=(euro,)), refunded=Money(4500, "EUR")),
    )
    assert told.refunded == (Money(4500, "EUR"), Money(258000))
    assert told.sums[Group.PRODUCT][0].refunded == told.refunded


@given(st.lists(st.tuples(st.integers(0, 900_000), st.booleans(), st.sampled_from(["", "cdek", "dpd"])), max_size=12))
def test_every_grouping_comes_to_the_same(told: list[tuple[int, bool, str]]) -> None:
    cases = [
        Case(n, replace(came() if whole else a_return(wish(1, "1", "size")), refunded=Money(minor)), NOW, carrier)
        for n, (minor, whole, carrier) in enumerate(told)
    ]
    found = report_of(cases)
    paid = sum(minor for minor, _, _ in told)
    assert sum(each.minor for each in found.refunded) == paid
    for sums in found.sums.values():
        assert sum(each.pieces for each in sums) == found.pieces
        assert sum(each.spoilt for each in sums) == found.spoilt
        assert sum(money.minor for each in sums for money in each.refunded) == paid
