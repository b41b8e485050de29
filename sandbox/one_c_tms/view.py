"""Transport requests as the answers show them (§6.4, §6.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.kernel.one_c_http_documents import of_owner

from .data.base import CARRIERS
from .data.statuses import STATUSES
from .model import Event, Request

if TYPE_CHECKING:
    from sandbox.kernel.one_c_http import HttpService

Row = dict[str, Any]


def words_of(status: str) -> tuple[str, str]:
    """(text for people, value in 1C), also of a status that nobody documented."""
    return STATUSES.get(status, (status, status))


def short(service: HttpService, found: Request) -> Row:
    """A row of the changed ones."""
    words, raw = words_of(found.status)
    return {
        "id": found.id, "externalId": found.external_id, "number": found.number,
        "date": service.wire_time(found.created), "status": found.status, "statusText": words, "rawStatus": raw,
        "revision": found.revision, "statusAt": service.wire_time(found.events[-1].at),
    }  # fmt: skip


def created(service: HttpService, found: Request) -> Row:
    """The answer of 201: as the sample of §6.4 has it."""
    row = short(service, found)
    del row["statusAt"]
    return row | {"carrier": None, "trackingNumber": None, "plannedDelivery": found.planned or None, "cost": None}


def full(service: HttpService, found: Request) -> Row:
    arrived, left = found.reached("delivered"), found.reached("in_transit")
    row = short(service, found) | {
        "carrier": {"ref": found.carrier, "name": CARRIERS[found.carrier]} if found.carrier else None,
        "trackingNumber": found.tracking_number or None, "trackingUrl": "",
        "vehicle": None, "trip": None, "plannedDelivery": found.planned or None,
        "actualDelivery": None if arrived is None else service.wire_time(arrived),
        "cost": _cost(found), "position": None,
        "problem": {"code": found.problem[0], "message": found.problem[1]} if found.problem else None,
        "documentsCount": len(of_owner(service, found.id)), "request": dict(found.body),
    }  # fmt: skip
    if left is not None:
        row["vehicle"] = {"plate": "А001АА178", "driverName": "Сидоров С. С.", "driverPhone": "+79000000003"}
        row["trip"] = {"number": f"Р-{found.number[-6:]}", "departure": service.wire_time(left)}
        row["position"] = {"lat": 57.1, "lon": 34.9, "at": service.wire_time(left)}
    return row


def _cost(found: Request) -> Row | None:
    """By weight, once a carrier is named."""
    if not found.carrier:
        return None
    return {"amount": round(500 + 35.7 * found.body["cargo"]["weightKg"], 2), "currency": "RUB", "vatIncluded": True}


def event(service: HttpService, found: Event) -> Row:
    return {
        "eventId": found.id, "at": service.wire_time(found.at), "status": found.status,
        "rawStatus": words_of(found.status)[1], "place": found.place, "comment": found.comment, "stopSeq": None,
    }  # fmt: skip
