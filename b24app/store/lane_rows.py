"""What errands and messages do alike in the lane of their account: rows that are marked before a call, found again
after a crash, put off while the account does not work, and freed when it does.

The discipline is that of intents (`store.sending`): a row that is to be written is `sending` under the lane's fence
with a deadline before the call; one that is still `sending` after that is `uncertain`, and what happened is looked
up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from b24app.store.lanes import FenceLostError, LaneHold, check
from b24app.store.models import Message, ReturnErrand
from b24app.store.sending import SEEN_AFTER
from b24app.store.sql import changed

Table = type[Message] | type[ReturnErrand]
Row = Message | ReturnErrand
#: Both tables call these states so.
WAITING, SENDING, UNCERTAIN = "waiting", "sending", "uncertain"


def expire(session: Session, hold: LaneHold, table: Table, now: datetime) -> None:
    """Calls that nobody knows the end of are to be looked up. Raises FenceLostError."""
    check(session, hold)
    over = update(table).where(table.lane_id == hold.lane_id, table.state == SENDING, table.deadline <= now)
    changed(session, over.values(state=UNCERTAIN, next_try_at=now, deadline=None))


def mark(session: Session, hold: LaneHold, row: Row, deadline: datetime, *still: ColumnElement[bool]) -> bool:
    """It is being written until `deadline`: commit before any byte leaves. False = it is not as it was read, or not
    `still` so. Raises FenceLostError."""
    check(session, hold)
    table: Table = type(row)
    mine = update(table).where(table.id == row.id, table.lane_id == hold.lane_id, table.state == row.state, *still)
    values = {"state": SENDING, "fence": hold.fence, "deadline": deadline, "next_try_at": deadline}
    return changed(session, mine.values(attempts=table.attempts + 1, **values)) == 1


def is_ours(hold: LaneHold, row: Row, followed: str, *, marked: bool) -> bool:
    """Whether a call may still save what it learnt; False = the row is not under way any more. Raises FenceLostError
    when it was marked by somebody else."""
    if not marked:
        return row.state == followed
    if row.state != SENDING or row.fence != hold.fence:
        raise FenceLostError(f"{row.__tablename__} {row.id}: not in the state that fence {hold.fence} left")
    return True


def put_off(
    session: Session, hold: LaneHold, table: Table, states: Collection[str], now: datetime, until: datetime
) -> None:
    """The account does not work: nothing of it is due before `until`, unless it works again (`free`)."""
    check(session, hold)
    mine = update(table).where(table.lane_id == hold.lane_id, table.state.in_(states))
    changed(session, mine.where(table.next_try_at <= now).values(next_try_at=until))


def free(
    session: Session, table: Table, portal_id: int, connection_id: int, now: datetime, followed: Collection[str]
) -> None:
    """The account works again: what waited for it goes on now, and rows of the states `followed` are asked about. What
    may have been taken a moment ago is not looked up before it can be seen there."""
    mine = update(table).where(table.portal_id == portal_id, table.connection_id == connection_id)
    sure, seen = mine.where(table.state.in_((WAITING, *followed))), now + SEEN_AFTER
    changed(session, sure.where(table.next_try_at > now).values(next_try_at=now))
    unsure = mine.where(table.state == UNCERTAIN, table.next_try_at > seen)
    changed(session, unsure.values(next_try_at=seen))


def earliest(session: Session, hold: LaneHold, table: Table) -> datetime | None:
    """When the lane's next row wants attention."""
    return session.scalar(select(func.min(table.next_try_at)).where(table.lane_id == hold.lane_id))
