"""The report on returns as a workbook: what came back row by row, and the sums. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from b24app.flows.returns.report import Group, Line, Report, Sum
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.formats import Formats
from b24app.logistics.returning import Condition
from placements.app.returns_report_view import namer, percent_of
from placements.return_words import reason_name, stage_name
from placements.sheets import Head, Sheet, written

_LINES = (
    "number", "deal", "asked_at", "stage", "product", "sku", "reason", "asked", "as_new", "damaged", "wrong", "missing",
    "lost", "worth", "refunded", "currency", "carrier",
)  # fmt: skip
_SUMS = ("name", "returns", "pieces", "percent", "spoilt", "refunded", "currency")
_WIDTHS = {"product": 36, "name": 36, "reason": 24, "number": 20, "asked_at": 12, "stage": 18, "carrier": 18}


def workbook(report: Report, rules: ReturnRules, carrier: Callable[[str], str], formats: Formats) -> bytes:
    t, named = formats.words, namer(rules, carrier, formats)

    def sheet(code: str, columns: Sequence[str], rows: list[list[Any]]) -> Sheet:
        heads = tuple(Head(t(f"returns_report.file.{each}"), _WIDTHS.get(each, 0)) for each in columns)
        return Sheet(t(f"returns_report.sheet.{code}"), heads, rows)

    sheets = [sheet("lines", _LINES, [_line(each, rules, carrier, formats) for each in report.lines])]
    for group in Group:
        rows = [row for each in report.sums[group] for row in _sum(named(group, each), each, report.pieces)]
        sheets.append(sheet(group.value, _SUMS, rows))
    return written(sheets)


def _line(line: Line, rules: ReturnRules, carrier: Callable[[str], str], formats: Formats) -> list[Any]:
    found = [line.found.get(condition, Decimal(0)) if line.found else None for condition in Condition]
    return [
        line.of.case.number,
        line.of.case.deal_id,
        line.of.asked_at.astimezone(formats.zone),
        stage_name(line.of.case.stage, formats),
        line.sold.title,
        line.sold.sku,
        reason_name(line.reason, rules, formats),
        line.asked,
        *found,
        line.worth,
        line.refunded,
        line.worth.currency,
        carrier(line.of.carrier) if line.of.carrier else "",
    ]


def _sum(name: str, each: Sum, whole: Decimal) -> list[list[Any]]:
    """A row for each currency: sums of different ones are never added up."""
    percent = percent_of(each.pieces, whole).quantize(Decimal("0.1"))
    first, *others = each.refunded or (None,)
    rows = [[name, each.returns, each.pieces, percent, each.spoilt, first, first.currency if first else ""]]
    return rows + [[name, None, None, None, None, money, money.currency] for money in others if money]
