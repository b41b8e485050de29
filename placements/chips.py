"""Where a shipment is, as a coloured word."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.flows.picking import Pickable, Step, step_of
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


@dataclass(frozen=True, slots=True)
class Chip:
    tone: str
    icon: str
    label: str


def chip_of(shipment: Pickable, formats: Formats) -> Chip:
    """A warehouse's order in its own steps."""
    tone, icon = TONES[shipment.status]
    step = step_of(shipment)
    key = f"status.{shipment.status.value}"
    if step is not None and step is not Step.CANCELLED:
        key = "chain.rejected" if step is Step.REJECTED else f"chain.step.{step.value}"
    return Chip(tone, icon, formats.words(key))
