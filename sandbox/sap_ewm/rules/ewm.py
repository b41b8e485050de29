"""EWM (§6.2): the warehouse's side of a delivery, its bound actions, and what lies where."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.sap_ewm.data.goods import WAREHOUSES, materials
from sandbox.sap_ewm.errors import Refused
from sandbox.sap_ewm.model import DONE, Delivery, Line, StockPart
from sandbox.sap_ewm.schema import Entity
from sandbox.sap_ewm.values import default

from . import life, receipts

if TYPE_CHECKING:
    from sandbox.sap_ewm.core import Sap

Row = dict[str, Any]
_OUT, _OUT_ITEM = "WhseOutboundDeliveryOrderHead", "WhseOutboundDeliveryOrderItem"
_IN, _IN_ITEM = "WhseInboundDeliveryHead", "WhseInboundDeliveryItem"
#: Bound actions that are emulated, by set.
ACTIONS: Mapping[str, tuple[str, ...]] = {
    _OUT: ("PostGoodsIssue", "ReverseGoodsIssue", "SetShippingReadiness", "ReverseShippingReadiness"),
    _IN: ("PostGoodsReceipt",),
}
#: Sets whose rows belong to a delivery, whose version their ETag shows.
KINDS = {_OUT: "J", _OUT_ITEM: "J", _IN: "T", _IN_ITEM: "T"}
_PARTNER, _STOCK_OWNER = "10100001", "BP1010"
_SPACE = uuid.UUID("6f9619ff-8b86-d011-b42d-00cf4fc964ff")


def keys(sap: Sap) -> dict[str, list[str]]:
    """Of sets whose key is not the notation's: one public client has the warehouse in it (§6.2)."""
    if sap.switches.odo_key == "order":
        return {}
    return {_OUT: ["EWMWarehouse", "EWMOutboundDeliveryOrder"]}


def rows(sap: Sap, entity: Entity) -> list[Row]:
    found = _SETS[entity.name](sap)
    empty = {name: default(each) for name, each in entity.properties.items()}
    return [empty | row for row in found]


def etag(delivery: Delivery) -> str:
    return f'W/"SADL-{delivery.changed:%Y%m%d%H%M%S}C~{delivery.version:04d}"'


def _of(sap: Sap, kind: str) -> Iterable[Delivery]:
    return (each for each in sap.live(kind) if each.ewm_order)


def _head(sap: Sap) -> list[Row]:
    return [
        {
            "EWMOutboundDeliveryOrder": each.ewm_order, "EWMWarehouse": sap.warehouse(each),
            "EWMDeliveryDocumentType": "OUTB", "ShipToParty": _PARTNER,
            "ShipToPartyName": each.address.get("BusinessPartnerName1", ""),
            "EWMShippingReadinessStatus": each.readiness,
        }
        for each in _of(sap, "J")
    ]  # fmt: skip


def _item(sap: Sap) -> list[Row]:
    return [_out_item(sap, each, line) for each in _of(sap, "J") for line in each.lines]


def _out_item(sap: Sap, delivery: Delivery, line: Line) -> Row:
    planned, picking = line.ewm
    done = "9" if delivery.goods == DONE else "1"
    return {
        "EWMOutboundDeliveryOrder": delivery.ewm_order, "EWMOutboundDeliveryOrderItem": str(line.number),
        "EWMWarehouse": sap.warehouse(delivery), "EWMDeliveryDocumentCategory": "PDO",
        "EWMOutbDelivOrderItemCategory": "DLV", "EWMOutbDeliveryOrderItemType": "ODLV", "Product": line.material,
        "ProductQuantity": line.picked if picking == "9" else line.quantity, "QuantityUnit": line.unit,
        "StagingArea": "GI-01", "WarehouseProcessType": "2010", "GoodsIssueStatus": done,
        "PlannedPickingStatus": planned, "PickingStatus": picking, "CompletionStatus": done,
        "EWMStockType": receipts.GOOD, "EWMStockOwner": _STOCK_OWNER, "EntitledToDisposeParty": _STOCK_OWNER,
        "SalesOrder": line.reference, "SalesOrderItem": str(line.reference_item),
        "PlndGoodsIssueStartUTCDateTime": _six(delivery.created), "ActlGoodsIssueStartUTCDateTime": delivery.issued,
        "EWMDelivLastChangeUTCDateTime": delivery.changed,
    }  # fmt: skip


