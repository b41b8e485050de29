"""Every system that the suite knows how to drive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.contract.systems.cdek_harness import CdekHarness
from tests.contract.systems.harness import Harness

if TYPE_CHECKING:
    from sandbox.world import World

HARNESSES: dict[str, type[Harness]] = {"cdek": CdekHarness}


@pytest.fixture(params=sorted(HARNESSES))
def system(request: pytest.FixtureRequest, world: World) -> Iterator[Harness]:
    """One connection to one system, over real HTTP, its emulator as on the first day."""
    harness = HARNESSES[request.param](world)
    yield harness
    harness.close()
    world.control.clear_faults()
