"""The shared fixtures give every test a database, a Redis and a world of its own."""

from typing import TYPE_CHECKING

import pytest
import redis
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.store import portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal

if TYPE_CHECKING:
    from sandbox.world import World


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_has_the_schema_and_no_rows(sessions: Sessions, clock: FixedClock, turn: int) -> None:
    with session_scope(sessions) as session:
        assert list(session.scalars(select(Portal))) == []
        assert portals.remember(session, f"turn-{turn}", now=clock.now()).id == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_a_redis_is_empty(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("marker", turn)


def test_the_world_answers_at_its_address(world: "World") -> None:
    assert world.addresses["control"].startswith("http://127.0.0.1:")
