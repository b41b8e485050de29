"""Writing pickup points: a source's list is taken over page by page, what is listed no more is marked, then the cells
of the map are made anew beside the live ones and switched over. Each transaction is short; all may be repeated.

Old points stay as they are until a refresh says otherwise: one that fails half-way takes nothing away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from b24app.logistics import mercator
from b24app.logistics.points import Hours, PickupPoint
from b24app.store.models import (
    Base,
    Connection,
    ConnectionState,
    PointCell,
    PointClass,
    PointDays,
    PointRow,
    PointSource,
    Portal,
    PortalState,
)
from b24app.store.sql import changed, insert_new, upsert

#: Rows written in one transaction, so that it stays below 50 ms also on SQLite.
BATCH = 100
#: Map cells are kept for these zooms; from the next one on the points themselves are asked.
CELL_ZOOMS = range(2, 8)
#: A list is asked for again when it is this old …
STALE = timedelta(hours=20)
#: … and by another account when the one that was asked has not managed it in this time.
ASKED_AGAIN = timedelta(hours=1)
#: A point that is listed no more is remembered this long, so that a deal's old code can still be explained.
REMEMBERED = timedelta(days=60)


def source(session: Session, source_id: int) -> PointSource | None:
    return session.get(PointSource, source_id)


def sources(session: Session, wanted: set[tuple[str, str]] | None = None) -> list[PointSource]:
    """All lists, or those of these (system, mode)."""
    rows = session.scalars(select(PointSource).order_by(PointSource.id))
    return [row for row in rows if wanted is None or (row.system, row.mode) in wanted]


def working_accounts(session: Session, systems: Sequence[str]) -> dict[tuple[str, str], list[int]]:
    """Ids of accounts that work, of portals that do, by (system, mode)."""
    wanted = (
        select(Connection.system, Connection.mode, Connection.id)
        .join(Portal, Portal.id == Connection.portal_id)
        .where(
            Connection.state == ConnectionState.READY,
            Portal.state == PortalState.ACTIVE,
            Connection.system.in_(systems),
        )
        .order_by(Connection.id)
    )
    found: dict[tuple[str, str], list[int]] = {}
    for system, mode, account in session.execute(wanted):
        found.setdefault((system, mode), []).append(account)
    return found


def take_turn(session: Session, system: str, mode: str, accounts: Sequence[int], now: datetime) -> tuple[int, int]:
    """Whose turn it is to refresh a list: (source, account), or (0, 0) when it is fresh or somebody is at it. Accounts
    take turns, so that one that does not manage it is not asked for ever."""
    key = {"system": system, "mode": mode}
    empty = {"run": 0, "page": 0, "step": "", "half": 0, "short": False, "skipped": 0, "count": 0, "error": ""}
    insert_new(session, PointSource, [{**key, **empty, "asked_of": 0}], ["system", "mode"])
    row = session.scalars(select(PointSource).filter_by(**key)).one()
    fresh = row.refreshed_at is not None and now - row.refreshed_at < STALE
    asked = row.asked_at is not None and now - row.asked_at < ASKED_AGAIN
    if fresh or asked:
        return 0, 0
    account = next((each for each in accounts if each > row.asked_of), accounts[0])
    mine = update(PointSource).where(PointSource.id == row.id, PointSource.asked_at.is_not_distinct_from(row.asked_at))
    values = {"asked_at": now, "asked_of": account, "run": row.run + 1, "page": 0, "step": "pages", "skipped": 0}
    return (row.id, account) if changed(session, mine.values(values)) else (0, 0)


def went_on(session: Session, row: PointSource, now: datetime, **values: Any) -> None:
    """Keeps how far this run came; nothing if another run has begun since `row` was read. Somebody being at it counts
    from now."""
    changed(session, _this_run(row).values(asked_at=now, **values))


def _this_run(row: PointSource) -> Any:
    """A step that took long must not be booked on the run that began meanwhile: it would look suddenly short."""
    return update(PointSource).where(PointSource.id == row.id, PointSource.run == row.run)


def failed(session: Session, source_id: int, why: str) -> None:
    """What there is stays; the list is asked for again in its time."""
    changed(session, update(PointSource).where(PointSource.id == source_id).values(error=why[:255]))


# --- taking points over ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready:
    """A point as it will be written: made before the transaction, because that takes longer than the writing."""

    digest: str
    takes: Mapping[str, Any]
    takes_key: str
    days: Mapping[str, Any]
    days_key: str
    row: Mapping[str, Any]

    @property
    def code(self) -> str:
        return str(self.row["code"])


def ready(point: PickupPoint) -> Ready:
    details, days = point.to_json(), days_json(point.hours)
    row = {
        "code": point.code[:64],
        **_place(point),
        "city_key": plain(point.city)[:120],
        "search": search_text(point),
        "details": details,
    }
    return Ready(digest_of(details), details["takes"], digest_of(details["takes"]), days, digest_of(days), row)


def save(session: Session, source_id: int, run: int, listed: Sequence[Ready]) -> int:
    """Takes over at most BATCH points; returns how many were new or different."""
    columns = (PointRow.id, PointRow.code, PointRow.digest)
    mine = (PointRow.source_id == source_id, PointRow.code.in_([each.code for each in listed]))
    known = session.execute(select(*columns).where(*mine, PointRow.gone_at.is_(None)))
    digests = {each.code: each.digest for each in listed}
    same = {row.code: row.id for row in known if row.digest == digests[row.code]}
    if same:
        changed(session, update(PointRow).where(PointRow.id.in_(same.values())).values(seen=run))
    other = [each for each in listed if each.code not in same]
    if other:
        _write(session, source_id, run, other)
    return len(other)


def _write(session: Session, source_id: int, run: int, listed: Sequence[Ready]) -> None:
    classes = _ids(session, PointClass, source_id, {each.takes_key: {"takes": each.takes} for each in listed})
    calendars = _ids(session, PointDays, source_id, {each.days_key: each.days for each in listed})
    rows = [
        {
            **each.row,
            "source_id": source_id,
            "class_id": classes[each.takes_key],
            "days_id": calendars[each.days_key],
            "digest": each.digest,
            "seen": run,
            "gone_at": None,
        }
        for each in listed
    ]
    upsert(session, PointRow, rows, ["source_id", "code"])


def _place(point: PickupPoint) -> dict[str, Any]:
    if point.lat is None or point.lon is None:
        return {"tile": None, "mx": None, "my": None, "lat": None, "lon": None}
    mx, my = mercator.project(point.lat, point.lon)
    return {"tile": mercator.tile_of(mx, my), "mx": mx, "my": my, "lat": point.lat, "lon": point.lon}


def _ids(
    session: Session, table: type[PointClass] | type[PointDays], source_id: int, wanted: Mapping[str, Mapping[str, Any]]
) -> dict[str, int]:
    """Ids of classes (calendars) by their digest, made when new."""
    query = select(table.key, table.id).where(table.source_id == source_id, table.key.in_(list(wanted)))
    found = {key: id_ for key, id_ in session.execute(query)}  # noqa: C416 - rows are not pairs to the type checker
    if new := [key for key in wanted if key not in found]:
        insert_new(
            session, table, [{"source_id": source_id, "key": key, **wanted[key]} for key in new], ["source_id", "key"]
        )
        found |= {key: id_ for key, id_ in session.execute(query)}  # noqa: C416
    return found


def days_json(hours: Hours) -> dict[str, Any]:
    """The days of `hours` without its times, as the columns of PointDays."""
    week = sum(1 << (day - 1) for day in {each.day for each in hours.week}) if hours.week else None
    special = [[each.first.isoformat(), each.last.isoformat(), each.is_open] for each in hours.special]
    return {"week": week, "special": special}


def digest_of(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def plain(text: str) -> str:
    """As it is compared: lower case, ё as е, single blanks."""
    return " ".join(text.lower().replace("ё", "е").split())


def search_text(point: PickupPoint) -> str:
    return plain(f"{point.code} {point.city} {point.address} {point.metro} {point.postal_code}")


# --- what is listed no more ------------------------------------------------------------------------------------------


def believable(session: Session, row: PointSource) -> bool:
    """Whether the finished run listed at least half of what was known. A list that is suddenly short is believed only
    when it comes the second time."""
    alive = (PointRow.source_id == row.id, PointRow.gone_at.is_(None))
    known = session.scalar(select(func.count()).where(*alive)) or 0
    seen = session.scalar(select(func.count()).where(*alive, PointRow.seen == row.run)) or 0
    return seen > 0 and (seen * 2 >= known or row.short)


def mark_gone(session: Session, source_id: int, run: int, now: datetime) -> int:
    """Takes at most BATCH points that the run did not list off the map; returns how many."""
    gone = (PointRow.source_id == source_id, PointRow.gone_at.is_(None), PointRow.seen < run)
    ids = list(session.scalars(select(PointRow.id).where(*gone).limit(BATCH)))
    return changed(session, update(PointRow).where(PointRow.id.in_(ids)).values(gone_at=now, tile=None)) if ids else 0


def forget(session: Session, source_id: int, now: datetime) -> int:
    """Deletes at most BATCH points that have been gone for long."""
    old = (PointRow.source_id == source_id, PointRow.gone_at < now - REMEMBERED)
    ids = list(session.scalars(select(PointRow.id).where(*old).limit(BATCH)))
    return changed(session, delete(PointRow).where(PointRow.id.in_(ids))) if ids else 0


# --- cells of the map ------------------------------------------------------------------------------------------------


def slot_of(row: PointSource) -> int:
    """Where the source's live cells are."""
    return row.id * 2 + row.half


