"""Lanes: who may drain a remote's queue now. Lease and fence live in the row and change by compare-and-set only."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.orm import Session, aliased

from b24app.store.models import (
    InboxRow,
    InboxState,
    Intent,
    Lane,
    LaneKind,
    Message,
    MessageState,
    OutboxRow,
    OutboxState,
    Priority,
    ReturnErrand,
)
from b24app.store.sql import changed

#: Messages that a gateway's lane has something to do with (`store.message_lane`).
_UNDER_WAY = (MessageState.WAITING, MessageState.SENDING, MessageState.UNCERTAIN, MessageState.SENT)


class FenceLostError(RuntimeError):
    """The lane belongs to somebody else by now: whatever this runner found out, it must not write it."""


class LaneRef(NamedTuple):
    """Enough to wake a lane."""

    id: int
    kind: LaneKind


@dataclass(frozen=True)
class LaneHold:
    """A claimed lane. Writes that belong to it carry its `fence`; `people`: serve only rows that persons wait for."""

    lane_id: int
    kind: LaneKind
    owner_id: int
    portal_id: int
    fence: int
    worker: str
    people: bool
    failures: int = 0

    @property
    def ref(self) -> LaneRef:
        return LaneRef(self.lane_id, self.kind)


def ensure_lane(session: Session, kind: LaneKind, owner_id: int, portal_id: int) -> LaneRef:
    """Return the lane of a portal (`owner_id` = its id) or of a connection, made when missing."""
    found = session.scalar(select(Lane.id).where(Lane.kind == kind, Lane.owner_id == owner_id))
    if found is None:
        lane = Lane(kind=kind, owner_id=owner_id, portal_id=portal_id)
        session.add(lane)
        session.flush()
        found = lane.id
    return LaneRef(found, kind)


def portal_lane(session: Session, portal_id: int) -> LaneRef:
    """Return the lane of the portal's REST API. Raises NoResultFound."""
    return LaneRef(_lane_id(session, LaneKind.PORTAL, portal_id), LaneKind.PORTAL)


def connection_lane(session: Session, connection_id: int) -> LaneRef:
    """Return the lane of the connection's account. Raises NoResultFound."""
    return LaneRef(_lane_id(session, LaneKind.CONNECTION, connection_id), LaneKind.CONNECTION)


def _lane_id(session: Session, kind: LaneKind, owner_id: int) -> int:
    return session.scalars(select(Lane.id).where(Lane.kind == kind, Lane.owner_id == owner_id)).one()


def claim(session: Session, lane_id: int, worker: str, now: datetime, lease: timedelta) -> LaneHold | None:
    """Take the lane unless somebody holds it; None then. Use in a transaction of its own.

    `next_due_at` is emptied: the slice says at its end when it wants to come back.
    """
    taken = (
        update(Lane)
        .where(Lane.id == lane_id, *_free(now))
        .values(fence=Lane.fence + 1, lease_owner=worker, lease_until=now + lease, next_due_at=None)
        .returning(Lane.kind, Lane.owner_id, Lane.portal_id, Lane.fence, Lane.failures)
    )
    row = session.execute(taken).one_or_none()
    if row is None:
        return None
    # A slice that failed may have failed on a person's row: every second try looks at the others.
    people = row.failures % 2 == 0 and people_wait(session, lane_id, now)
    return LaneHold(lane_id, LaneKind(row.kind), row.owner_id, row.portal_id, row.fence, worker, people, row.failures)


def is_free(session: Session, lane_id: int, now: datetime) -> bool:
    """Whether a claim is worth trying: a look costs nobody a turn to write."""
    return session.scalar(_is_free(), {"lane": lane_id, "now": now}) is not None


@functools.cache
def _is_free() -> Select[Any]:
    return select(Lane.id).where(Lane.id == bindparam("lane"), *_free(bindparam("now")))