def _six(moment: datetime) -> datetime:
    """The next morning."""
    return moment.replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _in_head(sap: Sap) -> list[Row]:
    return [
        {
            "EWMInboundDelivery": each.ewm_order, "EWMWarehouse": sap.warehouse(each), "ShipFromParty": _PARTNER,
            "ShipFromPartyName": each.address.get("BusinessPartnerName1", ""), "InboundDelivery": each.number,
            "PlannedDeliveryUTCDateTime": each.created + timedelta(days=3),
        }
        for each in _of(sap, "T")
    ]  # fmt: skip


def _in_item(sap: Sap) -> list[Row]:
    return [_received(sap, each, line) for each in _of(sap, "T") for line in each.lines]


def _received(sap: Sap, delivery: Delivery, line: Line) -> Row:
    done, put_away = "9" if delivery.goods == DONE else "1", "9" if delivery.inspected else "1"
    lot = next((part.inspection for part in delivery.found if part.line == line.number), "")
    return {
        "EWMInboundDelivery": delivery.ewm_order, "EWMInboundDeliveryItem": str(line.number),
        "EWMWarehouse": sap.warehouse(delivery), "Product": line.material, "ProductQuantity": line.quantity,
        "QuantityUnit": line.unit, "GoodsReceiptStatus": done, "PlanningPutawayStatus": put_away,
        "PutawayStatus": put_away, "CompletionStatus": put_away, "EWMStockType": receipts.CHECKED,
        "QualityInspectionDocument": lot, "EWMDelivLastChangeUTCDateTime": delivery.changed,
    }  # fmt: skip


def _available(sap: Sap) -> list[Row]:
    return [
        {
            "EWMWarehouse": warehouse, "Product": number, "EWMStockType": receipts.GOOD, "EWMStockOwner": _STOCK_OWNER,
            "EntitledToDisposeParty": _STOCK_OWNER, "EWMStorageBin": "0010-01-01", "EWMStorageType": "0010",
            "AvailableEWMStockQty": max(amount - sap.reserved(warehouse, number), Decimal(0)),
            "EWMStockQuantityBaseUnit": materials()[number].unit, "GoodsReceiptUTCDateTime": None,
        }
        for (warehouse, number), amount in sap.stock.items()
    ]  # fmt: skip


def _physical(sap: Sap) -> list[Row]:
    """What came back lies apart and says from which delivery it is; the rest of a material is one row."""
    parts = [(each, part) for each in _of(sap, "T") for part in each.found]
    apart: dict[tuple[str, str], Decimal] = {}
    for each, part in parts:
        if part.stock_type == receipts.GOOD:
            key = (sap.warehouse(each), part.material)
            apart[key] = apart.get(key, Decimal(0)) + part.quantity
    plain = [
        _lies(warehouse, number, amount - apart.get((warehouse, number), Decimal(0)), materials()[number].unit)
        for (warehouse, number), amount in sap.stock.items()
    ]
    return [row for row in plain if row["EWMStockQuantityInBaseUnit"]] + [
        _came_back(sap.warehouse(each), each, part) for each, part in parts
    ]


def _lies(warehouse: str, number: str, amount: Decimal, unit: str, kind: str = receipts.GOOD, at: str = "") -> Row:
    return {
        "ParentHandlingUnitUUID": str(uuid.UUID(int=0)),
        "StockItemUUID": str(uuid.uuid5(_SPACE, f"{warehouse}/{number}/{kind}/{at}")),
        "EWMWarehouse": warehouse, "Product": number, "EWMStockType": kind, "EWMStockOwner": _STOCK_OWNER,
        "EntitledToDisposeParty": _STOCK_OWNER, "EWMStorageBin": "9010-RET-01" if at else "0010-01-01",
        "EWMStorageType": "9010" if at else "0010", "EWMStockQuantityInBaseUnit": amount,
        "EWMStockQuantityBaseUnit": unit,
    }  # fmt: skip


