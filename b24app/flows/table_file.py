"""A table that somebody uploads, CSV or a workbook, as rows of texts and numbers. Pure; nothing in it is run.

Library and limits: docs/decisions/python-calamine.md."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

#: A file; what a workbook may unpack to; rows and columns that are read.
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 50_000, 60
_LONGEST = 200
_ZIP, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SNIFFED = 64 * 1024
#: Whole numbers that are longer than this have lost digits in a workbook.
EXACT = 10**15

Cell = str | Decimal


class UnreadableError(ValueError):
    """`why`: kind | empty | large | rows | locked | broken."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def rows_of(file: bytes) -> list[list[Cell]]:
    """Rows with something in them up to the last, cells trimmed; empty rows in between stay, so that rows have the
    numbers that people see. Raises UnreadableError."""
    if not file:
        raise UnreadableError("empty")
    if len(file) > MOST_BYTES:
        raise UnreadableError("large")
    if file.startswith((_ZIP, _XLS)):
        rows = _workbook(file)
    elif b"\x00" in file[:_SNIFFED]:
        raise UnreadableError("kind")
    else:
        rows = _csv(file)
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise UnreadableError("empty")
    return rows


def _workbook(file: bytes) -> list[list[Cell]]:
    """Of the first sheet."""
    try:
        if file.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(file)) as archive:
                if sum(each.file_size for each in archive.infolist()) > MOST_UNPACKED:
                    raise UnreadableError("large")
        book = CalamineWorkbook.from_filelike(io.BytesIO(file))
        return _limited(book.get_sheet_by_index(0).iter_rows())
    except PasswordError as error:
        raise UnreadableError("locked") from error
    except (CalamineError, zipfile.BadZipFile, OSError, IndexError) as error:
        raise UnreadableError("broken") from error


def _csv(file: bytes) -> list[list[Cell]]:
    text = _decoded(file)
    try:
        found = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=False)
        return _limited(found)
    except csv.Error as error:
        raise UnreadableError("broken") from error


def _decoded(file: bytes) -> str:
    """As Russian programs write it: UTF-8, or Windows' own."""
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.decode("cp1251", errors="replace")


def _delimiter(text: str) -> str:
    """The sign that most of the first lines have alike."""
    lines = [line for line in text[:_SNIFFED].splitlines() if line.strip()][:20]
    return max(";\t,|", key=lambda sign: sorted(line.count(sign) for line in lines)[len(lines) // 2] if lines else 0)


def _limited(rows: Iterable[Sequence[object]]) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    for row in rows:
        if len(found) == MOST_ROWS:
            raise UnreadableError("rows")
        found.append([_cell(each) for each in row[:MOST_COLUMNS]])
    return found


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return number.quantize(Decimal(1)) if number == number.to_integral_value() and abs(number) < EXACT else number
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).strip()[:_LONGEST]


def text_of(cell: Cell) -> str:
    """As it stands in the file."""
    return cell if isinstance(cell, str) else format(cell, "f")
