"""Documents of the warehouse part (§6.8). The order of members is the order of XML elements (§6.10)."""

from __future__ import annotations

from sandbox.kernel.one_c_http_shapes import (
    ADDRESS,
    BOOL,
    DATE,
    ITEM,
    MOMENT,
    PACKAGE,
    PARTY,
    STATE,
    TEXT,
    VALUES,
    Doc,
    Kind,
    Shape,
    listing,
    part,
    rows,
    text,
)

_INT, _NUMBER = Kind("int"), Kind("number")
_QTY = Kind("number", required=True, above=0, decimals=3)

SHIPMENT_ORDER = Doc(
    "ShipmentOrder",
    {
        "externalId": text(64, required=True), "warehouseRef": text(required=True), "plannedShipDate": DATE,
        "party": part(PARTY, required=True), "deliveryAddress": part(ADDRESS), "carrierRef": text(),
        "transportRequestExternalId": text(64), "items": rows("Item", ITEM, required=True),
    },
)  # fmt: skip
_ORDER_LINE: Shape = {"line": _INT, "sku": TEXT, "qtyOrdered": _NUMBER, "qtyPicked": _NUMBER, "qtyShipped": _NUMBER}
_ORDER_STATE: Shape = {
    **STATE, "items": rows("Item", _ORDER_LINE), "packages": rows("Package", PACKAGE),
    "problem": part({"code": TEXT, "message": TEXT}), "documentsCount": _INT,
    # As §6.5 has it: the accepted body is the last member.
    "request": part(SHIPMENT_ORDER.shape),
}  # fmt: skip
# §6.1: `accepted` is the answer of a call that takes longer.
SHIPMENT_STATE = Doc("ShipmentOrderState", {**_ORDER_STATE, "accepted": BOOL})
SHIPMENT_STATES = listing("ShipmentOrderStates", _ORDER_STATE)

_RETURN_OF: Shape = {
    "transportRequestExternalId": text(64), "dealId": _INT, "reasonCode": text(), "reasonText": text(),
}  # fmt: skip
_RECEIPT_ITEM: Shape = {
    "line": Kind("int", required=True, above=0), "sku": text(required=True), "name": text(), "qtyExpected": _QTY,
    "unit": text(), "barcode": text(), "serials": VALUES,
}  # fmt: skip
RECEIPT = Doc(
    "ExpectedReceipt",
    {
        "externalId": text(64, required=True), "type": text(required=True, among=("return", "supply", "transfer")),
        "warehouseRef": text(required=True), "expectedAt": MOMENT, "returnOf": part(_RETURN_OF), "party": part(PARTY),
        "carrierRef": text(), "trackingNumber": text(), "items": rows("Item", _RECEIPT_ITEM, required=True),
    },
)  # fmt: skip
_RECEIVED: Shape = {"line": _INT, "sku": TEXT, "qtyExpected": _NUMBER, "qtyReceived": _NUMBER}
RECEIPT_STATE = Doc(
    "ExpectedReceiptState", {**STATE, "items": rows("Item", _RECEIVED), "documentsCount": _INT, "accepted": BOOL}
)
_FINDING: Shape = {"qty": _NUMBER, "condition": TEXT, "reasonCode": TEXT, "comment": text(1000), "photos": VALUES}
INSPECTION = Doc(
    "Inspection",
    {
        "id": TEXT, "externalId": TEXT, "completedAt": MOMENT, "inspector": TEXT, "overall": TEXT,
        "items": rows(
            "Item",
            {
                "line": _INT, "sku": TEXT, "qtyExpected": _NUMBER, "qtyAccepted": _NUMBER, "qtyDamaged": _NUMBER,
                "qtyMissing": _NUMBER, "qtySurplus": _NUMBER, "findings": rows("Finding", _FINDING),
            },
        ),
    },
)  # fmt: skip
STOCK = Doc(
    "Stock",
    {
        "asOf": MOMENT,
        "items": rows(
            "Item",
            {
                "sku": TEXT, "warehouseRef": TEXT, "condition": TEXT, "onHand": _NUMBER, "reserved": _NUMBER,
                "available": _NUMBER, "expected": _NUMBER, "unit": TEXT,
            },
        ),
        "unknownSkus": VALUES,
        "nextCursor": TEXT,
    },
)  # fmt: skip
WAREHOUSES = listing("Warehouses", {"ref": TEXT, "name": TEXT, "address": TEXT})
