"""Whether a call may be repeated, and what its remote asked for. The ladder of later attempts is the lanes' own."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from b24app.wire.errors import NotSent, OutcomeUnknown, WireError


def should_retry(error: WireError, attempt: int, most: int, safe: bool) -> bool:
    """May the same request be sent again? `attempt` counts those made; `safe` = repeating cannot do harm (a read)."""
    if attempt >= most:
        return False
    if isinstance(error, OutcomeUnknown):
        return safe
    return isinstance(error, NotSent)


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
