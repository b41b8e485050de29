"""The few statements whose spelling or habits differ from plain SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import CursorResult, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Delete, Update

from b24app.store.models import Base

CHUNK = 400  # ids in one IN (…): both databases take more, their planners do not like it
T = TypeVar("T")
B = TypeVar("B", bound=Base)


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that fit one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def changed(session: Session, statement: Update | Delete) -> int:
    """Execute an UPDATE or DELETE and return how many rows it touched. Objects already loaded are not refreshed."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)  # noqa: S101 - narrows the type, it is what an UPDATE returns
    return result.rowcount


def insert_new(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> int:
    """Insert rows whose unique `key` is not there yet, leave the others alone; return how many were new."""
    if not rows:
        return 0
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    count = 0
    for some in chunks(rows, 100):
        statement = dialect.insert(table).values(list(some)).on_conflict_do_nothing(index_elements=list(key))
        # Counted by what comes back: a driver need not know the row count of an INSERT of many rows.
        count += len(session.execute(statement.returning(table.__table__.c[key[0]])).all())
    return count


def locked(
    session: Session,
    table: type[B],
    mine: Mapping[str, Any],
    first: Mapping[str, Any],
    key: Sequence[str] | None = None,
) -> tuple[B, bool]:
    """The row that `mine` names, as it is now, ours until the transaction ends; made with `first` when missing, and
    whether that was done: two who come first take turns. `key` is unique, None = the columns of `mine` are."""
    wanted = select(table).filter_by(**mine).with_for_update().execution_options(populate_existing=True)
    row = session.scalar(wanted)
    if row is not None:
        return row, False
    fresh = insert_new(session, table, [{**mine, **first}], list(mine) if key is None else key) > 0
    return session.scalars(wanted).one(), fresh


def upsert(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> None:
    """Insert rows, or overwrite the given columns where the unique `key` exists. Keys must not repeat in `rows`."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for names, alike in shapes(rows).items():
        statement = dialect.insert(table.__table__)
        fresh = {name: statement.excluded[name] for name in names if name not in key}
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=fresh), alike)


def shapes(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Rows by the columns they name: those of one shape are one statement, prepared once."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(sorted(row)), []).append(dict(row))
    return found
