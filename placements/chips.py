"""Where a shipment is, as a coloured word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from b24app.flows.picking import Pickable, Step, step_of
from b24app.flows.returns.storage import StorageRules, days_left
from b24app.frames.formats import Formats
from b24app.logistics.status import Status

TONES = {
    Status.DRAFT: ("grey", "edit"),
    Status.SUBMITTING: ("blue", "hourglass"),
    Status.CREATED: ("blue", "doc"),
    Status.ACCEPTED_AT_WAREHOUSE: ("blue", "store"),
    Status.IN_TRANSIT: ("blue", "truck"),
    Status.READY_FOR_PICKUP: ("amber", "pin"),
    Status.OUT_FOR_DELIVERY: ("blue", "walk"),
    Status.DELIVERED: ("green", "check-circle"),
    Status.DELIVERY_FAILED: ("red", "alert"),
    Status.RETURNING: ("violet", "undo"),
    Status.RETURNED: ("violet", "home"),
    Status.CANCELLED: ("grey", "cross-circle"),
    Status.REJECTED: ("red", "ban"),
    Status.LOST: ("red", "search"),
    Status.UNKNOWN: ("amber", "question"),
}


#: On so many last days of storage a parcel is shown red: then its manager is warned, too.
LAST_DAYS = max(StorageRules().warn_days)


class Stored(Pickable, Protocol):
    """A shipment that may lie at a point; `keep_until` None = nobody said how long."""

    @property
    def keep_until(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Chip:
    tone: str
    icon: str
    label: str


def chip_of(shipment: Stored, formats: Formats) -> Chip:
    """A warehouse's order in its own steps; a parcel at a point with the days that it is kept there."""
    tone, icon = TONES[shipment.status]
    left = stored_days(shipment, formats)
    if left is not None and left >= 0:
        key = "chip.stored" if left else "chip.stored_last"
        return Chip("red" if left <= LAST_DAYS else tone, "clock", formats.words(key, n=left))
    step = step_of(shipment)
    key = f"status.{shipment.status.value}"
    if step is not None and step is not Step.CANCELLED:
        key = "chain.rejected" if step is Step.REJECTED else f"chain.step.{step.value}"
    return Chip(tone, icon, formats.words(key))


def stored_days(shipment: Stored, formats: Formats) -> int | None:
    """Days of storage that are left by the reader's clock; None: it lies at no point, or its system told no end."""
    if shipment.status is not Status.READY_FOR_PICKUP or shipment.keep_until is None:
        return None
    return days_left(shipment.keep_until, formats.now, formats.zone)
