"""Express claims: build(our request) -> their body, parse(their answer) -> our state (yandex-delivery.md §B4–§B6).
Kilograms, metres, rubles as text, longitude first. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from b24app.logistics.model import Address, DeliveryKind, Parcel, Sender, ShipmentRequest
from b24app.logistics.money import Money, share
from b24app.logistics.order import Decision, OrderState, fingerprint_of
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import grams_of, kilograms, metres, money_of
from b24app.systems.yandex_delivery.errors import child, problems_of, warnings_of
from b24app.systems.yandex_delivery.orders import only_at_points
from b24app.systems.yandex_delivery.tracking import claim_event
from b24app.systems.yandex_delivery.vocabulary import CLAIM_STATUSES, UNACCEPTED, house_and_flat, rubles

#: Our remote id of a claim begins with this: the platform's ids must not be mistaken for one.
PREFIX = "express:"
_NAMESPACE = uuid.UUID("b1f0a6d6-6ad3-4f0c-9b38-3f8c2a1d7e55")
MAX_TITLE = 255


def token_of(number: str, attempt: int) -> str:
    """The idempotency token (§B4): the same number gives the same claim after any crash. `attempt` grows when a claim
    of this number died before a courier was ordered."""
    return str(uuid.uuid5(_NAMESPACE, f"{number}/{attempt}"))


def cannot_ride(request: ShipmentRequest, sender: Sender, email: str) -> list[Problem]:
    """What can be said before anything is asked."""
    if extras := only_at_points(request):
        return extras
    if request.kind is not DeliveryKind.COURIER:
        return [Problem("service_mode", Field.SERVICE, params={"service": request.service_code})]
    if request.cod:
        return [Problem("cod_not_allowed", Field.COD)]
    if sender.address is None or not sender.phone or not email:
        # §B4: name, phone and e-mail of the source are required.
        return [Problem("sender_missing", Field.SENDER, Who.ADMIN)]
    return [] if request.address is not None else [Problem("address_missing", Field.ADDRESS)]


def build_question(request: ShipmentRequest, sender: Address, classes: tuple[str, ...]) -> dict[str, Any]:
    """The body of `offers/calculate` (§B3); no classes = whatever suits."""
    body: dict[str, Any] = {
        "route_points": [
            {"id": n, **_place(address)} for n, address in enumerate((sender, request.address), start=1) if address
        ],
        "items": [
            {"quantity": 1, "pickup_point": 1, "dropoff_point": 2, **_size(parcel)} for parcel in request.parcels
        ],
    }
    return body | ({"requirements": {"taxi_classes": list(classes)}} if classes else {})


def build_claim(request: ShipmentRequest, sender: Sender, email: str, payload: str) -> dict[str, Any]:
    """The body of `claims/create` (§B4). What is not delivered goes back to where it came from."""
    own = {"name": sender.name or sender.company or "", "phone": sender.phone or "", "email": email}
    them = {"name": request.recipient.name, "phone": request.recipient.phone or request.recipient.phone_raw}
    if request.recipient.extension:
        them["phone_additional_code"] = request.recipient.extension
    if request.recipient.email:
        them["email"] = request.recipient.email
    target = _point(2, "destination", them, request.address) | {"external_order_id": request.number}
    points = [_point(1, "source", own, sender.address), target, _point(3, "return", own, sender.address)]
    body: dict[str, Any] = {"items": _items(request), "route_points": points}
    if request.comment:
        body["comment"] = request.comment
    return body | ({"offer_payload": payload} if payload else {})


def _point(n: int, kind: str, contact: Mapping[str, str], address: Address | None) -> dict[str, Any]:
    house, flat = house_and_flat(address.text if address else "")
    place = {**(_place(address) if address else {}), "fullname": house}
    if flat:
        place["sflat"] = flat
    return {"point_id": n, "visit_order": n, "type": kind, "contact": dict(contact), "address": place}


def _place(address: Address) -> dict[str, Any]:
    """Longitude first (§0)."""
    place: dict[str, Any] = {"fullname": house_and_flat(address.text)[0]}
    if address.lat is not None and address.lon is not None:
        place["coordinates"] = [address.lon, address.lat]
    return place


def _size(parcel: Parcel) -> dict[str, Any]:
    """Without sides the ride costs the class's maximum (§B3): they are left out only where nobody knows them."""
    told: dict[str, Any] = {"weight": kilograms(parcel.weight_g)}
    sides = {"length": parcel.length_mm, "width": parcel.width_mm, "height": parcel.height_mm}
    if min(sides.values()) > 0:
        told["size"] = {name: metres(side) for name, side in sides.items()}
    return told


def _items(request: ShipmentRequest) -> list[dict[str, Any]]:
    """A box is an item; the declared value is spread over them by their goods."""
    sums = [sum(item.price.minor * item.quantity for item in parcel.items) for parcel in request.parcels]
    worth = sums if request.declared is None else share(request.declared.minor, sums)
    return [
        {
            "title": ", ".join(item.name for item in parcel.items)[:MAX_TITLE] or request.number,
            "extra_id": f"{request.number}-{n}",
            "cost_value": rubles(minor),
            "cost_currency": "RUB",
            "quantity": 1,
            "pickup_point": 1,
            "dropoff_point": 2,
            **_size(parcel),
        }
        for n, (parcel, minor) in enumerate(zip(request.parcels, worth, strict=True), start=1)
    ]


# --- answers ---------------------------------------------------------------------------------------------------------


def parse_claim(row: Mapping[str, Any], link: str = "") -> OrderState | None:
    """A claim as it is now; None when the answer names none."""
    claim_id, status = str(row.get("id") or ""), str(row.get("status") or "")
    if not claim_id or not status:
        return None
    event = claim_event(status, row.get("updated_ts"))
    return OrderState(
        remote_id=f"{PREFIX}{claim_id}",
        number=number_of(row),
        decision=_decision(status),
        order_number="" if status in UNACCEPTED else claim_id,
        tracking_number="" if status in UNACCEPTED else claim_id,
        tracking_url=link,
        price=_price(row),
        problems=problems_of(row.get("error_messages")) if status == "estimating_failed" else (),
        warnings=warnings_of(row.get("warnings")),
        events=(event,) if event else (),
        fingerprint=_fingerprint(row),
        cancel=Decision.ACCEPTED if CLAIM_STATUSES.get(status) is Status.CANCELLED else None,
    )


def _decision(status: str) -> Decision:
    if status == "estimating_failed":
        return Decision.REFUSED
    return Decision.PENDING if status in UNACCEPTED else Decision.ACCEPTED


def target_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
    points = rows_of(row.get("route_points"))
    return next((point for point in points if point.get("type") == "destination"), {})


def number_of(row: Mapping[str, Any]) -> str:
    return str(target_of(row).get("external_order_id") or "")


def _price(row: Mapping[str, Any]) -> Money | None:
    pricing = child(row, "pricing")
    currency = str(pricing.get("currency") or "RUB")
    offer = child(pricing, "offer")
    told = pricing.get("final_price") or offer.get("price_with_vat") or offer.get("price")
    return money_of(told, currency)


def _fingerprint(row: Mapping[str, Any]) -> str:
    contact, items = child(target_of(row), "contact"), rows_of(row.get("items"))
    weights = [grams_of(item.get("weight")) for item in items]
    if not contact or not weights or None in weights:
        return ""
    return fingerprint_of(
        str(contact.get("name") or ""), str(contact.get("phone") or ""), [weight for weight in weights if weight]
    )