def _came_back(warehouse: str, delivery: Delivery, part: StockPart) -> Row:
    at = f"{delivery.ewm_order}/{part.line}"
    return _lies(warehouse, part.material, part.quantity, part.unit, part.stock_type, at) | {
        "EWMStockReferenceDocCategory": "PDI", "EWMStockReferenceDocument": delivery.ewm_order,
        "EWMStockReferenceDocumentItem": str(part.line), "QualityInspectionDocument": part.inspection,
    }  # fmt: skip


_SETS: Mapping[str, Callable[[Any], list[Row]]] = {
    _OUT: _head,
    _OUT_ITEM: _item,
    _IN: _in_head,
    _IN_ITEM: _in_item,
    "WarehouseAvailableStock": _available,
    "WarehousePhysicalStockProducts": _physical,
    "Warehouse": lambda _: [{"EWMWarehouse": warehouse} for warehouse in WAREHOUSES.values()],
}


# --- actions ----------------------------------------------------------------------------------------------------------


def delivery_of(sap: Sap, name: str, key: Mapping[str, str]) -> Delivery:
    """The delivery behind a row; its number may come with leading zeros (§6.2). Raises Refused."""
    number = key.get("EWMOutboundDeliveryOrder") or key.get("EWMInboundDelivery") or ""
    digits = number.lstrip("0")
    found = next((each for each in _of(sap, KINDS[name]) if each.ewm_order == digits), None)
    if found is None or key.get("EWMWarehouse", sap.warehouse(found)) != sap.warehouse(found):
        raise Refused("/SCWM/ODATA_API/040", status=404, order=number, words="does not exist")
    return found


def act(sap: Sap, name: str, delivery: Delivery, action: str, if_match: str | None) -> None:
    """A bound action. Raises Refused."""
    if action not in ACTIONS.get(name, ()):
        raise Refused("/IWBEP/CM_MGW_RT/030" if action in _KNOWN else "/IWBEP/CM_MGW_RT/020", name=action)
    if not if_match:
        raise Refused("/IWFND/CM_MGW/428")
    if if_match not in ("*", etag(delivery)):
        raise Refused("/IWFND/CM_MGW/420")
    if sap.locks.get(delivery.number, 0.0) > sap.time():
        raise Refused("MC/601", status=sap.switches.locked_status, delivery=delivery.number, user="DIALOG1")
    _DOES[action](sap, delivery)
    sap.touch(delivery, action)


#: The service has them, and they are not emulated.
_KNOWN = ("ActivateImmediateLoading", "ActivateAdhocLoading")


def _wrong(delivery: Delivery, words: str) -> Refused:
    return Refused("/SCWM/ODATA_API/040", order=delivery.ewm_order, words=words)


def _issue(sap: Sap, delivery: Delivery) -> None:
    if delivery.goods == DONE:
        raise _wrong(delivery, "goods issue is already posted")
    if any(line.ewm[1] != "9" for line in delivery.lines):
        raise _wrong(delivery, "picking is not finished")
    life.issue(sap, delivery)


def _reverse(sap: Sap, delivery: Delivery) -> None:
    if delivery.goods != DONE:
        raise _wrong(delivery, "no goods issue to reverse")
    life.reverse(sap, delivery)


def _receive(sap: Sap, delivery: Delivery) -> None:
    if delivery.goods == DONE:
        raise _wrong(delivery, "goods receipt is already posted")
    receipts.receive(sap, delivery)


def _ready(_sap: Sap, delivery: Delivery) -> None:
    delivery.readiness = "C"


def _not_ready(_sap: Sap, delivery: Delivery) -> None:
    delivery.readiness = "B"


_DOES: Mapping[str, Callable[[Any, Delivery], None]] = {
    "PostGoodsIssue": _issue,
    "ReverseGoodsIssue": _reverse,
    "PostGoodsReceipt": _receive,
    "SetShippingReadiness": _ready,
    "ReverseShippingReadiness": _not_ready,
}
