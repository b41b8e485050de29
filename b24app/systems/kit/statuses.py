"""A status by the word that a setting of kind `map`, a profile or a base holds."""

from __future__ import annotations

from b24app.logistics.picking import PACKED
from b24app.logistics.status import Status


def status_named(word: str) -> Status:
    """What is none of ours is `unknown`; goods that lie packed are at the warehouse still."""
    if word == PACKED:
        return Status.ACCEPTED_AT_WAREHOUSE
    try:
        return Status(word)
    except ValueError:
        return Status.UNKNOWN
