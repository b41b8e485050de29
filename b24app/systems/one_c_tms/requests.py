"""Transport requests (1c.md §6.4): build(our request) -> their document, parse(their state) -> our state. Pure.

The order of members is the contract's: in XML it is obligatory (§6.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.model import Address, DeliveryKind, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, fingerprint_of
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.links import link_of
from b24app.systems.kit.one_c_documents import MAX_COMMENT, MAX_LINE, address_of, filled, item_of
from b24app.systems.kit.one_c_http import Row
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.senders import joined, own_sender
from b24app.systems.kit.units import centimetres, day_of, grams_of, kilograms, money_of, whole_units
from b24app.systems.one_c_tms.vocabulary import COLLECTION, DELIVERY, EXPRESS, SERVICE_KIND
from b24app.systems.plugin import OpenContext


@dataclass(frozen=True, slots=True)
class Terms:
    """What the account says of all requests: codes of the warehouse and the carrier in 1C ("" = the address; whoever is
    planned), our organisation's INN, who sends where the portal does not say."""

    warehouse: str = ""
    carrier: str = ""
    inn: str = ""
    sender: Sender = field(default_factory=Sender)

    @classmethod
    def of(cls, context: OpenContext) -> Terms:
        own = own_sender(context)
        return cls(context.setting("warehouse"), context.setting("carrier"), context.setting("inn"), own)


def build_request(request: ShipmentRequest, terms: Terms) -> tuple[dict[str, Any], Sender]:
    """(the document of `POST /v1/transport-requests`, who sends). Raises Refused: nothing says where it starts; to a
    pickup point nothing is planned."""
    if request.kind is not DeliveryKind.COURIER or request.address is None:
        raise Refused([Problem("destination_missing", Field.ADDRESS, Who.MANAGER)])
    sender = joined(request.sender, terms.sender)
    stops = [
        {"seq": 1, "operation": "pickup", **_warehouse(sender, terms)},
        {"seq": 2, "operation": "drop", **_client(request.recipient, request.address)},
    ]
    return _document(request, DELIVERY, stops, terms), sender


def check_start(sender: Sender | None, terms: Terms) -> tuple[str, Mapping[str, str]] | None:
    """What the connection test says of where goods leave from. Raises Refused."""
    _warehouse(joined(sender, terms.sender), terms)
    return (terms.warehouse, {}) if terms.warehouse else None


def build_return(request: ShipmentRequest, terms: Terms) -> dict[str, Any]:
    """`type: return_collection`: from the client to where the account's goods come from. Raises Refused."""
    if request.address is None:
        raise Refused([Problem("address_missing", Field.ADDRESS, Who.MANAGER)])
    home = _warehouse(joined(request.sender, terms.sender), terms)
    if not home.get("contact", {}).get("phone"):
        # Whoever unloads must have a phone (§6.4).
        raise Refused([Problem("sender_phone", Field.SENDER, Who.ADMIN)])
    stops = [
        {"seq": 1, "operation": "pickup", **_client(request.recipient, request.address)},
        {"seq": 2, "operation": "drop", **home},
    ]
    return _document(request, COLLECTION, stops, terms)


def _document(request: ShipmentRequest, kind: str, stops: list[dict[str, Any]], terms: Terms) -> dict[str, Any]:
    document = {
        "externalId": request.number,
        "deal": _deal(request.number),
        "type": kind,
        "organization": {"inn": terms.inn} if terms.inn else {},
        "carrierRef": terms.carrier,
        "service": {"kind": SERVICE_KIND, "expedited": request.service_code == EXPRESS},
        "comment": request.comment[:MAX_COMMENT],
        "stops": stops,
        "cargo": _cargo(request),
    }
    return filled(document)


def _deal(number: str) -> dict[str, int]:
    """Our number is `<portal code>-<deal>-<n>`."""
    parts = number.split("-")
    return {"id": int(parts[-2])} if len(parts) > 2 and parts[-2].isdecimal() else {}


def _warehouse(sender: Sender, terms: Terms) -> dict[str, Any]:
    """Raises Refused when neither a warehouse nor an address is known."""
    if not terms.warehouse and sender.address is None:
        raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
    contact = {"name": (sender.name or sender.company or "")[:MAX_LINE], "phone": sender.phone}
    return {
        "warehouseRef": terms.warehouse,
        "address": address_of(sender.address) if sender.address else {},
        "contact": contact,
    }


