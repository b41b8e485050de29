"""A Flask view that only commits one row by a Core insert. The database is `BENCH_DATABASE_URL`.

The same durability as the program's: SQLite in WAL mode with synchronous=FULL, PostgreSQL as its server is set.
"""

import os
from typing import Any

from flask import Flask, request
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, event, insert

row = Table("bench_row", MetaData(), Column("id", Integer, primary_key=True), Column("body", Text))
engine = create_engine(os.environ["BENCH_DATABASE_URL"])
app = Flask(__name__)


if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def _durable(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")


@app.route("/b24/events", methods=["POST", "HEAD"])
def events() -> tuple[str, int]:
    """Commit the body, answer 200."""
    with engine.begin() as connection:
        connection.execute(insert(row).values(body=request.get_data(as_text=True)))
    return "", 200
