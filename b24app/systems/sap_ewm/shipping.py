"""Outbound deliveries of one account (sap-ewm.md §3, §8): made once, marked, followed, deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from b24app.logistics.errors import Refused
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Carriage
from b24app.systems.sap_ewm import orders, tracking
from b24app.systems.sap_ewm import vocabulary as words
from b24app.systems.sap_ewm.client import Client
from b24app.systems.sap_ewm.errors import SapSays, reading, writing
from b24app.systems.sap_ewm.odata import ITEMS, Deliveries
from b24app.systems.sap_ewm.soap import SoapDeliveries

T = TypeVar("T")
Row = dict[str, Any]
_ODO_FIELDS = (
    "EWMOutboundDeliveryOrder,SalesOrder,SalesOrderItem,ProductQuantity,PlannedPickingStatus,PickingStatus,"
    "GoodsIssueStatus"
)
#: A tracking number fits there, or it is not written (§3.2).
_MEANS = 20


class Shipping:
    """`older`: addresses of systems whose release has no handling units; `soap` None = over OData."""

    def __init__(self, client: Client, older: set[str], soap: SoapDeliveries | None, *, ewm: bool) -> None:
        self._client, self._older, self._soap, self._ewm = client, older, soap, ewm
        self._context = context = client.context
        zone = words.zone_of(context.setting("time_zone") or "Europe/Moscow")
        self._site = tracking.Site(zone, context.setting("packed_when") or "boxes")

    # --- making -------------------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        if self._soap:
            row = self._soap.find(number)
        else:
            row = orders.ours(self._headers("orders.find", f"BillOfLading eq {words.literal(number)}"), number)
        return None if row is None else self._state(row)

    def create(self, request: ShipmentRequest) -> OrderState:
        """Search, create, mark (§8): the order's rows and deliveries are looked at first, and what a lost answer
        left behind is completed."""
        order, point = orders.reference(request), self._context.setting("shipping_point")
        if self._soap:
            return self._state(self._soap.create(request, order, point))
        wanted = orders.choose(orders.goods(request), self._rows(request, order))
        there = self._deliveries_of(order)
        row = orders.ours(there, request.number)
        if row is None:
            user = (
                "" if self._client.oauth or self._context.setting("adopt") == "any" else self._context.setting("user")
            )
            row = orders.half_made(there, wanted, user)
            if row is None:
                header = {"ShippingPoint": point} if point else {}
                row = writing(
                    lambda: self._outbound().create("orders.create", orders.build_items(order, wanted), header)
                )
            self._mark(row, orders.build_mark(request))
            row |= orders.build_mark(request)
        return self._state(row)

    def _rows(self, request: ShipmentRequest, order: str) -> list[orders.OrderRow]:
        if self._context.setting("items") == "position":
            return orders.by_position(orders.goods(request))
        path, where = f"{words.SALES_ORDERS}/A_SalesOrderItem", f"SalesOrder eq {words.literal(order)}"
        rows = orders.order_rows(reading(lambda: self._client.v2(path, "orders.rows", filter=where)), "SalesOrderItem")
        if not rows:
            raise Refused([Problem("reference_unknown", Field.REFERENCE, Who.MANAGER, params={"number": order})])
        return rows

    def _deliveries_of(self, order: str) -> list[Row]:
        where = f"ReferenceSDDocument eq {words.literal(order)}"
        items = reading(lambda: self._outbound().items("orders.search", where))
        numbers = sorted({words.bare(item["DeliveryDocument"]) for item in items})
        return self._headers("orders.search", words.any_of("DeliveryDocument", numbers)) if numbers else []

    def _mark(self, row: Row, mark: Mapping[str, str]) -> None:
        """A delivery that does not take our mark would be nobody's: it is taken back. Raises Refused, Unavailable,
        Uncertain."""
        number = words.bare(row["DeliveryDocument"])
        try:
            self._changed("orders.mark", number, row["etag"], mark)
        except Refused:
            self._remove(number)
            raise

    def _changed(self, label: str, number: str, etag: str, values: Mapping[str, str]) -> None:
        """Under If-Match; once more with the version that there is now."""
        try:
            self._outbound().change(label, number, etag, values)
        except SapSays as says:
            if not says.said.stale:
                raise says.refusal() from says
            fresh = reading(lambda: self._outbound().read(f"{label}.again", number))
            writing(lambda: self._outbound().change(label, number, fresh["etag"], values))

    def _remove(self, number: str) -> None:
        fresh = reading(lambda: self._outbound().read("orders.read", number))
        writing(lambda: self._outbound().delete("orders.cancel", number, fresh["etag"]))

    def read(self, remote_id: str) -> OrderState:
        row = self.one(remote_id)
        if row is None:
            return OrderState(remote_id=remote_id, gone=True)
        return self._state(row, tracking.of_delivery(row, self._warehouse_rows([row])))

    def one(self, remote_id: str) -> Row | None:
        if self._soap:
            return self._soap.read(remote_id)
        try:
            return self._newer(lambda deliveries: deliveries.read("orders.read", remote_id))
        except SapSays as says:
            if says.said.missing:
                return None
            raise says.silence() from says

    def _state(self, row: Row, warehouse: Mapping[str, Row] | None = None) -> OrderState:
        return tracking.state_of(row, warehouse, self._site)

    # --- following --------------------------------------------------------------------------------------------

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """Two calls for twenty: deliveries with their items and boxes, and EWM's rows of those that have not left."""
        if self._soap:
            return [self.read(each) for each in remote_ids]
        found: list[OrderState] = []
        for at in range(0, len(remote_ids), words.BATCH):
            some = list(remote_ids[at : at + words.BATCH])
            rows = self._headers("orders.many", words.any_of("DeliveryDocument", some))
            there = self._warehouse_rows(rows)
            states = {
                words.bare(row["DeliveryDocument"]): self._state(row, tracking.of_delivery(row, there)) for row in rows
            }
            found += [states.get(words.bare(each)) or OrderState(remote_id=each, gone=True) for each in some]
        return found

    def _warehouse_rows(self, rows: Iterable[Row]) -> list[Row]:
        waiting = (row for row in rows if row["OverallGoodsMovementStatus"] != words.DONE)
        sold = sorted({words.bare(item["ReferenceSDDocument"]) for row in waiting for item in row[ITEMS]})
        if not sold or not self._ewm or self._soap:
            return []
        where = words.any_of("SalesOrder", sold)
        return reading(lambda: self._client.v4(words.ODO_ITEMS, "warehouse.items", filter=where, select=_ODO_FIELDS))

    def cancel(self, remote_id: str) -> OrderState:
        """A delivery that nobody picks yet is deleted (§8)."""
        row = self.one(remote_id)
        gone = OrderState(remote_id=remote_id, gone=True, cancel=Decision.ACCEPTED)
        if row is None:
            return gone
        state = self._state(row, tracking.of_delivery(row, self._warehouse_rows([row])))
        if any(event.status and event.status.has_moved for event in state.events):
            raise Refused([Problem("too_late_to_cancel", Field.ORDER, Who.MANAGER)])
        if self._soap:
            self._soap.delete(remote_id)
            return gone
        try:
            self._outbound().delete("orders.cancel", remote_id, row["etag"])
        except SapSays as says:
            if not says.said.missing:
                raise says.refusal() from says
        return gone

    # --- what became of the parcel ---

    def tell(self, remote_id: str, carriage: Carriage) -> OrderState | None:
        """The carrier's number goes into "means of transport"; what is there already is not written again."""
        number = carriage.tracking_number
        if self._soap or not number or len(number) > _MEANS:
            return None
        row = self.one(remote_id)
        if row is None:
            return OrderState(remote_id=remote_id, gone=True)
        if row["MeansOfTransport"] != number:
            self._changed("orders.carriage", remote_id, row["etag"], {"MeansOfTransport": number})
        return replace(self._state(row), packed=None, lines=())

    # --- releases -----------------------------------------------------------------------------------------------------

    def _outbound(self) -> Deliveries:
        return Deliveries(self._client, newer=self._client.line.base not in self._older)

    def _headers(self, label: str, where: str) -> list[Row]:
        return reading(lambda: self._newer(lambda deliveries: deliveries.headers(label, where)))

    def _newer(self, ask: Callable[[Deliveries], T]) -> T:
        """Handling units are in newer releases only (§3.1): one that refuses them is not asked for them again."""
        base = self._client.line.base
        try:
            return ask(self._outbound())
        except SapSays as says:
            if says.said.status != 400 or base in self._older:
                raise
            found = ask(Deliveries(self._client, newer=False))
            self._older.add(base)
            return found
