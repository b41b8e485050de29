"""Workbooks of what pages show. Pure.

Texts are written as texts, whatever they begin with: a title of goods is no formula (docs/decisions/xlsxwriter.md).
Days are days, sums and quantities are numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from b24app.logistics.money import DIGITS, Money

#: Nothing is worked out, linked or turned into numbers by the library: every cell says itself what it is.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
#: What a cell of such a file holds at most, and the name of a sheet.
_LONGEST, _LONGEST_NAME = 32_000, 31
_USUAL_WIDTH = 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Head:
    """A column's title; `width` 0 = the usual one."""

    title: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: texts, numbers, sums of money, days and moments; None = an empty cell."""

    name: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Any]]


def written(sheets: Sequence[Sheet]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _OPTIONS) as book:
        pen = _Pen(book)
        for each in sheets:
            pen.sheet(each)
    return stream.getvalue()


class _Pen:
    """Writes sheets: what a cell is follows from its value alone."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._money = book.add_format({"num_format": "#,##0.00"})
        self._whole = book.add_format({"num_format": "#,##0"})

    def sheet(self, of: Sheet) -> None:
        sheet = self._book.add_worksheet(of.name[:_LONGEST_NAME])
        for at, head in enumerate(of.heads):
            sheet.set_column(at, at, head.width or _USUAL_WIDTH)
            sheet.write_string(0, at, head.title, self._head)
        sheet.freeze_panes(1, 0)
        for n, row in enumerate(of.rows, 1):
            for at, value in enumerate(row):
                self._cell(sheet, n, at, value)
        if of.rows:
            sheet.autofilter(0, 0, len(of.rows), len(of.heads) - 1)

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, value[:_LONGEST])
        elif isinstance(value, Money):
            whole = self._whole if value.currency in DIGITS else self._money
            sheet.write_number(row, column, float(value.amount), whole)
        elif isinstance(value, int | Decimal):
            sheet.write_number(row, column, float(value))
        elif isinstance(value, date) and not isinstance(value, datetime):
            sheet.write_datetime(row, column, datetime.combine(value, time()), self._day)
        elif value is not None:
            sheet.write_datetime(row, column, value, self._day)
