"""Until when a write may begin, for everything called inside.

A runner that was stopped for a minute and continued must not send what somebody else has looked up meanwhile. Ports
know nothing of lanes, so the limit travels beside the call (like the trace id) and is checked before its first byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("waybill_send_by", default=None)


def send_by(own: float | None = None) -> float | None:
    """The earlier of the call's own limit and the surrounding one (readings of Clock.monotonic); None = no limit."""
    limits = [limit for limit in (own, _until.get()) if limit is not None]
    return min(limits, default=None)


@contextmanager
def sending_until(moment: float) -> Iterator[None]:
    """No call made inside begins at or after `moment` (a reading of Clock.monotonic)."""
    token = _until.set(moment)
    try:
        yield
    finally:
        _until.reset(token)
