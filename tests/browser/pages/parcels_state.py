"""The parcels' panel as facts, for pictures without a portal: two parcels half-way, one weight a default."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from b24app.flows.packing import Packing, moved, together
from b24app.flows.plan import ParcelPlan
from b24app.flows.snapshot import CatalogueSize, Defaults, ProductRow, Source
from b24app.frames.formats import Formats
from b24app.logistics.money import Money
from b24app.store.parcels import Kept
from placements.tab_parcels_form import Draft
from placements.tab_parcels_view import panel

PLAID = ProductRow(
    1, "Плед льняной", Money(258000), Decimal(3), product_id=11,
    sizes=(CatalogueSize(Source.VARIATION, 2050, 400, 300, 120),),
)  # fmt: skip
PILLOW = ProductRow(
    2, "Подушка «Хвоя»", Money(232000), Decimal(1), product_id=12, sizes=(CatalogueSize(Source.SECTION, 2100),)
)
PACKING = Packing((PLAID, PILLOW), Defaults(packaging_g=100))


def plan() -> ParcelPlan:
    """Two plaids in a box that was measured, the rest in another."""
    split = moved(moved(together(PACKING.rows), 0, 1, 1, 1), 0, 2, 1, 1)
    first, second = split.parcels
    measured = replace(first, weight_g=4300, length_mm=400, width_mm=300, height_mm=250)
    return replace(split, parcels=(measured, second))


def context(formats: Formats) -> dict[str, Any]:
    """What `tab/parcels.html` draws."""
    shown = panel(Draft(plan()), PACKING, Kept(), formats)
    return {
        "v": shown, "sum": shown.sum, "job_id": 1, "seen": 0, "stale": False, "changed": False, "written": None,
        "remembers": True, "ticked": frozenset({"keep-2"}),
    }  # fmt: skip
