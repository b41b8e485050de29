"""The fault run on a small scale; the full one, twice, is `make faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.driven import Orders
from tests.faults.run import run
from tests.faults.scale import SHORT
from tests.faults.table import draw


@pytest.mark.timeout(900)
def test_everything_happens_exactly_once_although_everything_breaks(tmp_path: Path) -> None:
    """The carrier's own check is off: nothing but our discipline keeps a deal from becoming two parcels."""
    told: list[str] = []
    verdict = run(SHORT, Orders(unique_numbers=False, database="sqlite", seed=7), tmp_path, told.append)
    assert verdict.holds, "\n".join([*told, draw(verdict)])
    assert verdict.struck["worker"] and verdict.struck["worker_stopped"] and verdict.struck["carrier_calls_broken"]
