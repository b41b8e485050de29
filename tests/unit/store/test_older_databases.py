"""A database of the first release, full of rows, is brought up to this one: nothing is lost or changed on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, Engine, MetaData, Table, insert, select, text, types
from sqlalchemy.exc import IntegrityError

from b24app.store import migrate
from b24app.store.engine import make_engine

FIRST = "0001"
AT = datetime(2026, 9, 1, 12, 30, tzinfo=UTC)
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: object) -> Engine:
    """An engine of a database as the first release left it, two rows in every table."""
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    else:
        url = f"sqlite:///{tmp_path}/old.db"
    engine = make_engine(url)
    request.addfinalizer(engine.dispose)
    migrate.upgrade(engine, FIRST)
    fill(engine)
    return engine


def tables_of(engine: Engine) -> list[Table]:
    """Those with rows of ours; whoever is pointed at comes first."""
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def fill(engine: Engine) -> None:
    for n in (1, 2):
        add(engine, tables_of(engine), n)


def add(engine: Engine, tables: list[Table], n: int) -> None:
    for table in tables:
        with engine.begin() as connection:
            connection.execute(insert(table).values({each.name: value(each, n) for each in table.columns}))


def value(column: Column[Any], n: int) -> Any:
    """Something of the column's type; row `n` points at rows `n`."""
    kind = column.type
    if isinstance(kind, types.Boolean):
        return n == 1
    if isinstance(kind, types.Integer):
        return n
    if isinstance(kind, types.Float | types.Numeric):
        return float(n)
    if isinstance(kind, types.DateTime):
        return AT
    if isinstance(kind, types.Date):
        return AT.date()
    if isinstance(kind, types.JSON):
        return {"n": n}
    if isinstance(kind, types.LargeBinary):
        return bytes([n])
    assert isinstance(kind, types.String), f"{column} is of a kind that this test does not know: {kind!r}"
    return f"{column.name} {n}"[: kind.length or 100]


def rows_of(engine: Engine) -> Rows:
    with engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings().all()]
            for table in tables_of(engine)
        }


def by_id(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(sorted(row.items(), key=lambda item: item[0])))


def test_upgrading_keeps_every_row_of_every_table(old: Engine) -> None:
    before = rows_of(old)
    assert all(len(rows) == 2 for rows in before.values())
    migrate.upgrade(old)
    assert migrate.differences(old) == []
    after = rows_of(old)
    for name, rows in before.items():
        kept = [{column: row[column] for column in rows[0]} for row in after[name]]
        assert by_id(kept) == by_id(rows), name


def test_going_back_and_forth_keeps_the_first_releases_rows(old: Engine) -> None:
    """An operator who has to go back to the release before finds what was there."""
    before = rows_of(old)
    migrate.upgrade(old)
    migrate.downgrade(old, FIRST)
    after = rows_of(old)
    assert {name: by_id(rows) for name, rows in after.items()} == {name: by_id(rows) for name, rows in before.items()}
    migrate.upgrade(old)
    assert migrate.differences(old) == []


def test_the_first_release_goes_on_writing_while_the_next_one_takes_over(old: Engine) -> None:
    """The schema is brought up first and processes are restarted one by one: the former ones know no new column."""
    as_the_first_knows_them = tables_of(old)
    migrate.upgrade(old)
    add(old, as_the_first_knows_them, 3)
    assert all(
        len(rows) == 3 for name, rows in rows_of(old).items() if name in {t.name for t in as_the_first_knows_them}
    )


def test_afterwards_rows_still_belong_to_their_portal(old: Engine) -> None:
    """Migrations may make SQLite's tables anew: who points at a portal still does, and ends with it."""
    migrate.upgrade(old)
    fields = next(table for table in tables_of(old) if table.name == "field_map")
    with old.begin() as connection:
        connection.execute(text("delete from portal where id = 1"))
    with old.connect() as connection:
        assert list(connection.scalars(select(fields.c.portal_id))) == [2]
    with pytest.raises(IntegrityError), old.begin() as connection:
        connection.execute(insert(fields).values({each.name: value(each, 99) for each in fields.columns}))
