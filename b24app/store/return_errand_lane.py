"""Errands as the lane of their account works on them: due, marked before a write, found again after a crash.

The same discipline as of intents (`store.sending`): a row that is to be written is `sending` under the lane's fence
with a deadline before the call; one that is still `sending` after that is `uncertain`, and what happened is looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from b24app.logistics.jsonable import dump
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import ReturnStage
from b24app.store import lane_rows
from b24app.store.lanes import LaneHold, LaneRef, check, connection_lane
from b24app.store.models import Connection, ErrandKind, ErrandState, GoodsReturn, ReturnErrand
from b24app.store.sql import changed, chunks

#: Something is to be done about it.
_DUE = (ErrandState.WAITING, ErrandState.UNCERTAIN, ErrandState.LIVE)


def expire(session: Session, hold: LaneHold, now: datetime) -> None:
    """As `lane_rows.expire`."""
    lane_rows.expire(session, hold, ReturnErrand, now)


def due(session: Session, hold: LaneHold, now: datetime, limit: int) -> list[ReturnErrand]:
    """What has not been sent, or is to be called off, first: those that only want to be read can wait."""
    wanted = select(ReturnErrand).where(
        ReturnErrand.lane_id == hold.lane_id, ReturnErrand.state.in_(_DUE), ReturnErrand.next_try_at <= now
    )
    urgent = or_(ReturnErrand.state != ErrandState.LIVE, ReturnErrand.wants_cancel)
    ordered = wanted.order_by(urgent.desc(), ReturnErrand.next_try_at, ReturnErrand.id).limit(limit)
    return list(session.scalars(ordered, execution_options={"populate_existing": True}))


def mark(session: Session, hold: LaneHold, row: ReturnErrand, deadline: datetime) -> bool:
    """It is being written until `deadline`: commit before any byte leaves. False = somebody called it off meanwhile.
    Raises FenceLostError."""
    return lane_rows.mark(session, hold, row, deadline, ReturnErrand.wants_cancel == row.wants_cancel)


def landed(session: Session, hold: LaneHold, errand_id: int, *, marked: bool) -> ReturnErrand | None:
    """The row that a call came back for, ours until the transaction ends; None = it is gone, or not under way any
    more. Raises FenceLostError when it was marked by somebody else."""
    check(session, hold)
    wanted = select(ReturnErrand).where(ReturnErrand.id == errand_id, ReturnErrand.lane_id == hold.lane_id)
    row = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if row is None or not lane_rows.is_ours(hold, row, ErrandState.LIVE, marked=marked):
        return None
    return row


def holder(session: Session, row: ReturnErrand, remote_id: str) -> str:
    """Our number of another return that has this very order of the account, "" = none. One that was refused has nothing
    to do with it any more."""
    mine = (ReturnErrand.portal_id == row.portal_id, ReturnErrand.connection_id == row.connection_id)
    same = (ReturnErrand.kind == row.kind, ReturnErrand.remote_id == remote_id, ReturnErrand.return_id != row.return_id)
    wanted = select(ReturnErrand.number).join(GoodsReturn, GoodsReturn.id == ReturnErrand.return_id)
    on = (GoodsReturn.portal_id == row.portal_id, GoodsReturn.stage != ReturnStage.REFUSED)
    over = ReturnErrand.state.in_((ErrandState.CANCELLED, ErrandState.REFUSED))
    return session.scalar(wanted.where(*mine, *same, *on, ~over).order_by(ReturnErrand.id).limit(1)) or ""


def put_off(session: Session, hold: LaneHold, now: datetime, until: datetime) -> None:
    """The account does not work: nothing of it is due before `until`, unless it works again (`free`)."""
    lane_rows.put_off(session, hold, ReturnErrand, _DUE, now, until)


def free(session: Session, portal_id: int, connection_id: int, now: datetime, *, followed: bool = True) -> None:
    """As `lane_rows.free`; `followed`: what the system has is read, too."""
    lane_rows.free(session, ReturnErrand, portal_id, connection_id, now, (ErrandState.LIVE,) if followed else ())


def abandon(session: Session, portal_id: int, connection_id: int) -> None:
    """The account is taken out of use: nobody can ask it any more, and a person is told so."""
    mine = (ReturnErrand.portal_id == portal_id, ReturnErrand.connection_id == connection_id)
    gone = update(ReturnErrand).where(*mine, ReturnErrand.state.in_((*_DUE, ErrandState.SENDING)))
    changed(session, gone.values(_given_up("the account was removed")))


def give_up(session: Session, portal_id: int) -> None:
    """The portal left: nothing is asked for it any more, also when it comes back much later. What is followed is
    followed again then."""
    mine = (ReturnErrand.portal_id == portal_id, ReturnErrand.state != ErrandState.LIVE)
    gone = update(ReturnErrand).where(*mine, ReturnErrand.state.in_((*_DUE, ErrandState.SENDING)))
    changed(session, gone.values(_given_up("the portal left")))


def _given_up(why: str) -> dict[str, Any]:
    problems = dump((Problem("account_stopped", Field.ACCOUNT, Who.ADMIN),))
    over = {"next_try_at": None, "deadline": None, "last_error": why}
    return {"state": ErrandState.DEAD, "problems": problems, **over}


@dataclass(frozen=True, slots=True)
class Carried:
    """By whom the goods come to the warehouse, and under which number. `waits`: a carrier is being asked for one."""

    carrier: str = ""
    tracking: str = ""
    waits: bool = False


def carried(session: Session, portal_id: int, return_id: int) -> Carried:
    """As the newest collection of the return has it."""
    columns = (ReturnErrand.state, ReturnErrand.tracking_number, ReturnErrand.order_number, Connection.title)
    mine = (ReturnErrand.portal_id == portal_id, ReturnErrand.return_id == return_id)
    wanted = select(*columns).join(Connection, Connection.id == ReturnErrand.connection_id)
    wanted = wanted.where(*mine, ReturnErrand.kind == ErrandKind.COLLECTION, ~ReturnErrand.wants_cancel)
    row = session.execute(wanted.order_by(ReturnErrand.id.desc()).limit(1)).one_or_none()
    if row is None or row.state in (ErrandState.REFUSED, ErrandState.CANCELLED, ErrandState.DEAD):
        return Carried()
    number = row.tracking_number or row.order_number
    return Carried(row.title, number, waits=not number)


def go_on(session: Session, portal_id: int, return_id: int, now: datetime) -> list[LaneRef]:
    """The carrier's number is there, or none will come: warehouses that were to hear it are told now. Wake their lanes
    after the commit."""
    mine = (ReturnErrand.portal_id == portal_id, ReturnErrand.return_id == return_id)
    unsent = (ReturnErrand.state == ErrandState.WAITING, ReturnErrand.attempts == 0)
    rows = select(ReturnErrand.id, ReturnErrand.connection_id).where(*mine, *unsent)
    found = session.execute(rows.where(ReturnErrand.kind == ErrandKind.RECEIPT)).all()
    ids = [row.id for row in found]
    if ids:
        changed(session, update(ReturnErrand).where(ReturnErrand.id.in_(ids), *unsent).values(next_try_at=now))
    return [connection_lane(session, row.connection_id) for row in found]


def earliest(session: Session, hold: LaneHold) -> datetime | None:
    """When the lane's next errand wants attention."""
    return lane_rows.earliest(session, hold, ReturnErrand)


