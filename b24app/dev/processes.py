"""A small supervisor for `waybill demo`, the fault run and the bench.

    with Supervisor(var / "log") as house:
        house.start(Spec(name="web", argv=[...], port=8000, restart=Restart.ALWAYS))
        house.run()              # until Ctrl-C, SIGTERM, or a child that may not end ends

Everything stops in reverse order when the block is left, and dies with us if we are killed. Who drives children by hand
(the fault run) calls `tick()` in its own loop instead of `run()`: that is what restarts the dead.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from b24app.dev.child import Child, Restart, Spec
from b24app.dev.ports import NotReadyError

__all__ = ["Child", "ChildEndedError", "NotReadyError", "Restart", "Spec", "Supervisor"]

TICK_SECONDS = 0.1
QUICK_DEATH_SECONDS = 2.0
QUICK_DEATHS = 5


class ChildEndedError(RuntimeError):
    """A child ended that should not have, or ends again and again right after its start."""


class Supervisor:
    """Children in order of their start. `on_event(name, word)` hears `started`, `ended`, `stopped`."""

    def __init__(self, log_dir: Path, on_event: Callable[[str, str], None] = lambda _name, _word: None) -> None:
        self._log_dir = log_dir
        self._on_event = on_event
        self._children: dict[str, Child] = {}
        self._quick_deaths: dict[str, int] = {}
        self._held: set[str] = set()
        self._stopping = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __getitem__(self, name: str) -> Child:
        return self._children[name]

    def __iter__(self) -> Iterator[Child]:
        return iter(self._children.values())

    def start(self, spec: Spec, *, wait: bool = True) -> Child:
        """Start a child and, unless told otherwise, wait until it is ready. Raises `NotReadyError`."""
        if spec.name in self._children:
            raise ValueError(f"a child named {spec.name!r} exists already")
        child = Child(spec, self._log_dir / f"{spec.name}.log")
        self._children[spec.name] = child
        child.start()
        if wait:
            child.wait_ready()
        self._on_event(spec.name, "started")
        return child

    def hold(self, name: str) -> None:
        """Kill a child and keep it down until `release`, whatever its restart policy."""
        self._held.add(name)
        self._children[name].kill()

    def release(self, name: str) -> None:
        """Start a held child again."""
        self._held.discard(name)
        self._children[name].start()

    def tick(self) -> list[str]:
        """Restart who died and may live again; the names. Raises `ChildEndedError` for those who may not die."""
        dead = [child for name, child in self._children.items() if not child.alive and name not in self._held]
        return [child.spec.name for child in dead if self._bury(child)]

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Watch over the children until Ctrl-C, SIGTERM, `stop_soon`, or `until` says so."""
        with self._signals():
            while not self._stopping and not until():
                self.tick()
                time.sleep(TICK_SECONDS)

    def stop_soon(self) -> None:
        """Let `run` return (safe in a signal handler)."""
        self._stopping = True

    def stop(self) -> None:
        """Stop all, the last started first."""
        for child in reversed(self._children.values()):
            child.stop()
            self._on_event(child.spec.name, "stopped")
        self._children.clear()

    def _bury(self, child: Child) -> bool:
        """True if it was started again; False if it ended as it may."""
        name, policy, code = child.spec.name, child.spec.restart, child.exit_code
        if policy is Restart.NEVER or (policy is Restart.ON_FAILURE and code == 0):
            if code == 0:
                return False
            raise ChildEndedError(f"{name} ended with {code}; its log ends with:\n{child.log_tail()}")
        self._count_quick_death(child)
        child.kill()  # what the dead one had started goes with it
        self._on_event(name, "ended")
        child.start()
        self._on_event(name, "started")
        return True

    def _count_quick_death(self, child: Child) -> None:
        name = child.spec.name
        quick = child.exit_code != -signal.SIGKILL and time.monotonic() - child.started_at < QUICK_DEATH_SECONDS
        self._quick_deaths[name] = self._quick_deaths.get(name, 0) + 1 if quick else 0
        if self._quick_deaths[name] >= QUICK_DEATHS:
            raise ChildEndedError(f"{name} keeps ending at once; its log ends with:\n{child.log_tail()}")

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def handler(_number: int, _frame: FrameType | None) -> None:
            self.stop_soon()

        before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, previous in before.items():
                signal.signal(number, previous)
