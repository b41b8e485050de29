"""Where to: delivery kind, address (`text|lat;lng|id` of the address field) or pickup point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from b24app.flows.recipient import as_text
from b24app.flows.snapshot import DealSnapshot, PipelineConfig, Role
from b24app.logistics.addresses import read_address
from b24app.logistics.model import Address, DeliveryKind
from b24app.logistics.problem import Field, Problem

MAX_ADDRESS = 255


@dataclass(frozen=True, slots=True)
class Destination:
    kind: DeliveryKind
    address: Address | None = None
    point_code: str | None = None


def build_destination(deal: DealSnapshot, pipeline: PipelineConfig) -> tuple[Destination | None, list[Problem]]:
    """What the deal's fields say. An unset delivery type is taken from the one destination that is filled; with both
    filled it is a question for the manager, never a guess."""
    address = read_address_field(deal.fields.get(Role.ADDRESS), pipeline.country)
    point = read_point_code(deal.fields.get(Role.POINT))
    kind, problems = _kind(deal.fields.get(Role.TYPE), pipeline, address, point)
    if kind is None:
        return None, problems
    if kind is DeliveryKind.PICKUP:
        return _to_point(point)
    return _to_door(address)


def _kind(
    raw: Any, pipeline: PipelineConfig, address: Address | None, point: str
) -> tuple[DeliveryKind | None, list[Problem]]:
    chosen = as_text(raw)
    if chosen:
        kind = pipeline.delivery_types.get(chosen)
        return kind, [] if kind else [Problem("delivery_type_unknown", Field.TYPE, params={"value": chosen})]
    if address and point:
        return None, [Problem("delivery_type_missing", Field.TYPE)]
    if point:
        return DeliveryKind.PICKUP, []
    return (DeliveryKind.COURIER, []) if address else (None, [Problem("destination_missing", Field.ADDRESS)])


def _to_point(point: str) -> tuple[Destination | None, list[Problem]]:
    if not point:
        return None, [Problem("point_missing", Field.POINT)]
    return Destination(DeliveryKind.PICKUP, point_code=point), []


def _to_door(address: Address | None) -> tuple[Destination | None, list[Problem]]:
    if address is None:
        return None, [Problem("address_missing", Field.ADDRESS)]
    if len(address.text) > MAX_ADDRESS:
        return None, [
            Problem("address_too_long", Field.ADDRESS, params={"length": len(address.text), "max": MAX_ADDRESS})
        ]
    return Destination(DeliveryKind.COURIER, address=address), []


def read_address_field(value: Any, country: str = "RU") -> Address | None:
    """Plain text or Bitrix24's `text|lat;lng|id` (bitrix24-crm.md §2.4), tolerant of partial forms; None when empty."""
    first = next((item for item in value if as_text(item)), None) if isinstance(value, list | tuple) else value
    text, _, rest = as_text(first).partition("|")
    if not text.strip():
        return None
    lat, lon = _coordinates(rest.partition("|")[0])
    return read_address(text, country, lat, lon)


def _coordinates(text: str) -> tuple[float | None, float | None]:
    """Degrees; (None, None) for anything else: `nan` and `inf` are numbers that no system and no database takes."""
    first, _, second = text.partition(";")
    try:
        lat, lon = float(first), float(second)
    except ValueError:
        return None, None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else (None, None)


def read_point_code(value: Any) -> str:
    """The code alone, also from `NSK33, Новосибирск, ул. …` as a map or a manager may have written it."""
    text = as_text(value).replace(",", " ").replace(";", " ").split()
    return text[0] if text else ""
