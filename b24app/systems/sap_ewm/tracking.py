"""Where a delivery is (sap-ewm.md §3.5, §6.2, §8): LE's letters, EWM's digits, boxes and rows as our state. Pure.

SAP keeps no history. Of goods issue and proof of delivery the moment is known, of picking the day at most: that of the
last change, then of the goods issue, so that one event is told alike from read to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from b24app.logistics.model import Parcel
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.picking import Packed, PickedLine
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.picked import shortages
from b24app.systems.sap_ewm import vocabulary as words
from b24app.systems.sap_ewm.odata import BOXES, ITEMS

Row = dict[str, Any]
_FINGERPRINT = re.compile(r"[0-9a-f]{24}")
#: Header statuses whose letters we read.
_READ = ("OverallPickingStatus", "OverallGoodsMovementStatus", "OverallProofOfDeliveryStatus")


@dataclass(frozen=True, slots=True)
class Site:
    """What a connection says of its system: the clock's zone, and what "packed" is (`boxes` or `picked`)."""

    zone: ZoneInfo
    packed_when: str = "boxes"


@dataclass(frozen=True, slots=True)
class _Line:
    """One row, LE's and EWM's word joined. `told`: the picking of it is over."""

    row: PickedLine
    begun: bool
    told: bool


def state_of(row: Row, warehouse: Mapping[str, Row] | None, site: Site) -> OrderState:
    """`warehouse`: EWM's rows by the order's item; None = not EWM's, or nothing certain."""
    lines = _lines(row, warehouse or {})
    events = _events(row, lines, site)
    mark = row["DeliveryDocumentBySupplier"]
    number = words.bare(row["DeliveryDocument"])
    return OrderState(
        remote_id=number,
        number=row["BillOfLading"],
        decision=Decision.ACCEPTED,
        order_number=number,
        events=events,
        fingerprint=mark if _FINGERPRINT.fullmatch(mark) else "",
        lines=tuple(line.row for line in lines),
        packed=_packed(row, lines, site),
        issued=_issued(row["OverallGoodsMovementStatus"]),
    )


def _issued(letter: str) -> bool | None:
    """A letter that we do not know says neither."""
    return letter == words.DONE if letter in words.LETTERS else None


def _lines(row: Row, warehouse: Mapping[str, Row]) -> list[_Line]:
    return [_line(row, item, warehouse.get(words.bare(item["ReferenceSDDocumentItem"]))) for item in row[ITEMS]]


def _line(row: Row, item: Row, there: Row | None) -> _Line:
    asked, now = words.quantity(item["OriginalDeliveryQuantity"]), words.quantity(item["ActualDeliveryQuantity"])
    issued = row["OverallGoodsMovementStatus"] == words.DONE
    begun = item["PickingStatus"] in (words.PARTLY, words.DONE)
    told, picked = item["PickingStatus"] == words.DONE, now
    if there is not None and not issued:
        digit = str(there.get("PickingStatus") or "")
        begun = digit not in words.EWM_WAITS or str(there.get("PlannedPickingStatus") or "") not in words.EWM_WAITS
        # In another unit than the delivery's it says nothing of how much was short.
        same = str(there.get("QuantityUnit") or "") in ("", item["DeliveryQuantityUnit"])
        told, picked = digit == words.EWM_DONE, words.quantity(there.get("ProductQuantity")) if same else now
    over = told or issued
    picked, shipped = picked if over else Decimal(0), now if issued else Decimal(0)
    held = PickedLine(item["Material"], asked or now, picked, shipped, item["DeliveryDocumentItemText"])
    return _Line(held, begun or over, over)


def _packed(row: Row, lines: Sequence[_Line], site: Site) -> Packed | None:
    picked = bool(lines) and all(line.told for line in lines)
    boxed = bool(row[BOXES]) or row["OverallPackingStatus"] == words.DONE
    if row["OverallGoodsMovementStatus"] == words.DONE or (picked and (boxed or site.packed_when == "picked")):
        return Packed(parcels=tuple(map(_parcel, row[BOXES])))
    return None


def _parcel(box: Row) -> Parcel:
    unit = box["HandlingUnitUoMDimension"] or ""
    length, width, height = (
        words.millimetres(box[f"HandlingUnit{name}"], unit) for name in ("Length", "Width", "Height")
    )
    return Parcel(words.grams(box["GrossWeight"], box["WeightUnit"] or ""), length, width, height)


# --- events -----------------------------------------------------------------------------------------------------------


