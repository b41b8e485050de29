"""Reads one workbook: a program of its own, which `flows.table_file` runs for each file.

The library lays a sheet out as one block of cells: a file of a thousand bytes that names the first and the last cell
there can be asks for half a terabyte, sizes in an archive may lie, and what runs out of memory in compiled code takes
its whole process along. So the process that serves everybody is not this one, and this one may have little.

Arguments: most bytes unpacked, most rows, most columns, longest text. In: the file. Out: JSON, `{"why": …}` (as
`table_file.UnreadableError`) or `{"rows": [["t<text>" | "n<number>", …], …]}`. Nothing of ours is imported."""

from __future__ import annotations

import io
import json
import math
import resource
import sys
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

#: What this process may take: of memory, of the processor's time, and how much it tells.
MOST_MEMORY, MOST_SECONDS, MOST_TOLD = 1024**3, 20, 20 * 1024 * 1024


class _TooMuch(Exception):  # noqa: N818 - a way out
    """`args[0]` is the reason: rows | large."""


def main(unpacked: int, rows: int, columns: int, longest: int) -> dict[str, object]:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    file = sys.stdin.buffer.read()
    try:
        if file.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(file)) as archive:
                if sum(each.file_size for each in archive.infolist()) > unpacked:
                    return {"why": "large"}
        book = CalamineWorkbook.from_filelike(io.BytesIO(file))
        return {"rows": _limited(book.get_sheet_by_index(0).iter_rows(), rows, columns, longest)}
    except PasswordError:
        return {"why": "locked"}
    except _TooMuch as much:
        return {"why": much.args[0]}
    except MemoryError:
        return {"why": "large"}
    except (CalamineError, zipfile.BadZipFile, OSError, IndexError):
        return {"why": "broken"}


def _limited(sheet: Iterable[Sequence[object]], rows: int, columns: int, longest: int) -> list[list[str]]:
    found: list[list[str]] = []
    told = 0
    for row in sheet:
        if len(found) == rows:
            raise _TooMuch("rows")
        found.append([_cell(each, longest) for each in row[:columns]])
        told += sum(map(len, found[-1]))
        if told > MOST_TOLD:
            raise _TooMuch("large")
    return found


def _cell(value: object, longest: int) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return f"n{value!r}"
    if isinstance(value, datetime | date):
        return f"t{value.isoformat()}"
    return f"t{str(value).replace(chr(0), '').strip()[:longest]}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*map(int, sys.argv[1:]))))
