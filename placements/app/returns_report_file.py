"""The report on returns as a workbook: what came back row by row, and the sums. Pure.

Texts are written as texts, whatever they begin with: a title of goods is no formula (docs/decisions/xlsxwriter.md).
Days are days, sums and quantities are numbers."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from b24app.flows.returns.report import Group, Line, Report, Sum
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.formats import Formats
from b24app.logistics.money import DIGITS, Money
from b24app.logistics.returning import Condition
from placements.app.returns_report_view import namer, percent_of
from placements.return_words import reason_name, stage_name

#: Nothing is worked out, linked or turned into numbers by the library: every cell says itself what it is.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
#: What a cell of such a file holds at most.
_LONGEST = 32_000
_LINES = (
    "number", "deal", "asked_at", "stage", "product", "sku", "reason", "asked", "as_new", "damaged", "wrong", "missing",
    "lost", "worth", "refunded", "currency", "carrier",
)  # fmt: skip
_SUMS = ("name", "returns", "pieces", "percent", "spoilt", "refunded", "currency")
_WIDTHS = {"product": 36, "name": 36, "reason": 24, "number": 20, "asked_at": 12, "stage": 18, "carrier": 18}
_USUAL_WIDTH = 12


def workbook(report: Report, rules: ReturnRules, carrier: Callable[[str], str], formats: Formats) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _OPTIONS) as book:
        pen = _Pen(book, formats)
        pen.sheet("lines", _LINES, [_line(each, rules, carrier, formats) for each in report.lines])
        named = namer(rules, carrier, formats)
        for group in Group:
            rows = [row for each in report.sums[group] for row in _sum(named(group, each), each, report.pieces)]
            pen.sheet(group.value, _SUMS, rows)
    return stream.getvalue()


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


class _Pen:
    """Writes sheets: what a cell is follows from its value alone."""

    def __init__(self, book: Any, formats: Formats) -> None:
        self._book, self._formats = book, formats
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._money = book.add_format({"num_format": "#,##0.00"})
        self._whole = book.add_format({"num_format": "#,##0"})

    def sheet(self, code: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        t = self._formats.words
        sheet = self._book.add_worksheet(t(f"returns_report.sheet.{code}"))
        for at, column in enumerate(columns):
            sheet.set_column(at, at, _WIDTHS.get(column, _USUAL_WIDTH))
            sheet.write_string(0, at, t(f"returns_report.file.{column}"), self._head)
        sheet.freeze_panes(1, 0)
        for n, row in enumerate(rows, 1):
            for at, value in enumerate(row):
                self._cell(sheet, n, at, value)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, value[:_LONGEST])
        elif isinstance(value, Money):
            sheet.write_number(
                row, column, float(value.amount), self._whole if value.currency in DIGITS else self._money
            )
        elif isinstance(value, int | Decimal):
            sheet.write_number(row, column, float(value))
        elif value is not None:
            sheet.write_datetime(row, column, value, self._day)
