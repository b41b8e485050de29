"""How many messages to clients went by which way, and what became of them: counts for a portal's page, nothing about
anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.store.models import Message, MessageState

S = MessageState
#: The channel has taken it, whatever it told later.
_WENT = frozenset({S.SENT, S.DELIVERED, S.UNDELIVERED})
_NOT = frozenset({S.UNDELIVERED, S.FAILED})
_ON_THE_WAY = frozenset({S.WAITING, S.QUEUED, S.SENDING, S.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Told:
    """`sent`: the channel has taken it. `bad`: refused, or told to be undelivered. `maybe`: may not have been sent.
    `waits`: not yet. `dropped`: it was not to be sent after all."""

    sent: int = 0
    delivered: int = 0
    bad: int = 0
    maybe: int = 0
    waits: int = 0
    dropped: int = 0

    def __add__(self, other: Told) -> Told:
        return Told(
            self.sent + other.sent,
            self.delivered + other.delivered,
            self.bad + other.bad,
            self.maybe + other.maybe,
            self.waits + other.waits,
            self.dropped + other.dropped,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """`channel` "" = none was chosen."""

    moment: str
    channel: str
    told: Told


def since(session: Session, portal_id: int, begin: datetime) -> list[Group]:
    """Of messages that were noted since then, by moment and channel. What the portal's own automation sent through our
    gateway has no moment."""
    mine = (Message.portal_id == portal_id, Message.created_at >= begin)
    kinds = (Message.moment, Message.channel, Message.state)
    found: dict[tuple[str, str], Told] = {}
    for moment, channel, state, count in session.execute(
        select(*kinds, func.count()).where(*mine).group_by(*kinds).order_by(*kinds)
    ):
        key = (moment, channel)
        found[key] = found.get(key, Told()) + _told(state, count)
    return [Group(moment, channel, told) for (moment, channel), told in found.items()]


def summed(groups: Iterable[Group]) -> Told:
    return sum((each.told for each in groups), Told())


def _told(state: str, count: int) -> Told:
    return Told(
        sent=count if state in _WENT else 0,
        delivered=count if state == S.DELIVERED else 0,
        bad=count if state in _NOT else 0,
        maybe=count if state == S.MAYBE else 0,
        waits=count if state in _ON_THE_WAY else 0,
        dropped=count if state == S.DROPPED else 0,
    )
