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
from b24app.store import audit, inbox, papers
from b24app.store.audit import Act
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import Job, JobState, Lane

KIND = "many"
#: The wish that is served in the carriers' lanes and not in the portal's.
PRINT = "print"
#: Shipment -> (deal, form of its label).
Forms = Mapping[int, tuple[int, str]]
_REMEMBERED = timedelta(hours=1)
#: A press that is over is still shown for so long.
SHOWN = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Press:
    """What one press asked for. `left_out`: chosen deals that needed nothing; `size`: of the labels to print."""

    id: int
    wish: str
    deals: tuple[int, ...]
    left_out: int
    at: datetime
    key: str
    size: str = ""


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
    made, fresh = _kept(session, who, {"wish": wish, "deals": list(deal_ids), "left_out": left_out}, key, now)
    if not fresh:
        return made, None
    payload = {"user_id": who.user_id, "name": who.name, "key": key}
    rows: Mapping[str, Mapping[str, object]] = {str(each): {"deal_id": each, **payload} for each in deal_ids}
    inbox.append_many(session, lane.id, wish, rows, now=now)
    audit.write_many(session, who.portal_id, Act(wish), now, deal_ids, by=who.author, key=key)
    return made, lane if deal_ids else None


def press_print(
    session: Session, who: PageSession, deal_ids: Sequence[int], forms: Forms, size: str, key: str, now: datetime
) -> tuple[Press, list[LaneRef]]:
    """Has the label of every order of `forms` made that is not there yet; the lanes are to be woken after the commit.
    `deal_ids`: all that were chosen, those without an order too."""
    made, fresh = _kept(session, who, {"wish": PRINT, "deals": list(deal_ids), "size": size}, key, now)
    if not fresh:
        return made, []
    lanes = papers.ask_many(
        session, who.portal_id, {order: form for order, (_, form) in forms.items()}, asked_by=who.user_id, now=now
    )
    deals = list(dict.fromkeys(deal_id for deal_id, _ in forms.values()))
    audit.write_many(session, who.portal_id, Act.PAPER_ASKED, now, deals, by=who.author, key=key)
    return made, lanes


def _kept(
    session: Session, who: PageSession, given: Mapping[str, object], key: str, now: datetime
) -> tuple[Press, bool]:
    """The press, and whether it is here for the first time."""
    # Two answers to one double click wait for each other here (SQLite's writers do anyway).
    session.execute(select(Lane.id).where(Lane.id == portal_lane(session, who.portal_id).id).with_for_update())
    again = seen(session, who, key, now)
    if again is not None:
        return again, False
    count = len(given["deals"]) if isinstance(given["deals"], list) else 0
    job = Job(
        portal_id=who.portal_id,
        kind=KIND,
        input={**given, "key": key},
        memory={},
        result={},
        asked_by=who.user_id,
        created_at=now,
        finished_at=now,
        state=JobState.DONE,  # the press itself is over; how its deals go is told by their own rows
        done=count,
        total=count,
    )
    session.add(job)
    session.flush()
    return _press(job), True


def _press(row: Job) -> Press:
    given = row.input
    left_out, size = given.get("left_out", 0), given.get("size", "")
    return Press(row.id, given["wish"], tuple(given["deals"]), left_out, row.created_at, given["key"], size)
