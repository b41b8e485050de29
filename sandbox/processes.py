"""One operating-system process a system, steered by one control server that fans out to them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.control import Control, RemoteMember, create_control
from sandbox.kernel.clock import Clock
from sandbox.kernel.server import serve
from sandbox.kernel.system import find_systems
from sandbox.world import HOST

_PORTS_PER_SYSTEM = 20
_START_SECONDS = 60.0


class ProcessWorld:
    """The same face as ``World`` (``addresses``, ``control``, ``reset``, ``close``), with each system on its own.

    With ``base_port`` the control server has it, and the n-th system's ports begin at base_port + 20·n.
    Children end when this process does, however it ends: they watch their standard input.
    """

    def __init__(
        self, var_dir: Path | str, *, base_port: int = 0, systems: Sequence[str] | None = None, **options: Any
    ) -> None:
        self.var_dir = Path(var_dir).resolve()
        self.var_dir.mkdir(parents=True, exist_ok=True)
        self.clock = Clock(self.var_dir / "clock")
        self.clock.reset()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            members = self._start(base_port, systems, options)
        except BaseException:
            self._stop_children()
            raise
        self._server = serve(create_control(members, self.clock), HOST, base_port)
        self.control = Control(self._server.base_url)
        self.addresses: dict[str, Any] = self.control.addresses()

    def _start(self, base_port: int, systems: Sequence[str] | None, options: dict[str, Any]) -> list[RemoteMember]:
        codes = [system.code for system in find_systems(systems)]
        for index, code in enumerate(codes, start=1):
            port = base_port + _PORTS_PER_SYSTEM * index if base_port else 0
            self._file(code).unlink(missing_ok=True)
            self._children[code] = self._spawn(code, port, options)
        return [RemoteMember(self._wait(code), [code]) for code in codes]

    def _spawn(self, code: str, port: int, options: dict[str, Any]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "sandbox", "--only", code, "--base-port", str(port)]
        command += ["--var", str(self.var_dir), "--options", json.dumps(options), "--child"]
        root = Path(__file__).resolve().parent.parent
        return subprocess.Popen(command, stdin=subprocess.PIPE, cwd=root)

    def _file(self, code: str) -> Path:
        return self.var_dir / f"{code}.address"

    def _wait(self, code: str) -> str:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._file(code).exists():
                return self._file(code).read_text("utf-8").strip()
            if (status := self._children[code].poll()) is not None:
                raise RuntimeError(f"the sandbox process of {code} ended at once with status {status}")
            time.sleep(0.02)
        raise TimeoutError(f"the sandbox process of {code} did not start within {_START_SECONDS:.0f} s")

    def reset(self) -> None:
        self.control.reset()

    def close(self) -> None:
        self._server.stop()
        self._stop_children()

    def _stop_children(self) -> None:
        for child in self._children.values():
            if child.stdin is not None:
                child.stdin.close()
        for child in self._children.values():
            try:
                child.wait(5.0)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
