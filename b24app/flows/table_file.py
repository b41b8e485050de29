"""A table that somebody uploads, CSV or a workbook, as rows of texts and numbers; nothing in it is run.

A workbook is read by a process of its own (`workbook_reader`). Library, limits: docs/decisions/python-calamine.md."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

#: A file; what a workbook may unpack to; rows and columns that are read.
MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 50_000, 60
_LONGEST = 200
_ZIP, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SNIFFED = 64 * 1024
#: Whole numbers that are longer than this have lost digits in a workbook.
EXACT = 10**15
#: How long a workbook may take to be read.
PATIENCE_S = 40
_READER = Path(__file__).with_name("workbook_reader.py")
_PASSED = ("PATH", "LD_LIBRARY_PATH")

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
    elif b"\x00" in file:
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
    limits = (MOST_UNPACKED, MOST_ROWS, MOST_COLUMNS, _LONGEST)
    # Isolated, and without our environment: it holds our keys.
    asked = [sys.executable, "-I", str(_READER), *map(str, limits)]
    env = {name: os.environ[name] for name in _PASSED if name in os.environ}
    try:
        done = subprocess.run(asked, input=file, capture_output=True, env=env, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnreadableError("large") from error
    if done.returncode:
        # It was stopped by what it may take, else it met what neither it nor the library knows.
        raise UnreadableError("large" if done.returncode < 0 else "broken")
    told = json.loads(done.stdout)
    if "why" in told:
        raise UnreadableError(told["why"])
    return [[_told(each) for each in row] for row in told["rows"]]


def _told(cell: str) -> Cell:
    """As `workbook_reader` tells it."""
    if cell[0] == "t":
        return cell[1:]
    number = Decimal(cell[1:])
    return number.quantize(Decimal(1)) if number == number.to_integral_value() and abs(number) < EXACT else number


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


def _limited(rows: Iterable[Sequence[str]]) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    for row in rows:
        if len(found) == MOST_ROWS:
            raise UnreadableError("rows")
        found.append([each.strip()[:_LONGEST] for each in row[:MOST_COLUMNS]])
    return found


def text_of(cell: Cell) -> str:
    """As it stands in the file."""
    return cell if isinstance(cell, str) else format(cell, "f")
