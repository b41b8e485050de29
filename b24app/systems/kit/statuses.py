"""Statuses that several systems tell alike."""

from __future__ import annotations

from b24app.logistics.picking import PACKED
from b24app.logistics.status import Status


def status_named(word: str) -> Status:
    """By the word that a setting of kind `map`, a profile or a base holds: what is none of ours is `unknown`. Goods
    that lie packed are at the warehouse still."""
    if word == PACKED:
        return Status.ACCEPTED_AT_WAREHOUSE
    try:
        return Status(word)
    except ValueError:
        return Status.UNKNOWN


def of_return(status: Status | None) -> Status | None:
    """Of an order that brings goods back: what reached its end is our return; on its way it is returning."""
    if status is Status.DELIVERED:
        return Status.RETURNED
    moving = status is not None and status.has_moved and not status.is_final
    return Status.RETURNING if moving else status
