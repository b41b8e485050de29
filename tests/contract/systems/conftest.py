"""Every system that the suite knows how to drive."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contract.systems.harness import Harness

if TYPE_CHECKING:
    from sandbox.world import World


def _harnesses() -> dict[str, type[Harness]]:
    """By code; a new system's harness is found by the name of its file, `<code>_harness.py`."""
    found = {}
    for path in Path(__file__).parent.glob("*_harness.py"):
        module = import_module(f"tests.contract.systems.{path.stem}")
        mine = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Harness)]
        found.update({each.code: each for each in mine if each.code})
    return found


HARNESSES = _harnesses()


@pytest.fixture(params=sorted(HARNESSES))
def system(request: pytest.FixtureRequest, world: World) -> Iterator[Harness]:
    """One connection to one system, over real HTTP, its emulator as on the first day."""
    harness = HARNESSES[request.param](world)
    yield harness
    harness.close()
    world.control.clear_faults()
