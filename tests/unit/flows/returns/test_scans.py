"""Scans come to what lay in the box, in whatever order a bad network lets them through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.returns.scans import counted_of, standing
from b24app.logistics.returning import Condition, Counted, Scan
from tests.unit.flows.returns.given import NOW, counted

PLAID = Scan("a", NOW, "4601234560021", 1)
STAIN = replace(PLAID, key="b", condition=Condition.DAMAGED)


def test_a_row_is_counted_by_condition() -> None:
    again = replace(PLAID, key="c", quantity=Decimal("0.5"))
    assert counted_of((PLAID, STAIN, again)) == (counted(1, "1.5"), counted(1, "1", Condition.DAMAGED))


def test_what_is_none_of_the_returns_is_not_counted_but_stands() -> None:
    strange = Scan("x", NOW, "4600000000000")
    assert counted_of((strange, PLAID)) == (counted(1, "1"),)
    assert standing((strange, PLAID)) == (strange, PLAID)


def test_an_undo_takes_back_one_scan_even_if_it_comes_first_or_twice() -> None:
    undo = Scan("u", NOW + timedelta(seconds=1), undoes="a")
    other = replace(undo, key="v")
    for scans in ((PLAID, STAIN, undo), (undo, PLAID, STAIN), (undo, PLAID, other, STAIN)):
        assert standing(scans) == (STAIN,)
        assert counted_of(scans) == (counted(1, "1", Condition.DAMAGED),)


def test_the_last_note_goes_with_what_it_is_about() -> None:
    first = Scan("n1", NOW, row=1, quantity=Decimal(0), condition=Condition.DAMAGED, note="пятно")
    second = replace(first, key="n2", note="пятно у края")
    taken_back = (replace(first, key="n3", note="дыра"), Scan("u", NOW, undoes="n3"))
    scans = (PLAID, STAIN, first, second, *taken_back)
    assert counted_of(scans) == (counted(1, "1"), counted(1, "1", Condition.DAMAGED, note="пятно у края"))
    assert counted_of((PLAID, first)) == (counted(1, "1"),)


@given(st.data())
def test_the_order_of_arrival_changes_no_total(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(Condition), st.booleans()), max_size=12))
    scans = [Scan(f"s{n}", NOW, row=row, condition=condition) for n, (row, condition, _) in enumerate(rows)]
    undos = [Scan(f"u{n}", NOW, undoes=f"s{n}") for n, (_, _, undone) in enumerate(rows) if undone]
    sent = [*scans, *undos]
    mixed = data.draw(st.randoms(use_true_random=False)).sample(sent, len(sent))
    kept = [(row, condition) for row, condition, undone in rows if not undone]
    expected = {Counted(row, Decimal(kept.count((row, condition))), condition) for row, condition in kept}
    assert set(counted_of(sent)) == set(counted_of(mixed)) == expected
