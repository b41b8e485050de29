"""A shipment as a customer order (moysklad.md §5.3), and the recipient as a counterparty. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24app.logistics.model import DeliveryKind, Recipient, ShipmentRequest
from b24app.systems.moysklad.vocabulary import LONG_TEXT, TEXT, Row, sync_id


def build_agent(person: Recipient) -> dict[str, Any]:
    """§8: the same person is the same counterparty, however often they order."""
    phone = person.phone or person.phone_raw
    body: dict[str, Any] = {
        "syncId": sync_id("agent", person.name.casefold(), phone, person.company or ""),
        "name": (person.company or person.name)[:TEXT],
        "companyType": "legal" if person.company else "individual",
        "phone": phone[:TEXT],
    }
    if person.email:
        body["email"] = person.email[:TEXT]
    if person.company:
        body["description"] = person.name[:LONG_TEXT]
    return body


def build_order(request: ShipmentRequest, refs: Row, rows: Sequence[Row], fields: Sequence[Row]) -> dict[str, Any]:
    """`refs`: organization, store, agent. Their number and ours are one; money to be collected is the carrier's."""
    return {
        "syncId": sync_id("order", request.number),
        "name": request.number,
        "externalCode": request.number,
        **refs,
        "description": request.comment[:LONG_TEXT],
        "shipmentAddressFull": {"addInfo": place_of(request)[:TEXT]},
        "positions": list(rows),
        **({"attributes": list(fields)} if fields else {}),
    }


def place_of(request: ShipmentRequest) -> str:
    if request.kind is DeliveryKind.COURIER and request.address is not None:
        return request.address.text
    return f"Пункт выдачи {request.point_code or ''}".strip()
