"""A list that a carrier only gives whole, read page by page: the answer goes to a file without ever being in memory,
and each page parses only its own records."""

from __future__ import annotations

import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, Any

import ijson

from b24app.logistics.errors import Unavailable
from b24app.logistics.points import PickupPoint, PointPage

PAGE = 500
#: What a record without sense raises while it is parsed.
BROKEN = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
#: What a file raises that is not the list it should be, or breaks off.
UNREADABLE = (ValueError, SyntaxError, OSError, zipfile.BadZipFile, ijson.JSONError)

#: Writes their whole list into the file. Raises as a read does.
Load = Callable[[IO[bytes]], None]
#: Their records, one by one, as the file is read (ijson, lxml's iterparse, zipfile).
Rows = Callable[[IO[bytes]], Iterable[Any]]
#: A record as a point, several, or none (not of interest). Raises one of BROKEN for one that makes no sense.
Parse = Callable[[Any], PickupPoint | Iterable[PickupPoint] | None]


class Spools:
    """The lists under way of one plug-in, by address (and account, where lists are the account's). One that stopped in
    the middle (a crash, another process) is simply loaded again and read on from the page that is asked for."""

    def __init__(self) -> None:
        self._open: dict[str, _Spool] = {}
        self._guard = threading.Lock()

    def page(self, key: str, page: int, load: Load, rows: Rows, parse: Parse) -> PointPage:
        """Raises what `load` raises, and Unavailable for a file that breaks off: the list is not whole."""
        with self._guard:
            spool = self._open.pop(key, None)
        if spool is None or spool.next != page:
            if spool is not None:
                spool.close()
            spool = _Spool(load, rows)
            spool.skip(page)
        try:
            found, more = spool.read(parse)
        except BaseException:
            spool.close()
            raise
        if more:
            with self._guard:
                self._open[key] = spool
        else:
            spool.close()
        return found


class _Spool:
    def __init__(self, load: Load, rows: Rows) -> None:
        self._file = tempfile.TemporaryFile(prefix="waybill-list-")  # noqa: SIM115 - closed by `close`
        try:
            load(self._file)
        except BaseException:
            self._file.close()
            raise
        self._file.seek(0)
        self._rows: Iterator[Any] = _readable(rows, self._file)
        self.next = 0
        self._ahead: list[Any] = []

    def skip(self, pages: int) -> None:
        for _ in islice(self._rows, pages * PAGE):
            pass
        self.next = pages

    def read(self, parse: Parse) -> tuple[PointPage, bool]:
        """One page, and whether there is another. A list with nothing in it is none: it would empty the map."""
        rows = [*self._ahead, *islice(self._rows, PAGE + 1 - len(self._ahead))]
        rows, self._ahead = rows[:PAGE], rows[PAGE:]
        if not rows and not self.next:
            raise Unavailable("a list without a single record")
        points: dict[str, PickupPoint] = {}
        skipped = 0
        for row in rows:
            try:
                found = parse(row)
            except BROKEN:
                skipped += 1
                continue
            for point in () if found is None else (found,) if isinstance(found, PickupPoint) else found:
                points[point.code] = point
        self.next += 1
        more = bool(self._ahead)
        return PointPage(tuple(points.values()), skipped, more), more

    def close(self) -> None:
        self._file.close()

    def __del__(self) -> None:
        # A list that nobody read to its end.
        if hasattr(self, "_file"):
            self._file.close()


def _readable(rows: Rows, file: IO[bytes]) -> Iterator[Any]:
    try:
        yield from rows(file)
    except UNREADABLE as error:
        raise Unavailable(f"a list that cannot be read: {type(error).__name__}: {str(error)[:200]}") from error
