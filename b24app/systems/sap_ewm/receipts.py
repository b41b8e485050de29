"""Customer returns (sap-ewm.md §5, §8): a delivery with reference to a returns order, and what the warehouse found.

Which returns order: the one that the request names, else the one that refers to the SAP order which was delivered or
which the deal names, else the one that the deal names itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Finding, InspectedLine, ReceiptRequest, ReceiptStage, ReceiptState
from b24app.systems.kit.inspected import inspected
from b24app.systems.kit.units import moment_of
from b24app.systems.sap_ewm import vocabulary as words
from b24app.systems.sap_ewm.client import Client
from b24app.systems.sap_ewm.errors import SapSays, reading, writing
from b24app.systems.sap_ewm.odata import ITEMS, Deliveries
from b24app.systems.sap_ewm.orders import Wanted, build_items, choose, order_rows

Row = dict[str, Any]
_STOCK = "Product,EWMStockType,EWMStockQuantityInBaseUnit,EWMStockReferenceDocumentItem"


class Returns:
    """Returns deliveries of one account."""

    def __init__(self, client: Client, *, ewm: bool) -> None:
        self._client, self._ewm = client, ewm
        self._deliveries = Deliveries(client, words.RETURNS)
        self._good = words.types(client.context.setting("good_types"), words.GOOD)
        self._blocked = words.types(client.context.setting("blocked_types"), words.BLOCKED)

    # --- announcing ---------------------------------------------------------------------------------------------------

    def find(self, number: str) -> ReceiptState | None:
        rows = reading(lambda: self._deliveries.headers("returns.find", f"BillOfLading eq {words.literal(number)}"))
        found = [row for row in rows if row["BillOfLading"] == number]
        return state_of(found[0], number) if found else None

    def expect(self, request: ReceiptRequest, sold: Sequence[str]) -> ReceiptState:
        """Search, create, mark. `sold`: the SAP order that was delivered, and what the deal has (empty = neither is
        known)."""
        order = words.bare(request.reference) or self._returns_order(sold)
        path, where = f"{words.RETURN_ORDERS}/A_CustomerReturnItem", f"CustomerReturn eq {words.literal(order)}"
        rows = reading(lambda: self._client.v2(path, "returns.order", optional=True, filter=where))
        if not rows:
            raise Refused([words.reference_unknown(order)])
        wanted = choose(request.items, order_rows(rows, "CustomerReturnItem"))
        row = self._there(order, request.number) or self._create(order, wanted)
        if row["BillOfLading"] != request.number:
            self._mark(row, request.number)
        return state_of(row, request.number)

    def _returns_order(self, sold: Sequence[str]) -> str:
        """Of those that refer to a SAP order, the newest; else the returns order that has this number. Raises
        Refused."""
        for order in sold:
            rows = self._orders(f"ReferenceSDDocument eq {words.literal(order)}")
            rows = rows or self._orders(f"CustomerReturn eq {words.literal(order)}")
            if rows:
                return max(rows, key=lambda number: (len(number), number))
        raise Refused([words.reference_missing()])

    def _orders(self, where: str) -> list[str]:
        path = f"{words.RETURN_ORDERS}/A_CustomerReturn"
        rows = reading(lambda: self._client.v2(path, "returns.orders", optional=True, filter=where))
        return [number for row in rows if (number := words.bare(str(row.get("CustomerReturn") or "")))]

    def _there(self, order: str, number: str) -> Row | None:
        """The returns delivery of this returns order with our mark, else one without a mark: goods come back once.
        One with another mark is another return's."""
        where = f"ReferenceSDDocument eq {words.literal(order)}"
        items = reading(lambda: self._deliveries.items("returns.search", where))
        numbers = sorted({words.bare(item["DeliveryDocument"]) for item in items})
        fitting = [
            row
            for some in words.each_of("DeliveryDocument", numbers)
            for row in reading(lambda: self._deliveries.headers("returns.search", some))  # noqa: B023 - asked at once
            if row["BillOfLading"] in ("", number)
        ]
        return max(fitting, key=lambda row: bool(row["BillOfLading"]), default=None)

    def _create(self, order: str, wanted: Sequence[Wanted]) -> Row:
        return writing(lambda: self._deliveries.create("returns.create", build_items(order, wanted), {}))

    def _mark(self, row: Row, number: str) -> None:
        """Where a site does not take our mark on a return, its returns order alone tells (§5)."""
        try:
            values = {"BillOfLading": number}
            self._deliveries.change("returns.mark", words.bare(row["DeliveryDocument"]), row["etag"], values)
        except SapSays as says:
            if says.said.locked or says.said.stale:
                raise says.refusal() from says

    def cancel(self, remote_id: str) -> ReceiptState:
        row = self._read(remote_id)
        if row is None:
            return ReceiptState(remote_id, stage=ReceiptStage.CANCELLED, gone=True)
        if row["OverallGoodsMovementStatus"] == words.DONE:
            raise Refused([Problem("too_late_to_cancel", Field.ORDER, Who.MANAGER)])
        try:
            self._deliveries.delete("returns.cancel", remote_id, row["etag"])
        except SapSays as says:
            if not says.said.missing:
                raise says.refusal() from says
        return ReceiptState(remote_id, row["BillOfLading"], stage=ReceiptStage.CANCELLED, gone=True)

    # --- reading ------------------------------------------------------------------------------------------------------

    def read(self, remote_id: str) -> ReceiptState:
        """Nobody asks the warehouse before the goods are there."""
        row = self._read(remote_id)
        if row is None:
            return ReceiptState(remote_id, gone=True)
        state = state_of(row, row["BillOfLading"])
        if state.stage is not ReceiptStage.ARRIVED or not self._ewm:
            return state
        return reading(lambda: self._inspected(row, remote_id))

    def _inspected(self, row: Row, remote_id: str) -> ReceiptState:
        heads = self._client.v4(
            words.INBOUND_HEADS, "inbound.find", optional=True, filter=_either("InboundDelivery", remote_id)
        )
        if not heads:
            return state_of(row, row["BillOfLading"])
        inbound = str(heads[0].get("EWMInboundDelivery") or "")
        asked = f"EWMInboundDelivery eq {words.literal(inbound)}"
        items = self._client.v4(words.INBOUND_ITEMS, "inbound.items", optional=True, filter=asked)
        of_it = f"EWMStockReferenceDocument eq {words.literal(inbound)}"
        parts = self._client.v4(words.PHYSICAL, "stock.physical", optional=True, filter=of_it, select=_STOCK)
        return with_findings(row, items, parts, self._good, self._blocked)

    def _read(self, number: str) -> Row | None:
        try:
            return self._deliveries.read("returns.read", number)
        except SapSays as says:
            if says.said.missing:
                return None
            raise says.silence() from says


