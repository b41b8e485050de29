"""A person wants a message sent once more, or says that one which did not go may rest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store import inbox, message_news, messages
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InboxKind, Message, MessageState
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import insert_new

AGAIN = ":again"
#: What a person may have sent once more.
REPEATABLE = frozenset({MessageState.FAILED, MessageState.UNDELIVERED, MessageState.MAYBE})


def family(key: str) -> str:
    """What a message and its repeats have in common."""
    return key.partition(AGAIN)[0]


def again(
    session: Session, portal_id: int, message_id: int, *, by: int, name: str, now: datetime, trace_id: str
) -> LaneRef | None:
    """A new message of the same occasion, by the same way where that still works; None = it needs none (any more): one
    is on its way, or somebody was quicker. Wake the lane after the commit."""
    first = messages.get(session, portal_id, message_id)
    if first is None or not first.moment or first.state not in REPEATABLE:
        return None
    base = family(first.key)
    kin = select(Message).where(Message.portal_id == portal_id, Message.key.startswith(base, autoescape=True))
    rows = [row for row in session.scalars(kin.order_by(Message.id)) if family(row.key) == base]
    if rows[-1].id != first.id:
        return None
    key = f"{base}{AGAIN}{len(rows)}"
    row = {
        "portal_id": portal_id, "deal_id": first.deal_id, "shipment_id": first.shipment_id,
        "return_id": first.return_id, "key": key[:120], "moment": first.moment, "source": "person", "by": by,
        "name": name[:MAX_NAME], "channel": "", "lang": "", "said": None, "remote_id": "",
        "state": MessageState.WAITING, "why": "", "told": "", "attempts": 0, "last_error": "", "created_at": now,
        "changed_at": now, "trace_id": trace_id,
    }  # fmt: skip
    if not insert_new(session, Message, [row], ["portal_id", "key"]):
        return None
    fresh = messages.by_key(session, portal_id, key)
    if fresh is None:
        raise LookupError(f"message {key} is gone")
    lane = portal_lane(session, portal_id)
    inbox.append(session, lane.id, InboxKind.MESSAGE, str(fresh.id), {}, now=now, trace_id=trace_id, people=True)
    return lane


def leave(session: Session, portal_id: int, deal_id: int, now: datetime) -> int:
    """The client heard it otherwise: problems with messages of this deal may rest."""
    return message_news.rest(session, portal_id, deal_id, now)
