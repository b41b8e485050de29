"""Messages as the lane of their gateway's account works on them: handed over, due, marked before a call, found again
after a crash, followed to their end.

The same discipline as of errands (`store.return_errand_lane`): a row is `sending` under the lane's fence with a
deadline before the call; one that is still `sending` after that is `uncertain`, and is looked up by our number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from b24app.flows.messages.rules import Channel
from b24app.logistics.jsonable import dump
from b24app.logistics.messages import SmsState, TextMessage
from b24app.store import lane_rows, message_news, sms_status
from b24app.store.lanes import LaneHold, LaneRef, check, connection_lane
from b24app.store.models import Connection, Message, MessageState
from b24app.store.sql import changed, chunks

#: Something is to be sent, or to be looked up.
_UNSENT = (MessageState.WAITING, MessageState.UNCERTAIN)
#: … or to be asked about until its end.
_DUE = (*_UNSENT, MessageState.SENT)
#: Of these its people hear (`message_news`).
_NEWS = message_news.ENDED | message_news.WENT
#: Nobody knows yet whether they will leave.
_OPEN = (*_UNSENT, MessageState.SENDING)
_MOST_NUMBER = 2**31 - 2
#: Why nobody can tell (`told.why.*` words).
LOST = "lost"


def hand_over(
    session: Session, message: Message, connection: Connection, said: dict[str, Any], now: datetime, trace_id: str
) -> LaneRef:
    """The message goes to this gateway account as soon as it can. `said`: `{"to": E.164, "subject": "", "body": text}`.
    Wake the lane after the commit. Raises ValueError for a portal's account that is another's."""
    if connection.portal_id != message.portal_id:
        raise ValueError(f"message {message.id}: connection {connection.id} is another portal's")
    lane = connection_lane(session, connection.id)
    message.channel, message.said = Channel.SMS, said
    message.connection_id, message.lane_id = connection.id, lane.id
    message.number = number_of(message.id, connection.public_id)
    message.state, message.why, message.last_error = MessageState.WAITING, "", ""
    message.attempts, message.next_try_at, message.deadline, message.fence = 0, now, None, None
    message.changed_at, message.trace_id = now, trace_id
    session.flush()
    return lane


def number_of(message_id: int, account: str) -> int:
    """Ours at the gateway, 1 … 2147483647. Each account counts from a place of its own: whoever else uses the same one
    (another portal, a second installation) has other numbers."""
    start = int.from_bytes(hashlib.sha256(f"sms:{account}".encode()).digest()[:8], "big")
    return 1 + (start + message_id) % _MOST_NUMBER


@dataclass(frozen=True, slots=True)
class After:
    """What a message is after a call. `error` "" = as it was."""

    state: MessageState
    next_try_at: datetime | None = None
    why: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of the lane as a call needs it. `state` is that from before it was marked."""

    id: int
    text: TextMessage
    state: MessageState
    attempts: int
    since: datetime
    sent_at: datetime | None
    trace_id: str

    @property
    def follows(self) -> bool:
        """The gateway has it: it is only asked about."""
        return self.state is MessageState.SENT


def waiting(row: Message) -> Waiting:
    said = row.said or {}
    text = TextMessage(row.number or 0, str(said.get("to", "")), str(said.get("body", "")))
    state = MessageState(row.state)
    return Waiting(row.id, text, state, row.attempts, row.changed_at, row.sent_at, row.trace_id)


def expire(session: Session, hold: LaneHold, now: datetime) -> None:
    """As `lane_rows.expire`."""
    lane_rows.expire(session, hold, Message, now)


def due(session: Session, hold: LaneHold, now: datetime, limit: int) -> list[Message]:
    """What has not been sent first, the oldest before the others."""
    wanted = select(Message).where(Message.lane_id == hold.lane_id, Message.state.in_(_DUE), Message.next_try_at <= now)
    unsent = Message.state != MessageState.SENT
    ordered = wanted.order_by(unsent.desc(), Message.next_try_at, Message.id).limit(limit)
    return list(session.scalars(ordered, execution_options={"populate_existing": True}))


def mark(session: Session, hold: LaneHold, row: Message, deadline: datetime) -> bool:
    """It is being sent until `deadline`: commit before any byte leaves. False = somebody took it away meanwhile.
    Raises FenceLostError."""
    return lane_rows.mark(session, hold, row, deadline, Message.state.in_(_UNSENT))


def landed(session: Session, hold: LaneHold, message_id: int, *, marked: bool) -> Message | None:
    """The row that a call came back for, ours until the transaction ends; None = it is gone, or over by now. Raises
    FenceLostError when it was marked by somebody else."""
    check(session, hold)
    wanted = select(Message).where(Message.id == message_id, Message.lane_id == hold.lane_id)
    row = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if row is None or not lane_rows.is_ours(hold, row, MessageState.SENT, marked=marked):
        return None
    return row


