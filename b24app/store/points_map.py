"""What a window of the map shows of the pickup points, and why the others are not offered.

The same SQL on both databases. Points alike in what they take are one class, and points open on the same days have one
calendar: a question is first answered for those few in Python, and the database then only counts rows of the classes
and calendars that are left. Nothing here is a tenant's; a caller names the systems and modes that the portal has.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from b24app.logistics import mercator
from b24app.logistics.points import Misfit, Needs, Takes, misfits
from b24app.store.models import PointCell, PointClass, PointDays, PointRow, PointSource
from b24app.store.points import CELL_ZOOMS, slot_of

#: From this zoom on single points are shown, unless there are too many for a screen.
SINGLE_ZOOM = 15
MOST_SINGLE = 400
#: The deepest zoom that is asked for.
MAX_ZOOM = 19
#: Answers of `Sieve.of` that a process keeps.
SIEVES = 64
DAY_CLOSED = "day"


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the map in Mercator units, both ends included, at a zoom."""

    zoom: int
    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, zoom: int, west: float, south: float, east: float, north: float) -> Self:
        """From degrees; a window over the 180th meridian ends there."""
        left, bottom = mercator.project(south, max(-180.0, west))
        right, top = mercator.project(north, min(180.0, east))
        return cls(max(0, min(MAX_ZOOM, zoom)), min(left, right), min(top, bottom), max(left, right), max(top, bottom))

    @classmethod
    def around(cls, lat: float, lon: float, metres: float) -> Self:
        lat_span = metres / 111_320
        lon_span = lat_span / max(0.05, mercator.shrink(lat))
        return cls.of(MAX_ZOOM, lon - lon_span, lat - lat_span, lon + lon_span, lat + lat_span)

    @property
    def exact(self) -> bool:
        """Whether points are counted, not the cells made beforehand."""
        return self.zoom > CELL_ZOOMS[-1]


@dataclass(frozen=True, slots=True)
class Known:
    """Classes, calendars and lists of the portal's systems. `systems`: list id -> (system, mode)."""

    sources: tuple[PointSource, ...]
    takes: Mapping[int, Takes]
    owner: Mapping[int, int]
    days: Mapping[int, tuple[int | None, tuple[tuple[str, str, bool], ...]]]

    @property
    def system_of(self) -> dict[int, str]:
        return {row.id: row.system for row in self.sources}

    @property
    def version(self) -> str:
        """Changes whenever any of the lists does."""
        return "-".join(f"{row.id}.{row.run}.{row.half}" for row in self.sources)


