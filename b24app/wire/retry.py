"""Whether to retry and how long to wait: pure functions. The lanes store the attempts; this only decides."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from b24app.wire.errors import NotSent, OutcomeUnknown, WireError

#: Seconds before the 2nd, 3rd, … attempt of background work.
LADDER = (1.0, 5.0, 20.0, 60.0, 300.0, 900.0, 3600.0, 3 * 3600.0, 6 * 3600.0)
#: A remote cannot make us wait longer than this by `Retry-After`.
LONGEST_WAIT_S = 6 * 3600.0
RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


def should_retry(error: WireError, attempt: int, most: int, safe: bool) -> bool:
    """May the same request be sent again? `attempt` counts those made; `safe` = repeating cannot do harm (a read)."""
    if attempt >= most:
        return False
    if isinstance(error, OutcomeUnknown):
        return safe
    return isinstance(error, NotSent)


def should_retry_status(status: int, attempt: int, most: int, safe: bool) -> bool:
    """The same for an answer. 429 and 503 say that nothing was done; other 5xx say nothing, so only reads repeat."""
    if attempt >= most or status not in RETRYABLE_STATUSES:
        return False
    return safe or status in (429, 503)


def wait_before(
    attempt: int, jitter: float, retry_after: float | None = None, ladder: tuple[float, ...] = LADDER
) -> float:
    """Seconds before attempt number `attempt` + 1 (`attempt` >= 1 were made). `jitter` in [0, 1) spreads the ladder by
    -20…+20 %; a wait that the remote asked for wins and is only lengthened."""
    if retry_after is not None:
        asked = min(max(retry_after, 0.0), LONGEST_WAIT_S)
        return asked + jitter * max(0.2, asked * 0.1)
    step = ladder[min(max(attempt, 1), len(ladder)) - 1]
    return step * (0.8 + 0.4 * jitter)


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from a `Retry-After` header (number or HTTP date); None when absent or unreadable."""
    if not value:
        return None
    text = value.strip()
    if text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
