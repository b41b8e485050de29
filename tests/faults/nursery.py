"""Processes of ours that are forked from one that has imported everything, instead of started: importing is nearly all
that a worker does until it serves, and fault runs start dozens.

A forked process is as separate as a started one: a session, memory, connections and an end of its own (it is killed and
stopped by its id); it opens its database and its Redis itself, for before the fork nothing was opened. `python -m
tests.faults.nursery` is the one that forks; it has one thread, reads one JSON line a wish and answers one.
"""

from __future__ import annotations

import json
import os
import random
import runpy
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from b24app.dev import child
from b24app.dev.tether import tether

#: What is run by `python -m` and may be forked.
MODULES = ("b24app.cli", "gunicorn", "tests.faults.crasher")
LOOK_S = 0.02


class Forked:
    """What `b24app.dev.child` uses of a `subprocess.Popen`."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            self._code = self._nursery.ask({"poll": self.pid})
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        end = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(LOOK_S)
        return code


class Nursery:
    """The process that forks, which is there from the first wish on, and the way to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=tether(),  # noqa: PLW1509 - as b24app.dev.child
        )

    def ask(self, wish: Mapping[str, Any]) -> Any:
        with self._lock:
            self._process = self._process or self._started()
            to, answers = self._process.stdin, self._process.stdout
            assert to is not None
            assert answers is not None
            to.write(json.dumps(wish) + "\n")
            to.flush()
            return json.loads(answers.readline())

    def popen(self, argv: list[str], **how: Any) -> Any:
        """Instead of `subprocess.Popen`, for what `b24app.dev.child` starts."""
        if argv[:2] != [sys.executable, "-m"] or argv[2] not in MODULES or how["user"]:
            return subprocess.Popen(argv, **how)
        wish = {"argv": argv[2:], "env": dict(how["env"]), "cwd": str(how["cwd"]), "log": how["stdout"].name}
        return Forked(self, int(self.ask(wish)))

    def close(self) -> None:
        """What it forked ends with it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


class _Instead:
    """The module `subprocess`, with another Popen."""

    def __init__(self, nursery: Nursery) -> None:
        self.Popen = nursery.popen

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)


@contextmanager
def forking() -> Iterator[None]:
    """Meanwhile children are forked."""
    nursery = Nursery()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(child, "subprocess", _Instead(nursery))
            yield
    finally:
        nursery.close()


# --- the process that forks -------------------------------------------------------------------------------------------


def _fork(wish: Mapping[str, Any]) -> int:
    tied = tether()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        tied()
        _dress(wish)
        code = _run(wish["argv"])
    except BaseException:  # noqa: BLE001 - nothing of it may go on in here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _dress(wish: Mapping[str, Any]) -> None:
    """The environment, folder and log of the new process, and dice of its own."""
    log = os.open(wish["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(wish["env"])
    os.chdir(wish["cwd"])
    random.seed()


def _run(argv: list[str]) -> int:
    sys.argv = list(argv)
    try:
        runpy.run_module(argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _poll(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def main() -> None:
    import b24app.hooks.portal_events
    import b24app.remotes
    import b24app.runners.shop
    import b24app.web
    import b24app.workroom  # noqa: F401
    from b24app.systems import discover

    discover()
    for line in sys.stdin:
        wish = json.loads(line)
        answer = _poll(wish["poll"]) if "poll" in wish else _fork(wish)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
