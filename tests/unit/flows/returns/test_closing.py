"""A clerk may come back until 18:00 of the day by the portal's clock, and an hour at least."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from b24app.flows.returns.closing import reopens_until

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("done", "until"),
    [
        ((12, 10, 48), "12 18:00"),
        ((12, 14, 30), "12 18:30"),  # 17:30 there: an hour at least
        ((12, 20, 59), "13 00:59"),
        ((12, 21, 30), "13 18:00"),  # the next day has begun there
    ],
)
def test_until_the_evening(done: tuple[int, int, int], until: str) -> None:
    finished = datetime(2026, 11, *done, tzinfo=UTC)
    assert reopens_until(finished, MOSCOW).strftime("%d %H:%M") == until
