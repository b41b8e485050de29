"""The scenarios' own tools: what is asked after a calm is asked of a program that has done everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flows.program import Program
from tests.flows.town import Town

if TYPE_CHECKING:
    from sandbox.world import World


def test_nothing_is_left_to_do_after_a_calm(world: World, database: str, redis_url: str, installed: int) -> None:
    """Though the worker looks for jobs whose date has come as seldom as on a machine that leaves it no time."""
    with Program(world, database, redis_url, port=installed, sweep_s=4.0) as program:
        town = Town(program)
        town.advance(3700)
        town.calm()
        assert not program.busy()
