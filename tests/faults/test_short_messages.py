"""The fault run of messages on a small scale; the full one is part of `make faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.driven import Orders
from tests.faults.run_messages import run_messages
from tests.faults.scale import SHORT_MESSAGES
from tests.faults.table import draw


@pytest.mark.timeout(900)
def test_clients_are_told_exactly_once_although_everything_breaks(tmp_path: Path) -> None:
    told: list[str] = []
    orders = Orders(unique_numbers=False, database="sqlite", seed=67)
    verdict = run_messages(SHORT_MESSAGES, orders, tmp_path, told.append)
    assert verdict.holds, "\n".join([*told, draw(verdict)])
    assert verdict.struck["worker"]
    assert verdict.struck["gateway_calls_broken"]
    assert verdict.struck["letters"]
    assert verdict.struck["triggers"]
