"""What a call about a message means for it: where it stands, when it is looked at again, why it did not go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.messages import SmsState, SmsStatus, TextMessage
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection.outcomes import ACCOUNT_PAUSE, LOOK_UP_AFTER
from b24app.runners.connection.text_outcomes import FOLLOWED, FRESH, LOOKS_S, Deed, Said, Terms, after, deed_of
from b24app.runners.connection.texting import carry
from b24app.store.message_lane import After, Waiting
from b24app.store.models import MessageState

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
TERMS = Terms(NOW, 0.5)
S = MessageState
TEXT = TextMessage(41, "+79170000001", "Привет")
REFUSED = Refused([Problem("sms_phone", Field.PHONE, Who.MANAGER, "7", "invalid number")])
POOR = AccountProblem(Problem("sms_no_money", Field.ACCOUNT, Who.ADMIN, "3", "no money"))


def message(state: MessageState = S.WAITING, **more: Any) -> Waiting:
    usual: dict[str, Any] = {"id": 1, "text": TEXT, "state": state, "attempts": 0, "since": NOW, "sent_at": None}
    return Waiting(**usual | {"trace_id": "t"} | more)


def told(status: SmsStatus, **more: Any) -> Said:
    return Said(SmsState(41, status, **more))


@pytest.mark.parametrize(("state", "deed"), [(S.WAITING, Deed.SEND), (S.UNCERTAIN, Deed.LOOK), (S.SENT, Deed.FOLLOW)])
def test_what_is_done_next(state: MessageState, deed: Deed) -> None:
    assert deed_of(message(state)) is deed


@pytest.mark.parametrize(
    ("status", "state", "followed"),
    [
        (SmsStatus.ACCEPTED, S.SENT, True),
        (SmsStatus.SENT, S.SENT, True),
        (SmsStatus.UNKNOWN, S.SENT, True),
        (SmsStatus.DELIVERED, S.DELIVERED, False),
        (SmsStatus.UNDELIVERED, S.UNDELIVERED, False),
        (SmsStatus.REFUSED, S.FAILED, False),
    ],
)
def test_a_status_is_a_state_and_an_end_is_not_followed(status: SmsStatus, state: MessageState, followed: bool) -> None:
    found = after(message(), told(status, their_code="20.6", their_text="нет"), TERMS)
    assert (found.state, found.next_try_at is not None) == (state, followed)
    bad = state in (S.FAILED, S.UNDELIVERED)
    assert (bool(found.why), found.error) == (bad, "20.6 нет" if bad else "")


def test_it_is_asked_about_more_and_more_seldom_for_a_day() -> None:
    pauses = []
    for age in (0, 100, 800, 2000, 80_000):
        sent = message(S.SENT, sent_at=NOW - timedelta(seconds=age))
        due = after(sent, told(SmsStatus.SENT), TERMS).next_try_at
        assert due is not None
        pauses.append((due - NOW).total_seconds())
    assert pauses == list(LOOKS_S)
    old = message(S.SENT, sent_at=NOW - FOLLOWED)
    assert after(old, told(SmsStatus.SENT), TERMS) == After(S.SENT)
    assert after(old, Said(error=Unavailable("silent")), TERMS).next_try_at is None


def test_a_message_that_was_told_of_and_is_forgotten_stays_sent() -> None:
    found = after(message(S.SENT, sent_at=NOW), Said(), TERMS)
    assert (found.state, found.next_try_at) == (S.SENT, None)


def test_a_refusal_says_why() -> None:
    found = after(message(), Said(error=REFUSED), TERMS)
    assert found == After(S.FAILED, why="sms_phone", error="7 invalid number")
    strange = Refused([Problem("refused_unknown", Field.ORDER, Who.ADMIN)])
    assert after(message(), Said(error=strange), TERMS).why == "sms_refused"


def test_an_unknown_outcome_is_looked_up_not_before_it_can_be_seen() -> None:
    found = after(message(), Said(error=Uncertain("broke off")), TERMS)
    assert (found.state, found.next_try_at) == (S.UNCERTAIN, NOW + LOOK_UP_AFTER)


@pytest.mark.parametrize("error", [Unavailable("silent"), POOR])
def test_what_may_have_left_stays_unclear_whatever_the_next_call_says(error: LogisticsError) -> None:
    assert after(message(S.UNCERTAIN), Said(error=error), TERMS).state is S.UNCERTAIN
    assert after(message(), Said(error=error), TERMS).state is S.WAITING


def test_their_pause_and_the_accounts_win_over_the_ladder() -> None:
    assert after(message(), Said(error=Unavailable("often", 60.0)), TERMS).next_try_at == NOW + timedelta(seconds=60)
    assert after(message(), Said(error=POOR), TERMS).next_try_at == NOW + ACCOUNT_PAUSE
    sent = message(S.SENT, sent_at=NOW)
    assert after(sent, Said(error=POOR), TERMS).next_try_at == NOW + ACCOUNT_PAUSE


def test_after_a_day_it_is_no_news_any_more() -> None:
    old = message(since=NOW - FRESH)
    found = after(old, Said(error=Unavailable("silent")), TERMS)
    assert (found.state, found.why, found.next_try_at) == (S.FAILED, "sms_late", None)
    unclear = after(replace(old, state=S.UNCERTAIN), Said(error=Unavailable("silent")), TERMS)
    assert (unclear.state, unclear.why) == (S.MAYBE, "lost")


class Gateway:
    """Knows what it was told, and says what it is to say."""

    def __init__(self, known: SmsState | None = None, error: LogisticsError | None = None) -> None:
        self.known, self.error = known, error
        self.calls: list[str] = []

    def send_text(self, message: TextMessage) -> SmsState:
        self.calls.append("send")
        return SmsState(message.number, SmsStatus.ACCEPTED)

    def text_state(self, number: int, phone: str) -> SmsState | None:
        self.calls.append("ask")
        if self.error is not None:
            raise self.error
        return self.known


HAS = SmsState(41, SmsStatus.SENT)


@pytest.mark.parametrize(
    ("state", "gateway", "calls"),
    [
        (S.WAITING, Gateway(), ["send"]),
        (S.UNCERTAIN, Gateway(HAS), ["ask"]),
        (S.UNCERTAIN, Gateway(), ["ask", "send"]),
        (S.UNCERTAIN, Gateway(error=Unavailable("silent")), ["ask"]),
        (S.SENT, Gateway(HAS), ["ask"]),
        (S.SENT, Gateway(), ["ask"]),
    ],
)
def test_what_may_have_left_is_asked_about_first(state: MessageState, gateway: Gateway, calls: list[str]) -> None:
    clock = FixedClock()
    carry(gateway, message(state), clock.monotonic() + 8, clock)
    assert gateway.calls == calls


def test_whoever_was_stopped_too_long_does_not_send() -> None:
    clock, gateway = FixedClock(), Gateway()
    said = carry(gateway, message(), clock.monotonic() - 1, clock)
    assert gateway.calls == []
    assert isinstance(said.error, Unavailable)
