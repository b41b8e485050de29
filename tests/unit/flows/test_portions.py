"""What is left of a deal's goods, and money shared over any sequence of portions."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.portions import Held, Line, Portion, Terms, claimed, covers, left
from b24app.logistics.money import Money
from b24app.logistics.status import Status

CUPS, TEA = Line(1, "Чашка", Decimal(3), 11), Line(2, "Чай", Decimal("1.5"), 12)
WHOLE = (CUPS, TEA)


def line(row: int, quantity: str, name: str = "", product: int = 0) -> Line:
    return Line(row, name, Decimal(quantity), product)


def quantities(lines: tuple[Line, ...]) -> dict[int, str]:
    return {each.row: str(each.quantity) for each in lines}


@pytest.mark.parametrize(
    ("taken", "rest"),
    [
        ([], {1: "3", 2: "1.5"}),
        ([[line(1, "2")]], {1: "1", 2: "1.5"}),
        ([[line(1, "2")], [line(1, "1"), line(2, "0.5")]], {2: "1.0"}),
        # More than the deal has now: rows were cut after they were shipped.
        ([[line(1, "9")]], {2: "1.5"}),
        # A row that was written anew has another id: its goods are the same.
        ([[line(77, "2", "Чашка", 11)]], {1: "1", 2: "1.5"}),
        ([[line(77, "2", "Чашка")]], {1: "1", 2: "1.5"}),
        ([[line(77, "2", "Чашка", 99)]], {1: "3", 2: "1.5"}),
    ],
)
def test_what_is_left(taken: list[list[Line]], rest: dict[int, str]) -> None:
    assert quantities(left(WHOLE, taken)) == rest


def test_a_wish_fits_or_does_not() -> None:
    assert covers(WHOLE, [line(1, "3"), line(2, "1.5")])
    assert not covers(WHOLE, [line(1, "3.5")])
    assert not covers(WHOLE, [line(1, "2"), line(1, "2")])
    assert not covers(WHOLE, [line(3, "1")])
    assert not covers(WHOLE, [line(1, "0")])
    assert not covers(WHOLE, [])


@given(
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=12),
    st.booleans(),
)
def test_shares_of_any_sequence_add_up_exactly(owed: int, declared: int, values: list[int], delivered: bool) -> None:
    """Whatever is split off first, and although some of it is delivered before the next one leaves."""
    status = Status.DELIVERED if delivered else Status.IN_TRANSIT
    held: list[Held] = []
    for at, value in enumerate(values):
        rest = values[at + 1 :]
        terms = Terms(value, sum(rest) if rest else None, tuple(held))
        cod, stated = terms.of_cod(Money(owed) or None), terms.of_declared(Money(declared))
        assert cod is None or 0 < cod.minor <= owed
        assert stated is not None
        held.append(Held(Portion((), cod=cod.minor if cod else 0, declared=stated.minor, owed=owed), status))
    assert sum(each.portion.cod for each in held) == owed
    assert sum(each.portion.declared for each in held) == declared


def held(cod: int, status: Status, owed: int = 3000) -> Held:
    return Held(Portion((), cod=cod, owed=owed), status)


@pytest.mark.parametrize(
    ("others", "owed", "taken"),
    [
        ([held(1000, Status.IN_TRANSIT)], 3000, 1000),
        # Collected, and nobody has told the deal yet; then it says so.
        ([held(1000, Status.DELIVERED)], 3000, 1000),
        ([held(1000, Status.DELIVERED)], 2000, 0),
        ([held(1000, Status.DELIVERED)], 2600, 600),
        ([held(1000, Status.DELIVERED), held(500, Status.DELIVERED, 2000)], 2000, 500),
        ([held(1000, Status.DELIVERED), held(700, Status.CREATED)], 2000, 700),
        # What is on its way is not yet paid, however much was paid otherwise.
        ([held(1000, Status.IN_TRANSIT)], 500, 1000),
    ],
)
def test_money_that_others_collect(others: list[Held], owed: int, taken: int) -> None:
    assert claimed(others, owed) == taken


def test_a_client_who_has_paid_pays_nothing_more() -> None:
    terms = Terms(100, None, (held(1000, Status.IN_TRANSIT),))
    assert terms.of_cod(Money(800)) is None
    assert terms.of_cod(None) is None
    assert Terms(100, None, ()).of_cod(Money(800)) == Money(800)