def keep(session: Session, row: Message, after: After, told: SmsState | None, now: datetime) -> set[LaneRef]:
    """What a call taught, with what the gateway told of price and size. Returns the lanes to wake after the commit."""
    lanes: set[LaneRef | None] = set()
    if told is not None:
        row.remote_id = (told.remote_id or row.remote_id)[:64]
        row.segments = told.segments or row.segments
        row.price = dump(told.price) if told.price is not None else row.price
    if after.state in _NEWS and row.state != after.state:
        lanes.add(message_news.became(session, row, after.state, now=now, why=after.why, error=after.error))
    row.state, row.deadline, row.next_try_at = after.state, None, after.next_try_at
    row.last_error = after.error[:2000] or row.last_error
    session.flush()
    lanes.add(sms_status.tell(session, row, told.status if told is not None else None, now))
    return {lane for lane in lanes if lane is not None}


def put_off(session: Session, hold: LaneHold, now: datetime, until: datetime) -> None:
    """The account does not work: nothing of it is due before `until`, unless it works again (`free`)."""
    lane_rows.put_off(session, hold, Message, _DUE, now, until)


def overdue(session: Session, hold: LaneHold, before: datetime, limit: int = 25) -> list[Message]:
    """Messages that have waited for the account since before that moment, to be given up. Raises FenceLostError."""
    check(session, hold)
    wanted = select(Message).where(
        Message.lane_id == hold.lane_id, Message.state.in_(_UNSENT), Message.changed_at < before
    )
    return list(session.scalars(wanted.order_by(Message.id).limit(limit)))


def free(session: Session, portal_id: int, connection_id: int, now: datetime, *, followed: bool = True) -> None:
    """As `lane_rows.free`; `followed`: what the gateway has is asked about, too."""
    lane_rows.free(session, Message, portal_id, connection_id, now, (MessageState.SENT,) if followed else ())


def abandon(session: Session, portal_id: int, connection_id: int, now: datetime) -> set[LaneRef]:
    """The account is taken out of use: what never left will not, of what may have left nobody can be asked any more.
    Returns the lanes to wake after the commit."""
    mine = (Message.portal_id == portal_id, Message.connection_id == connection_id)
    lanes: set[LaneRef] = set()
    for row in session.scalars(select(Message).where(*mine, Message.state.in_(_OPEN)).order_by(Message.id)):
        lanes |= keep(session, row, given_up(MessageState(row.state), "account_stopped"), None, now)
    _follow_no_more(session, mine)
    return lanes


def give_up(session: Session, portal_id: int, now: datetime) -> None:
    """The portal left: nothing is sent for it any more, also when it comes back much later, and nobody is told. What
    its outbox carried may have left; what waited for the morning, or for its lane, has not."""
    mine = (Message.portal_id == portal_id,)
    for state in (*_OPEN, MessageState.QUEUED):
        after = given_up(state, "portal_left")
        over = {"state": after.state, "why": after.why, "next_try_at": None, "deadline": None, "changed_at": now}
        changed(session, update(Message).where(*mine, Message.state == state).values(over))
    _follow_no_more(session, mine)


def given_up(state: MessageState, why: str) -> After:
    """A message that will not be tried any more. Of one that may have left nobody can tell whether it did."""
    if state is MessageState.WAITING:
        return After(MessageState.FAILED, why=why)
    return After(MessageState.MAYBE, why=LOST)


def _follow_no_more(session: Session, mine: tuple[Any, ...]) -> None:
    changed(session, update(Message).where(*mine, Message.state == MessageState.SENT).values(next_try_at=None))


def earliest(session: Session, hold: LaneHold) -> datetime | None:
    """When the lane's next message wants attention."""
    return lane_rows.earliest(session, hold, Message)


def look_now(session: Session, portal_id: int, connection_id: int, names: Sequence[str], now: datetime) -> set[str]:
    """A gateway told something of messages with these numbers (ours or its own): those that are on their way are asked
    about at once. Returns the names that are messages."""
    found: set[str] = set()
    for some in chunks(sorted(set(names) - {""})):
        numbers = [int(name) for name in some if name.isdecimal() and len(name) < 11]
        mine = (Message.portal_id == portal_id, Message.connection_id == connection_id)
        named = or_(Message.remote_id.in_(some), Message.number.in_(numbers))
        rows = session.execute(select(Message.id, Message.number, Message.remote_id).where(*mine, named)).all()
        found |= {name for _, number, remote in rows for name in (str(number), remote) if name in some}
        if rows:
            told = update(Message).where(Message.id.in_([row.id for row in rows]), Message.state == MessageState.SENT)
            changed(session, told.where(Message.next_try_at > now).values(next_try_at=now))
    return found
