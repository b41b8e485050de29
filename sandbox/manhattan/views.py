"""Entities as answers show them: what was sent, and what the WM knows beside (§3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .data.items import ITEMS
from .data.places import FACILITIES, ORGANIZATIONS
from .model import Asn, Line, Order, Package, Scope, Stock

if TYPE_CHECKING:
    from .core import Manhattan

Row = dict[str, Any]
_GRAMS = {"kg": 1000.0, "g": 1.0, "lb": 453.59237}
_MILLIMETRES = {"cm": 10.0, "mm": 1.0, "in": 25.4}


def original_order(wm: Manhattan, order: Order) -> Row:
    status = "9000" if order.cancelled else "1000" if order.planned is None else "2000"
    known = _stamps(wm, order.created, order.updated, order.facility) | {
        "MinimumStatus": status, "MaximumStatus": status, "Cancelled": order.cancelled,
        "FacilityTimeZone": FACILITIES[order.facility].zone,
    }  # fmt: skip
    return {**order.body, **known}


def order(wm: Manhattan, found: Order) -> Row:
    """The planned order: it has the original's number."""
    taken = {name: value for name, value in found.body.items() if not name.startswith("OriginalOrder")}
    return {
        **taken,
        **_stamps(wm, found.created, found.updated, found.facility),
        "OrderId": found.id, **({"OriginalOrderId": found.original} if wm.switches.names_original else {}),
        "MinimumStatus": found.low, "MaximumStatus": found.high,
        "Cancelled": found.order_cancelled, "FacilityTimeZone": FACILITIES[found.facility].zone,
        "OrderLine": [order_line(found, line) for line in found.lines],
    }  # fmt: skip


def order_line(found: Order, line: Line) -> Row:
    return {
        "OrderId": found.id, "OrderLineId": line.id, "OriginalOrderLineId": line.id, "ItemId": line.item,
        "OrderedQuantity": line.ordered, "AllocatedQuantity": line.allocated, "PickedQuantity": line.picked,
        "PackedQuantity": line.packed, "ShippedQuantity": line.shipped, "MinimumStatus": found.low,
        "MaximumStatus": found.high, "Cancelled": found.order_cancelled,
    }  # fmt: skip


def order_failure(wm: Manhattan, found: Order) -> Row:
    return {
        "OrderFailureId": f"OF-{found.id}", "OrderId": found.id, "OriginalOrderId": found.original,
        "FailureReason": found.failure, "CreatedTimestamp": wm.wire_time(found.failed_at, found.facility),
    }  # fmt: skip


def olpn(wm: Manhattan, found: Order, package: Package) -> Row:
    """Measures in the tenant's units."""
    units = wm.switches
    length, width, height = (round(side / _MILLIMETRES[units.dimension_uom], 2) for side in package.sides_mm)
    return {
        "OlpnId": package.id, "OrderId": found.id, "TrackingNumber": package.tracking or None,
        "ShipViaId": found.body.get("DesignatedShipViaId") or None, "Status": package.status,
        "Weight": round(package.weight_g / _GRAMS[units.weight_uom], 3), "WeightUomId": units.weight_uom,
        "Length": length, "Width": width, "Height": height, "DimensionUomId": units.dimension_uom,
        "CreatedTimestamp": wm.wire_time(package.created, found.facility),
    }  # fmt: skip


def olpn_details(found: Order) -> Iterator[Row]:
    for package in found.packages:
        for number, (line, item, quantity) in enumerate(package.content, 1):
            yield {
                "OlpnId": package.id, "OlpnDetailId": f"{package.id}-{number}", "OrderId": found.id,
                "OrderLineId": line, "ItemId": item, "PackedQuantity": quantity,
            }  # fmt: skip


def asn(wm: Manhattan, found: Asn) -> Row:
    place = found.facility
    return {
        **found.body, **_stamps(wm, found.created, found.updated, place),
        "AsnStatus": found.status, "Canceled": found.canceled, "ReceivedLpns": len(found.receipts),
        "FirstReceiptDate": wm.wire_time(found.first, place), "LastReceiptDate": wm.wire_time(found.last, place),
        "AsnVerificationDate": wm.wire_time(found.verified, place), "FacilityTimezone": FACILITIES[place].zone,
    }  # fmt: skip


def asn_lines(found: Asn) -> Iterator[Row]:
    for line in found.body.get("AsnLine") or []:
        rows = [receipt for receipt in found.receipts if receipt.line == line["AsnLineId"]]
        yield {"AsnId": found.id, **line, "ReceivedQuantity": sum(row.quantity for row in rows)}


def receipts(wm: Manhattan, found: Asn) -> Iterator[Row]:
    for row in found.receipts:
        yield {
            "ReceiptId": row.id, "AsnId": found.id, "AsnLineId": row.line or None, "ItemId": row.item,
            "ReceivedQuantity": row.quantity, "ConditionCodeId": row.condition,
            "CreatedTimestamp": wm.wire_time(row.at, found.facility),
        }  # fmt: skip


def inventory(row: Stock) -> Row:
    return {
        "ItemId": row.item, "LocationId": row.location, "OnHand": row.on_hand, "Allocated": row.allocated,
        "InventoryContainerId": row.location, "InventoryContainerTypeId": "LOCATION", "FacilityId": row.facility,
        "ProductStatusId": None, "InventoryTypeId": None, "BatchNumber": None,
    }  # fmt: skip


def items() -> list[Row]:
    rows = []
    for item in ITEMS.values():
        length, width, height = (side / 10 if side else None for side in item.sides_mm)
        rows.append({
            "ItemId": item.id, "Description": item.name, "PrimaryBarCode": f"200{abs(hash_of(item.id)):010d}",
            "Weight": item.weight_g / 1000 if item.weight_g else None, "WeightUomId": "kg",
            "Length": length, "Width": width, "Height": height, "DimensionUomId": "cm", "Volume": None,
        })  # fmt: skip
    return rows


def hash_of(text: str) -> int:
    """The same in every run."""
    value = 7
    for sign in text:
        value = (value * 31 + ord(sign)) % 10_000_000_000
    return value


def facilities() -> list[Row]:
    return [
        {
            "FacilityId": row.id, "FacilityName": row.name, "Latitude": row.lat, "Longitude": row.lon,
            "TimeZone": row.zone, "IsActive": True,
            "FacilityAddress": {"Address1": row.address, "City": row.city, "PostalCode": row.postal_code,
                                "Country": "RU"},
        }
        for row in FACILITIES.values()
    ]  # fmt: skip


def organizations(scope: Scope) -> list[Row]:
    return [{"OrganizationId": name} for name in ORGANIZATIONS if name in scope.account.organizations]


def failed_messages(wm: Manhattan, scope: Scope) -> list[Row]:
    return [
        {
            "FailedMessageId": row.id, "MessageType": row.type, "BusinessKey": row.key, "Payload": row.payload,
            "ErrorMessage": row.words, "CreatedTimestamp": wm.wire_time(row.at, scope.facility),
        }
        for row in wm.failed
        if row.organization == scope.organization
    ]  # fmt: skip


def _stamps(wm: Manhattan, created: float, updated: float, facility: str) -> Row:
    return {
        "CreatedTimestamp": wm.wire_time(created, facility),
        "UpdatedTimestamp": wm.wire_time(updated, facility),
    }