def _either(name: str, number: str) -> str:
    """EWM may write LE's number with leading zeros."""
    return f"{name} eq {words.literal(number)} or {name} eq {words.literal(number.rjust(10, '0'))}"


# --- pure -------------------------------------------------------------------------------------------------------------


def state_of(row: Row, number: str) -> ReceiptState:
    """What LE alone tells."""
    came = row["OverallGoodsMovementStatus"] == words.DONE
    return ReceiptState(
        remote_id=words.bare(row["DeliveryDocument"]),
        number=number,
        receipt_number=words.bare(row["DeliveryDocument"]),
        stage=ReceiptStage.ARRIVED if came else ReceiptStage.CREATED,
        code=f"OverallGoodsMovementStatus={row['OverallGoodsMovementStatus']}",
        lines=tuple(InspectedLine(item["Material"], _expected(item)) for item in row[ITEMS]),
    )


def _expected(item: Row) -> Decimal:
    return words.quantity(item["OriginalDeliveryQuantity"]) or words.quantity(item["ActualDeliveryQuantity"])


def with_findings(
    row: Row, items: Iterable[Row], parts: Iterable[Row], good: Sequence[str], blocked: Sequence[str]
) -> ReceiptState:
    """Over once every row is put away and nothing of it is in inspection any more (§8)."""
    items, parts = list(items), list(parts)
    state = state_of(row, row["BillOfLading"])
    sorts = {*good, *blocked}
    waits = any(
        str(part.get("EWMStockType")) not in sorts
        for part in parts
        if words.quantity(part.get("EWMStockQuantityInBaseUnit"))
    )
    over = bool(items) and all(str(item.get("PutawayStatus")) == words.EWM_DONE for item in items)
    if waits or not over:
        return _with_stage(state, ReceiptStage.INSPECTING, ())
    lying: dict[str, list[Row]] = {}
    for part in parts:
        lying.setdefault(words.bare(str(part.get("EWMStockReferenceDocumentItem") or "")), []).append(part)
    lines = tuple(
        _found(item, lying.get(words.bare(item["DeliveryDocumentItem"]), []), good, blocked) for item in row[ITEMS]
    )
    moments = [moment_of(item.get("EWMDelivLastChangeUTCDateTime")) for item in items]
    told = [moment for moment in moments if moment is not None]
    if not told:
        raise Unavailable("inbound.items: put away, and nobody says when")
    return ReceiptState(
        state.remote_id, state.number, state.receipt_number, ReceiptStage.COMPLETED, "PutawayStatus=9", lines=lines,
        inspected_at=max(told),
    )  # fmt: skip


def _with_stage(state: ReceiptState, stage: ReceiptStage, lines: tuple[InspectedLine, ...]) -> ReceiptState:
    return ReceiptState(
        state.remote_id, state.number, state.receipt_number, stage, state.code, lines=lines or state.lines
    )


def _found(item: Row, parts: Sequence[Row], good: Sequence[str], blocked: Sequence[str]) -> InspectedLine:
    """`parts`: stock that lies there of this row."""

    def lies(kinds: Sequence[str]) -> Decimal:
        fitting = (part for part in parts if str(part.get("EWMStockType")) in kinds)
        return sum((words.quantity(part.get("EWMStockQuantityInBaseUnit")) for part in fitting), Decimal(0))

    fine, broken = lies(good), lies(blocked)
    told = ((fine, "good", ""), (broken, "damaged", ", ".join(blocked)))
    findings = [Finding(amount, condition, reason) for amount, condition, reason in told if amount]
    return inspected(item["Material"], _expected(item), fine, broken, findings)