def _free(now: datetime | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    """Nobody holds the lane, and nothing keeps everybody off it."""
    unheld = or_(Lane.lease_until.is_(None), Lane.lease_until <= now)
    return unheld, or_(Lane.not_before.is_(None), Lane.not_before <= now)


def check(session: Session, hold: LaneHold) -> None:
    """Raise `FenceLostError` unless the lane is still ours; keeps it ours until this transaction ends.

    (PostgreSQL: the row lock makes a rival's claim wait; it is the weak one, so that rows of other lanes may refer to
    this lane meanwhile. SQLite: the write transaction already holds everybody off.)
    """
    fence = session.scalar(select(Lane.fence).where(Lane.id == hold.lane_id).with_for_update(key_share=True))
    if fence != hold.fence:
        raise FenceLostError(f"lane {hold.lane_id}: fence {hold.fence} is not {fence}")


def renew(session: Session, holds: Sequence[LaneHold], now: datetime, lease: timedelta) -> set[int]:
    """Prolong the leases of one worker's lanes; return the ids of lanes that are no longer its own."""
    lost = set()
    for hold in holds:
        mine = update(Lane).where(Lane.id == hold.lane_id, Lane.fence == hold.fence, Lane.lease_owner == hold.worker)
        if not changed(session, mine.values(lease_until=now + lease)):
            lost.add(hold.lane_id)
    return lost


def release(
    session: Session,
    hold: LaneHold,
    now: datetime,
    next_due: datetime | None = None,
    not_before: datetime | None = None,
    error: str = "",
) -> bool:
    """Give the lane back; False if it was lost meanwhile.

    `next_due` never postpones what `ask` put there; until `not_before` nobody serves the lane, whatever is due in it.
    """
    values: dict[str, Any] = {"lease_owner": None, "lease_until": None, "served_at": now, "last_error": error[:2000]}
    values["not_before"] = not_before
    # One step down only: after a fault the pieces grow again slowly, else a poisoned row would meet a crowd at once.
    values["failures"] = Lane.failures + 1 if error else case((Lane.failures > 0, Lane.failures - 1), else_=0)
    if next_due is not None:
        values["next_due_at"] = _not_later(next_due)
    mine = update(Lane).where(Lane.id == hold.lane_id, Lane.fence == hold.fence, Lane.lease_owner == hold.worker)
    return changed(session, mine.values(values)) == 1


def ask(session: Session, lane_id: int, due: datetime) -> None:
    """Have the lane served at `due` at the latest, although no row says so (polling, stage history).

    Rows need no such call: the sweep looks at them themselves. Not for a transaction that holds another lane.
    """
    session.execute(update(Lane).where(Lane.id == lane_id).values(next_due_at=_not_later(due)))


def free(session: Session, lane_id: int, now: datetime) -> None:
    """What kept the lane waiting is over (`not_before` is forgotten): have it served now."""
    session.execute(update(Lane).where(Lane.id == lane_id).values(next_due_at=_not_later(now), not_before=None))


def _not_later(due: datetime) -> ColumnElement[datetime | None]:
    # Computed by the database: under READ COMMITTED a condition in WHERE would be judged by an outdated row.
    return case((or_(Lane.next_due_at.is_(None), Lane.next_due_at > due), due), else_=Lane.next_due_at)


def people_wait(session: Session, lane_id: int, now: datetime) -> bool:
    """Return whether a row that a person waits for is due in this lane."""
    return bool(session.scalar(_people_wait(), {"lane": lane_id, "now": now}))


# Statements that every slice needs are put together once: that costs more than the database takes over them.


@functools.cache
def _people_wait() -> Select[Any]:
    lane_id: BindParameter[int] = bindparam("lane")
    now: BindParameter[datetime] = bindparam("now")
    inbox = exists().where(InboxRow.lane_id == lane_id, InboxRow.state == InboxState.NEW, InboxRow.due_at <= now)
    intents = exists().where(Intent.lane_id == lane_id, Intent.next_try_at <= now)
    # What must be looked up first is served by the background, with everything of its deal that waits behind it: a
    # people's slice would find nothing to do and come back, for good.
    pending, older = OutboxRow.state == OutboxState.PENDING, aliased(OutboxRow)
    held_back = exists().where(
        older.lane_id == lane_id,
        older.deal_id == OutboxRow.deal_id,
        older.id < OutboxRow.id,
        older.next_try_at.is_not(None),
        or_(older.state != OutboxState.PENDING, older.next_try_at > now),
    )
    outbox = exists().where(OutboxRow.lane_id == lane_id, pending, OutboxRow.next_try_at <= now, ~held_back)
    asked = or_(
        inbox.where(InboxRow.priority == Priority.PEOPLE),
        intents.where(Intent.priority == Priority.PEOPLE),
        outbox.where(OutboxRow.priority == Priority.PEOPLE),
    )
    return select(asked)


def next_due(session: Session, lane_id: int) -> datetime | None:
    """Return when the lane wants serving next (it may be past): the look after a release. None: nothing waits."""
    found = session.execute(_next_due(), {"lane": lane_id}).one_or_none()
    if found is None:
        return None
    asked, not_before, *waiting = found
    first = min((moment for moment in (asked, *waiting) if moment is not None), default=None)
    return max(first, not_before) if first and not_before else first


@functools.cache
def _next_due() -> Select[Any]:
    lane_id: BindParameter[int] = bindparam("lane")
    rows = select(func.min(InboxRow.due_at)).where(InboxRow.lane_id == lane_id, InboxRow.state == InboxState.NEW)
    intents = select(func.min(Intent.next_try_at)).where(Intent.lane_id == lane_id)
    outbox = select(func.min(OutboxRow.next_try_at)).where(OutboxRow.lane_id == lane_id)
    errands = select(func.min(ReturnErrand.next_try_at)).where(ReturnErrand.lane_id == lane_id)
    messages = select(func.min(Message.next_try_at)).where(Message.lane_id == lane_id)
    own = select(Lane.next_due_at, Lane.not_before).where(Lane.id == lane_id)
    return own.add_columns(*(each.scalar_subquery() for each in (rows, intents, outbox, errands, messages)))


def due_lanes(session: Session, now: datetime, limit: int = 500) -> list[LaneRef]:
    """Return lanes with due work that nobody holds: by a row, by their own date, or left behind by a dead worker.

    The rows are looked at themselves, so that whoever adds one only inserts and never touches the lane's row: intake
    costs one insert, and two lanes that write rows for each other cannot dead-lock.
    """
    found = session.execute(_due_lanes(), {"now": now, "most": limit})
    return [LaneRef(id_, LaneKind(kind)) for id_, kind in found]


@functools.cache
def _due_lanes() -> Select[int, str]:
    now: BindParameter[datetime] = bindparam("now")
    due = union(
        select(InboxRow.lane_id).where(InboxRow.state == InboxState.NEW, InboxRow.due_at <= now),
        select(Intent.lane_id).where(Intent.next_try_at <= now),
        select(OutboxRow.lane_id).where(OutboxRow.next_try_at <= now),
        select(ReturnErrand.lane_id).where(ReturnErrand.next_try_at <= now),
        # By state: messages that are over stay for long, and there are many.
        select(Message.lane_id).where(
            Message.state.in_(_UNDER_WAY), Message.next_try_at <= now, Message.lane_id.is_not(None)
        ),
        select(Lane.id).where(Lane.next_due_at <= now),
        select(Lane.id).where(Lane.lease_until <= now),
    ).subquery()
    wanted = select(Lane.id, Lane.kind).where(Lane.id.in_(select(due.c[0])), *_free(now))
    return wanted.limit(bindparam("most", type_=Integer))
