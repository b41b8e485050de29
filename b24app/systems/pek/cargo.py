"""Parcels, goods and money as PEK takes them (pek.md §4.1, §5.1). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.model import Parcel, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit.goods import Pieces, collect, pieces
from b24app.systems.kit.units import whole_units
from b24app.systems.pek.vocabulary import NO_VAT, SHOP_DELIVERY, VAT, cubic_metres, kilograms, metres, steps_up

MAX_NAME, SEALED_G = 128, 3000


def sides(parcel: Parcel) -> tuple[int, int, int]:
    """Raises Refused: without its sides nothing is priced or carried."""
    found = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    if min(found) <= 0:
        raise Refused([Problem("size_refused", Field.SIZE)])
    return found


def place(parcel: Parcel) -> dict[str, float]:
    length, width, height = map(metres, sides(parcel))
    return {"length": length, "width": width, "height": height, "weight": kilograms(parcel.weight_g)}


def totals(parcels: tuple[Parcel, ...]) -> dict[str, Any]:
    """Weight and volume of all together, the largest sides, and each place where there are several. The sums are those
    of the rounded places: theirs must be equal (§5.1)."""
    places = [place(parcel) for parcel in parcels]
    found: dict[str, Any] = {
        "positionsCount": len(parcels),
        "weight": kilograms(sum(steps_up(parcel.weight_g) for parcel in parcels)),
        "volume": cubic_metres(*map(sides, parcels)),
        **{name: max(each[name] for each in places) for name in ("length", "width", "height")},
    }
    if len(parcels) > 1:
        found["cargoPlaceList"] = [
            {"quantity": 1, **each, "volume": cubic_metres(sides(parcel))}
            for each, parcel in zip(places, parcels, strict=True)
        ]
    return found


def is_sealed(request: ShipmentRequest) -> bool:
    """Sealing is obligatory up to three kilograms (§5.1)."""
    return sum(steps_up(parcel.weight_g) for parcel in request.parcels) <= SEALED_G


def worth(request: ShipmentRequest) -> Money:
    """The declared value: what was said, else what the goods cost."""
    if request.declared is not None:
        return request.declared
    items = [item for parcel in request.parcels for item in parcel.items]
    return sum((item.price * item.quantity for item in items), Money(0))


def vat_word(setting: str, of_row: int | None) -> str:
    """`rateVAT`. A rate that they do not take is left out: a wrong one would print a wrong receipt."""
    rate = of_row if setting == "rows" else int(setting) if setting.isdigit() else None
    return VAT.get(rate or 0, NO_VAT)


def cash(request: ShipmentRequest, vendor: dict[str, str], vat: str, sender_pays: bool) -> dict[str, Any] | None:
    """`cashOnDelivery`: every kopeck is in a row of goods, or in the shop's own delivery."""
    if not request.cod:
        return None
    packages = [parcel.items for parcel in request.parcels]
    rows = [row for package in pieces(packages, request.cod, worth(request)) for row in package]
    if not rows:
        raise Refused([Problem("items_missing", Field.ITEMS)])
    over = collect([item for package in packages for item in package], request.cod).delivery
    found: dict[str, Any] = {
        "enabled": True,
        "cashOnDeliverySum": whole_units(request.cod),
        "actualCost": whole_units(worth(request)),
        "includeTES": sender_pays,
        "specification": {"specifications": list(_rows(rows, vendor, vat))},
    }
    if over:
        service = {"type": SHOP_DELIVERY, "rateVAT": vat_word(vat, None), "sumIncludingVAT": _rubles(over)}
        found |= {"sellerPhone": vendor["vendorPhone"], "sellerServices": [service]}
    return found


def _rows(rows: Iterable[Pieces], vendor: dict[str, str], vat: str) -> Iterable[dict[str, Any]]:
    for row in rows:
        yield {
            "vendorCode": row.item.sku or f"item-{row.position}",
            "title": row.item.name[:MAX_NAME],
            "amount": row.quantity,
            "rateVAT": vat_word(vat, row.item.vat_percent),
            "actualCostPerUnit": _rubles(row.worth),
            "actualCostTotal": _rubles(row.worth * row.quantity),
            "sumPerUnit": _rubles(row.paid),
            "sumTotal": _rubles(row.paid * row.quantity),
            "calculationSubject": 1,
            **vendor,
        }


def _rubles(minor: int) -> float:
    return whole_units(Money(minor))
