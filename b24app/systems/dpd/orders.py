"""Orders: build(our request) -> `createOrder2`, parse(their status) -> our state (dpd.md §5). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.extras import Extra
from b24app.logistics.model import Address, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.ports import City
from b24app.systems.dpd.addresses import street_fields
from b24app.systems.dpd.errors import problems_of
from b24app.systems.dpd.vocabulary import (
    ABSENT,
    CANCELLED,
    DOOR,
    ERROR,
    EXTRAS,
    FITTING,
    LOOKING,
    OK,
    PENDING,
    TERMINAL,
    WAIT_KINDS,
    amount_text,
    cubic_metres,
    kilos,
    roubles,
    volume_of,
)
from b24app.systems.kit.goods import collect, pieces
from b24app.systems.kit.units import centimetres

Row = dict[str, Any]
#: More pieces than this go as one line a product: an order has its limits, which nobody published.
MOST_LINES = 100
MAX_TEXT, MAX_CATEGORY = 255, 100
DELIVERY_LINE = "Доставка"
_DECISIONS = {OK: Decision.ACCEPTED, PENDING: Decision.PENDING, ERROR: Decision.REFUSED}


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers the phone at one end, and the name of the firm or the person there."""

    name: str
    contact: str
    phone: str
    email: str = ""

    @classmethod
    def of(cls, who: Recipient) -> Person:
        """The person's name in both fields: by it alone an order can be known as ours (its labels show one of them)."""
        return cls(who.name, who.name, who.phone or who.phone_raw, who.email or "")

    @classmethod
    def sending(cls, who: Sender) -> Person:
        return cls(who.company or who.name, who.name or who.company or "", who.phone or "")


@dataclass(frozen=True, slots=True)
class End:
    """One end of the way: a point, or an address in a city of theirs."""

    person: Person
    point: str = ""
    address: Address | None = None
    city: City | None = None

    @property
    def letter(self) -> str:
        return TERMINAL if self.point else DOOR

    def fields(self) -> Row:
        """As `address` of §5.1."""
        who = self.person
        row: Row = {"name": who.name, "contactFio": who.contact, "contactPhone": who.phone}
        row |= {"contactEmail": who.email} if who.email else {}
        if self.point:
            return row | {"terminalCode": self.point}
        if self.address is None or self.city is None:
            raise ValueError("an end without a point needs an address and its city")
        place: Row = {"countryName": "Россия", "region": self.city.region, "city": self.city.name}
        place |= {"index": self.address.postal_code} if self.address.postal_code else {}
        return row | place | street_fields(self.address, self.city)


@dataclass(frozen=True, slots=True)
class Way:
    """Everything of an order but its goods: both ends, when it is collected, how VAT prints, what is inside."""

    start: End
    end: End
    day: str
    period: str = "9-18"
    vat: str = ""
    category: str = ""

    @property
    def variant(self) -> str:
        return self.start.letter + self.end.letter


def build_order(request: ShipmentRequest, way: Way) -> Row:
    """`orders` of `createOrder2` (§5.1), without the keys: one header, one order."""
    receiver = way.end.fields()
    who = request.recipient
    extension = f"Добавочный {who.extension}" if who.extension else ""
    if words := ". ".join(filter(None, (who.company, extension, request.comment))):
        receiver["instructions"] = words[:MAX_TEXT]
    volumes = [cubic_metres((each.length_mm, each.width_mm, each.height_mm)) for each in request.parcels]
    order: Row = {
        "orderNumberInternal": request.number,
        "serviceCode": request.service_code,
        "serviceVariant": way.variant,
        "cargoNumPack": len(request.parcels),
        "cargoWeight": kilos(request.weight_g),
        "cargoRegistered": False,
        "cargoCategory": way.category or _inside(request),
        "receiverAddress": receiver,
        "parcel": [_parcel(request, way, at) for at in range(len(request.parcels))],
        **_worth(request, way.vat),
    }
    if services := extra_services(request):
        order["extraService"] = services
    if volume := volume_of(volumes):
        order["cargoVolume"] = volume
    header: Row = {"datePickup": way.day, "senderAddress": way.start.fields(), "pickupTimePeriod": way.period}
    return {"header": header, "order": [order]}


def extra_services(request: ShipmentRequest) -> list[Row]:
    """What the buyer chose beside carrying, with its parameters (§9), also as the calculator takes it. Of the sums of a
    partial return no source says more than their names: all goods may go back, the delivery is paid all the same."""
    items = [item for parcel in request.parcels for item in parcel.items]
    goods, delivery = sum(item.price.minor * item.quantity for item in items), collect(items, request.cod).delivery
    looked = FITTING if Extra.FITTING in request.extras else LOOKING
    told: dict[str, Row] = {
        Extra.FITTING: {WAIT_KINDS: FITTING},
        Extra.PARTIAL: {
            "goods_return_amount": amount_text(goods),
            "delivery_amount": amount_text(delivery),
            "reason_delay_rps": looked,
        },
        Extra.SMS: {"phone": request.recipient.phone or request.recipient.phone_raw},
    }
    return [
        {"esCode": EXTRAS[each], "param": [{"name": name, "value": value} for name, value in told[each].items()]}
        for each in request.extras
        if each in EXTRAS
    ]


