"""The deployment in which workers crash, and processes that are forked instead of started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from b24app.demo.house import ONE_CARRIER, House, Plan
from tests.faults.nursery import forking
from tests.faults.scene import Scene


@pytest.fixture(scope="session", autouse=True)
def _forked() -> Iterator[None]:
    """Workers and servers of ours are forked: starting them was most of what these tests computed."""
    with forking():
        yield


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    plan = Plan(tmp_path_factory.mktemp("house"), hook_servers=1, page_servers=1, systems=ONE_CARRIER)
    with House(plan) as house:
        yield Scene(house)


@pytest.fixture
def scene(scenes: Scene) -> Iterator[Scene]:
    yield scenes
    scenes.clear()
