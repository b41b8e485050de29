"""A PostgreSQL database made as good as new: nobody connected, no row, every number from its start."""

from __future__ import annotations

import psycopg
from sqlalchemy.engine import make_url

_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Deleted, not truncated: truncating makes new files for every table and index, full or not.
_EMPTY = """
DO $$
DECLARE each record;
BEGIN
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', each.tablename);
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""


def empty(url: str) -> None:
    """`url` as SQLAlchemy writes it. The role must be a superuser: foreign keys are not looked at meanwhile."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, options="-c session_replication_role=replica") as connection:
        connection.execute(_OTHERS)
        connection.execute(_EMPTY)
