"""An account that has no call to spare just now: its budget is spent, or its other calls fill the line. Nothing left
for the remote, so that the call is simply made a little later."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from b24app.logistics.errors import LogisticsError
from b24app.wire.errors import NotSent, Why

#: A row of the inbox that met this is looked at again after so long.
LATER = timedelta(seconds=2)
#: Between two attempts of a call that somebody waits for.
PAUSE_S = 0.2
_BUSY = (Why.BUDGET, Why.BUSY)
T = TypeVar("T")


def is_busy(error: BaseException) -> bool:
    """Whether it was the account that had no call to spare, not the remote that failed."""
    return isinstance(error.__cause__, NotSent) and error.__cause__.why in _BUSY


def patiently(call: Callable[[], T], seconds: float) -> T:
    """What `call` returns; it is made again, for so many seconds, while the account is busy. Raises the last
    LogisticsError."""
    end = time.monotonic() + seconds
    while True:
        try:
            return call()
        except LogisticsError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
        time.sleep(PAUSE_S)
