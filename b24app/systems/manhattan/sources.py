"""What we know, as the profile's `$paths` see it (manhattan.md §6): plain JSON, in the profile's units. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from b24app.logistics.addressing.parts import Part, write_address
from b24app.logistics.addressing.read import read_parts
from b24app.logistics.model import Address, Item, Recipient, ShipmentRequest
from b24app.logistics.order import fingerprint
from b24app.logistics.warehouse import ReceiptRequest
from b24app.systems.kit.units import whole_units
from b24app.systems.manhattan.errors import profile_broken
from b24app.systems.manhattan.filters import zone_named
from b24app.systems.manhattan.profile import Profile
from b24app.systems.manhattan.vocabulary import to_unit
from b24app.systems.plugin import OpenContext

Json = dict[str, Any]
_STREET = (Part.STREET, Part.HOUSE, Part.BLOCK, Part.BUILDING, Part.FLAT)


@dataclass(frozen=True, slots=True)
class Terms:
    """The account's own part: organisation, facility, its zone, how returns are called there."""

    organization: str
    facility: str
    zone: str
    return_origin: str
    mode: str

    @classmethod
    def of(cls, context: OpenContext) -> Terms:
        """Raises AccountProblem for a zone that there is not."""
        zone = context.setting("time_zone") or "Europe/Moscow"
        if zone_named(zone) is None:
            raise profile_broken("time_zone", zone)
        organization, facility = context.setting("organization"), context.setting("warehouse")
        return cls(organization, facility, zone, context.setting("return_origin"), context.mode)

    def source(self, facility: str = "") -> Json:
        """`facility`: another one than the account's own."""
        return {
            "connection": {
                "organization": self.organization,
                "facility": facility or self.facility,
                "timeZone": self.zone,
                "returnOrigin": self.return_origin or None,
                "mode": self.mode,
            }
        }


def of_shipment(request: ShipmentRequest, terms: Terms, profile: Profile, now: datetime) -> Json:
    """Of `create_shipment`. Times are UTC."""
    items = [item for parcel in request.parcels for item in parcel.items]
    return {
        **terms.source(),
        "deal": deal_of(request.number),
        "recipient": person(request.recipient),
        "address": place(request.address),
        "shipment": {
            "externalId": request.number,
            "createdAt": now.astimezone(UTC).isoformat(timespec="seconds"),
            "comment": request.comment,
            "mark": fingerprint(request),
            "weight": to_unit(request.weight_g, profile.grams),
            "declared": None if request.declared is None else whole_units(request.declared),
            "reference": request.reference,
            "items": goods(items, profile),
        },
    }


def of_receipt(request: ReceiptRequest, terms: Terms, profile: Profile, facility: str) -> Json:
    """Of `create_receipt`."""
    expected = request.expected_at
    return {
        **terms.source(facility),
        "deal": deal_of(request.of_number or request.number),
        "recipient": person(request.sender),
        "receipt": {
            "externalId": request.number,
            "expectedAt": None if expected is None else expected.astimezone(UTC).isoformat(timespec="seconds"),
            "carrier": request.carrier or None,
            "trackingNumber": request.tracking_number or None,
            "reason": request.reason or None,
            "shipmentId": request.of_remote_id or request.of_number or None,
            "items": goods(request.items, profile),
        },
    }


def deal_of(number: str) -> Json:
    """Our number is `<portal code>-<deal>-<n>`."""
    parts = number.split("-")
    deal = parts[-2] if len(parts) > 2 else ""
    return {"id": deal, "key": f"deal-{deal}" if deal else number}


def goods(items: Sequence[Item], profile: Profile) -> list[Json]:
    """`weight` is of the whole row, `price` of one piece in whole units."""
    return [
        {
            "sku": item.sku,
            "name": item.name,
            "qty": item.quantity,
            "price": whole_units(item.price),
            "weight": to_unit(item.weight_g * item.quantity, profile.grams),
            "vat": item.vat_percent,
        }
        for item in items
    ]


def person(recipient: Recipient) -> Mapping[str, Any]:
    """The name in two, so that both together read as it was typed."""
    first, _, last = recipient.name.strip().partition(" ")
    return {
        "name": recipient.name,
        "firstName": first,
        "lastName": last.strip(),
        "phone": recipient.phone or recipient.phone_raw,
        "email": recipient.email,
        "company": recipient.company,
    }


def place(address: Address | None) -> Mapping[str, Any]:
    """Empty for a pickup point: the warehouse is told the recipient alone."""
    if address is None:
        return {}
    values = read_parts(address.text).values
    street = write_address({part: values.get(part, "") for part in _STREET})
    return {
        "text": address.text,
        "streetHouse": street or address.text,
        "city": address.city_names[0] if address.city_names else None,
        "region": address.region,
        "postalCode": address.postal_code,
        "country": address.country,
    }
