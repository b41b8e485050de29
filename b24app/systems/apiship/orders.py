"""Orders (apiship.md §4): build(our request) -> their body, parse(their answer) -> our state. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from b24app.logistics.model import Address, DeliveryKind, Item, Parcel, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import InPart, OrderState, fingerprint_of
from b24app.systems.apiship.quotes import box, delivery_type, spot
from b24app.systems.apiship.tracking import is_partial, state_of
from b24app.systems.apiship.vocabulary import COURIER, POINT, VAT_RATES
from b24app.systems.kit.goods import Pieces, collect, pieces
from b24app.systems.kit.in_part import HandedOut, in_part
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import decimal_of, money_of, whole, whole_units

MAX_LINE, MAX_NAME, MAX_TOWN, MAX_COMMENT = 255, 255, 100, 1000


@dataclass(frozen=True, slots=True)
class Way:
    """What was chosen for one order: the carrier, its tariff, how the parcel is handed in (`point_in` None = a courier
    collects), who sends from where, the recipient's city and address line, how VAT prints, how the recipient pays."""

    carrier: str
    tariff: int
    sender: Sender
    start: Address
    end: Address
    start_city: str = ""
    end_city: str = ""
    point_in: int | None = None
    connect: str = ""
    vat: str = ""
    payment: str = ""


def build_order(request: ShipmentRequest, way: Way) -> dict[str, Any]:
    """The body of `POST /orders` and of `PUT`. Sums are exact: ApiShip adds the goods up (spec)."""
    parcels = [_filled(parcel, request) for parcel in request.parcels]
    rows = pieces([parcel.items for parcel in parcels], request.cod, request.declared)
    places = [
        {"placeNumber": str(at), **box(parcel), "items": [_item(row, way.vat) for row in inside]}
        for at, (parcel, inside) in enumerate(zip(parcels, rows, strict=True), 1)
    ]
    worth = sum(row.worth * row.quantity for inside in rows for row in inside)
    return {
        "order": _order(request, way),
        "cost": _cost(request, [item for parcel in parcels for item in parcel.items], worth, way),
        "sender": _address(way.start, way.start_city) | _sender(way.sender),
        "recipient": _address(way.end, way.end_city) | _recipient(request),
        "places": places,
    }


def _order(request: ShipmentRequest, way: Way) -> dict[str, Any]:
    order: dict[str, Any] = {
        "clientNumber": request.number,
        "providerKey": way.carrier,
        "pickupType": COURIER if way.point_in is None else POINT,
        "deliveryType": delivery_type(request),
        "tariffId": way.tariff,
        "weight": request.weight_g,
    }
    if way.point_in is not None:
        order["pointInId"] = way.point_in
    if request.kind is DeliveryKind.PICKUP and request.point_code:
        order["pointOutId"] = int(request.point_code)
    if way.connect:
        order["providerConnectId"] = way.connect
    if request.comment:
        order["description"] = request.comment[:MAX_COMMENT]
    if len(request.parcels) == 1:
        order |= box(request.parcels[0])
    return order


def _filled(parcel: Parcel, request: ShipmentRequest) -> Parcel:
    """A place without goods is refused: it holds one thing then, named by the comment or the order."""
    if parcel.items:
        return parcel
    return replace(parcel, items=(Item(request.comment or request.number, "", 1, Money(0), parcel.weight_g),))


def _item(row: Pieces, vat: str) -> dict[str, Any]:
    currency = row.item.price.currency
    item: dict[str, Any] = {
        "description": row.item.name[:MAX_NAME],
        "quantity": row.quantity,
        "assessedCost": whole_units(Money(row.worth, currency)),
        "cost": whole_units(Money(row.paid, currency)),
        "weight": row.item.weight_g,
    }
    if row.item.sku:
        item["articul"] = row.item.sku
    rate = vat_rate(vat, row.item.vat_percent)
    return item | ({"costVat": rate} if rate is not None else {})


def vat_rate(setting: str, of_row: int | None) -> int | None:
    """For the receipt: none, the goods' own, or one for all; a rate that ApiShip does not take is left out."""
    rate = of_row if setting == "rows" else whole(setting)
    return rate if rate in VAT_RATES else None


def _cost(request: ShipmentRequest, items: list[Item], worth: int, way: Way) -> dict[str, Any]:
    """The sum to collect contains the delivery: what exceeds the goods (§4)."""
    delivery = collect(items, request.cod).delivery
    cost: dict[str, Any] = {
        "assessedCost": whole_units(Money(worth)),
        "codCost": whole_units(request.cod) if request.cod else 0,
        "deliveryCost": whole_units(Money(delivery)),
        "isDeliveryPayedByRecipient": bool(delivery),
    }
    rate = vat_rate(way.vat, None)
    if delivery and rate is not None:
        cost["deliveryCostVat"] = rate
    if request.cod and way.payment:
        cost["paymentMethod"] = int(way.payment)
    return cost


