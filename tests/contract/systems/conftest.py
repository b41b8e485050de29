"""Every system that the suite knows how to drive."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.contract.systems.harness import Harness

if TYPE_CHECKING:
    from sandbox.world import World

#: Where somebody else's package names its harness (a class), beside `waybill.systems` and `waybill.sandbox`.
GROUP = "waybill.harnesses"


def _harnesses() -> dict[str, type[Harness]]:
    """By name; a new system's harness is found by the name of its file, `<code>_harness.py`, or by an entry point."""
    files = Path(__file__).parent.glob("*_harness.py")
    found = [each for path in files for each in _in(import_module(f"tests.contract.systems.{path.stem}"))]
    found += [point.load() for point in entry_points(group=GROUP)]
    return {each.name or each.code: each for each in found}


def _in(module: ModuleType) -> list[type[Harness]]:
    mine = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Harness)]
    return [each for each in mine if each.code]


HARNESSES = _harnesses()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "system" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--systems")
        codes = set(wanted.split(",")) if wanted else {each.code for each in HARNESSES.values()}
        story = metafunc.module.__name__.rpartition("test_")[2]
        names = [name for name, each in sorted(HARNESSES.items()) if each.code in codes and _tells(each, story)]
        metafunc.parametrize("system", names, indirect=True)


def _tells(harness: type[Harness], story: str) -> bool:
    return not harness.stories or story in harness.stories


@pytest.fixture
def system(request: pytest.FixtureRequest, running_world: World) -> Iterator[Harness]:
    """One connection to one system, over real HTTP, its emulator as on the first day. The others are left alone:
    nobody looks at them here."""
    world, harness_of = running_world, HARNESSES[request.param]
    world.timers.clear()
    world.faults.clear()
    world.clock.reset()
    world.system(harness_of.code).reset()
    world.journal.clear()
    harness = harness_of(world)
    yield harness
    harness.close()
    world.faults.clear()
