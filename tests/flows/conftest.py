"""A running program beside a fresh world, for scenarios told from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.flows.program import Program
from tests.flows.town import Shop, Town
from tests.kept import begins_installed

if TYPE_CHECKING:
    from sandbox.world import World


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """SQLite, unless the scenario asks for PostgreSQL: the stories that write most run there, a few on both, and what
    the store does is proved on both by tests/unit/store. Where there is a shop, Waybill is installed already."""
    kind = getattr(request, "param", "sqlite")
    name = f"installed_{kind}" if begins_installed(request) else f"{kind}_database_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def town(world: World, database: str, redis_url: str, kept_port: int) -> Iterator[Town]:
    """Unless there is a shop, nobody has installed Waybill yet. CDEK decides at once instead of after seconds."""
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, database, redis_url, port=kept_port) as program:
        yield Town(program)


@pytest.fixture
def shop(town: Town) -> Shop:
    """The large eastern portal, installed, connected and switched on."""
    return town.installed()