def _events(row: Row, lines: Sequence[_Line], site: Site) -> tuple[TrackingEvent, ...]:
    created = words.moment(row["CreationDate"], row["CreationTime"], site.zone) or datetime.fromtimestamp(0, UTC)
    issued = row["OverallGoodsMovementStatus"] == words.DONE
    changed = row["ActualGoodsMovementDate"] if issued else row["LastChangeDate"]
    day = max(created, words.moment(changed, None, site.zone) or created)
    found = [_event("created", Status.CREATED, created)]
    if any(line.begun for line in lines):
        found.append(_event("picking", Status.ACCEPTED_AT_WAREHOUSE, day))
    if issued:
        at = words.moment(row["ActualGoodsMovementDate"], row["ActualGoodsMovementTime"], site.zone) or day
        found.append(_event("issued", Status.IN_TRANSIT, max(at, created)))
        found += _proof(row, site, max(at, created))
    found += _troubles(row, lines, created, day)
    return tuple(sorted(found, key=lambda event: event.at))


def _proof(row: Row, site: Site, issued: datetime) -> list[TrackingEvent]:
    at = words.moment(row["ProofOfDeliveryDate"], row["ConfirmationTime"], site.zone) or issued
    status = row["OverallProofOfDeliveryStatus"]
    if status == words.DONE:
        return [_event("proof", Status.DELIVERED, max(at, issued))]
    return [_event("proof_partly", Status.OUT_FOR_DELIVERY, max(at, issued))] if status == words.PARTLY else []


def _troubles(row: Row, lines: Sequence[_Line], created: datetime, day: datetime) -> Iterable[TrackingEvent]:
    """What somebody has to look at: a block, an article picked short, a letter that we do not know."""
    for name in _READ:
        if row[name] not in words.LETTERS:
            code = f"{name}={row[name]}"
            yield TrackingEvent(code, code, Status.UNKNOWN, day)
    if block := _block(row):
        problem = Problem("warehouse_blocked", Field.ORDER, Who.MANAGER, their_code=block, their_text=block)
        yield TrackingEvent(
            block, words.STATUS_TEXTS["blocked"], None, day, incident=Incident.NOT_READY, problem=problem
        )
    waits = {line.row.sku for line in lines if not line.told}
    # Dated as the delivery: the day of the last change is another one after each change.
    yield from shortages((line.row for line in lines if line.row.sku not in waits), created)


def _block(row: Row) -> str:
    if row["DeliveryBlockReason"]:
        return f"DeliveryBlockReason={row['DeliveryBlockReason']}"
    # `A` = nothing is blocked (§8).
    return (
        f"TotalBlockStatus={row['TotalBlockStatus']}" if row["TotalBlockStatus"] in (words.PARTLY, words.DONE) else ""
    )


def _event(code: str, status: Status, at: datetime) -> TrackingEvent:
    return TrackingEvent(code, words.STATUS_TEXTS[code], status, at)


# --- which of EWM's rows are this delivery's --------------------------------------------------------------------------


def of_delivery(row: Row, there: Iterable[Row]) -> dict[str, Row] | None:
    """LE's and EWM's numbers differ, the order's rows join them (§6.2). An order that is delivered in parts has several
    warehouse orders of the same rows: those of which only one fits are certain, else nothing is."""
    items = {
        (words.bare(item["ReferenceSDDocument"]), words.bare(item["ReferenceSDDocumentItem"])) for item in row[ITEMS]
    }
    groups: dict[str, dict[tuple[str, str], Row]] = {}
    for each in there:
        key = (words.bare(str(each.get("SalesOrder") or "")), words.bare(str(each.get("SalesOrderItem") or "")))
        if key in items:
            groups.setdefault(str(each.get("EWMOutboundDeliveryOrder")), {})[key] = each
    whole = [found for found in groups.values() if set(found) == items]
    if len(whole) > 1:
        whole = [found for found in whole if _fits(row, found)]
    return {key[1]: each for key, each in whole[0].items()} if len(whole) == 1 else None


def _fits(row: Row, found: Mapping[tuple[str, str], Row]) -> bool:
    """None holds more than this delivery asks for, and something is as much."""
    asked = {
        (words.bare(item["ReferenceSDDocument"]), words.bare(item["ReferenceSDDocumentItem"])): words.quantity(
            item["OriginalDeliveryQuantity"]
        )
        for item in row[ITEMS]
    }
    held = {key: words.quantity(each.get("ProductQuantity")) for key, each in found.items()}
    return all(held[key] <= asked[key] for key in asked) and any(held[key] == asked[key] for key in asked)
