"""Documents of the transport part (§6.4-§6.5). The order of members is the order of XML elements (§6.10)."""

from __future__ import annotations

from sandbox.kernel.one_c_http_shapes import (
    ADDRESS,
    BOOL,
    COMMENT,
    CONTACT,
    ITEM,
    MOMENT,
    MONEY,
    PACKAGE,
    PARTY,
    STATE,
    TEXT,
    WINDOW,
    Doc,
    Kind,
    Shape,
    listing,
    part,
    rows,
    text,
)

_INT, _NUMBER = Kind("int"), Kind("number")
_STOP: Shape = {
    "seq": Kind("int", required=True, above=0), "operation": text(required=True, among=("pickup", "drop")),
    "warehouseRef": text(), "window": part(WINDOW), "address": part(ADDRESS), "contact": part(CONTACT),
    "party": part(PARTY),
}  # fmt: skip
_CARGO: Shape = {
    "weightKg": Kind("number", required=True, above=0, decimals=3), "volumeM3": Kind("number", least=0),
    "declaredValue": MONEY, "cashOnDelivery": MONEY, "currency": text(3), "temperature": text(), "hazardClass": text(),
    "packages": rows("Package", PACKAGE, required=True), "items": rows("Item", ITEM),
}  # fmt: skip
TRANSPORT_REQUEST = Doc(
    "TransportRequest",
    {
        "externalId": text(64, required=True), "deal": part({"id": _INT, "url": text()}),
        "type": text(required=True, among=("delivery", "return_collection", "transfer")),
        "organization": part({"inn": Kind("inn")}), "carrierRef": text(),
        "service": part({"kind": text(), "expedited": BOOL}), "createdAt": MOMENT, "comment": COMMENT,
        "stops": rows("Stop", _STOP, required=True), "cargo": part(_CARGO, required=True),
    },
)  # fmt: skip
REQUEST_STATE = Doc(
    "TransportRequestState",
    {
        **STATE, "carrier": part({"ref": TEXT, "name": TEXT}), "trackingNumber": TEXT, "trackingUrl": TEXT,
        "vehicle": part({"plate": TEXT, "driverName": TEXT, "driverPhone": TEXT}),
        "trip": part({"number": TEXT, "departure": MOMENT}), "plannedDelivery": MOMENT, "actualDelivery": MOMENT,
        "cost": part({"amount": MONEY, "currency": TEXT, "vatIncluded": BOOL}),
        "position": part({"lat": _NUMBER, "lon": _NUMBER, "at": MOMENT}),
        "problem": part({"code": TEXT, "message": TEXT}), "documentsCount": _INT,
        "request": part(TRANSPORT_REQUEST.shape),
        # §6.1: the answer of a call that takes longer.
        "accepted": BOOL,
    },
)  # fmt: skip
REQUEST_STATES = listing("TransportRequestStates", STATE)
_EVENT: Shape = {
    "eventId": TEXT, "at": MOMENT, "status": TEXT, "rawStatus": TEXT, "place": TEXT, "comment": TEXT, "stopSeq": _INT,
}  # fmt: skip
EVENTS = listing("Events", _EVENT)