class Memory:
    """Classes and calendars as last read, kept by a process until their lists move on. They are public data."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[tuple[int, ...], tuple[tuple[Any, ...], Known]] = {}
        self._sieves: OrderedDict[tuple[Any, ...], Sieve] = OrderedDict()

    def known(self, session: Session, wanted: Collection[tuple[str, str]]) -> Known:
        rows = session.scalars(select(PointSource).order_by(PointSource.id)).all()
        sources = tuple(row for row in rows if (row.system, row.mode) in wanted)
        key = tuple(row.id for row in sources)
        stamp = tuple((row.run, row.page, row.step, row.half, row.asked_at, row.refreshed_at) for row in sources)
        with self._guard:
            kept = self._kept.get(key)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        found = _read(session, sources)
        with self._guard:
            self._kept[key] = (stamp, found)
        return found

    def sieve(self, known: Known, needs: Needs, systems: tuple[str, ...] = ()) -> Sieve:
        """What of the known suits these needs; a person asks the same again with every move of the map."""
        key = (id(known), needs, systems)
        with self._guard:
            kept = self._sieves.get(key)
            if kept is not None and kept.known is known:
                self._sieves.move_to_end(key)
                return kept
        found = Sieve.of(known, needs, systems)
        with self._guard:
            self._sieves[key] = found
            while len(self._sieves) > SIEVES:
                self._sieves.popitem(last=False)
        return found


def _read(session: Session, sources: tuple[PointSource, ...]) -> Known:
    ids = [row.id for row in sources]
    classes = session.scalars(select(PointClass).where(PointClass.source_id.in_(ids))).all()
    days = session.scalars(select(PointDays).where(PointDays.source_id.in_(ids))).all()
    return Known(
        sources,
        {row.id: Takes.from_json(row.takes) for row in classes},
        {row.id: row.source_id for row in classes},
        {row.id: (row.week, tuple((first, last, is_open) for first, last, is_open in row.special)) for row in days},
    )


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is offered: rows of a class in `fit` whose calendar is not in `shut`. `why` says what speaks against every
    other class, the most final reason first. `slots`: where the live cells are."""

    known: Known
    needs: Needs
    fit: frozenset[int]
    shut: frozenset[int]
    why: Mapping[int, tuple[Misfit, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Known, needs: Needs, systems: Collection[str] = ()) -> Self:
        """`systems`: only these carriers; empty = all."""
        wanted = {id_ for id_, system in known.system_of.items() if not systems or system in systems}
        mine = {id_: takes for id_, takes in known.takes.items() if known.owner[id_] in wanted}
        why = {id_: found for id_, takes in mine.items() if (found := misfits(takes, needs))}
        shut = frozenset(id_ for id_, days in known.days.items() if closed(days, needs.open_on))
        return cls(known, needs, frozenset(mine.keys() - why.keys()), shut, why)

    @property
    def slots(self) -> list[int]:
        return [slot_of(row) for row in self.known.sources]

    def against(self, class_id: int, days_id: int) -> tuple[Misfit, ...]:
        """Why points of this class and calendar are not offered; empty = they are."""
        closed_then = (Misfit(DAY_CLOSED, {"day": self.needs.open_on}),) if days_id in self.shut else ()
        return (*self.why.get(class_id, ()), *closed_then)


def closed(days: tuple[int | None, Sequence[tuple[str, str, bool]]], day: date | None) -> bool:
    """Whether a calendar is certainly closed on a day; unknown is not closed."""
    if day is None:
        return False
    week, special = days
    text = day.isoformat()
    said = next((is_open for first, last, is_open in special if first <= text <= last), None)
    if said is not None:
        return not said
    return week is not None and not week >> (day.isoweekday() - 1) & 1


# --- the map ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dot:
    """`n` points around a place; of a single one `point_id` is its row."""

    lat: float
    lon: float
    n: int
    point_id: int = 0
    offered: bool = True


def dots(session: Session, window: Window, sieve: Sieve, offered: bool = True) -> list[Dot]:
    """What the window shows of the points that are offered (or of the others). Below zoom 8 cells made beforehand,
    whose counts know no calendars; from there on exactly what there is."""
    if not window.exact:
        return _from_cells(session, window, sieve, offered)
    if window.zoom >= SINGLE_ZOOM:
        single = _single(session, window, sieve, offered)
        if len(single) <= MOST_SINGLE:
            return single
    return _from_points(session, window, sieve, offered)


def _from_cells(session: Session, window: Window, sieve: Sieve, offered: bool) -> list[Dot]:
    zoom = max(CELL_ZOOMS[0], window.zoom)
    unit = mercator.cell_units(zoom)
    classes = sieve.fit if offered else sieve.why.keys()
    n = func.sum(PointCell.n)
    query = (
        select(n, func.sum(PointCell.sum_x), func.sum(PointCell.sum_y))
        .where(
            PointCell.slot.in_(sieve.slots),
            PointCell.z == zoom,
            PointCell.cx.between(window.left // unit, window.right // unit),
            PointCell.cy.between(window.top // unit, window.bottom // unit),
            among(PointCell.class_id, classes),
        )
        .group_by(PointCell.cx, PointCell.cy)
    )
    return [_dot(int(row[0]), int(row[1]), int(row[2]), 0, offered) for row in session.execute(query)]


def _from_points(session: Session, window: Window, sieve: Sieve, offered: bool) -> list[Dot]:
    unit = literal(mercator.cell_units(window.zoom))
    column, row_ = PointRow.mx.op("/")(unit), PointRow.my.op("/")(unit)
    sums = (func.count(), func.sum(PointRow.mx), func.sum(PointRow.my), func.min(PointRow.id))
    query = select(*sums).where(*inside(window), sieved(sieve, offered)).group_by(column, row_)
    return [_dot(n, int(x), int(y), id_ if n == 1 else 0, offered) for n, x, y, id_ in _rows(session, query)]


def _single(session: Session, window: Window, sieve: Sieve, offered: bool) -> list[Dot]:
    columns = (PointRow.mx, PointRow.my, PointRow.id)
    query = select(*columns).where(*inside(window), sieved(sieve, offered)).limit(MOST_SINGLE + 1)
    return [_dot(1, x, y, id_, offered) for x, y, id_ in _rows(session, query)]


def _rows(session: Session, query: Any) -> Iterable[Any]:
    return session.execute(query).all()


def _dot(n: int, sum_x: int, sum_y: int, point_id: int, offered: bool) -> Dot:
    lat, lon = mercator.unproject(sum_x / n + 0.5, sum_y / n + 0.5)
    return Dot(round(lat, 5), round(lon, 5), n, point_id, offered)


def inside(window: Window) -> tuple[ColumnElement[bool], ...]:
    """Indexed by tile first; only a window over half of the world does without."""
    tiles = mercator.tiles_in(window.left, window.top, window.right, window.bottom)
    return (
        among(PointRow.tile, tiles) if len(tiles) <= 4096 else PointRow.tile.is_not(None),
        PointRow.mx.between(window.left, window.right),
        PointRow.my.between(window.top, window.bottom),
    )


def sieved(sieve: Sieve, offered: bool) -> ColumnElement[bool]:
    if offered:
        open_then = PointRow.days_id.not_in(_ids(sieve.shut)) if sieve.shut else literal(True)
        return and_(among(PointRow.class_id, sieve.fit), open_then)
    mine = among(PointRow.class_id, [*sieve.fit, *sieve.why])
    return and_(mine, or_(among(PointRow.class_id, sieve.why), among(PointRow.days_id, sieve.shut)))


def among(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(_ids(ids))
    return found


def _ids(ids: Collection[int]) -> Any:
    """Whole numbers of ours, written into the statement: drivers allow fewer parameters than there may be classes."""
    return bindparam(None, sorted(ids), expanding=True, literal_execute=True)


# --- counts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many points of a window are offered, and how many are not, by their first reason."""

    shown: int
    hidden: tuple[tuple[Misfit, int], ...] = ()

    @property
    def hidden_n(self) -> int:
        return sum(n for _, n in self.hidden)


def tally(session: Session, window: Window, sieve: Sieve) -> Tally:
    """Below zoom 8 without calendars, as the cells are."""
    shown, by_reason = 0, dict[tuple[str, str], tuple[Misfit, int]]()
    for class_id, days_id, n in _counted(session, window, sieve):
        if class_id not in sieve.fit and class_id not in sieve.why:
            continue
        against = sieve.against(class_id, days_id)
        if not against:
            shown += n
            continue
        first = against[0]
        key = (first.code, str(first.params.get("limit_g") or first.params.get("limit") or ""))
        by_reason[key] = (first, by_reason.get(key, (first, 0))[1] + n)
    return Tally(shown, tuple(sorted(by_reason.values(), key=lambda each: -each[1])))


def _counted(session: Session, window: Window, sieve: Sieve) -> Iterable[tuple[int, int, int]]:
    if window.exact:
        columns = (PointRow.class_id, PointRow.days_id)
        query = select(*columns, func.count()).where(*inside(window)).group_by(*columns)
        return [(class_id, days_id, int(n)) for class_id, days_id, n in session.execute(query)]
    zoom = max(CELL_ZOOMS[0], window.zoom)
    unit = mercator.cell_units(zoom)
    cells = (
        select(PointCell.class_id, func.sum(PointCell.n))
        .where(
            PointCell.slot.in_(sieve.slots),
            PointCell.z == zoom,
            PointCell.cx.between(window.left // unit, window.right // unit),
            PointCell.cy.between(window.top // unit, window.bottom // unit),
        )
        .group_by(PointCell.class_id)
    )
    return [(class_id, 0, int(n)) for class_id, n in session.execute(cells)]
