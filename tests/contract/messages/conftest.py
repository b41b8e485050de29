"""Every gateway that the suite knows how to drive: found by the name of its file, `<code>_gateway.py`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contract.messages.gateway import Gateway

if TYPE_CHECKING:
    from sandbox.world import World


def _gateways() -> dict[str, type[Gateway]]:
    modules = [
        import_module(f"tests.contract.messages.{path.stem}") for path in Path(__file__).parent.glob("*_gateway.py")
    ]
    each = [found for module in modules for found in vars(module).values() if isinstance(found, type)]
    return {found.code: found for found in each if issubclass(found, Gateway) and found.code}


GATEWAYS = _gateways()


@pytest.fixture(params=sorted(GATEWAYS))
def gateway(request: pytest.FixtureRequest, world: World) -> Iterator[Gateway]:
    """One account over real HTTP, the emulator as on the first day."""
    found = GATEWAYS[request.param](world)
    yield found
    found.close()
