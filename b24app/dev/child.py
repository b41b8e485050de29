"""One child process: start, stop, kill, freeze, thaw; its output goes to a file."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from b24app.dev import ports
from b24app.dev.tether import tether

LOG_TAIL_BYTES = 4_000


class Restart(StrEnum):
    """What the supervisor does when a child ends by itself."""

    NEVER = "never"
    ON_FAILURE = "on_failure"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What to run. `env` is laid over our own environment. `port` or `url` say when it is ready (loopback).

    `death_signal` is what it gets when we die: SIGKILL is certain; SIGTERM lets a server that has children of its own
    (gunicorn) take them along.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    port: int | None = None
    url: str | None = None
    ready_seconds: float = 90.0
    grace_seconds: float = 10.0
    restart: Restart = Restart.NEVER
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    user: str | None = None


class Child:
    """A process of its own session, so that signals reach whatever it started as well."""

    def __init__(self, spec: Spec, log_path: Path) -> None:
        self.spec = spec
        self.log_path = log_path
        self.starts = 0
        self.started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._gone = False

    @property
    def pid(self) -> int:
        """Process id. Raises `NotReadyError` when it was never started."""
        if self._process is None:
            raise ports.NotReadyError(f"{self.spec.name} was not started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs (a frozen one does)."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before the first start; minus the signal's number when one ended it."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start it; nothing happens if it runs. Call from a thread that stays (see `tether`)."""
        if self.alive:
            return
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                list(self.spec.argv),
                env={**os.environ, **self.spec.env},
                cwd=self.spec.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=tether(self.spec.death_signal),  # noqa: PLW1509 - two system calls, nothing that could lock
                user=self.spec.user,
                group=self.spec.user,
                extra_groups=[] if self.spec.user else None,
            )
        self._gone = False
        self.starts += 1
        self.started_at = time.monotonic()

    def wait_ready(self) -> float:
        """Wait for `port` and `url` of the spec; the seconds it took. Raises `NotReadyError` with the log's end."""
        try:
            return ports.wait_until(self._ready, self.spec.name, self.spec.ready_seconds, lambda: self.alive)
        except ports.NotReadyError as error:
            raise ports.NotReadyError(f"{error}; its log ends with:\n{self.log_tail()}") from error

    def stop(self) -> None:
        """The spec's stop signal, then SIGKILL after the grace time. A frozen one is thawed first, so that it hears."""
        if self.alive:
            self._signal(signal.SIGCONT)
            self._signal(self.spec.stop_signal, whole_session=False)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._wait(self.spec.grace_seconds)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to it and to everything it started, once: later its number may be somebody else's."""
        if self._process is not None and not self._gone:
            self._signal(signal.SIGKILL)
            self._wait(None)
            self._gone = True

    def freeze(self) -> None:
        """SIGSTOP to it and to everything it started: it lives, holds its sockets, and does nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def log_tail(self) -> str:
        """The last lines it wrote."""
        if not self.log_path.exists():
            return ""
        return self.log_path.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace").strip()

    def _ready(self) -> bool:
        port, url = self.spec.port, self.spec.url
        return (port is None or ports.port_answers(port)) and (url is None or ports.url_answers(url))

    def _signal(self, number: signal.Signals, *, whole_session: bool = True) -> None:
        with contextlib.suppress(ProcessLookupError):
            if whole_session:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def _wait(self, timeout: float | None) -> None:
        if self._process is not None:
            self._process.wait(timeout)