def _client(recipient: Recipient, address: Address) -> dict[str, Any]:
    more = [f"доб. {recipient.extension}"] if recipient.extension else []
    more += [f"также {phone}" for phone in recipient.spare_phones]
    company = (recipient.company or "")[:MAX_LINE]
    name = recipient.name[:MAX_LINE]
    return {
        "address": {**address_of(address), "comment": ", ".join(more)[:MAX_COMMENT]},
        "contact": {"name": name, "phone": recipient.phone or recipient.phone_raw, "email": recipient.email},
        "party": {"kind": "company" if company else "person", "name": company or name},
    }


def _cargo(request: ShipmentRequest) -> dict[str, Any]:
    numbered = [(no, item) for no, parcel in enumerate(request.parcels, 1) for item in parcel.items]
    worth = request.declared or Money(sum(item.price.minor * item.quantity for _, item in numbered))
    return {
        "weightKg": kilograms(request.weight_g),
        "volumeM3": _volume(request.parcels),
        "declaredValue": whole_units(worth),
        "cashOnDelivery": whole_units(request.cod) if request.cod else 0.0,
        "currency": worth.currency,
        "packages": [_package(no, parcel, request.number) for no, parcel in enumerate(request.parcels, 1)],
        "items": [{**item_of(line, item), "packageNo": no} for line, (no, item) in enumerate(numbered, 1)],
    }


def _volume(parcels: tuple[Parcel, ...]) -> float | None:
    """Cubic metres; None when a side is unknown."""
    cubic_mm = [parcel.length_mm * parcel.width_mm * parcel.height_mm for parcel in parcels]
    return sum(cubic_mm) / 1_000_000_000 if all(cubic_mm) else None


def _package(no: int, parcel: Parcel, number: str) -> dict[str, Any]:
    """An unknown side is not told: 0 would be a lie."""
    return {
        "no": no,
        "barcode": f"{number}-{no}",
        "weightKg": kilograms(parcel.weight_g),
        "lengthCm": centimetres(parcel.length_mm) or None,
        "widthCm": centimetres(parcel.width_mm) or None,
        "heightCm": centimetres(parcel.height_mm) or None,
    }


# --- answers ----------------------------------------------------------------------------------------------------------


def parse_state(row: Row) -> OrderState | None:
    """A state of §6.4 or §6.5 without its history; None when it is none. People follow a request by its number until a
    carrier has given one of its own."""
    identifier, status = str(row.get("id") or ""), str(row.get("status") or "")
    if not identifier or not status:
        return None
    number = str(row.get("number") or "")
    cost = row.get("cost")
    return OrderState(
        remote_id=identifier,
        number=str(row.get("externalId") or ""),
        decision=Decision.ACCEPTED,
        order_number=number,
        tracking_number=str(row.get("trackingNumber") or number),
        tracking_url=link_of(row.get("trackingUrl")),
        price=money_of(cost.get("amount"), str(cost.get("currency") or "RUB")) if isinstance(cost, Mapping) else None,
        promised=day_of(row.get("plannedDelivery")),
        fingerprint=_fingerprint(row.get("request")),
        cancel=Decision.ACCEPTED if status == "cancelled" else None,
    )


def _fingerprint(request: Any) -> str:
    """Of the client's stop and the packages, as 1C shows what it accepted."""
    if not isinstance(request, Mapping):
        return ""
    wanted = "pickup" if request.get("type") == COLLECTION else "drop"
    stops = [stop for stop in rows_of(request.get("stops")) if stop.get("operation") == wanted]
    cargo = request.get("cargo")
    packages = rows_of(cargo.get("packages")) if isinstance(cargo, Mapping) else []
    weights = [grams_of(package.get("weightKg")) for package in packages]
    contact = stops[0 if wanted == "pickup" else -1].get("contact") if stops else None
    if not isinstance(contact, Mapping) or not weights or None in weights:
        return ""
    known = [weight for weight in weights if weight is not None]
    return fingerprint_of(str(contact.get("name") or ""), str(contact.get("phone") or ""), known)


def is_collection(row: Row) -> bool:
    """Whether a state is of a client's return, as far as it shows."""
    request = row.get("request")
    return isinstance(request, Mapping) and request.get("type") == COLLECTION
