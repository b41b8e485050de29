"""What a save left out that took some of an order (manhattan.md §2: failures inside HTTP 200). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from b24app.logistics.model import ShipmentRequest
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.manhattan.parts import ordered_in
from b24app.systems.manhattan.profile import Said


def saved_in_part(request: ShipmentRequest, original: Mapping[str, Any], said: Said) -> Problem:
    """Which rows are not there, by article; in their words where a site does not show its rows."""
    there = ordered_in(original)
    known, left = bool(there), []
    for item in (item for parcel in request.parcels for item in parcel.items):
        held = min(there.get(item.sku, Decimal(0)), Decimal(item.quantity))
        if held:
            there[item.sku] -= held
        if held < item.quantity:
            left.append(f"{item.name} × {plain(item.quantity - held)}")
    code, words = (said.codes or ("",))[0], "; ".join(said.texts)
    params = {"what": left} if known and left else {}
    return Problem("saved_in_part", Field.ITEMS, Who.MANAGER, code, words, params)
