"""What became of triggers that were to fire: kept for the administrator, and in the message whose channel one was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.store import automation_use, message_news, messages
from b24app.store.models import MessageState, OutboxRow
from b24app.store.triggers import Firing


def ran(session: Session, portal_id: int, rows: Sequence[OutboxRow], now: datetime) -> None:
    """The portal took them."""
    for row in rows:
        firing = Firing.from_json(row.payload)
        automation_use.note(session, portal_id, firing.code, now)
        _tell(session, portal_id, firing, MessageState.SENT, now)


def unsure(session: Session, portal_id: int, rows: Sequence[OutboxRow], words: str, now: datetime) -> None:
    """Nobody knows whether these fired: they are not repeated."""
    for row in rows:
        firing = Firing.from_json(row.payload)
        automation_use.note(session, portal_id, firing.code, now, trouble=automation_use.MAYBE)
        _tell(session, portal_id, firing, MessageState.MAYBE, now, words)


def refused(session: Session, portal_id: int, row: OutboxRow, words: str, now: datetime) -> None:
    """The portal does not fire it."""
    firing = Firing.from_json(row.payload)
    automation_use.note(session, portal_id, firing.code, now, trouble=words)
    _tell(session, portal_id, firing, MessageState.FAILED, now, words)


def _tell(
    session: Session, portal_id: int, firing: Firing, state: MessageState, now: datetime, words: str = ""
) -> None:
    """The message that waits for it, if any does."""
    why = {MessageState.MAYBE: "trigger_maybe", MessageState.FAILED: "trigger_refused"}.get(state, "")
    message = messages.get(session, portal_id, firing.message_id) if firing.message_id is not None else None
    if message is not None and message.state == MessageState.QUEUED:
        message_news.became(session, message, state, now=now, why=why, error=words)
