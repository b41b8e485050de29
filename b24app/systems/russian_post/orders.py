"""Orders (russian-post.md §7): build(our request) -> postal items, parse(their rows) -> our state. Pure.

A parcel is an item of its own; all carry our number, which is not unique there, and say in `inner-num` which of how
many they are: an order is there when all of its items are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.logistics.model import DeliveryKind, Parcel, ShipmentRequest
from b24app.logistics.money import Money, share
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of
from b24app.systems.kit.units import centimetres, moment_of, whole
from b24app.systems.russian_post.tracking import Operation, from_words, merged
from b24app.systems.russian_post.vocabulary import (
    CATEGORIES,
    DOOR_TYPES,
    EASY_RETURN,
    EXTRAS,
    RUSSIA,
    SERVICES,
    TRACKING_URL,
    dimension_type,
)

Row = Mapping[str, Any]
MAX_COMMENT = 255
_PATRONYMIC = re.compile(r"(?:вич|вна|ична|инична|ьич)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Way:
    """What was looked up for one order: where it goes as order fields, the acceptance office, the phone. `point`: it
    goes to a postamat or a partner's point, by its index. `group`: pieces travel as one (a right of the account)."""

    to: Mapping[str, Any]
    office: str
    phone: int | None = None
    point: str = ""
    group: bool = False


def category(insured: int, paid: int, point: bool) -> str:
    name = "WITH_DECLARED_VALUE" if insured else "ORDINARY"
    name += "_AND_CASH_ON_DELIVERY" if paid else ""
    return f"COMBINED_{name}" if point else name


def money_of_parcels(request: ShipmentRequest) -> list[tuple[int, int]]:
    """(declared, to be collected) kopecks of each parcel; what is collected is never above what is declared (§3.1)."""
    goods = [sum(item.price.minor * item.quantity for item in parcel.items) for parcel in request.parcels]
    cod = request.cod.minor if request.cod else 0
    declared = max(sum(goods) if request.declared is None else request.declared.minor, cod)
    insured = share(declared, goods)
    return list(zip(insured, share(cod, insured), strict=True))


def build_items(request: ShipmentRequest, way: Way) -> list[dict[str, Any]]:
    """The body of `PUT /2.0/user/backlog`."""
    count = len(request.parcels)
    money = money_of_parcels(request)
    return [
        {**_common(request, way), "inner-num": f"{n}/{count}", **_parcel(way, parcel, *money[n - 1])}
        for n, parcel in enumerate(request.parcels, start=1)
    ]


def _common(request: ShipmentRequest, way: Way) -> dict[str, Any]:
    surname, given, middle = names(request.recipient.name)
    service = SERVICES[request.service_code]
    body: dict[str, Any] = {
        "order-num": request.number,
        "mail-type": service.mail_type,
        "mail-direct": RUSSIA,
        "transport-type": "STANDARD" if way.point else service.transport,
        "postoffice-code": way.office,
        "recipient-name": request.recipient.name,
        "surname": surname,
        "given-name": given,
        "middle-name": middle,
        "fragile": False,
        "payment-method": "CASHLESS",
        **extra_fields(request),
        **way.to,
    }
    if request.address is not None and request.kind is DeliveryKind.COURIER:
        body["raw-address"] = request.address.text
    if way.phone:
        body["tel-address"] = way.phone
    if request.comment:
        body["comment"] = request.comment[:MAX_COMMENT]
    if way.group and len(request.parcels) > 1:
        body |= {"group-name": request.number, "add-to-mmo": True}
    return body


def extra_fields(request: ShipmentRequest) -> dict[str, int]:
    """What was chosen beside carrying, of each item and of its price."""
    return {EXTRAS[each]: 1 for each in request.extras if each in EXTRAS}


def _parcel(way: Way, parcel: Parcel, insured: int, paid: int) -> dict[str, Any]:
    body: dict[str, Any] = {"mass": parcel.weight_g, "mail-category": category(insured, paid, bool(way.point))}
    sides = sides_of(parcel)
    if sides:
        body["dimension"] = sides
    if way.point:
        body["dimension-type"] = dimension_type((parcel.length_mm, parcel.width_mm, parcel.height_mm))
    if insured:
        body["insr-value"] = insured
    if paid:
        body["payment"] = paid
    return body


def sides_of(parcel: Parcel) -> dict[str, int]:
    """Whole centimetres; nothing while one side is unknown."""
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    return dict(zip(("length", "width", "height"), map(centimetres, sides), strict=True)) if min(sides) > 0 else {}


