"""Who carries a message, by its channel: the portal's outbox, the lane of a gateway's account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.automation import code_of
from b24app.flows.messages.rules import Channel
from b24app.runners.messaging_case import Case
from b24app.store import letters_out, message_lane, messages, portals, triggers
from b24app.store.lanes import LaneRef
from b24app.store.models import MessageState

Said = dict[str, Any]


def _by_portal(session: Session, case: Case, said: Said, now: datetime) -> LaneRef:
    _queued(session, case, said, now)
    return letters_out.queue(session, case.message, now)


def _queued(session: Session, case: Case, said: Said, now: datetime) -> None:
    """Until whoever carries it says what became of it."""
    message = case.message
    message.said, message.state, message.why = said, MessageState.QUEUED, ""
    message.next_try_at, message.changed_at = None, now
    session.flush()


def _by_trigger(session: Session, case: Case, said: Said, now: datetime) -> LaneRef:
    """The portal's own robot writes, in words of its own."""
    _queued(session, case, said, now)
    message = case.message
    return triggers.queue(
        session, message.portal_id, message.deal_id, code_of(case.moment.value),
        f"msg:{messages.mark_of(message)}",
        message_id=message.id, now=now, trace_id=message.trace_id,
    )  # fmt: skip


def _by_gateway(session: Session, case: Case, said: Said, now: datetime) -> LaneRef:
    """Raises LookupError for an account that is gone: whether there is one was looked at in this transaction."""
    message = case.message
    account = portals.connection(session, message.portal_id, case.rules.sms)
    if account is None:
        raise LookupError(f"account {case.rules.sms} is gone")
    return message_lane.hand_over(session, message, account, said, now, message.trace_id)


#: Hands a message over, in the transaction of the decision; the lane is to be woken after the commit.
CARRIERS: Mapping[Channel, Callable[[Session, Case, Said, datetime], LaneRef]] = {
    Channel.TRIGGER: _by_trigger,
    Channel.EMAIL: _by_portal,
    Channel.SMS: _by_gateway,
    Channel.CHAT: _by_portal,
}
