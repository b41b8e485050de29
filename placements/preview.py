"""What would be sent for a deal that is not shipped yet, as far as the person's own reading shows it. Pure.

Weights and sizes come from the catalogue, which the portal's lane reads when it ships; here only what the deal itself says.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.logistics.money import Money


@dataclass(frozen=True, slots=True)
class PreviewItem:
    name: str
    quantity: str
    price: Money


@dataclass(frozen=True, slots=True)
class Preview:
    """`kind` courier | pickup; `missing` names words of `missing.*`: what certainly stops the shipment."""

    kind: str
    recipient: str
    phone: str
    phone_source: str
    address: str
    point: str
    items: tuple[PreviewItem, ...]
    total: Money | None
    missing: tuple[str, ...]


def missing_of(kind: str, recipient: str, phone: str, address: str, point: str, items: int) -> tuple[str, ...]:
    """What a carrier cannot do without, in the order a person would fill it in."""
    where = ("point", not point) if kind == "pickup" else ("address", not address)
    checks = (("recipient", not recipient), ("phone", not phone), where, ("items", not items))
    return tuple(name for name, absent in checks if absent)