def look_now(session: Session, portal_id: int, connection_id: int, names: Sequence[str], now: datetime) -> set[str]:
    """A system told something of orders with these keys or numbers: those that are errands are read at once. Returns
    the names that are."""
    found: set[str] = set()
    columns = (ReturnErrand.remote_id, ReturnErrand.number, ReturnErrand.tracking_number)
    for some in chunks(sorted(set(names) - {""})):
        mine = (ReturnErrand.portal_id == portal_id, ReturnErrand.connection_id == connection_id)
        named = or_(*(column.in_(some) for column in columns))
        rows = session.execute(select(ReturnErrand.id, *columns).where(*mine, named)).all()
        found |= {name for _, *its in rows for name in its if name in some}
        told: Any = update(ReturnErrand).where(ReturnErrand.id.in_([row[0] for row in rows]))
        live = (ReturnErrand.state == ErrandState.LIVE, ReturnErrand.next_try_at > now)
        if rows:
            changed(session, told.where(*live).values(next_try_at=now))
    return found


def deal_of(session: Session, portal_id: int, return_id: int) -> int | None:
    """The deal of a return; None = it is gone."""
    mine = (GoodsReturn.portal_id == portal_id, GoodsReturn.id == return_id)
    return session.scalar(select(GoodsReturn.deal_id).where(*mine))
