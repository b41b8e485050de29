"""What the database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from b24app.store.engine import Sessions


@contextmanager
def statements(sessions: Sessions) -> Iterator[list[str]]:
    """The statements of what runs inside, without those that only begin or end a transaction."""
    with sessions() as session:
        engine = session.get_bind()
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "COMMIT")):
            said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)
