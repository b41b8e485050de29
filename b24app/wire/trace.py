"""The trace id that travels from an event to every remote call made because of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("waybill_trace", default="")


def new_trace_id() -> str:
    """16 hex characters, unique enough to find one event's calls in days of logs."""
    return secrets.token_hex(8)


def steady_trace(name: str) -> str:
    """The one trace of a work that has no event: all readings of one order."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def current_trace() -> str:
    """The trace of the work being done now; empty outside any."""
    return _current.get()


@contextmanager
def tracing(value: str | None = None) -> Iterator[str]:
    """Everything called inside belongs to trace `value` (a new one if empty)."""
    token = _current.set(value or new_trace_id())
    try:
        yield _current.get()
    finally:
        _current.reset(token)
