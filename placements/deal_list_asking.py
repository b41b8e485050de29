"""A press on many deals: one row a deal in the portal's lane and one line each in the audit, in one transaction, kept
as one thing that the page shows until it is over, and after it was closed and opened again.

The rows are background work: a colleague who presses in a deal's tab meanwhile goes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.frames.session import PageSession
from b24app.store import audit, inbox
from b24app.store.audit import Act
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import Job, JobState, Lane

KIND = "many"
_REMEMBERED = timedelta(hours=1)
#: A press that is over is still shown for so long.
SHOWN = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Press:
    """What one press asked for. `left_out`: chosen deals that needed nothing."""

    id: int
    wish: str
    deals: tuple[int, ...]
    left_out: int
    at: datetime
    key: str


def seen(session: Session, who: PageSession, key: str, now: datetime) -> Press | None:
    """This very press, when it arrived before (a double click, or a repeat after a lost answer)."""
    recent = select(Job).where(
        Job.portal_id == who.portal_id,
        Job.kind == KIND,
        Job.asked_by == who.user_id,
        Job.created_at >= now - _REMEMBERED,
    )
    return next((press for row in session.scalars(recent) if (press := _press(row)).key == key), None)


def latest(session: Session, who: PageSession, now: datetime) -> Press | None:
    """The person's last press, as long as it is worth showing."""
    mine = select(Job).where(Job.portal_id == who.portal_id, Job.kind == KIND, Job.asked_by == who.user_id)
    row = session.scalar(mine.where(Job.created_at >= now - SHOWN).order_by(Job.id.desc()).limit(1))
    return _press(row) if row is not None else None


def by_id(session: Session, who: PageSession, press_id: int) -> Press | None:
    """One press of this person."""
    mine = (Job.portal_id == who.portal_id, Job.kind == KIND, Job.asked_by == who.user_id)
    row = session.scalar(select(Job).where(Job.id == press_id, *mine))
    return _press(row) if row is not None else None


def press(
    session: Session, who: PageSession, wish: str, deal_ids: Sequence[int], left_out: int, key: str, now: datetime
) -> tuple[Press, LaneRef | None]:
    """Appends the rows; the lane is to be woken after the commit, None when this press was here before."""
    lane = portal_lane(session, who.portal_id)
    # Two answers to one double click wait for each other here (SQLite's writers do anyway).
    session.execute(select(Lane.id).where(Lane.id == lane.id).with_for_update())
    again = seen(session, who, key, now)
    if again is not None:
        return again, None
    job = Job(
        portal_id=who.portal_id,
        kind=KIND,
        input={"wish": wish, "key": key, "deals": list(deal_ids), "left_out": left_out},
        memory={},
        result={},
        asked_by=who.user_id,
        created_at=now,
        finished_at=now,
        state=JobState.DONE,  # the press itself is over; how its deals go is told by their own rows
        done=len(deal_ids),
        total=len(deal_ids),
    )
    session.add(job)
    session.flush()
    payload = {"user_id": who.user_id, "name": who.name, "key": key}
    rows: Mapping[str, Mapping[str, object]] = {str(each): {"deal_id": each, **payload} for each in deal_ids}
    inbox.append_many(session, lane.id, wish, rows, now=now)
    audit.write_many(session, who.portal_id, Act(wish), now, deal_ids, by=who.author, key=key)
    return _press(job), lane if deal_ids else None


def _press(row: Job) -> Press:
    given = row.input
    return Press(row.id, given["wish"], tuple(given["deals"]), given["left_out"], row.created_at, given["key"])
