"""Callbacks of carriers: does our address answer from outside, and does the carrier report to it."""

from __future__ import annotations

from typing import Any

from b24app.logistics.errors import LogisticsError, problem_in
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.services import Services
from b24app.store.models import Connection
from b24app.wire.errors import WireError
from b24app.wire.http import Answer, Call, Limits, NotSent, RemoteKey, Why

#: Names of the steps that the program adds to a system's own (`Manifest.test_steps`).
CALLBACK, SUBSCRIBED = "callback", "subscribed"
STEPS = (CALLBACK, SUBSCRIBED)
#: Why nothing is subscribed by a call: an admin types our address there, or nobody can call us.
BY_HAND = frozenset({"callback_by_hand", "callback_none", "sms_callback_by_hand"})
LIMITS = Limits(connect_s=2.0, read_s=4.0, total_s=5.0, max_bytes=64 * 1024)
#: Header of our own answer (`hooks/carrier.py`): a gateway's page may answer 200 too.
MARK = "x-waybill-hook"


def takes_callbacks(system: Any) -> bool:
    return hasattr(system, "ensure_subscribed")


def reach(services: Services, connection: Connection) -> TestStep:
    """A HEAD of the account's callback address, the way somebody outside would go: through the guard, which lets no one
    into a closed network. From there nothing can be said, and the step says so."""
    url = services.probe_url(connection)
    call = Call(RemoteKey("hooks", str(connection.id)), "HEAD", url, "hooks.probe", LIMITS)
    try:
        wrong = _wrong_with(services.http.send(call))
    except NotSent as error:
        if error.why in (Why.GUARD, Why.CIRCUIT):
            return _bad("callback_unchecked", url, str(error), checked=False)
        wrong = str(error)
    except WireError as error:
        wrong = str(error)
    return _bad("callback_silent", url, wrong) if wrong else TestStep(CALLBACK, True)


def _wrong_with(answer: Answer) -> str:
    if answer.status != 200:
        return f"HTTP {answer.status}"
    return "" if MARK in answer.headers else "HTTP 200, not from Waybill"


def _bad(code: str, url: str, why: str, checked: bool = True) -> TestStep:
    address = url.rpartition("/hooks/")[0] + "/hooks"
    problem = Problem(code, Field.NONE, Who.ADMIN, params={"address": address, "why": why})
    return TestStep(CALLBACK, False, problem, why, soft=True, checked=checked)


def subscribe(services: Services, connection: Connection, system: Any) -> TestStep:
    """Have exactly one live subscription at the carrier. Where somebody types our address into its form nothing can be
    told from here."""
    try:
        system.ensure_subscribed(services.callback_url(connection))
    except LogisticsError as error:
        problem = problem_in(error)
        return TestStep(SUBSCRIBED, False, problem, str(error), soft=True, checked=problem.code not in BY_HAND)
    return TestStep(SUBSCRIBED, True)


def words_of(step: TestStep) -> str:
    """The other side's words about a step that failed."""
    return (step.problem.their_text if step.problem else "") or step.said
