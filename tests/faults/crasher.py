"""`python -m tests.faults.crasher <point>`: a worker that ends (or stops) at one line, as by SIGKILL (or SIGSTOP).

`tests.faults.crasher:hooks` is a server for machines that ends whenever it has stored an event.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from b24app.store.turns import Turns

EXIT_CODE = 9
#: A call is in the middle of its way after this; the sandbox is told to take longer.
SOON_S = 0.7
Wrapped = Callable[..., Any]
_turns: list[Turns] = []


def _end(*_args: Any, **_kwargs: Any) -> Any:
    os._exit(EXIT_CODE)


def _stop() -> None:
    """Between two of the process's writes: SQLite has one lock for all, and who is stopped holding it stops everybody
    (from whom PostgreSQL takes theirs: `store.engine.STOPPED_MS`). What is tried here is what comes after."""
    with ExitStack() as held:
        for turns in _turns:
            held.enter_context(turns._front)
        os.kill(os.getpid(), signal.SIGSTOP)


def _remember_turns() -> None:
    def wrap(inner: Wrapped) -> Wrapped:
        def made(self: Turns) -> None:
            inner(self)
            _turns.append(self)

        return made

    _instead(Turns, "__init__", wrap)


def _instead(owner: Any, name: str, wrap: Callable[[Wrapped], Wrapped]) -> None:
    setattr(owner, name, wrap(getattr(owner, name)))


def _soon_after(inner: Wrapped) -> Wrapped:
    def call(*args: Any, **kwargs: Any) -> Any:
        threading.Timer(SOON_S, os._exit, [EXIT_CODE]).start()
        return inner(*args, **kwargs)

    return call


def _creating(do: Callable[[], Any]) -> Callable[[Wrapped], Wrapped]:
    """`carry_out` for creations only: `do`, then go on if it lets us."""

    def wrap(inner: Wrapped) -> Wrapped:
        def call(system: Any, task: Any, clock: Any) -> Any:
            if task.kind == "create":
                do()
            return inner(system, task, clock)

        return call

    return wrap


def before_decisions_are_committed() -> None:
    from b24app.runners.portal.deciding import DecisionSaver

    def wrap(inner: Wrapped) -> Wrapped:
        def save(self: DecisionSaver, verdicts: Any) -> None:
            inner(self, verdicts)
            if self.wake:
                _end()

        return save

    _instead(DecisionSaver, "save", wrap)


def between_decisions_and_wake() -> None:
    from b24app.lanes.wake import BackgroundWaker
    from b24app.runners.portal.deciding import DecisionSaver

    def wrap(inner: Wrapped) -> Wrapped:
        def save(self: DecisionSaver, verdicts: Any) -> None:
            inner(self, verdicts)
            if self.wake:
                _instead(BackgroundWaker, "wake", lambda _inner: _end)

        return save

    _instead(DecisionSaver, "save", wrap)


def after_intent_before_call() -> None:
    from b24app.runners.connection import runner

    _instead(runner, "carry_out", _creating(_end))


def during_create() -> None:
    from b24app.systems.cdek.client import Client

    _instead(Client, "write", _soon_after)


def after_answer_before_saving() -> None:
    from b24app.runners.connection.runner import ConnectionRunner

    def wrap(inner: Wrapped) -> Wrapped:
        def save(self: ConnectionRunner, run: Any, group: Any, *rest: Any) -> None:
            if any(landed.task.kind == "create" and landed.state for landed in group):
                _end()
            inner(self, run, group, *rest)

        return save

    _instead(ConnectionRunner, "_save", wrap)


def during_batch() -> None:
    from b24app.runners.portal import sending_out

    _instead(sending_out, "_send", _soon_after)


def after_batch_before_saving() -> None:
    from b24app.runners.portal import sending_out

    _instead(sending_out, "_save_answer", lambda _inner: _end)


def during_rotation() -> None:
    from b24app.tokenstore import PortalTokenStore

    _instead(PortalTokenStore, "save_rotated", lambda _inner: _end)


def stopped_before_create() -> None:
    from b24app.runners.connection import runner

    _instead(runner, "carry_out", _creating(_stop))


def stopped_after_lookup() -> None:
    from b24app.systems.cdek.system import Cdek

    def wrap(inner: Wrapped) -> Wrapped:
        def create(self: Cdek, request: Any) -> Any:
            _stop()
            return inner(self, request)

        return create

    _instead(Cdek, "create", wrap)


def stopped_before_batch() -> None:
    from b24app.runners.portal import sending_out

    def wrap(inner: Wrapped) -> Wrapped:
        def send(run: Any, batch: Any, *rest: Any) -> None:
            _stop()
            inner(run, batch, *rest)

        return send

    _instead(sending_out, "_send", wrap)


def _hooks() -> Any:
    from b24app import create_app
    from b24app.lanes.wake import BackgroundWaker

    _instead(BackgroundWaker, "wake", lambda _inner: _end)
    return create_app(role="hooks")


def __getattr__(name: str) -> Any:
    if name != "hooks":
        raise AttributeError(name)
    return _hooks()


def main() -> int:
    """Arm the point named on the command line and serve lanes."""
    from b24app import cli

    _remember_turns()
    arm: Callable[[], None] = globals()[sys.argv[1]]
    arm()
    return cli.main(["worker"])


if __name__ == "__main__":
    sys.exit(main())
