"""Parts that documents of both our HTTP services in 1C have (contract "b24logistics", 1c.md §6.10). Pure. The order of
members is the contract's: in XML it is obligatory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.model import Address, Item
from b24app.systems.kit.units import kilograms, whole_units

#: Signs of a text, and of a comment.
MAX_LINE, MAX_COMMENT = 255, 1000
VAT_RATES = frozenset({0, 5, 7, 10, 20, 22})
UNIT = "шт"


def address_of(address: Address) -> dict[str, Any]:
    """The line goes as typed, what was recognised in it beside."""
    return {
        "text": address.text[:MAX_LINE],
        "postalCode": address.postal_code,
        "country": address.country,
        "region": address.region,
        "city": next(iter(address.city_names), ""),
        "lat": address.lat,
        "lon": address.lon,
    }


def item_of(line: int, item: Item) -> dict[str, Any]:
    """Who has no article is known by name."""
    return {
        "line": line,
        "sku": (item.sku.strip() or item.name)[:MAX_LINE],
        "name": item.name[:MAX_LINE],
        "qty": item.quantity,
        "unit": UNIT,
        "weightKg": kilograms(item.weight_g) or None,
        "price": whole_units(item.price),
        "vatRate": item.vat_percent if item.vat_percent in VAT_RATES else None,
    }


def filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """Without what has no value (§6.1), however deep."""
    kept = {name: _part(value) for name, value in members.items()}
    return {name: value for name, value in kept.items() if value is not None and value not in ("", {}, [])}


def _part(value: Any) -> Any:
    if isinstance(value, Mapping):
        return filled(value)
    return [_part(each) for each in value] if isinstance(value, list) else value