def _address(address: Address, city: str) -> dict[str, Any]:
    """The line goes as typed, the city as recognised beside it."""
    found = {
        "countryCode": address.country,
        "addressString": address.text[:MAX_LINE],
        "city": city[:MAX_TOWN],
        "region": (address.region or "")[:MAX_TOWN],
        "postIndex": address.postal_code or "",
    }
    return {name: value for name, value in found.items() if value} | spot(address)


def _sender(sender: Sender) -> dict[str, Any]:
    found = {"contactName": sender.name or sender.company, "companyName": sender.company, "phone": sender.phone}
    return {name: value for name, value in found.items() if value}


def _recipient(request: ShipmentRequest) -> dict[str, Any]:
    recipient = request.recipient
    found = {
        "contactName": recipient.name[:MAX_NAME],
        "phone": recipient.phone or recipient.phone_raw,
        "additionalPhone": next(iter(recipient.spare_phones), ""),
        "email": recipient.email or "",
        "companyName": (recipient.company or "")[:MAX_TOWN],
        "comment": f"доб. {recipient.extension}" if recipient.extension else "",
    }
    return {name: value for name, value in found.items() if value}


# --- answers ----------------------------------------------------------------------------------------------------------


def parse_order(full: Mapping[str, Any], history: Mapping[str, Any], back: bool = False) -> OrderState:
    """`GET /orders/{id}` with its `statusHistory`."""
    info = history.get("orderInfo")
    state = state_of(info if isinstance(info, Mapping) else {}, rows_of(history.get("rows")), back)
    order = part(full, "order")
    more = part(full, "extendedInfo")
    return replace(
        state,
        remote_id=state.remote_id or str(order.get("orderId") or ""),
        number=state.number or str(order.get("clientNumber") or ""),
        price=money_of(more.get("factDeliveryCost")) or money_of(more.get("planDeliveryCost")),
        point_code=str(order.get("pointOutId") or ""),
        fingerprint=order_fingerprint(full),
        in_part=left_in(full) if is_partial(state) else None,
    )


def left_in(full: Mapping[str, Any]) -> InPart | None:
    """`quantityDelivered` of each item (§4); what was collected is not told."""
    rows: list[HandedOut] = []
    for item in (item for place in rows_of(full.get("places")) for item in rows_of(place.get("items"))):
        amount, taken = decimal_of(item.get("quantity")), decimal_of(item.get("quantityDelivered"))
        left = amount - taken if amount is not None and taken is not None else None
        rows.append(
            HandedOut(taken, left, str(item.get("articul") or "").strip(), str(item.get("description") or "").strip())
        )
    return in_part(rows)


def order_fingerprint(full: Mapping[str, Any]) -> str:
    recipient = part(full, "recipient")
    weights = [whole(place.get("weight")) for place in rows_of(full.get("places"))]
    if not recipient or not weights or None in weights:
        return ""
    name, phone = str(recipient.get("contactName") or ""), str(recipient.get("phone") or "")
    return fingerprint_of(name, phone, [weight for weight in weights if weight is not None])


def part(full: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = full.get(name)
    return found if isinstance(found, Mapping) else {}


def shows(full: Mapping[str, Any], after: ShipmentRequest) -> bool:
    """Whether the order as ApiShip shows it is the one that was asked for."""
    order, recipient = full.get("order"), full.get("recipient")
    cost = full.get("cost")
    if not isinstance(order, Mapping) or not isinstance(recipient, Mapping) or not isinstance(cost, Mapping):
        return False
    phone = after.recipient.phone or after.recipient.phone_raw
    pairs = [
        (recipient.get("contactName"), after.recipient.name),
        (_digits(recipient.get("phone")), _digits(phone)),
        (order.get("description") or "", after.comment[:MAX_COMMENT]),
        (money_of(cost.get("codCost") or 0), after.cod or Money(0)),
    ]
    if after.kind is DeliveryKind.PICKUP:
        pairs.append((str(order.get("pointOutId") or ""), after.point_code or ""))
    else:
        pairs.append((recipient.get("addressString") or "", after.address.text if after.address else ""))
        pairs.append((order.get("deliveryType"), 1))
    return all(theirs == ours for theirs, ours in pairs)


def _digits(phone: Any) -> str:
    return "".join(sign for sign in str(phone or "") if sign.isdigit())[-10:]
