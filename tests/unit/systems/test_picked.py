"""What was picked short is told once an article, whatever rows it stands in."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from b24app.logistics.picking import PickedLine
from b24app.logistics.status import Incident
from b24app.systems.kit.picked import joined, shortages

AT = datetime(2026, 10, 5, 12, 40, tzinfo=UTC)


def line(sku: str, ordered: int, picked: int, shipped: int = 0, name: str = "") -> PickedLine:
    return PickedLine(sku, Decimal(ordered), Decimal(picked), Decimal(shipped), name)


def told(*lines: PickedLine) -> list[tuple[str, str, str, str]]:
    problems = [event.problem for event in shortages(lines, AT) if event.problem]
    return [(each.their_code, *(each.params[name] for name in ("short", "ordered", "picked"))) for each in problems]


def test_rows_of_one_article_are_one_shortage() -> None:
    assert told(line("CUP-1", 2, 1), line("T-1", 1, 1), line("CUP-1", 3, 0)) == [("CUP-1", "4", "5", "1")]
    assert joined([line("CUP-1", 2, 2, name="Чашка"), line("CUP-1", 3, 0, 1)]) == (line("CUP-1", 5, 2, 1, "Чашка"),)


def test_what_one_row_has_too_much_another_does_not_lack() -> None:
    assert told(line("CUP-1", 2, 3), line("CUP-1", 3, 2)) == []
    assert told(line("CUP-1", 2, 5)) == []
    assert told(line("CUP-1", 2, 0, shipped=1)) == [("CUP-1", "1", "2", "1")]


def test_none_hides_another() -> None:
    found = shortages([line("CUP-1", 1, 0), line("T-1", 1, 0), line("", 1, 0, name="Чай"), line("", 1, 0)], AT)
    assert len({event.key for event in found}) == len({event.problem.key for event in found if event.problem}) == 4
    assert {event.incident for event in found} == {Incident.MISSING_GOODS}
    assert told(line("", 1, 0, name="Чай")) == [("Чай", "1", "1", "0")]