def other_slot(row: PointSource) -> int:
    return row.id * 2 + (1 - row.half)


def clear_cells(session: Session, slot: int, z: int) -> int:
    """Deletes at most some columns of cells; 0 when none is left."""
    columns = select(PointCell.cx).where(PointCell.slot == slot, PointCell.z == z).order_by(PointCell.cx)
    edge = session.scalar(columns.offset(BATCH * 5).limit(1))
    some = delete(PointCell).where(PointCell.slot == slot, PointCell.z == z)
    return changed(session, some if edge is None else some.where(PointCell.cx <= edge))


def places_after(session: Session, source_id: int, after: int, limit: int = 5000) -> Sequence[Any]:
    """(id, mx, my, class) of the source's points on the map, in the order of their ids."""
    on_map = (PointRow.source_id == source_id, PointRow.id > after, PointRow.tile.is_not(None))
    columns = (PointRow.id, PointRow.mx, PointRow.my, PointRow.class_id)
    return session.execute(select(*columns).where(*on_map).order_by(PointRow.id).limit(limit)).all()


def add_cells(session: Session, rows: Sequence[Mapping[str, int]]) -> None:
    session.execute(insert(_table(PointCell)), list(rows))


def _table(model: type[Base]) -> Any:
    return model.__table__


def switch(session: Session, row: PointSource, now: datetime, *, short: bool) -> None:
    """The cells that were written beside are live from now on."""
    alive = (PointRow.source_id == row.id, PointRow.gone_at.is_(None))
    count = session.scalar(select(func.count()).where(*alive)) or 0
    values = {"half": 1 - row.half, "step": "", "refreshed_at": now, "count": count, "short": short}
    why = "short" if short else ""
    changed(session, _this_run(row).values(**values, error=why))
