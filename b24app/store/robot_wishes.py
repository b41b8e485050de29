"""What robots of ours wait for in deals: kept with the row that asks for it, looked at until it is there, answered
once.

The wish of a robot becomes what a person's press in the tab leaves (a row in the portal's lane, a job, a paper); this
row only says that a workflow stands still for it. Its own row in the portal's lane comes back until it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from b24app.store import inbox
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InboxKind, InboxRow, InboxState, RobotWish
from b24app.store.sql import insert_new

#: Nobody's workflow stands still for longer.
LIMIT = timedelta(hours=24)
#: When a wish is looked at again: soon at first, for most are done within seconds.
_PAUSES_S = (1, 1, 1, 2, 2, 3, 5, 5, 10, 20, 30, 60)
_LATER_S = 300


def pause(looks: int) -> timedelta:
    return timedelta(seconds=_PAUSES_S[looks] if looks < len(_PAUSES_S) else _LATER_S)


def begin(
    session: Session,
    portal_id: int,
    key: str,
    deal_id: int,
    code: str,
    call: Mapping[str, Any],
    now: datetime,
    trace_id: str,
) -> RobotWish | None:
    """The wish of this call (`bitrix24.robots.RobotCall` as JSON), with the row that comes back for it; None = it is
    there already: told twice."""
    fresh = {
        "portal_id": portal_id, "deal_id": deal_id, "key": key, "code": code, "call": dict(call), "memory": {},
        "looks": 0, "created_at": now, "until": now + LIMIT, "trace_id": trace_id,
    }  # fmt: skip
    if not insert_new(session, RobotWish, [fresh], ["portal_id", "key"]):
        return None
    mine = select(RobotWish).where(RobotWish.portal_id == portal_id, RobotWish.key == key)
    wish = session.scalars(mine).one()
    lane = portal_lane(session, portal_id)
    inbox.append(
        session, lane.id, InboxKind.ROBOT_WISH, str(wish.id), {}, now=now, trace_id=trace_id, due=now + pause(0)
    )
    return wish


def get(session: Session, portal_id: int, wish_id: int) -> RobotWish | None:
    return session.scalar(select(RobotWish).where(RobotWish.portal_id == portal_id, RobotWish.id == wish_id))


def close(wish: RobotWish, now: datetime) -> None:
    """It was answered: what it was asked is not needed any more."""
    wish.done_at, wish.call, wish.memory = now, {}, {}


def hurry(session: Session, portal_id: int, deal_id: int, now: datetime, trace_id: str) -> LaneRef | None:
    """Something happened to the deal that its robots may wait for: they are looked at now. Wake the lane after the
    commit."""
    mine = (RobotWish.portal_id == portal_id, RobotWish.deal_id == deal_id, RobotWish.done_at.is_(None))
    ids = session.scalars(select(RobotWish.id).where(*mine)).all()
    if not ids:
        return None
    lane = portal_lane(session, portal_id)
    for wish_id in ids:
        inbox.append(session, lane.id, InboxKind.ROBOT_WISH, str(wish_id), {}, now=now, trace_id=trace_id)
    return lane


def ask(
    session: Session, portal_id: int, kind: InboxKind, deal_id: int, key: str, now: datetime, trace_id: str
) -> LaneRef:
    """What the button of the tab leaves in the portal's lane, by nobody. Wake it after the commit."""
    lane = portal_lane(session, portal_id)
    payload: Mapping[str, Any] = {"deal_id": deal_id, "user_id": 0, "name": "", "key": f"robot:{key}"}
    inbox.append(session, lane.id, kind, str(deal_id), payload, now=now, trace_id=trace_id, people=True)
    return lane


def is_waiting(session: Session, portal_id: int, kind: InboxKind, deal_id: int) -> bool:
    """Whether a wish of this kind for the deal was not served yet."""
    lane = portal_lane(session, portal_id)
    mine = (InboxRow.lane_id == lane.id, InboxRow.kind == kind, InboxRow.key == str(deal_id))
    return bool(session.scalar(select(exists().where(*mine, InboxRow.state == InboxState.NEW))))
