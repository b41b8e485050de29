"""How often a panel of the tab asks after what is to come, as a part of its version."""

from __future__ import annotations

import hashlib
from collections.abc import Collection


def version_of(shown: object, ask_ms: int, polls: Collection[int]) -> str:
    """Changes when anything in `shown` does, or its pace. A page that was told to ask often must hear when there is
    nothing more to come, though it looks the same then. `polls`: milliseconds between repeated questions; 0 is none,
    any other `ask_ms` a single one, whose moment alone is no news."""
    pace = ask_ms if ask_ms in (0, *polls) else "once"
    return hashlib.sha256(repr((shown, pace)).encode()).hexdigest()[:16]
