"""What an inspection found adds up, whatever came."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from b24app.logistics.warehouse import Finding
from b24app.systems.kit.inspected import inspected

AMOUNTS = st.decimals(0, 1000, places=3)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_what_came_is_accounted_for(want: Decimal, good: Decimal, bad: Decimal) -> None:
    line = inspected("CUP-1", want, good, bad)
    assert line.accepted + line.damaged + line.missing == line.expected == want
    assert line.accepted + line.damaged + line.surplus == line.received == good + bad
    assert line.damaged == min(bad, want), "damaged ones count first"
    assert min(line.accepted, line.damaged, line.missing, line.surplus) >= 0


def test_pieces_of_a_condition_that_nobody_knows_are_neither_good_nor_bad() -> None:
    found = [Finding(Decimal(2), "WET")]
    line = inspected("CUP-1", Decimal(3), Decimal(0), Decimal(1), found, total=Decimal(3))
    assert [*map(int, (line.accepted, line.damaged, line.missing, line.surplus, line.received))] == [0, 1, 0, 0, 3]
    assert line.findings == (Finding(Decimal(2), "WET"),)
