"""The shared fixtures give every test a database, a Redis and a world of its own."""

from typing import TYPE_CHECKING

import pytest
import redis
from sqlalchemy import NullPool, create_engine, inspect, text

if TYPE_CHECKING:
    from sandbox.world import World


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_has_the_schema_and_no_rows(database_url: str, turn: int) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    tables = inspect(engine).get_table_names()
    assert "portal" in tables
    with engine.begin() as connection:
        assert "marker" not in tables
        connection.execute(text("CREATE TABLE marker (turn INTEGER)"))
        assert connection.execute(text("SELECT count(*) FROM portal")).scalar() == 0


@pytest.mark.parametrize("turn", [1, 2])
def test_a_redis_is_empty(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("marker", turn)


def test_the_world_answers_at_its_address(world: "World") -> None:
    assert world.addresses["control"].startswith("http://127.0.0.1:")
