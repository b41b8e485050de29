"""The whole emulated world in this process. For one process a system see ``sandbox.processes``."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.control import LocalMember, NearControl, create_control
from sandbox.kernel.clock import Clock
from sandbox.kernel.faults import Faults
from sandbox.kernel.gate import Gate
from sandbox.kernel.journal import Journal
from sandbox.kernel.push import Pusher
from sandbox.kernel.server import Server, serve
from sandbox.kernel.system import Context, Running, System, find_systems
from sandbox.kernel.timers import Timers

HOST = "127.0.0.1"


class World:
    """Every system on ports of 127.0.0.1, with a control server. A context manager; ``reset`` keeps the ports.

    ``systems`` limits which packages run (None: all found by folder); ``base_port`` 0 takes free ports, otherwise
    control gets ``base_port`` and each origin the next one. Further options go to the systems (``portals=4``).
    """

    def __init__(
        self,
        var_dir: Path | str | None = None,
        *,
        base_port: int = 0,
        systems: Sequence[str] | None = None,
        **options: Any,
    ) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="sandbox-") if var_dir is None else None
        self.var_dir = Path(self._temporary.name if self._temporary else str(var_dir))
        self.clock = Clock(self.var_dir / "clock")
        self.journal = Journal(self.clock)
        self.faults = Faults()
        self.timers = Timers(self.clock)
        self.pusher = Pusher()
        self._stopping = threading.Event()
        self._next_port = base_port
        self._servers: list[Server] = []
        context = Context(
            self.clock, self.journal, self.faults, self.timers, self.pusher, self._stopping, self.var_dir, options
        )
        self._systems: dict[str, tuple[System, Running]] = {
            system.code: (system, system.build(context)) for system in find_systems(systems)
        }
        self._start()

    def _start(self) -> None:
        member = LocalMember(self._systems, self.faults, self.journal)
        steering = create_control([member], self.clock, before_reset=self._quiet)
        control = self._serve(steering)
        for code, (_, running) in self._systems.items():
            urls: dict[str, str] = {}
            for origin in running.origins():
                gate = Gate(code, origin, self.faults, self.journal, self._stopping)
                urls[origin.name] = self._serve(gate).base_url
            running.started(urls)
        self.control = NearControl(control.base_url, steering)
        self._member = member
        self.addresses: dict[str, Any] = {"control": control.base_url} | member.addresses()

    def _serve(self, app: Any) -> Server:
        server = serve(app, HOST, self._next_port)
        self._servers.append(server)
        if self._next_port:
            self._next_port += 1
        return server

    def system(self, code: str) -> Any:
        """The running system itself, for tests that look inside."""
        return self._systems[code][1]

    def codes(self) -> list[str]:
        return list(self._systems)

    def reset(self) -> None:
        """The first day again: state, journal, faults and clock. Ports stay."""
        self._quiet()
        self.clock.reset()
        self._member.reset()

    def remember(self) -> Callable[[], None]:
        """A function that brings back the present, time included, as often as it is called. Ports stay, faults go.

        Raises RuntimeError while something is waiting for its moment.
        """
        moment = self.clock.now()
        parts = [running.remember() for _, running in self._systems.values()]
        parts.append(self.journal.remember())

        def back() -> None:
            self._quiet()
            self.faults.clear()
            for part in parts:
                part()
            self.clock.set(moment)

        return back

    def _quiet(self) -> None:
        self.timers.clear()
        self.pusher.clear()

    def close(self) -> None:
        self._stopping.set()
        self.timers.stop()
        self.pusher.stop()
        for server in self._servers:
            server.stop()
        for _, running in self._systems.values():
            running.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
