"""Prices (pek.md §4.1): one call for any number of products; each may fail by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import DeliveryKind, Sender, ShipmentRequest
from b24app.logistics.ports import PriceLine, Quote
from b24app.logistics.problem import Problem
from b24app.systems.kit.units import money_of, whole, whole_units
from b24app.systems.pek.cargo import is_sealed, place, worth
from b24app.systems.pek.vocabulary import PRODUCTS, TARIFFS, latin, rows_of
from b24app.systems.pek.zones import coordinates

#: The hour by which we hand over: the terms that hold until noon are the first of their list.
HAND_OVER = "10:00:00"


def build_quote(request: ShipmentRequest, sender: Sender, products: Iterable[int], day: date) -> dict[str, Any]:
    fetch, door = not sender.point_code, request.kind is DeliveryKind.COURIER
    value = worth(request)
    body: dict[str, Any] = {
        "types": list(products),
        "isPickUp": fetch,
        "isDelivery": door,
        "isInsurance": bool(value),
        "plannedDateTime": f"{day}T{HAND_OVER}",
        "cargos": [{**place(parcel), "sealingPositionsCount": int(is_sealed(request))} for parcel in request.parcels],
    }
    if value:
        body["isInsurancePrice"] = whole_units(value)
    ends = (("pickup", fetch, "senderWarehouseId", sender.point_code, sender.address),
            ("delivery", door, "receiverWarehouseId", request.point_code, request.address))  # fmt: skip
    for name, by_car, key, point, address in ends:
        if not by_car:
            body[key] = point or ""
        elif address is not None:
            body[name] = {"address": address.text, **coordinates(address)}
    return body


#: What was priced, and why not, by service.
Priced = tuple[list[Quote], dict[str, Problem]]


def parse_quotes(data: Any, request: ShipmentRequest, fetch: bool) -> Priced:
    """Raises Unavailable for an answer without tariffs."""
    if not isinstance(latin(data).get("transfers"), list):
        raise Unavailable("calculator: an answer without tariffs")
    ours = {theirs: service for service, theirs in PRODUCTS.items()}
    quotes, refused = [], {}
    for row in rows_of(data["transfers"]):
        service = ours.get(whole(row.get("type")) or 0)
        if service is None:
            continue
        price = None if row.get("hasError") is True else money_of(row.get("costTotal"))
        if not price:
            refused[service] = TARIFFS.problem("", str(row.get("errorMessage") or ""))
            continue
        low, high = _days(data, row, request.kind is DeliveryKind.COURIER, fetch)
        # What collecting money costs is in the contract alone: the calculator has no field for it.
        unsaid = [PriceLine("cod", of=request.cod)] if request.cod else []
        quotes.append(Quote(service, price, low, high, lines=(*_lines(row.get("services")), *unsaid)))
    return quotes, refused


def one(found: Priced, service: str) -> Quote:
    """Raises Refused when this service cannot, Unavailable when nothing is said of it."""
    quotes, refused = found
    quote = next((each for each in quotes if each.service_code == service), None)
    if quote is not None:
        return quote
    if service in refused:
        raise Refused([refused[service]])
    raise Unavailable(f"calculator: nothing about {service}")


def _lines(rows: Any, first: bool = True) -> Iterator[PriceLine]:
    """Nested services are not in their parent's cost (§4.1): each is a line of its own."""
    for row in rows_of(rows):
        amount, info = money_of(row.get("cost")), str(row.get("info") or row.get("serviceType") or "").rstrip(": ")
        if amount:
            what = "insurance" if "трахован" in info and row.get("insuranceTerm") is not True else "service"
            yield PriceLine("tariff" if first and what == "service" else what, amount, info)
            first = False
        yield from _lines(row.get("services"), first=False)


_TERM = re.compile(r"(\d+)(?:\s*[-–—]\s*(\d+))?")


def _days(data: Mapping[str, Any], row: Mapping[str, Any], door: bool, fetch: bool) -> tuple[int | None, int | None]:
    """Calendar days: the term for this way and hour, else what the tariff itself says."""
    terms = rows_of(data.get("commonTerms"))
    mine = next((term for term in terms if term.get("type") == row.get("type")), {})
    said = mine.get("transporting" + "WithDelivery" * door + "WithPickup" * fetch)
    found = _TERM.search(str(said[0] if isinstance(said, list) and said else said or ""))
    if found is None:
        days = whole(row.get("estDeliveryTime"))
        return days, days
    return int(found[1]), int(found[2] or found[1])
