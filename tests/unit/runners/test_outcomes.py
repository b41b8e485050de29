"""What a landed call means for its intent and its shipment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from b24app.flows.decisions import Advance
from b24app.logistics.changes import Slot
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from b24app.runners.connection import changing, outcomes
from b24app.runners.connection.tasks import CANCEL, CREATE, DAY, FOLLOW, Landed, Task
from b24app.store.models import IntentState, Shipment
from b24app.words import say

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BAD_PHONE = Problem("phone_refused", Field.PHONE, their_code="code", their_text="words")


def task(kind: str = CREATE, tries: int = 1) -> Task:
    return Task(kind, 1, 5, "AAAAA-5-1", "trace", "uuid", 9, attempts=20, tries=tries)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused([BAD_PHONE]), IntentState.REFUSED),
        (Uncertain("reset"), IntentState.UNCERTAIN),
        (Unavailable("503"), IntentState.WAITING),
        (AccountProblem(BAD_PHONE), IntentState.WAITING),
    ],
)
def test_an_error_leaves_the_intent_where_it_can_go_on(error: LogisticsError, state: str) -> None:
    outcome = outcomes.intent_outcome(Landed(task(), 10, error=error), AT, 0.5, 12)
    assert outcome.state == state


def test_an_uncertain_creation_is_not_looked_up_before_it_can_be_seen() -> None:
    outcome = outcomes.intent_outcome(Landed(task(), 10, error=Uncertain("reset")), AT, 0.5, 12)
    assert outcome.next_try_at is not None
    assert outcome.next_try_at >= AT + outcomes.LOOK_UP_AFTER


def test_what_the_system_asked_for_wins_over_the_ladder() -> None:
    outcome = outcomes.intent_outcome(Landed(task(), 10, error=Unavailable("429", 77.0)), AT, 0.5, 12)
    assert outcome.next_try_at == AT + timedelta(seconds=77)


def test_the_last_attempt_dies_visibly() -> None:
    landed = Landed(task(tries=12), 10, error=Unavailable("503"))
    outcome = outcomes.intent_outcome(landed, AT, 0.5, 12)
    assert outcome.state == IntentState.DEAD
    assert [problem.code for problem in outcomes.own_problems(landed, outcome, None)] == ["carrier_silent"]


def test_a_day_without_hours_is_told_without_them() -> None:
    day = Slot(date(2026, 11, 24))
    for slot, said in ((day, "24.11.2026."), (replace(day, begin=time(10), end=time(18)), "24.11.2026, 10:00–18:00.")):
        news = changing.News()
        changing._applied(DAY, {"slot": slot.to_json()}, Shipment(number="A-5-1", order_number="N1"), 9, news)
        [text] = news.texts
        assert say(text.key, "ru", **text.params).endswith(said)
        assert (news.agreed, news.done) == (slot.day, {DAY})


@pytest.mark.parametrize(
    ("status", "told", "had", "kept"),
    [
        (Status.IN_TRANSIT, "0042", None, None),
        (Status.READY_FOR_PICKUP, "0042", None, "0042"),
        (Status.READY_FOR_PICKUP, "", "0042", "0042"),
        (Status.READY_FOR_PICKUP, "0043", "0042", "0043"),
        (Status.UNKNOWN, "", "0042", "0042"),
        (Status.DELIVERED, "0042", "0042", None),
        (Status.RETURNING, "", "0042", None),
    ],
)
def test_a_code_is_kept_only_while_the_parcel_lies_at_its_point(
    status: Status, told: str, had: str | None, kept: str | None
) -> None:
    state = OrderState("uuid", decision=Decision.ACCEPTED, pickup_code=told)
    row = Shipment(pickup_code=had, return_ids=[], status_at=AT)
    columns = outcomes.columns(row, Landed(task(FOLLOW), 10, state=state), state, Advance(status, True), AT)
    assert columns["pickup_code"] == kept
    assert told == "" or told not in repr(state)


@pytest.mark.parametrize("closed", [False, True])
def test_a_callback_that_came_during_the_read_has_the_order_read_again(closed: bool) -> None:
    later, due, told = AT + timedelta(hours=12), AT - timedelta(minutes=1), AT - timedelta(days=1)
    advance = Advance(Status.DELIVERED if closed else Status.IN_TRANSIT, True, closed=closed)
    advance = replace(advance, next_poll_at=None if closed else later)
    state = OrderState("uuid", decision=Decision.ACCEPTED)
    landed = Landed(replace(task(FOLLOW), due=due), 10, state=state)
    looks = []
    for stands in (due, told):
        row = Shipment(return_ids=[], status_at=AT, next_poll_at=stands)
        looks.append(outcomes.columns(row, landed, state, advance, AT)["next_poll_at"])
    assert looks == ([None, None] if closed else [later, told])


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decision.PENDING, IntentState.ACCEPTED),
        (Decision.ACCEPTED, IntentState.DONE),
        (Decision.REFUSED, IntentState.REFUSED),
    ],
)
def test_an_answer_closes_the_intent_as_the_system_decided(decision: Decision, state: str) -> None:
    landed = Landed(task(), 10, state=OrderState("uuid", decision=decision))
    assert outcomes.intent_outcome(landed, AT, 0.5, 12).state == state


def test_a_refused_creation_is_an_order_that_never_was() -> None:
    heard = outcomes.heard_state(Landed(task(), 10, error=Refused([BAD_PHONE])))
    assert heard is not None
    assert (heard.decision, heard.problems) == (Decision.REFUSED, (BAD_PHONE,))
    assert outcomes.heard_state(Landed(task(FOLLOW), 10, error=Unavailable("503"))) is None


def test_an_answer_that_tells_less_takes_nothing_away() -> None:
    row = Shipment(status_at=AT, order_number="11", tracking_number="11", price_minor=5, return_ids=[], accepted_at=AT)
    change = Advance(Status.IN_TRANSIT, changed=True, status_at=AT)
    values = outcomes.columns(row, Landed(task(FOLLOW), 10), OrderState("uuid"), change, AT)
    assert not {"order_number", "tracking_number", "price_minor", "tracking_url"} & set(values)


def test_a_cancellation_under_way_is_followed_closely() -> None:
    change = Advance(Status.CREATED, changed=False, next_poll_at=AT + timedelta(hours=1))
    state = OrderState("uuid", cancel=Decision.PENDING)
    assert outcomes.next_look(state, change, AT) == AT + outcomes.CANCEL_POLL


def test_a_cancellation_that_came_too_late_is_told() -> None:
    landed = Landed(task(CANCEL), 10, error=Refused([BAD_PHONE]))
    (problem,) = outcomes.own_problems(landed, None, None)
    assert (problem.code, problem.their_text) == ("cancel_refused", "words")


def test_orders_that_were_read_together_are_read_again_together() -> None:
    """Whenever each is saved and whatever the dice say."""
    failed = Landed(task(kind=FOLLOW), 10, error=Unavailable("busy"), together=True)
    moments = {outcomes.later_poll(failed, AT + timedelta(milliseconds=ms), ms / 1000) for ms in (0, 20, 900)}
    [moment] = moments
    assert AT < moment <= AT + timedelta(seconds=60)
    alone = replace(failed, together=False)
    assert outcomes.later_poll(alone, AT, 0.1) != outcomes.later_poll(alone, AT, 0.9)


def test_an_order_that_was_called_off_is_read_again_at_once() -> None:
    """Some answer to it with no more than that they did it; what has ended is not read."""
    far = AT + timedelta(hours=6)
    told = OrderState("r-1", cancel=Decision.ACCEPTED)
    stands = Advance(Status.CREATED, changed=False, next_poll_at=far)
    assert outcomes.next_look(told, stands, AT, cancelled=True) == AT + outcomes.CANCEL_POLL
    assert outcomes.next_look(told, stands, AT) == far
    over = Advance(Status.CANCELLED, changed=True, closed=True)
    assert outcomes.next_look(told, over, AT, cancelled=True) is None
