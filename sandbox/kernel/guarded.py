"""Running other people's callbacks on a shared thread."""

from __future__ import annotations

import logging
from collections.abc import Callable


def guarded(log: logging.Logger, words: str, action: Callable[[], object]) -> None:
    """Run ``action``; a failure is logged with its traceback and ends nobody else's work."""
    try:
        action()
    except Exception:  # the thread is shared: one failing callback must not end everyone's time
        log.exception(words)