def names(full: str) -> tuple[str, str, str]:
    """(surname, given name, patronymic): CRMs write the given name first; a patronymic tells the order."""
    words = full.split()
    at = next((n for n, word in enumerate(words) if n and _PATRONYMIC.search(word)), 0)
    if at == 1 and len(words) > 2:  # Анна Сергеевна Орлова
        return " ".join(words[2:]), words[0], words[1]
    if at >= 2:  # Орлова Анна Сергеевна
        return words[0], " ".join(words[1:at]), words[at]
    return (words[-1] if words else ""), (" ".join(words[:-1]) or (words[0] if words else "")), ""


# --- answers ----------------------------------------------------------------------------------------------------------


def ids_of(rows: Sequence[Row], number: str) -> list[int]:
    """Their ids of whatever has exactly our number."""
    return [int(row["id"]) for row in _of_number(rows, number)]


def _of_number(rows: Sequence[Row], number: str) -> list[Row]:
    """The search finds by barcode, too, and may find what brings an item back (§11), which is none of the order's."""
    mine = (row for row in rows if row.get("order-num") == number and isinstance(row.get("id"), int))
    return [row for row in mine if row.get("mail-type") != EASY_RETURN]


def own_items(rows: Sequence[Row], number: str) -> list[Row]:
    """The items of exactly this order, one a place, in their order; `[]` while some are missing: a creation that broke
    off is none."""
    places: dict[int, Row] = {}
    count = 1
    for row in sorted(_of_number(rows, number), key=lambda row: int(row["id"])):
        place, _, of = str(row.get("inner-num") or "1/1").partition("/")
        count = int(of) if of.isdigit() else 1
        places.setdefault(int(place) if place.isdigit() else 1, row)
    return [places[n] for n in sorted(places)] if len(places) == count else []


def parse_order(rows: Sequence[Row], number: str, *, with_events: bool) -> OrderState:
    """The state of an order from its items. `with_events`: the last operation of each is its history."""
    first = rows[0]
    barcodes = [str(row.get("barcode") or "") for row in rows]
    events, retracted = _events(rows) if with_events else ((), ())
    return OrderState(
        remote_id=number,
        number=number,
        decision=Decision.ACCEPTED,
        order_number=barcodes[0],
        tracking_number=",".join(barcodes),
        tracking_url=TRACKING_URL.format(barcodes[0]),
        price=_price(rows),
        point_code=point_of(first),
        events=events,
        retracted=retracted,
        fingerprint=_fingerprint(rows),
        weighed_g=_weighed(rows),
    )


def created(request: ShipmentRequest, items: Sequence[Row], barcodes: Sequence[str]) -> OrderState:
    """What is known right after the creation."""
    rows = [{**item, "barcode": barcode} for item, barcode in zip(items, barcodes, strict=True)]
    return parse_order(rows, request.number, with_events=False)


def point_of(row: Row) -> str:
    ecom = row.get("ecom-data")
    if isinstance(ecom, Mapping) and ecom.get("delivery-point-index"):
        return str(ecom["delivery-point-index"])
    return str(row.get("index-to") or "") if row.get("address-type-to") == "DEMAND" else ""


def _weighed(rows: Sequence[Row]) -> int:
    """`weight-pay`, grams, of all items; 0 = an answer of before they told it (§7.2)."""
    told = [whole(row.get("weight-pay")) or 0 for row in rows]
    return sum(told) if all(weight > 0 for weight in told) else 0


def _price(rows: Sequence[Row]) -> Money | None:
    """With VAT; None while one item has none."""
    sums = [(row.get("total-rate-wo-vat"), row.get("total-vat")) for row in rows]
    if not all(isinstance(rate, int) and isinstance(vat, int) for rate, vat in sums):
        return None
    return Money(sum(int(rate or 0) + int(vat or 0) for rate, vat in sums))


def _fingerprint(rows: Sequence[Row]) -> str:
    weights = [row.get("mass") for row in rows]
    name, phone = rows[0].get("recipient-name"), rows[0].get("tel-address")
    if not name or not all(isinstance(weight, int) for weight in weights):
        return ""
    return fingerprint_of(str(name), str(phone or ""), [int(weight or 0) for weight in weights])


def _events(rows: Sequence[Row]) -> tuple[tuple[TrackingEvent, ...], tuple[TrackingEvent, ...]]:
    found = [(last_operation(row), row.get("mail-type") in DOOR_TYPES) for row in rows]
    return merged([([operation] if operation else [], door) for operation, door in found])


def last_operation(row: Row) -> Operation | None:
    """`last-oper-*` (§7.2); None while there is none."""
    at: datetime | None = moment_of(row.get("last-oper-date")) if row.get("last-oper-date") else None
    words = str(row.get("last-oper-type") or ""), str(row.get("last-oper-attr") or "")
    return from_words(*words, at, str(row.get("human-operation-name") or "")) if words[0] and at else None


#: The number of a category in the public calculator's product.
def product_number(service: str, name: str) -> int:
    return SERVICES[service].number * 1000 + CATEGORIES[name] * 10
