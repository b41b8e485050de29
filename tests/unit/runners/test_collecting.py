"""Courier calls and hand-overs: what is looked up before, what is never asked for twice, what the answers mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.logistics.aftercare import CourierRequest, CourierState, HandOver
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.order import Decision
from b24app.logistics.problem import Field, Problem
from b24app.runners.connection.collecting import COURIER, COURIER_OFF, HANDOVER, told
from b24app.runners.connection.outcomes import intent_outcome
from b24app.runners.connection.tasks import Landed, Task, carry_out

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
WANTED = CourierRequest("wb-1-1-c1", date(2026, 11, 13), time(10), time(18), ("r-1",), weight_g=700)
OFF = CourierState("call-1", decision=Decision.ACCEPTED, cancelled=True)
CALLED = CourierState("call-1", "77", Decision.ACCEPTED)
WHY = Problem("pickup_refused", Field.DATE, their_code="ve_ci_pickup_date_expired", their_text="Поздно")

REFUSED = CourierState("c", decision=Decision.REFUSED, problems=(WHY,))


@dataclass
class System:
    """Ports that answer what they are told and write down what they are asked."""

    found: CourierState | None = None
    off: CourierState = OFF
    asked: list[str] = field(default_factory=list)

    def call_courier(self, request: CourierRequest) -> CourierState:
        assert request == WANTED
        self.asked.append("call")
        return CourierState("call-1")

    def find_courier(self, request: CourierRequest) -> CourierState | None:
        assert request == WANTED
        self.asked.append("find")
        return self.found

    def cancel_courier(self, remote_id: str) -> CourierState:
        self.asked.append(f"off {remote_id}")
        return self.off

    def hand_over(self, remote_ids: list[str], day: date) -> HandOver:
        self.asked.append(f"hand over {','.join(remote_ids)} {day}")
        return HandOver("batch-1", tuple(remote_ids))


def task(kind: str = COURIER, attempts: int = 0, told: dict[str, Any] | None = None) -> Task:
    limit = FixedClock().monotonic() + 5
    payload: dict[str, Any] = {"request": WANTED.to_json(), "shipments": [1], "told": told or {}}
    if kind == HANDOVER:
        payload = {"remote_ids": ["r-1", "r-2"], "day": "2026-11-13", "shipments": [1, 2], "told": {}}
    return Task(kind, 1, 42, "wb-1-1", "t", "r-1", 7, attempts, attempts, payload=payload, send_by=limit)


@pytest.mark.parametrize(
    ("given", "found", "asked"),
    [
        (task(), None, ["call"]),
        (task(attempts=1), CALLED, ["find"]),
        (task(attempts=1), None, ["find", "call"]),
        (task(attempts=2, told={"remote_id": "call-1"}), None, ["find"]),
        (task(attempts=2, told={"remote_id": "call-1"}), CALLED, ["find"]),
        (task(COURIER_OFF, told={"remote_id": "call-1"}), None, ["off call-1"]),
        (task(COURIER_OFF, 1, {"remote_id": "call-1"}), CALLED, ["find", "off call-1"]),
        (task(COURIER_OFF, 1, {"remote_id": "call-1"}), None, ["find"]),
        (task(HANDOVER), None, ["hand over r-1,r-2 2026-11-13"]),
        (task(HANDOVER, attempts=3), None, ["hand over r-1,r-2 2026-11-13"]),
    ],
)
def test_what_an_earlier_try_may_have_done_is_looked_up_first(
    given: Task, found: CourierState | None, asked: list[str]
) -> None:
    system = System(found)
    carry_out(system, given, FixedClock())
    assert system.asked == asked


def test_a_call_that_was_taken_and_is_not_shown_yet_is_waited_for() -> None:
    landed = carry_out(System(), task(attempts=2, told={"remote_id": "call-1"}), FixedClock())
    assert isinstance(landed.error, Unavailable)


def test_a_courier_who_is_not_called_off_comes() -> None:
    landed = carry_out(System(off=CALLED), task(COURIER_OFF, told={"remote_id": "call-1"}), FixedClock())
    assert isinstance(landed.error, Refused)
    assert [problem.code for problem in landed.error.problems] == ["pickup_kept"]


@pytest.mark.parametrize(
    ("landed", "state", "outcome", "code"),
    [
        (Landed(task(), 5, collected=CourierState("call-1")), "waiting", "pending", ""),
        (Landed(task(), 5, collected=CALLED), "done", "accepted", ""),
        (Landed(task(), 5, collected=REFUSED), "refused", "refused",
         "ve_ci_pickup_date_expired"),
        (Landed(task(attempts=8), 5, collected=CourierState("call-1")), "dead", "dead", ""),
        (Landed(task(), 5, error=Uncertain("break")), "uncertain", "uncertain", ""),
        (Landed(task(), 5, error=Unavailable("429")), "waiting", "unavailable", ""),
        (Landed(task(), 5, error=Refused([WHY])), "refused", "refused", "ve_ci_pickup_date_expired"),
        (Landed(task(HANDOVER), 5, collected=HandOver("b", ("r-1",), {"r-2": (WHY,)})), "done", "accepted", ""),
        (Landed(task(HANDOVER), 5, collected=HandOver("", (), {"r-1": (WHY,)})), "refused", "refused",
         "ve_ci_pickup_date_expired"),
    ],
)  # fmt: skip
def test_what_an_answer_makes_of_the_intent(landed: Landed, state: str, outcome: str, code: str) -> None:
    found = intent_outcome(landed, NOW, 0.5, 8)
    assert (found.state, found.outcome, found.code) == (state, outcome, code)
    assert (found.next_try_at is None) is (state in ("done", "refused", "dead"))
    if found.next_try_at is not None:
        assert found.next_try_at > NOW


def test_what_is_kept_of_an_answer() -> None:
    assert told(CALLED) == {"remote_id": "call-1", "number": "77", "cancelled": False}
    assert told(HandOver("b", ("r-1",))) == {"key": "b", "handed": ["r-1"]}
