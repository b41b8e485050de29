"""The account: keys, tokens, the connection test, and what the call log keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from b24app.logistics import ports
from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.order import Decision
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Who
from tests.contract.systems.harness import Harness


def test_a_token_serves_many_calls_and_is_renewed_once(system: Harness) -> None:
    if not system.token_path:
        assert not isinstance(system.port, ports.SignsOut)
        return

    def labels() -> list[str]:
        system.calls.records.clear()
        assert system.port.find("wb-1-1") is None
        return ["token" if system.signs_in(record.url) else "call" for record in system.calls.records]

    first = labels()
    calls = len(first) - 1
    assert first == ["token", *["call"] * calls]
    assert labels() == ["call"] * calls
    system.expire_tokens()
    assert labels() == ["call", "token", *["call"] * calls]
    assert labels() == ["call"] * calls
    system.expire_tokens()
    request = system.request("wb-5-1")
    assert system.settle(system.port.create(request)).decision is Decision.ACCEPTED
    assert system.live(request.number) == 1
    system.port.sign_out()
    assert labels() == first
    system.port.sign_out()
    system.fault("status", system.token_path, status=500)
    with pytest.raises(Unavailable):  # a silent sign-in says nothing about the account
        system.port.find("wb-1-1")


def test_wrong_keys_are_an_account_problem_for_the_admin(system: Harness) -> None:
    setting, value, _ = system.wrong_keys[0]
    stranger = system.open(**{setting: value})
    calls: dict[str, Callable[[], object]] = {
        "find": lambda: stranger.find("wb-1-1"),
        "create": lambda: stranger.create(system.request()),
    }
    for call in calls.values():
        with pytest.raises(AccountProblem) as caught:
            call()
        assert caught.value.problem.who is Who.ADMIN
        assert caught.value.problem.their_code or caught.value.problem.their_text
        assert system.told(f"{caught.value} {caught.value.problem}") == []
    assert system.accepted("wb-1-1") == 0
    assert system.port.find("wb-1-1") is None  # nobody else is locked out


def test_the_connection_test_goes_step_by_step(system: Harness) -> None:
    """It ends at the step that fails, which says why and to whom."""
    names = list(system.manifest.test_steps)
    assert said(list(system.port.test())) == [(name, True) for name in names]
    assert [record.label for record in system.calls.records]
    for setting, value, step in system.wrong_keys:
        steps = list(system.open(**{setting: value}).test())
        before = names[: names.index(step)]
        assert said(steps) == [*((name, True) for name in before), (step, False)], setting
        problem = steps[-1].problem
        assert problem is not None
        assert problem.who is Who.ADMIN
        assert system.told(f"{problem} {steps[-1].said}") == []
    for field in system.manifest.settings_form:
        if field.required and field.kind == "secret":
            [step] = list(system.open(**{field.name: " "}).test())
            assert (step.ok, step.problem.code) == (False, "account_missing"), field.name
    assert system.accepted("wb-1-1") == 0


def said(steps: Sequence[TestStep]) -> list[tuple[str, bool]]:
    return [(step.name, step.ok) for step in steps]


def test_a_silent_system_is_no_wrong_account(system: Harness) -> None:
    """Every call fails: the connection test says so and never raises."""
    system.fault("status", "*", times=None, status=503)
    steps = list(system.open().test())
    assert not steps[-1].ok
    assert steps[-1].problem is not None
    assert (steps[-1].problem.code, steps[-1].problem.who) == ("system_silent", Who.CARRIER)
    assert len(steps) > 1


def test_secrets_and_people_never_reach_the_log(system: Harness) -> None:
    """Neither of what was sent nor of what came back, nor of a refusal."""
    state = system.make()
    system.port.find("wb-1-1")
    system.move(state, system.way()[0])
    system.port.read_many([state.remote_id])
    system.raised(lambda: system.port.create(system.refused_request()))
    setting, value, _ = system.wrong_keys[0]
    system.raised(lambda: system.open(**{setting: value}).find("wb-1-1"))
    logged = "\n".join(
        f"{record.url} {record.sent} {record.got} {record.why} {record.label}" for record in system.calls.records
    )
    assert system.told(logged) == []
    assert all(record.label and len(record.label) < 60 for record in system.calls.records)
