"""What a portal is told of a message that its automation asked us to send (bitrix24-crm.md §8.1): an outbox row for
each status, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.logistics.messages import SmsStatus
from b24app.store import outbox
from b24app.store.lanes import LaneRef
from b24app.store.models import Message, MessageState
from b24app.store.outbox import ToPortal

#: Kind of an outbox row, and `Message.source` of a message that the portal asked for.
KIND, PORTAL = "sms_status", "portal"
#: `Message.key` of one, and of nothing else.
KEY = "portal:"
QUEUED, SENT, DELIVERED, UNDELIVERED, FAILED = "queued", "sent", "delivered", "undelivered", "failed"
_OF_STATE = {
    MessageState.WAITING: QUEUED,
    MessageState.QUEUED: QUEUED,
    MessageState.SENDING: QUEUED,
    MessageState.UNCERTAIN: QUEUED,
    MessageState.SENT: SENT,
    MessageState.DELIVERED: DELIVERED,
    MessageState.UNDELIVERED: UNDELIVERED,
    # Nobody can tell: the portal has no word for it, and whoever reads "sent" would not look.
    MessageState.MAYBE: FAILED,
    MessageState.FAILED: FAILED,
    MessageState.DROPPED: FAILED,
}


def key_of(theirs: str) -> str:
    """The row's key of the portal's message id."""
    return f"{KEY}{theirs}"[:120]


def status_of(state: MessageState, gateway: SmsStatus | None = None) -> str:
    """The portal's word. A gateway that has a message, but no operator yet, has it queued."""
    if state is MessageState.SENT and gateway is SmsStatus.ACCEPTED:
        return QUEUED
    return _OF_STATE[state]


def tell(session: Session, row: Message, gateway: SmsStatus | None, now: datetime) -> LaneRef | None:
    """Queues what is new for the portal; None = the portal did not ask for this message, or knows. Wake the lane after
    the commit."""
    if row.source != PORTAL:
        return None
    # What is known to be on its way does not go back into the queue because it is asked about once more.
    status = status_of(MessageState(row.state), gateway)
    if status == row.told or (status == QUEUED and row.told):
        return None
    row.told = status
    session.flush()
    payload = {"message_id": row.key.removeprefix(KEY), "status": status}
    thing = ToPortal(row.deal_id, KIND, f"sms:{row.portal_id}:{row.id}:{status}", payload)
    return outbox.add(session, row.portal_id, [thing], now=now, trace_id=row.trace_id)
