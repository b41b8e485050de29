"""Orders: build(our request) -> `sdata` of `ParselCreate`, parse(a row of `ParcelInfo`) -> our state (boxberry.md §6).
Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.extras import Extra
from b24app.logistics.model import Address, DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of
from b24app.logistics.ports import City
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.boxberry.vocabulary import (
    BY_ROWS,
    FITTED,
    MAX_NOTICE,
    MAX_NUMBER,
    MAX_TEXT,
    MOST_VAT,
    OPENED_ISSUE,
    PARTIAL_ISSUE,
    TO_DOOR,
    TO_POINT,
    TRACKING_URL,
    sides_cm,
)
from b24app.systems.kit.goods import collect, pieces
from b24app.systems.kit.units import decimal_of, money_of


@dataclass(frozen=True, slots=True)
class Way:
    """What was looked up for one order: who sends from which reception point, where the courier goes (`place` as
    Boxberry resolves it), and how the account wants goods to be issued and VAT to be printed."""

    sender: Sender
    reception: str
    city: City | None = None
    place: str = ""
    vat: str = ""
    issue: str = ""


def build_order(request: ShipmentRequest, way: Way, track: str = "") -> dict[str, Any]:
    """`sdata` (§6.1). With `track` it replaces that order. Raises Refused for a foreign currency."""
    to_point = request.kind is DeliveryKind.PICKUP
    items = [item for parcel in request.parcels for item in parcel.items]
    body: dict[str, Any] = {
        "order_id": request.number[:MAX_NUMBER],
        "price": rubles(worth(request)),
        "payment_sum": rubles(request.cod or Money(0)),
        "delivery_sum": rubles(Money(collect(items, request.cod).delivery)),
        "vid": TO_POINT if to_point else TO_DOOR,
        "shop": {"name": request.point_code or "" if to_point else "", "name1": way.reception},
        "customer": _customer(request.recipient),
        "items": _items(request, way),
        "weights": _weights(request.parcels),
    }
    if not to_point:
        body["kurdost"] = _courier(request, way)
    more = {
        "updateByTrack": track,
        **_handed_out(request, way),
        "sender_name": (way.sender.company or way.sender.name)[:MAX_TEXT],
        "notice": request.comment[:MAX_NOTICE],
    }
    return body | {name: value for name, value in more.items() if value}


def _handed_out(request: ShipmentRequest, way: Way) -> dict[str, str]:
    """How goods are issued: what the buyer chose goes before what the account is set to. Clothes cannot be tried on
    unopened, and nobody tells what the cabinet says of an order that says nothing."""
    issue = PARTIAL_ISSUE if Extra.PARTIAL in request.extras else way.issue
    if Extra.FITTING not in request.extras:
        return {"issue": issue}
    return {"issue": issue if issue in (OPENED_ISSUE, PARTIAL_ISSUE) else OPENED_ISSUE, "fitting": FITTED}


def rubles(money: Money) -> str:
    """`1950.00`. Raises Refused for another currency."""
    if money.currency != "RUB":
        raise Refused([Problem("currency_refused", Field.DECLARED, Who.MANAGER)])
    return f"{money.amount:.2f}"


def worth(request: ShipmentRequest) -> Money:
    """What is insured: as declared, else what the goods cost."""
    goods = [item for parcel in request.parcels for item in parcel.items]
    foreign = next((item.price.currency for item in goods if item.price.currency != "RUB"), "RUB")
    return request.declared or Money(sum(item.price.minor * item.quantity for item in goods), foreign)


def _customer(recipient: Recipient) -> dict[str, str]:
    spare = [ten_digits(phone) for phone in recipient.spare_phones[:1]]
    given = {
        "fio": recipient.name[:MAX_TEXT],
        "phone": ten_digits(recipient.phone or recipient.phone_raw),
        "phone2": spare[0] if spare else "",
        "email": recipient.email or "",
    }
    return {name: value for name, value in given.items() if value}


def ten_digits(phone: str) -> str:
    """Boxberry keeps the last ten (§6.1)."""
    return "".join(sign for sign in phone if sign.isdigit())[-10:]


def _items(request: ShipmentRequest, way: Way) -> list[dict[str, str]]:
    """Prices as the recipient pays them, to the kopeck; of prepaid goods as they cost."""
    packages = [parcel.items for parcel in request.parcels]
    return [
        {
            "id": row.item.sku[:MAX_TEXT],
            "name": row.item.name[:MAX_TEXT],
            "price": rubles(Money(row.paid if request.cod else row.worth, row.item.price.currency)),
            "quantity": str(row.quantity),
            **_vat(row.item, way),
        }
        for package in pieces(packages, request.cod, None)
        for row in package
    ]


def _vat(item: Item, way: Way) -> dict[str, str]:
    if way.vat != BY_ROWS:
        return {"nds": way.vat} if way.vat else {}
    known = item.vat_percent is not None and item.vat_percent <= MOST_VAT
    return {"nds": str(item.vat_percent)} if known else {}


def _weights(parcels: Sequence[Parcel]) -> dict[str, str]:
    """One flat object: `weight`, `x`, `y`, `z`, then `weight2`, `x2`, … (§6.1); grams and whole centimetres."""
    rows: dict[str, str] = {}
    for number, parcel in enumerate(parcels, start=1):
        end = "" if number == 1 else str(number)
        rows["weight" + end] = str(parcel.weight_g)
        rows |= {name + end: str(side) for name, side in zip("xyz", sides_cm(parcel) or (), strict=False)}
    return rows


def _courier(request: ShipmentRequest, way: Way) -> dict[str, str]:
    address = request.address or Address("")
    given = {
        "index": address.postal_code or "",
        "citi": way.place,
        "addressp": street_of(address, way.city)[:MAX_TEXT],
        "comentk": request.comment[:MAX_TEXT],
    }
    return {name: value for name, value in given.items() if value}


def street_of(address: Address, city: City | None) -> str:
    """The address as typed, without leading parts that only name the postal code, region or city: these have fields of
    their own. All of it when nothing else is left."""
    names = {_letters(name) for name in (*address.city_names, city.name if city else "", "Россия", "РФ") if name}
    regions = {_letters(part) for part in (address.region or "").split(",")}
    parts = [part.strip() for part in address.text.split(",")]
    for at, part in enumerate(parts):
        bare = _letters(part.replace(address.postal_code or "\n", ""))
        towns = {bare, bare.removeprefix("город"), bare.removeprefix("гор"), bare.removeprefix("г")}
        if bare and bare not in regions and not towns & names:
            return ", ".join(parts[at:])
    return address.text


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold().replace("ё", "е") if sign.isalnum())


# --- answers ----------------------------------------------------------------------------------------------------------


def parse_order(row: Mapping[str, Any], events: tuple[TrackingEvent, ...] = ()) -> OrderState | None:
    """A row of `ParcelInfo` (§6.2); None for one without its numbers. Our number is the technical key: every reading
    and changing method takes it, and the balance of all orders names nothing else."""
    number, track = str(row.get("order_id") or "").strip(), str(row.get("track_number") or "").strip()
    if not number or not track:
        return None
    point = row.get("pickup_point")
    return OrderState(
        remote_id=number,
        number=number,
        decision=Decision.ACCEPTED,
        order_number=track,
        tracking_number=track,
        tracking_url=TRACKING_URL.format(track),
        point_code=str(point.get("pickup_point_code") or "") if isinstance(point, Mapping) else "",
        events=events,
        fingerprint=fingerprint_in(row),
    )


def fingerprint_in(row: Mapping[str, Any]) -> str:
    """Empty when it does not show the recipient or the boxes: an empty object comes as an empty list (§6.2)."""
    who, boxes = row.get("recipient_data"), row.get("boxes_data")
    weights = [decimal_of(box.get("weight")) for box in boxes or () if isinstance(box, Mapping)]
    if not isinstance(who, Mapping) or not weights or None in weights:
        return ""
    return fingerprint_of(
        str(who.get("full_name") or ""), str(who.get("phone") or ""), [int(each or 0) for each in weights]
    )


def shows(row: Mapping[str, Any], after: ShipmentRequest) -> bool:
    """Whether the order is the one that was asked for, as far as it is shown (comments are not)."""
    wanted = [parcel.weight_g for parcel in after.parcels]
    phone = after.recipient.phone or after.recipient.phone_raw
    if fingerprint_in(row) != fingerprint_of(after.recipient.name, phone, wanted):
        return False
    if money_of(row.get("payment_amount")) != (after.cod or Money(0)):
        return False
    point, courier = row.get("pickup_point"), row.get("courier_delivery")
    if after.kind is DeliveryKind.PICKUP:
        return isinstance(point, Mapping) and point.get("pickup_point_code") == after.point_code
    there = str(courier.get("address_recipient") or "") if isinstance(courier, Mapping) else ""
    return after.address is not None and _letters(there) == _letters(street_of(after.address, None))
