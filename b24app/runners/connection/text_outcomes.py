"""What a call about a message to a client means for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from b24app.lanes import ladder
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.messages import SmsState, SmsStatus
from b24app.runners.connection.outcomes import ACCOUNT_PAUSE, LOOK_UP_AFTER
from b24app.store.message_lane import After, Waiting, given_up
from b24app.store.models import MessageState

#: A message that has not left by then is no news any more: a person decides.
FRESH = timedelta(hours=24)
#: Operators tell what became of a message within a day; after that nobody asks.
FOLLOWED = timedelta(hours=24)
#: Pauses between two questions about a message that is on its way; callbacks ask at once.
LOOKS_S = (20, 60, 300, 900, 3600)
#: Why a message did not go (`told.why.*` words): the phone, the text or the sender's name, anything else; it waited
#: too long; it left and did not arrive.
REFUSED, TOO_LATE, UNDELIVERED = "sms_refused", "sms_late", "sms_undelivered"
WHYS = frozenset({"sms_phone", "sms_text", REFUSED})
_WHY = {MessageState.FAILED: REFUSED, MessageState.UNDELIVERED: UNDELIVERED}
_OF_STATUS = {
    SmsStatus.ACCEPTED: MessageState.SENT,
    SmsStatus.SENT: MessageState.SENT,
    SmsStatus.UNKNOWN: MessageState.SENT,
    SmsStatus.DELIVERED: MessageState.DELIVERED,
    SmsStatus.UNDELIVERED: MessageState.UNDELIVERED,
    SmsStatus.REFUSED: MessageState.FAILED,
}


class Deed(StrEnum):
    """`look`: it may have left; asked about, and sent where the gateway knows of none."""

    SEND = "send"
    LOOK = "look"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Said:
    """What a call came back with; neither = the gateway knows no such message."""

    state: SmsState | None = None
    error: LogisticsError | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    now: datetime
    spread: float


def deed_of(message: Waiting) -> Deed:
    if message.follows:
        return Deed.FOLLOW
    return Deed.LOOK if message.state is MessageState.UNCERTAIN else Deed.SEND


def after(message: Waiting, said: Said, terms: Terms) -> After:
    """`message` as it was before the call."""
    if said.error is not None:
        return _failed(message, said.error, terms)
    if said.state is not None:
        return _answered(message, said.state, terms)
    if message.follows:
        # It told of the message before. Nothing says that it was not sent, nor will anything say more.
        return After(message.state, error="the gateway knows no such message any more")
    raise ValueError("a call came back with nothing at all")


def _answered(message: Waiting, told: SmsState, terms: Terms) -> After:
    state, age = _OF_STATUS[told.status], terms.now - (message.sent_at or terms.now)
    words = f"{told.their_code} {told.their_text}".strip()
    due = None if told.status.is_final or age >= FOLLOWED else terms.now + _look_after(age)
    return After(state, due, _WHY.get(state, ""), words if state in _WHY else "")


def _look_after(age: timedelta) -> timedelta:
    """Often while it is fresh; most are delivered within seconds."""
    return timedelta(seconds=next((one for one in LOOKS_S if age.total_seconds() < 3 * one), LOOKS_S[-1]))


def _failed(message: Waiting, error: LogisticsError, terms: Terms) -> After:
    now, words = terms.now, str(error)
    if message.follows:
        return After(message.state, _asked_again(message, error, terms), error=words)
    if isinstance(error, Refused):
        first = error.problems[0]
        why = first.code if first.code in WHYS else REFUSED
        return After(MessageState.FAILED, why=why, error=f"{first.their_code} {first.their_text}".strip() or words)
    unclear = isinstance(error, Uncertain) or message.state is MessageState.UNCERTAIN
    state = MessageState.UNCERTAIN if unclear else MessageState.WAITING
    if now - message.since >= FRESH:
        return replace(given_up(state, TOO_LATE), error=words)
    if isinstance(error, AccountProblem):
        return After(state, now + ACCOUNT_PAUSE, error=words)
    retry_after = error.retry_after if isinstance(error, Unavailable) else None
    again = ladder.next_try(now, message.attempts + 1, retry_after=retry_after, spread=terms.spread)
    if isinstance(error, Uncertain):
        # A message that was just taken may not be shown at once.
        again = max(again, now + LOOK_UP_AFTER)
    return After(state, again, error=words)


def _asked_again(message: Waiting, error: LogisticsError, terms: Terms) -> datetime | None:
    """A question that failed is asked again later; the message itself is as it was."""
    age = terms.now - (message.sent_at or message.since)
    if age >= FOLLOWED:
        return None
    if isinstance(error, AccountProblem):
        return terms.now + ACCOUNT_PAUSE
    retry_after = error.retry_after if isinstance(error, Unavailable) else None
    return terms.now + max(_look_after(age), timedelta(seconds=retry_after or 0)) * (1 + terms.spread)
