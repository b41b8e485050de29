"""The test of an account: the system's steps and ours, what fails it and what does not, how long each took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Sender
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection import hooking, testing
from b24app.wire.errors import OutcomeUnknown, WireError
from b24app.wire.http import Answer, Call, NotSent, Why

PROBE = "https://waybill.example/hooks/carrier/ab12/probe"
REFUSAL = Problem("refused_unknown", Field.NONE, Who.ADMIN, "v2_bad_request", "URL is not available, response code 403")


@dataclass
class Services:
    """Our own address answers `answer`, or fails."""

    answer: Answer | WireError
    calls: list[Call] = field(default_factory=list)

    @property
    def http(self) -> Services:
        return self

    @property
    def plugins(self) -> Any:
        return {"made-up": SimpleNamespace(manifest=SimpleNamespace(settings_form=()))}

    def probe_url(self, _connection: Any) -> str:
        return PROBE

    def callback_url(self, _connection: Any) -> str:
        return "https://waybill.example/hooks/carrier/ab12/secret"

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        if isinstance(self.answer, WireError):
            raise self.answer
        return self.answer


@dataclass
class System:
    good: bool = True
    refusal: Exception | None = None
    sender: Sender | None = None
    subscribed: list[str] = field(default_factory=list)

    def test(self, sender: Sender | None) -> Iterator[TestStep]:
        self.sender = sender
        yield TestStep("settings", True)
        yield TestStep("sign_in", self.good)

    def ensure_subscribed(self, url: str) -> None:
        if self.refusal:
            raise self.refusal
        self.subscribed.append(url)


def answer(status: int, **headers: str) -> Answer:
    return Answer(status, headers, b"", 1.0)


OURS = answer(200, **{hooking.MARK: "carrier"})
ACCOUNT: Any = SimpleNamespace(connection=SimpleNamespace(id=3, system="made-up"))


def run(services: Services, system: Any, sender: Sender | None = None) -> list[TestStep]:
    return list(testing.steps(cast("Any", services), ACCOUNT, system, sender))


def test_all_is_well() -> None:
    services, system, sender = Services(OURS), System(), Sender("Иван")
    found = run(services, system, sender)
    assert [(step.name, step.ok) for step in found] == [
        ("settings", True),
        ("sign_in", True),
        ("callback", True),
        ("subscribed", True),
    ]
    assert system.sender == sender
    assert system.subscribed == ["https://waybill.example/hooks/carrier/ab12/secret"]
    assert [(call.verb, call.url) for call in services.calls] == [("HEAD", PROBE)]


def test_after_a_failure_nothing_of_ours_is_tried() -> None:
    services, system = Services(OURS), System(good=False)
    assert [step.name for step in run(services, system)] == ["settings", "sign_in"]
    assert (services.calls, system.subscribed) == ([], [])


def silent(why: str) -> TestStep:
    params = {"address": "https://waybill.example/hooks", "why": why}
    return TestStep("callback", False, Problem("callback_silent", Field.NONE, Who.ADMIN, params=params), why, soft=True)


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (answer(403), silent("HTTP 403")),
        (answer(200, server="nginx"), silent("HTTP 200, not from Waybill")),
        (NotSent(Why.CONNECT, "refused"), silent("connect: refused")),
        (OutcomeUnknown(Why.TOTAL_LIMIT, "5 s"), silent("total_limit: 5 s")),
    ],
)
def test_an_address_that_does_not_answer_is_no_failure_of_the_account(found: Any, step: TestStep) -> None:
    system = System()
    steps = run(Services(found), system)
    assert steps[2:] == [step, TestStep("subscribed", True)]


def test_a_closed_network_is_said_plainly() -> None:
    step = run(Services(NotSent(Why.GUARD, "10.0.0.7 is not a public address")), System())[2]
    assert (step.ok, step.soft, step.checked) == (False, True, False)
    assert step.problem is not None
    assert step.problem.code == "callback_unchecked"


@pytest.mark.parametrize(
    ("refusal", "problem"),
    [
        (Refused([REFUSAL]), REFUSAL),
        (Unavailable("503"), Problem("system_silent", Field.NONE, Who.CARRIER, their_text="503")),
    ],
)
def test_a_refused_subscription_keeps_their_words(refusal: Exception, problem: Problem) -> None:
    step = run(Services(OURS), System(refusal=refusal))[3]
    assert (step.ok, step.soft, step.problem) == (False, True, problem)
    assert hooking.words_of(step) == problem.their_text


@pytest.mark.parametrize("code", sorted(hooking.BY_HAND))
def test_an_address_that_a_person_types_is_no_failure(code: str) -> None:
    step = run(Services(OURS), System(refusal=Refused([Problem(code, Field.ACCOUNT, Who.ADMIN)])))[3]
    assert (step.name, step.ok, step.soft, step.checked) == ("subscribed", False, True, False)


def test_a_system_without_callbacks_or_a_test_is_taken_as_it_is() -> None:
    services = Services(OURS)
    assert run(services, object()) == []
    assert services.calls == []


def test_each_step_says_how_long_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([10.0, 10.25, 20.0, 21.5, 30.0])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    steps = testing.timed([TestStep("settings", True), TestStep("sign_in", True)])
    assert [step.ms for step in steps] == [250, 1500]
