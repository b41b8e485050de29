"""A world in which Waybill is installed already, with the database that goes with it: made once, brought back for each
scenario that begins there. The clock is set back to that moment too: a later scenario sees the same as the first.
"""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from sandbox.world import World

#: What a scenario asks for that begins where Waybill is installed: any of these together.
_INSTALLED = ({"installed", "kept_port"}, {"town", "shop"}, {"installed_sqlite"}, {"installed_postgres"})


def begins_installed(request: pytest.FixtureRequest) -> bool:
    """Whether the scenario asks for a world that is brought back: it needs no first day before."""
    names = set(request.fixturenames)
    return any(asked <= names for asked in _INSTALLED)


def keep(world: World, database_url: str, redis_url: str, port: int) -> Callable[[], None]:
    """Install, connect and switch on in the large eastern portal; leaves the database as it is then.

    Answers a function that brings the world of that moment back. `port` is where the program has to listen, as the
    portal knows it there.
    """
    from tests.flows.program import Program
    from tests.flows.town import Town

    world.reset()
    with Program(world, database_url, redis_url, port=port) as program:
        town = Town(program)
        town.shop()
        town.calm()
    return _remembered(world)


def _remembered(world: World) -> Callable[[], None]:
    """Soon after the calm nothing waits for its moment any more."""
    end = time.monotonic() + 10
    while True:
        try:
            return world.remember()
        except RuntimeError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@contextmanager
def own_port() -> Iterator[int]:
    """A port that is ours though nobody listens on it: bound, so that the system gives it to nobody else."""
    with closing(socket.socket()) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


def copied_sqlite(source: Path, target: Path) -> str:
    """SQLAlchemy address of a copy, of what is in the log beside the file too."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
    return f"sqlite:///{target}"