def _inside(request: ShipmentRequest) -> str:
    names = dict.fromkeys(item.name for parcel in request.parcels for item in parcel.items)
    return ", ".join(names)[:MAX_CATEGORY] or "Товары"


def _parcel(request: ShipmentRequest, way: Way, at: int) -> Row:
    parcel = request.parcels[at]
    row: Row = {"number": parcel_number(request, way, at), "weight": kilos(parcel.weight_g)}
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    if min(sides) > 0:
        row |= dict(zip(("length", "width", "height"), map(centimetres, sides), strict=True))
    return row


def parcel_number(request: ShipmentRequest, way: Way, at: int) -> str:
    """`wb-1-1-2-3T`: the second of three parcels of an order that ends at a point. Events and states repeat it, and
    tell neither how many parcels there are nor where the order ends."""
    return f"{request.number}-{at + 1}-{len(request.parcels)}{'T' if way.end.point else 'D'}"


@dataclass(frozen=True, slots=True)
class Tag:
    """What our number of a parcel tells."""

    index: int = 1
    count: int = 0
    to_point: bool | None = None

    @classmethod
    def of(cls, parcel: str) -> Tag:
        found = _TAG.search(parcel)
        return cls(int(found[1]), int(found[2]), found[3] == "T") if found else cls()


_TAG = re.compile(r"-(\d+)-(\d+)([DT])$")


def goods_worth(request: ShipmentRequest) -> Money:
    """The declared value: as asked, else what the goods cost."""
    goods = sum(item.price.minor * item.quantity for parcel in request.parcels for item in parcel.items)
    return request.declared if request.declared is not None else Money(goods)


def _worth(request: ShipmentRequest, vat: str) -> Row:
    """With money to collect, or where a part may be left, the lines of goods carry it and the declared value (§5.1,
    §10); else the order has a value."""
    if request.cod is None and Extra.PARTIAL not in request.extras:
        worth = goods_worth(request)
        return {"cargoValue": roubles(worth)} if worth else {}
    return {"unitLoad": unit_load(request, vat)}


def unit_load(request: ShipmentRequest, vat: str) -> list[Row]:
    """Lines that add up to the kopeck. Each has `count` 1, because nobody says whether their sums are of a piece or of
    the line (§5.1). What exceeds the goods is paid for the delivery."""
    items = [item for parcel in request.parcels for item in parcel.items]
    spread = sum(item.quantity for item in items) <= MOST_LINES
    lines: list[Row] = []
    for rows in pieces([parcel.items for parcel in request.parcels], request.cod, request.declared):
        for row in rows:
            times, each = (row.quantity, 1) if spread else (1, row.quantity)
            name = row.item.name if spread else f"{row.item.name} × {row.quantity}"
            line = _line(name, row.paid * each, row.worth * each, vat, row.item.vat_percent, request.cod is not None)
            lines += [line | ({"article": row.item.sku} if row.item.sku else {})] * times
    delivery = collect(items, request.cod).delivery
    return [*lines, *([_line(DELIVERY_LINE, delivery, 0, vat, None, True)] if delivery else [])]


def _line(name: str, paid: int, worth: int, vat: str, of_item: int | None, collects: bool) -> Row:
    line: Row = {"descript": name[:MAX_TEXT], "declared_value": amount_text(worth), "count": 1}
    if not collects:
        return line
    rate = of_item if vat == "rows" else int(vat) if vat.isdigit() else None
    tax: Row = {"without_vat": True} if rate is None else {"vat_percent": rate}
    return line | {"npp_amount": amount_text(paid)} | tax


# --- answers ----------------------------------------------------------------------------------------------------------


def parse_status(row: Mapping[str, Any], number: str) -> OrderState | None:
    """A row of `createOrder2` or `getOrderStatus`; None for a status that says nothing we know. A cancelled or unknown
    order is `gone`."""
    status = str(row.get("status") or "").strip()
    order_num = str(row.get("orderNum") or "").strip()
    if status in (ABSENT, CANCELLED):
        return OrderState(remote_id=number, number=number, order_number=order_num, gone=True)
    decision = _DECISIONS.get(status)
    if decision is None or (decision is Decision.ACCEPTED and not order_num):
        return None
    refused = decision is Decision.REFUSED
    return OrderState(
        remote_id=number,
        number=number,
        decision=decision,
        order_number=order_num,
        tracking_number=order_num,
        problems=problems_of(status, str(row.get("errorMessage") or "")) if refused else (),
    )
