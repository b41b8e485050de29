"""Occasions on which a client may be told something: kept once each, decided about in the portal's lane.

Whoever learns the fact notes it in the transaction that saves the fact. Whether anything is sent, by which channel and
when, is decided when the row is served (`runners.portal.messaging`), from the portal's rules as they are then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.flows.messages.moments import Moment
from b24app.store import inbox
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InboxKind, Message, MessageState
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import changed, chunks, insert_new

#: Words and addresses are kept so long: as long as a client's links to the parcel are good.
SAID_KEPT = timedelta(days=90)
#: Forgotten in one transaction.
FORGOTTEN = 500
#: Stands where a code for a parcel stood.
HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class Occasion:
    """`about` names what it is of: a shipment's own number, or a return's. `day`: of moments that are told anew on
    another day. `again` > 0: a person wants it sent once more. `by` is a user of the portal, 0 = nobody."""

    moment: Moment
    about: str
    deal_id: int
    shipment_id: int | None = None
    return_id: int | None = None
    day: date | None = None
    source: str = "status"
    by: int = 0
    name: str = ""
    again: int = 0

    @property
    def key(self) -> str:
        what = "return" if self.moment.of_return else "ship"
        parts = [what, self.about, self.moment.value]
        if self.moment.daily and self.day is not None:
            parts.append(self.day.isoformat())
        if self.again:
            parts.append(f"again{self.again}")
        return ":".join(parts)


def note(
    session: Session,
    portal_id: int,
    occasions: Sequence[Occasion],
    *,
    now: datetime,
    trace_id: str,
    people: bool = False,
) -> LaneRef | None:
    """Keeps those that were not kept before and asks the portal's lane to decide about them; None = all were. Wake the
    lane after the commit. The caller spares the work where the portal sends nothing (`MessageRules.on`)."""
    rows: list[dict[str, Any]] = [
        {
            "portal_id": portal_id, "deal_id": each.deal_id, "shipment_id": each.shipment_id,
            "return_id": each.return_id, "key": each.key[:120], "moment": each.moment, "source": each.source,
            "by": each.by, "name": each.name[:MAX_NAME], "channel": "", "lang": "", "said": None,
            "remote_id": "", "state": MessageState.WAITING, "why": "", "told": "", "segments": 0, "attempts": 0,
            "last_error": "",
            "created_at": now, "changed_at": now, "trace_id": trace_id,
        }
        for each in occasions
    ]  # fmt: skip
    known = _known(session, portal_id, [row["key"] for row in rows])
    fresh = [row for row in {row["key"]: row for row in rows}.values() if row["key"] not in known]
    if not fresh or not insert_new(session, Message, fresh, ["portal_id", "key"]):
        return None
    lane = portal_lane(session, portal_id)
    for message_id in _ids(session, portal_id, [row["key"] for row in fresh]):
        inbox.append(
            session, lane.id, InboxKind.MESSAGE, str(message_id), {}, now=now, trace_id=trace_id, people=people
        )
    return lane


def unknown(session: Session, portal_id: int, occasions: Sequence[Occasion]) -> list[Occasion]:
    """Those that were never noted."""
    known = _known(session, portal_id, [each.key[:120] for each in occasions])
    return [each for each in occasions if each.key[:120] not in known]


def anew(session: Session, message: Message, now: datetime) -> None:
    """It has not left, and what was decided about it does not hold any more: the portal's lane decides once more. Its
    next row in the outbox is another one (`mark_of`)."""
    message.state, message.why, message.channel, message.said = MessageState.WAITING, "", "", None
    message.attempts, message.next_try_at, message.changed_at = message.attempts + 1, None, now
    session.flush()
    lane = portal_lane(session, message.portal_id)
    inbox.append(
        session, lane.id, InboxKind.MESSAGE, str(message.id), {}, now=now, trace_id=message.trace_id
    )  # fmt: skip


def mark_of(message: Message) -> str:
    """Of its row in the outbox: one for each time that it was decided about."""
    return f"{message.id}.{message.attempts}" if message.attempts else str(message.id)


def get(session: Session, portal_id: int, message_id: int) -> Message | None:
    return session.scalar(select(Message).where(Message.portal_id == portal_id, Message.id == message_id))


def forget(session: Session, before: datetime) -> int:
    """What was said, and to whom, of messages that nothing has become of since: that they were sent stays. Returns how
    many; call again until it is 0."""
    old = select(Message.id).where(Message.changed_at < before, Message.said.is_not(None)).limit(FORGOTTEN)
    ids = list(session.scalars(old))
    for some in chunks(ids):
        changed(session, update(Message).where(Message.id.in_(some)).values(said=None))
    return len(ids)


def without_code(session: Session, portal_id: int, shipment_id: int, code: str) -> None:
    """The parcel can be collected no more: the code for it goes out of everything that was said of it."""
    mine = select(Message).where(
        Message.portal_id == portal_id, Message.shipment_id == shipment_id, Message.said.is_not(None)
    )
    for message in session.scalars(mine.order_by(Message.id)):
        said = message.said
        texts = {name: str(said[name]).replace(code, HIDDEN) for name in ("subject", "body") if said.get(name)}
        if any(texts[name] != said[name] for name in texts):
            message.said = {**said, **texts}


def of_deal(session: Session, portal_id: int, deal_id: int, limit: int = 50) -> list[Message]:
    """Newest first."""
    mine = select(Message).where(Message.portal_id == portal_id, Message.deal_id == deal_id)
    return list(session.scalars(mine.order_by(Message.id.desc()).limit(limit)))


def _known(session: Session, portal_id: int, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(sorted(set(keys))):
        found |= set(session.scalars(select(Message.key).where(Message.portal_id == portal_id, Message.key.in_(some))))
    return found


def _ids(session: Session, portal_id: int, keys: Sequence[str]) -> list[int]:
    found: list[int] = []
    for some in chunks(sorted(set(keys))):
        found += session.scalars(select(Message.id).where(Message.portal_id == portal_id, Message.key.in_(some)))
    return sorted(found)


def by_key(session: Session, portal_id: int, key: str) -> Message | None:
    return session.scalar(select(Message).where(Message.portal_id == portal_id, Message.key == key[:120]))
