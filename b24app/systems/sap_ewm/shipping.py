"""Outbound deliveries of one account (sap-ewm.md §3, §8): made once, marked, followed, deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from b24app.logistics.errors import Refused
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Carriage
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.portions import portions
from b24app.systems.kit.statuses import status_named
from b24app.systems.plugin import OpenContext
from b24app.systems.sap_ewm import movements, orders, tracking
from b24app.systems.sap_ewm import vocabulary as words
from b24app.systems.sap_ewm.client import Client
from b24app.systems.sap_ewm.errors import SapSays, reading, writing
from b24app.systems.sap_ewm.odata import ITEMS, Deliveries
from b24app.systems.sap_ewm.soap import SoapDeliveries

T = TypeVar("T")
Row = dict[str, Any]
_ODO_FIELDS = (
    "EWMOutboundDeliveryOrder,SalesOrder,SalesOrderItem,ProductQuantity,QuantityUnit,PlannedPickingStatus,PickingStatus,"
    "GoodsIssueStatus"
)
#: A tracking number fits there, or it is not written (§3.2).
_MEANS = 20


class Shipping:
    """`older`: addresses of systems whose release has no handling units."""

    def __init__(self, context: OpenContext, older: set[str], directory: Directory) -> None:
        self._context, self._older, self._directory = context, older, directory
        self._client, self._quick = Client(context), Client(context, quick=True)
        self._ewm = context.setting("ewm") != "no"
        self._soap = SoapDeliveries(self._client) if context.setting("api") == "soap" else None
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
        there = self._deliveries_of(order)
        row = orders.ours(there, request.number)
        if row is not None:
            return self._state(row)
        wanted, mark = self._wanted(request, order, there), orders.build_mark(request)
        left = orders.half_made(there, wanted, self._user())
        if left is not None:
            self._changed("orders.mark", left, mark, self._quick)
            return self._state(left | mark)
        header, items = {"ShippingPoint": point} if point else {}, orders.build_items(order, wanted)
        made = writing(lambda: self._outbound(self._quick).create("orders.create", items, header))
        try:
            self._changed("orders.mark", made, mark, self._quick)
        except Refused:
            # One that does not take our mark would be nobody's.
            self._remove(words.bare(made["DeliveryDocument"]))
            raise
        return self._state(made | mark)

    def _user(self) -> str:
        """Whose unmarked deliveries are ours; "" = whoever made them."""
        anybody = self._client.oauth or self._context.setting("adopt") == "any"
        return "" if anybody else self._context.setting("user")

    def _wanted(self, request: ShipmentRequest, order: str, there: Sequence[Row]) -> list[orders.Wanted]:
        goods = orders.goods(request)
        if self._context.setting("items") == "position":
            return orders.by_position(goods)
        path, where = f"{words.SALES_ORDERS}/A_SalesOrderItem", f"SalesOrder eq {words.literal(order)}"
        rows = reading(lambda: self._quick.v2(path, "orders.rows", filter=where))
        if not rows:
            raise Refused([words.reference_unknown(order)])
        return orders.choose(goods, orders.order_rows(rows, "SalesOrderItem", there))

    def _deliveries_of(self, order: str) -> list[Row]:
        where = f"ReferenceSDDocument eq {words.literal(order)}"
        items = reading(lambda: self._outbound(self._quick).items("orders.search", where))
        numbers = sorted({words.bare(item["DeliveryDocument"]) for item in items})
        filters = words.each_of("DeliveryDocument", numbers)
        return [row for some in filters for row in self._headers("orders.search", some, self._quick)]

    def _changed(self, label: str, row: Row, values: Mapping[str, str], client: Client | None = None) -> None:
        """Under If-Match; once more with the version that there is now."""
        number = words.bare(row["DeliveryDocument"])
        try:
            self._outbound(client).change(label, number, row["etag"], values)
        except SapSays as says:
            if says.said.missing:
                raise _unknown(says.said.code, says.said.text) from says
            if not says.said.stale:
                raise says.refusal() from says
            etag = self._etag(number)
            writing(lambda: self._outbound(client).change(label, number, etag, values))

    def _remove(self, number: str) -> None:
        etag = self._etag(number)
        writing(lambda: self._outbound().delete("orders.cancel", number, etag))

    def _etag(self, number: str) -> str:
        row = reading(lambda: self._newer(lambda deliveries: deliveries.read("orders.read", number)))
        return str(row["etag"])

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
        for some in portions(remote_ids, words.BATCH):
            rows = self._headers("orders.many", words.any_of("DeliveryDocument", some))
            there = self._warehouse_rows(rows)
            states = {
                words.bare(row["DeliveryDocument"]): self._state(row, tracking.of_delivery(row, there)) for row in rows
            }
            found += [states.get(words.bare(each)) or OrderState(remote_id=each, gone=True) for each in some]
        return found

    def _warehouse_rows(self, rows: Iterable[Row]) -> list[Row]:
        waiting = (row for row in rows if row["OverallGoodsMovementStatus"] != words.DONE)
        if not self._ewm or self._soap:
            return []
        sold = sorted({words.bare(item["ReferenceSDDocument"]) for row in waiting for item in row[ITEMS]})
        return [row for some in words.each_of("SalesOrder", sold) for row in self._warehouse_list(some)]

    def _warehouse_list(self, where: str) -> list[Row]:
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
        """The carrier's number goes into "means of transport", and the goods issue is posted once the goods have left,
        if the admin wants that (§8: it means `in_transit`). What is there already is not written again."""
        number = carriage.tracking_number if len(carriage.tracking_number) <= _MEANS else ""
        left = self._context.setting("issue") == "carried" and status_named(carriage.status).has_left
        if self._soap or not (number or left):
            return None
        row = self.one(remote_id)
        if row is None:
            raise _unknown()
        if number and row["MeansOfTransport"] != number:
            self._changed("orders.carriage", row, {"MeansOfTransport": number})
        if left and row["OverallGoodsMovementStatus"] != words.DONE:
            self._issue(row)
        return None

    def _issue(self, row: Row) -> None:
        number = words.bare(row["DeliveryDocument"])
        if not self._ewm:
            movements.issue(self._client, number, self._etag(number))
            return
        there = tracking.of_delivery(row, self._warehouse_rows([row]))
        if there is None:
            raise _unknown()
        order = str(next(iter(there.values()))["EWMOutboundDeliveryOrder"])
        movements.issue_there(self._client, order, self._directory)

    # --- releases -----------------------------------------------------------------------------------------------------

    def _outbound(self, client: Client | None = None) -> Deliveries:
        return Deliveries(client or self._client, newer=self._client.line.base not in self._older)

    def _headers(self, label: str, where: str, client: Client | None = None) -> list[Row]:
        return reading(lambda: self._newer(lambda deliveries: deliveries.headers(label, where), client))

    def _newer(self, ask: Callable[[Deliveries], T], client: Client | None = None) -> T:
        """Handling units are in newer releases only (§3.1): one that refuses them is not asked for them again."""
        base = self._client.line.base
        try:
            return ask(self._outbound(client))
        except SapSays as says:
            if says.said.status != 400 or base in self._older:
                raise
            found = ask(Deliveries(client or self._client, newer=False))
            self._older.add(base)
            return found


def _unknown(code: str = "", text: str = "") -> Refused:
    """There is no such delivery, or none that is certain."""
    return Refused([Problem("order_unknown", Field.ORDER, Who.ADMIN, code, text)])
