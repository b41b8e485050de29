"""Two who do the same at the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from b24app.store.engine import Sessions, session_scope

T = TypeVar("T")


def at_once(sessions: Sessions, act: Callable[[Session], T]) -> tuple[T, T]:
    """What `act` returns in two transactions, of which the second comes while the first is still open: it waits for the
    other where their statements meet (SQLite: before its first one)."""

    def late() -> T:
        with session_scope(sessions) as session:
            return act(session)

    with ThreadPoolExecutor(1) as pool:
        with session_scope(sessions) as session:
            first = act(session)
            session.flush()
            second = pool.submit(late)
            end = time.monotonic() + 5
            while not (second.done() or _one_waits(session)) and time.monotonic() < end:
                time.sleep(0.01)
        return first, second.result(5)


def _one_waits(session: Session) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
