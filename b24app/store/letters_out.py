"""Letters and words in chats that leave through the portal, as outbox rows, at most once each: the portal tells nothing
afterwards of whether one reached its client, so that a call whose outcome is unknown is never repeated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows.messages.rules import Channel
from b24app.store import messages, outbox
from b24app.store.lanes import LaneRef
from b24app.store.models import Message, OutboxRow
from b24app.store.outbox import ToPortal

#: Kinds of outbox rows. `unsent`: a letter that did not leave is taken out of the feed.
LETTER, CHAT, UNSENT = "letter", "chat", "unsent"
#: At most once, whatever happens.
ONCE = frozenset({LETTER, CHAT})
KINDS = ONCE | {UNSENT}


def queue(session: Session, message: Message, now: datetime) -> LaneRef:
    """The message leaves with the deal's other rows. Wake the lane after the commit."""
    kind = LETTER if message.channel == Channel.EMAIL else CHAT
    thing = ToPortal(message.deal_id, kind, _marker(message, kind), {"message": message.id}, message.shipment_id)
    return outbox.add(session, message.portal_id, [thing], now=now, trace_id=message.trace_id)


def queue_removal(session: Session, message: Message, now: datetime) -> LaneRef:
    """The portal refused to send it, and keeps it in the feed (bitrix24-crm.md §8.3)."""
    thing = ToPortal(message.deal_id, UNSENT, _marker(message, UNSENT), {"message": message.id}, message.shipment_id)
    return outbox.add(session, message.portal_id, [thing], now=now, trace_id=message.trace_id)


def message_of(row: OutboxRow) -> int:
    return int(row.payload["message"])


def origin_of(message_id: int) -> str:
    """Under which a letter is found in the feed."""
    return f"message-{message_id}"


def _marker(message: Message, kind: str) -> str:
    return f"{kind}:{message.portal_id}:{messages.mark_of(message)}"
