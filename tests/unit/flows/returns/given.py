"""The deal of mockup 08 (two plaids, a cushion, delivery), and ways to change it and its returns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from b24app.flows.returns.owed import MoneyRules, Paid
from b24app.flows.returns.quantities import Wish, lines_of, rooms_of
from b24app.logistics.money import Money
from b24app.logistics.returning import (
    Condition,
    Counted,
    Return,
    ReturnOrigin,
    ReturnStage,
    Settled,
    Signed,
    Sold,
)

NOW = datetime(2026, 11, 12, 10, 48, tzinfo=UTC)
PLAID = Sold(1, "Плед льняной", Decimal(2), Money(516000), "PLD-1", 11, ("4601234560021",), (7, 3))
CUSHION = Sold(2, "Подушка «Хвоя»", Decimal(1), Money(199000), "CSH-1", 12, sections=(8, 3))
SOLD = (PLAID, CUSHION)
PAID = Paid(Money(748000), Money(33000), Money(748000))
RULES = MoneyRules()
ANNA = Signed(7, "Анна Лугова", "постоянный клиент", NOW)


def wish(row: int, quantity: str | Decimal, reason: str = "colour") -> Wish:
    return Wish(row, Decimal(quantity), reason)


def a_return(
    *wishes: Wish,
    sold: tuple[Sold, ...] = SOLD,
    others: tuple[Return, ...] = (),
    stage: ReturnStage = ReturnStage.REQUESTED,
    **changes: Any,
) -> Return:
    """One that fits; without wishes of everything that is left."""
    rooms = rooms_of(sold, others)
    asked = wishes or tuple(Wish(row, room.left) for row, room in rooms.items() if room.left)
    lines, problems = lines_of(asked, rooms)
    assert problems == []
    case = Return(f"wb-5120-R{len(others) + 1}", 5120, stage, ReturnOrigin.MANAGER, lines, NOW)
    return replace(case, **changes)


def counted(row: int, quantity: str | Decimal, condition: Condition = Condition.AS_NEW, **changes: Any) -> Counted:
    return replace(Counted(row, Decimal(quantity), condition), **changes)


def settled(case: Return, minor: int, **changes: Any) -> Return:
    """As a runner keeps it once it was inspected."""
    money = Settled(Money(minor), Money(0), Money(minor))
    return replace(case, stage=ReturnStage.INSPECTED, settled=replace(money, **changes))
