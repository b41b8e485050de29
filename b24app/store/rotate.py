"""Re-encryption of everything secret with the newest key (`waybill db rotate-keys`)."""

from __future__ import annotations

from sqlalchemy import Column, Table, select, update

from b24app.store.crypto import EncryptedBytes, EncryptedJson, EncryptedText
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Base

BATCH = 200
SECRET = (EncryptedText, EncryptedJson, EncryptedBytes)


def rotate(sessions: Sessions) -> int:
    """Read every encrypted value with any key and write it with the first one; return the number of rows.

    Works in small transactions beside a running deployment. Afterwards older keys may leave the settings.
    """
    return sum(_rotate_table(sessions, table) for table in Base.metadata.sorted_tables)


def _rotate_table(sessions: Sessions, table: Table) -> int:
    secret = [
        column for column in table.columns if isinstance(column.type, EncryptedText | EncryptedJson | EncryptedBytes)
    ]
    if not secret:
        return 0
    last, count = 0, 0
    while ids := _next_ids(sessions, table, last):
        _rewrite(sessions, table, secret, ids)
        last, count = ids[-1], count + len(ids)
    return count


def _next_ids(sessions: Sessions, table: Table, after: int) -> list[int]:
    with read_scope(sessions) as session:
        wanted = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
        return list(session.scalars(wanted))


def _rewrite(sessions: Sessions, table: Table, secret: list[Column[object]], ids: list[int]) -> None:
    with session_scope(sessions) as session:
        locked = select(table.c.id, *secret).where(table.c.id.in_(ids)).with_for_update()
        for row in session.execute(locked).all():
            values = {column.name: getattr(row, column.name) for column in secret}
            session.execute(update(table).where(table.c.id == row.id).values(values))
