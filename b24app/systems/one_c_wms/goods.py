"""The goods of a request as rows of a warehouse's order. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from b24app.logistics.errors import Refused
from b24app.logistics.model import Item, ShipmentRequest
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.goods import article_unknown


def items_of(request: ShipmentRequest) -> list[Item]:
    """Of all parcels: how the warehouse packs them is its own affair."""
    return merged(item for parcel in request.parcels for item in parcel.items)


def merged(items: Iterable[Item]) -> list[Item]:
    """A row an article and price. Raises Refused: nothing to pick, or a row without an article."""
    found: dict[tuple[str, int], Item] = {}
    for item in items:
        key = (item.sku.strip(), item.price.minor)
        known = found.get(key)
        found[key] = item if known is None else replace(known, quantity=known.quantity + item.quantity)
    if not found:
        raise Refused([Problem("items_missing", Field.ITEMS, Who.MANAGER)])
    if nameless := [item.name for (sku, _), item in found.items() if not sku]:
        raise Refused([article_unknown(name) for name in nameless])
    return list(found.values())
