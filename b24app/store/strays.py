"""Parcels that nobody expected, as clerks found them: kept with their pictures until a manager has dealt with each.

They are acts of kind `note` that no lane has to carry out: what a clerk tells is durable before their phone forgets it.
Where the clerk knows whose it is, an act `begin` of the deal's lane goes with it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Wish
from b24app.logistics.jsonable import dump
from b24app.logistics.returning import ReturnStage
from b24app.store import return_acts
from b24app.store.lanes import LaneRef
from b24app.store.models import ActState, ReturnAct
from b24app.store.models.base import MAX_NAME
from b24app.store.return_acts import Act, ActKind, Wanted
from b24app.store.sql import insert_new

SOURCE = "clerk"
#: Bytes of one picture of a parcel, and pictures of one: rows of acts are read whole.
MOST_BYTES = 1536 * 1024
MOST_PHOTOS = 5
#: Parcels that wait for a manager at the same time.
MOST_OPEN = 200
_KEY, _PHOTO, _BEGIN = "stray:", "stray-photo:", "stray-begin:"


class TooManyError(ValueError):
    """More than anybody will look through."""


@dataclass(frozen=True, slots=True)
class Stray:
    """`key` is the phone's. `deal_id` is whose the clerk takes it for, 0 = nobody knows; `begun` what came of that.
    `settled`: who has dealt with it, "" = nobody yet."""

    key: str
    code: str
    note: str
    at: datetime
    by: int
    name: str
    deal_id: int = 0
    photos: tuple[str, ...] = ()
    begun: Act | None = None
    settled: str = ""

    @property
    def return_id(self) -> int | None:
        """The return that it has become."""
        done = self.begun is not None and self.begun.state is ActState.DONE
        return self.begun.wanted.return_id if self.begun is not None and done else None


def keep(session: Session, portal_id: int, stray: Stray, now: datetime) -> bool:
    """True when it is new; in any case the phone may forget it after the commit. Raises TooManyError, ValueError
    without a key."""
    if not stray.key:
        raise ValueError("a parcel without a key cannot be told from the next one")
    if get(session, portal_id, stray.key) is not None:
        return False
    if len(_open_rows(session, portal_id, MOST_OPEN)) >= MOST_OPEN:
        raise TooManyError(f"{MOST_OPEN} parcels wait")
    given = {"code": stray.code, "text": stray.note, "at": stray.at.isoformat(), "deal_id": stray.deal_id}
    return _add(session, portal_id, _KEY + stray.key, given, stray.by, stray.name, now)


def begin(
    session: Session, portal_id: int, stray: Stray, wishes: Sequence[Wish], *, now: datetime, trace_id: str
) -> LaneRef | None:
    """A return of the parcel's deal is to begin, as received, of all that may still come back where nobody says what
    lies in it; None = that was asked already."""
    given: dict[str, Any] = {"reason": "", "note": stray.note, "approve": False, "stage": ReturnStage.RECEIVED.value}
    if wishes:
        given["wishes"] = dump(tuple(wishes))
    wanted = Wanted(
        ActKind.BEGIN, _BEGIN + stray.key, Actor.PERSON, stray.deal_id, given=given, by=stray.by, name=stray.name,
        source=SOURCE,
    )  # fmt: skip
    return return_acts.ask(session, portal_id, wanted, now=now, trace_id=trace_id, people=True)


def add_photo(session: Session, portal_id: int, key: str, photo: str, content: bytes, now: datetime) -> bool:
    """A JPEG of it; True when it is new. Raises KeyError where there is no such parcel, TooManyError."""
    stray = get(session, portal_id, key)
    if stray is None:
        raise KeyError(key)
    if photo in stray.photos:
        return False
    if len(content) > MOST_BYTES or len(stray.photos) >= MOST_PHOTOS:
        raise TooManyError(f"{len(stray.photos)} pictures, {len(content)} bytes")
    given = {"photo": base64.b64encode(content).decode()}
    return _add(session, portal_id, f"{_PHOTO}{key}:{photo}", given, stray.by, stray.name, now)


def get(session: Session, portal_id: int, key: str) -> Stray | None:
    mine = select(ReturnAct).where(ReturnAct.portal_id == portal_id, ReturnAct.key == _KEY + key)
    row = session.scalar(mine)
    return _strays(session, portal_id, [row])[0] if row is not None else None


def photo(session: Session, portal_id: int, key: str, name: str) -> bytes | None:
    mine = (ReturnAct.portal_id == portal_id, ReturnAct.key == f"{_PHOTO}{key}:{name}")
    given: Mapping[str, Any] | None = session.scalar(select(ReturnAct.given).where(*mine))
    return base64.b64decode(given["photo"]) if given else None


def waiting(session: Session, portal_id: int, limit: int = 20) -> list[Stray]:
    """Those that nobody has dealt with and that became no return, newest first."""
    found = _strays(session, portal_id, _open_rows(session, portal_id, MOST_OPEN))
    return [stray for stray in found if not _is_under_way(stray)][:limit]


def settle(session: Session, portal_id: int, key: str, name: str, now: datetime) -> bool:
    """Somebody has dealt with it; False = there is none, or somebody had."""
    mine = select(ReturnAct).where(ReturnAct.portal_id == portal_id, ReturnAct.key == _KEY + key)
    row = session.scalar(mine.with_for_update())
    if row is None or row.state != ActState.WAITING:
        return False
    row.state, row.done_at, row.result = ActState.DONE, now, {"settled": name[:MAX_NAME]}
    session.flush()
    return True


def is_photo() -> ColumnElement[bool]:
    """Which rows of acts are pictures."""
    return (ReturnAct.kind == ActKind.NOTE) & (ReturnAct.source == SOURCE) & ReturnAct.key.like(f"{_PHOTO}%")


def outdated(before: datetime) -> ColumnElement[bool]:
    """Which rows of acts tell of parcels that came before, with their pictures."""
    return (ReturnAct.kind == ActKind.NOTE) & (ReturnAct.source == SOURCE) & (ReturnAct.at < before)


def _is_under_way(stray: Stray) -> bool:
    """It is a return, or is becoming one."""
    return stray.begun is not None and stray.begun.state is not ActState.REFUSED


def _open_rows(session: Session, portal_id: int, limit: int) -> Sequence[ReturnAct]:
    mine = (ReturnAct.portal_id == portal_id, ReturnAct.kind == ActKind.NOTE, ReturnAct.source == SOURCE)
    wanted = select(ReturnAct).where(*mine, ReturnAct.state == ActState.WAITING, ReturnAct.key.like(f"{_KEY}%"))
    return session.scalars(wanted.order_by(ReturnAct.id.desc()).limit(limit)).all()


def _strays(session: Session, portal_id: int, rows: Sequence[ReturnAct]) -> list[Stray]:
    keys = [row.key.removeprefix(_KEY) for row in rows]
    mine = select(ReturnAct.key).where(ReturnAct.portal_id == portal_id, ReturnAct.kind == ActKind.NOTE)
    photos = list(session.scalars(mine.where(ReturnAct.key.like(f"{_PHOTO}%")).order_by(ReturnAct.id))) if keys else []
    return [_stray(session, portal_id, row, photos) for row in rows]


def _stray(session: Session, portal_id: int, row: ReturnAct, photos: Sequence[str]) -> Stray:
    key, given = row.key.removeprefix(_KEY), row.given
    mine = f"{_PHOTO}{key}:"
    return Stray(
        key=key,
        code=given["code"],
        note=given["text"],
        at=datetime.fromisoformat(given["at"]),
        by=row.by,
        name=row.name,
        deal_id=given["deal_id"],
        photos=tuple(each.removeprefix(mine) for each in photos if each.startswith(mine)),
        begun=return_acts.by_key(session, portal_id, _BEGIN + key) if given["deal_id"] else None,
        settled=row.result.get("settled", ""),
    )


def _add(
    session: Session, portal_id: int, key: str, given: Mapping[str, Any], by: int, name: str, now: datetime
) -> bool:
    """An act that waits for a person, not for a lane: no row of the inbox goes with it."""
    row = {
        "portal_id": portal_id, "return_id": None, "deal_id": 0, "key": key, "kind": ActKind.NOTE, "given": dict(given),
        "actor": Actor.PERSON, "by": by, "name": name[:MAX_NAME], "source": SOURCE, "at": now,
        "state": ActState.WAITING, "result": {},
    }  # fmt: skip
    return insert_new(session, ReturnAct, [row], ["portal_id", "key"]) == 1
