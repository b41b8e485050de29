"""The fault run of returns on a small scale; the full one is part of `make faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.driven import Orders
from tests.faults.run_returns import run_returns
from tests.faults.scale import SHORT_RETURNS
from tests.faults.table import draw


@pytest.mark.timeout(900)
def test_returns_happen_exactly_once_although_everything_breaks(tmp_path: Path) -> None:
    told: list[str] = []
    verdict = run_returns(
        SHORT_RETURNS, Orders(unique_numbers=False, database="sqlite", seed=66), tmp_path, told.append
    )
    assert verdict.holds, "\n".join([*told, draw(verdict)])
    assert verdict.struck["worker"]
    assert verdict.struck["batches_broken"]
