"""What clients were told, as the tabs of a deal and of a return show it. A deal without messages costs no question of
its own: how many there are is told with other counts (`counted`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.flows.messages.masks import masked
from b24app.store.message_again import REPEATABLE, family
from b24app.store.models import Message, MessageState

_SHOWN = 20
#: Nobody wants to know of these.
_SILENT = ("off", "gone")


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """`to` is masked. `due`: it waits until then. `name`: the person who wanted it sent once more. `again`: a person
    may have it sent once more."""

    id: int
    moment: str
    channel: str
    source: str
    state: MessageState
    why: str
    error: str
    to: str
    name: str
    at: datetime
    due: datetime | None
    again: bool


def of_deal(session: Session, portal_id: int, deal_id: int, count: int) -> tuple[ToldFacts, ...]:
    """Newest first. `count`: how many the deal has, as somebody has asked already."""
    return _read(session, Message.portal_id == portal_id, Message.deal_id == deal_id) if count else ()


def of_return(session: Session, portal_id: int, return_id: int) -> tuple[ToldFacts, ...]:
    """Newest first."""
    return _read(session, Message.portal_id == portal_id, Message.return_id == return_id)


def counted(portal_id: int, deal_id: int) -> Any:
    """A column: how many messages the deal has."""
    mine = (Message.portal_id == portal_id, Message.deal_id == deal_id)
    return select(func.count()).select_from(Message).where(*mine).scalar_subquery()


def version_columns(portal_id: Any, deal_id: Any) -> tuple[Any, ...]:
    """Within a larger question: they differ as soon as a message does."""
    mine = (Message.portal_id == portal_id, Message.deal_id == deal_id)
    return (
        select(func.count()).select_from(Message).where(*mine).scalar_subquery(),
        select(func.max(Message.changed_at)).where(*mine).scalar_subquery(),
    )


def _read(session: Session, *mine: Any) -> tuple[ToldFacts, ...]:
    wanted = select(Message).where(*mine, Message.why.not_in(_SILENT)).order_by(Message.id.desc()).limit(_SHOWN)
    rows = session.scalars(wanted).all()
    newest: dict[str, int] = {}
    for row in rows:
        newest.setdefault(family(row.key), row.id)
    return tuple(_facts(row, newest) for row in rows)


def _facts(row: Message, newest: dict[str, int]) -> ToldFacts:
    state = MessageState(row.state)
    said = row.said or {}
    to = str(said.get("to") or "") if row.channel != "chat" else ""
    return ToldFacts(
        row.id, row.moment, row.channel, row.source, state, row.why, row.last_error, masked(to), row.name,
        row.sent_at or row.changed_at, row.next_try_at if state is MessageState.WAITING else None,
        bool(row.moment) and state in REPEATABLE and newest[family(row.key)] == row.id,
    )  # fmt: skip


def any_open(told: Sequence[ToldFacts]) -> bool:
    """Whether something becomes of one by itself, soon."""
    return any(each.state in (MessageState.QUEUED, MessageState.SENDING) for each in told)
