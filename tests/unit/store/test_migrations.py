"""The migrations make exactly the schema that the models describe, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from b24app.store import migrate
from b24app.store.engine import make_engine
from b24app.store.models import Base


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: object) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/empty.db"


def test_upgrade_from_empty_makes_what_the_models_say_and_downgrade_takes_it_away(empty_url: str) -> None:
    engine = make_engine(empty_url)
    assert migrate.current(engine) is None
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head()
    assert migrate.differences(engine) == []
    assert set(Base.metadata.tables) < set(inspect(engine).get_table_names())
    migrate.upgrade(engine)  # once more is nothing
    migrate.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()
