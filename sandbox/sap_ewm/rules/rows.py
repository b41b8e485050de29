"""What the entity sets show of what is remembered: every property has a value, most of them the empty one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.sap_ewm.data.goods import materials
from sandbox.sap_ewm.model import DONE, HALF, NONE, Box, Delivery, Line, OrderItem, SdOrder
from sandbox.sap_ewm.schema import Entity
from sandbox.sap_ewm.values import default

if TYPE_CHECKING:
    from sandbox.sap_ewm.core import Sap

Row = dict[str, Any]
_PARTNER, _SALES_ORG = "10100001", "1010"


def rows(sap: Sap, entity: Entity) -> list[Row]:
    """All rows of a set, oldest first."""
    found = _SETS[entity.name](sap)
    empty = {name: default(each) for name, each in entity.properties.items()}
    return [empty | {name: value for name, value in row.items() if name in empty} for row in found]


def _headers(kind: str) -> Callable[[Sap], list[Row]]:
    return lambda sap: [_header(sap, each) for each in sap.live(kind)]


def _items(kind: str) -> Callable[[Sap], list[Row]]:
    return lambda sap: [_item(sap, each, line) for each in sap.live(kind) for line in each.lines]


def _header(sap: Sap, delivery: Delivery) -> Row:
    outbound = delivery.kind == "J"
    goods, picking = delivery.goods, _picking(sap, delivery)
    created = _day(delivery.created)
    row: Row = {
        "DeliveryDocument": delivery.number,
        "DeliveryDocumentType": "LF" if outbound else "LR",
        "SDDocumentCategory": delivery.kind,
        "DeliveryVersion": f"{delivery.version:04d}",
        "ShippingPoint": delivery.shipping_point,
        "SalesOrganization": _SALES_ORG,
        "SoldToParty": _PARTNER,
        "ShipToParty": _PARTNER,
        "CreatedByUser": delivery.user,
        "CreationDate": created,
        "CreationTime": _clock(delivery.created),
        "LastChangeDate": _day(delivery.changed),
        "DocumentDate": created,
        "DeliveryDate": created + timedelta(days=3),
        "PlannedGoodsIssueDate": created + timedelta(days=1),
        "ActualGoodsMovementDate": _day(delivery.issued) if delivery.issued else None,
        "ActualGoodsMovementTime": _clock(delivery.issued) if delivery.issued else timedelta(),
        "HeaderGrossWeight": delivery.weight,
        "HeaderNetWeight": delivery.weight,
        "HeaderWeightUnit": "KG",
        "OverallPickingStatus": picking,
        "OverallPackingStatus": DONE if delivery.boxes else "",
        "OverallGoodsMovementStatus": goods,
        "OverallProofOfDeliveryStatus": delivery.proof,
        "ProofOfDeliveryDate": _day(delivery.proved) if delivery.proved else None,
        "ConfirmationTime": _clock(delivery.proved) if delivery.proved else timedelta(),
        "OverallSDProcessStatus": DONE if goods == DONE else HALF if picking != NONE else NONE,
        "HeaderDelivIncompletionStatus": DONE,
        "TotalBlockStatus": DONE if delivery.fields.get("DeliveryBlockReason") else "",
        "DistrStatusByDecentralizedWrhs": ("C" if goods == DONE else "B") if delivery.ewm_order else "",
        "TotalNumberOfPackage": f"{len(delivery.boxes):05d}",
    }
    return row | delivery.fields


def _item(sap: Sap, delivery: Delivery, line: Line) -> Row:
    return {
        "DeliveryDocument": delivery.number,
        "DeliveryDocumentItem": str(line.number),
        "DeliveryVersion": f"{delivery.version:04d}",
        "DeliveryDocumentItemCategory": "TAN" if delivery.kind == "J" else "REN",
        "SDDocumentCategory": delivery.kind,
        "Material": line.material,
        "DeliveryDocumentItemText": line.name,
        "Plant": delivery.shipping_point,
        "ActualDeliveryQuantity": line.quantity,
        "OriginalDeliveryQuantity": line.ordered,
        "ActualDeliveredQtyInBaseUnit": line.quantity,
        "DeliveryQuantityUnit": line.unit,
        "BaseUnit": line.unit,
        "ItemGrossWeight": line.weight * line.quantity,
        "ItemNetWeight": line.weight * line.quantity,
        "ItemWeightUnit": "KG",
        "ReferenceSDDocument": line.reference,
        "ReferenceSDDocumentItem": str(line.reference_item),
        "ReferenceSDDocumentCategory": delivery.order.kind,
        "PickingStatus": line.picking if _shows_picking(sap, delivery) else NONE,
        "PickingConfirmationStatus": DONE if line.confirmed else NONE,
        "GoodsMovementStatus": delivery.goods,
        "CreatedByUser": delivery.user,
        "CreationDate": _day(delivery.created),
        "LastChangeDate": _day(delivery.changed),
        "InspectionLot": next((part.inspection for part in delivery.found if part.line == line.number), ""),
    }


def _shows_picking(sap: Sap, delivery: Delivery) -> bool:
    """§3.5: what EWM picks shows in LE with the goods issue, unless this system is told to follow."""
    return not delivery.ewm_order or delivery.goods == DONE or sap.switches.le_follows


def _picking(sap: Sap, delivery: Delivery) -> str:
    if not _shows_picking(sap, delivery):
        return NONE
    states = {line.picking for line in delivery.lines}
    return states.pop() if len(states) == 1 else HALF


def _partners(kind: str) -> Callable[[Sap], list[Row]]:
    def found(sap: Sap) -> list[Row]:
        return [
            {"SDDocument": each.number, "PartnerFunction": role, "Customer": _PARTNER, "AddressID": address_id(each)}
            for each in sap.live(kind)
            for role in ("AG", sap.switches.ship_to)
        ]

    return found


def address_id(delivery: Delivery) -> str:
    """Each delivery has an address of its own."""
    return f"9{delivery.number}"


def _addresses(kind: str) -> Callable[[Sap], list[Row]]:
    return lambda sap: [
        {**each.address, "AddressID": address_id(each), "FullName": each.address.get("BusinessPartnerName1", "")}
        for each in sap.live(kind)
    ]


def _addresses2(sap: Sap) -> list[Row]:
    return [
        {
            **each.address, "DeliveryDocument": each.number, "PartnerFunction": role, "AddressID": address_id(each),
            "DeliveryVersion": f"{each.version:04d}",
        }
        for each in sap.live("J")
        for role in ("AG", sap.switches.ship_to)
    ]  # fmt: skip


def _flow(kind: str) -> Callable[[Sap], list[Row]]:
    """The goods movement that follows an item."""
    return lambda sap: [
        {
            "PrecedingDocument": each.number, "PrecedingDocumentItem": str(line.number),
            "PrecedingDocumentCategory": kind, "SubsequentDocumentCategory": "R",
            "Subsequentdocument": f"49{each.number}", "SubsequentDocumentItem": f"{place}",
            "QuantityInBaseUnit": line.quantity,
        }
        for each in sap.live(kind)
        if each.goods == DONE
        for place, line in enumerate(each.lines, start=1)
    ]  # fmt: skip


def _boxes(sap: Sap) -> list[Row]:
    return [_box(each, box) for each in sap.live("J") for box in each.boxes]


def _box(delivery: Delivery, box: Box) -> Row:
    length, width, height = box.sides
    return {
        "HandlingUnitInternalId": box.internal, "HandlingUnitExternalId": box.external, "GrossWeight": box.weight,
        "NetWeight": box.weight - box.tare, "WeightUnit": "KG", "HandlingUnitLength": length,
        "HandlingUnitWidth": width, "HandlingUnitHeight": height, "HandlingUnitUoMDimension": "CM",
        "PackagingMaterial": "CARTON-M", "DeliveryDocument": delivery.number,
    }  # fmt: skip


def _orders(kind: str) -> Callable[[Sap], list[Row]]:
    return lambda sap: [_order(each) for each in sap.orders.values() if each.kind == kind]


def _order(order: SdOrder) -> Row:
    left = sum((item.open for item in order.items), Decimal(0))
    taken = any(item.delivered for item in order.items)
    status = DONE if not left else HALF if taken else NONE
    return {
        "SalesOrder": order.number, "CustomerReturn": order.number, "SalesOrderType": "OR",
        "CustomerReturnType": "CBAR", "SDDocumentReason": "101" if order.kind == "H" else "",
        "SalesOrganization": _SALES_ORG, "SoldToParty": _PARTNER,
        "PurchaseOrderByCustomer": order.label, "OverallDeliveryStatus": status, "OverallSDProcessStatus": status,
        "ReferenceSDDocument": order.of_order,
    }  # fmt: skip


def _products(_sap: Sap) -> list[Row]:
    return [
        {
            "Product": each.number,
            "ProductType": "HAWA",
            "BaseUnit": each.unit,
            "GrossWeight": each.weight,
            "WeightUnit": "KG",
        }
        for each in materials().values()
    ]


def _order_items(kind: str) -> Callable[[Sap], list[Row]]:
    return lambda sap: [
        _order_item(order, item) for order in sap.orders.values() if order.kind == kind for item in order.items
    ]


def _order_item(order: SdOrder, item: OrderItem) -> Row:
    number = str(item.number)
    return {
        "SalesOrder": order.number, "SalesOrderItem": number, "SalesOrderItemText": item.name,
        "CustomerReturn": order.number, "CustomerReturnItem": number, "CustomerReturnItemText": item.name,
        "Material": item.material, "RequestedQuantity": item.quantity, "RequestedQuantityUnit": item.unit,
        "ProductionPlant": order.shipping_point, "ShippingPoint": order.shipping_point,
        "DeliveryStatus": DONE if not item.open else HALF if item.delivered else NONE,
        "ReferenceSDDocument": order.of_order, "ReferenceSDDocumentItem": number if order.of_order else "",
    }  # fmt: skip


def _day(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


def _clock(moment: datetime) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)


_SETS: Mapping[str, Callable[[Any], list[Row]]] = {
    "A_OutbDeliveryHeader": _headers("J"),
    "A_OutbDeliveryItem": _items("J"),
    "A_OutbDeliveryPartner": _partners("J"),
    "A_OutbDeliveryAddress": _addresses("J"),
    "A_OutbDeliveryAddress2": _addresses2,
    "A_OutbDeliveryDocFlow": _flow("J"),
    "A_HandlingUnitHeaderDelivery": _boxes,
    "A_ReturnsDeliveryHeader": _headers("T"),
    "A_ReturnsDeliveryItem": _items("T"),
    "A_ReturnsDeliveryPartner": _partners("T"),
    "A_ReturnsDeliveryAddress": _addresses("T"),
    "A_ReturnsDeliveryDocFlow": _flow("T"),
    "A_SalesOrder": _orders("C"),
    "A_SalesOrderItem": _order_items("C"),
    "A_Product": _products,
    "A_CustomerReturn": _orders("H"),
    "A_CustomerReturnItem": _order_items("H"),
}
