"""The retry ladder: how long a row waits after its n-th failed attempt. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

RUNGS_S = (1, 5, 15, 60, 300, 900, 3600, 7200, 14400)
SPREAD = 0.2


def wait_s(attempts: int, *, retry_after: float | None = None, spread: float = 0.5) -> float:
    """Return the seconds to wait after `attempts` failed attempts (1 = the first).

    The other side's own `Retry-After` wins over a shorter rung. `spread` (0…1, injected) moves the rung by up to a
    fifth either way, so that a crowd that failed together does not come back together.
    """
    rung = RUNGS_S[min(max(attempts, 1), len(RUNGS_S)) - 1]
    waited = rung * (1 - SPREAD + 2 * SPREAD * spread)
    return waited if retry_after is None else max(waited, retry_after)


def next_try(now: datetime, attempts: int, *, retry_after: float | None = None, spread: float = 0.5) -> datetime:
    """Return the moment of the next try."""
    return now + timedelta(seconds=wait_s(attempts, retry_after=retry_after, spread=spread))


def is_spent(attempts: int, dead_after: int) -> bool:
    """Return whether a row has used up its attempts: it becomes dead, visible, and a Problem."""
    return attempts >= dead_after
