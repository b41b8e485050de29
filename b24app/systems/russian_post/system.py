"""A connection to the Post: the ports, each a build, a call and a parse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from b24app.logistics.aftercare import HandOver
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import Address, DeliveryKind, Sender, ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.papers import PaperStage, PaperState
from b24app.logistics.points import PickupPoint, PointPage
from b24app.logistics.ports import CheckedAddress, City, Outgoing, Quote
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext
from b24app.systems.russian_post.addresses import AddressBook, city_of, order_fields
from b24app.systems.russian_post.changes import shows
from b24app.systems.russian_post.checking import Checks
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.errors import problems_of, refuse_if, said, too_late
from b24app.systems.russian_post.feed import CHEAP, Tracker
from b24app.systems.russian_post.handover import hand_over
from b24app.systems.russian_post.orders import Way, build_items, created, ids_of, own_items, parse_order
from b24app.systems.russian_post.papers import PaperDesk
from b24app.systems.russian_post.points import PointBook, is_ecom, to_place
from b24app.systems.russian_post.quotes import Desk, unfit_service
from b24app.systems.russian_post.returns import Books, ReturnDesk, is_return
from b24app.systems.russian_post.vocabulary import MOSCOW, SERVICES

Row = Mapping[str, Any]
CREATE = "2.0/user/backlog"


class RussianPost(ReturnDesk, Checks):
    """The remote id of an order is our number: its items move between backlog and batches, and are found by it. That of
    a return names its barcodes (`returns`)."""

    def __init__(
        self, context: OpenContext, manifest: Manifest, directory: Directory, doors: Directory, spools: Spools
    ) -> None:
        now = context.clock.now().timestamp()
        self._context, self._manifest = context, manifest
        self._client = Client(context)
        self._addresses = AddressBook(self._client, directory, now)
        self._points = PointBook(self._client, directory, spools, now)
        self._desk = Desk(self._client)
        self._tracker = Tracker(context, self._client, doors)
        self._papers = PaperDesk(self._client, self._items)
        self._books = Books(self._client, self._addresses, self._points, self._tracker)

    # --- Orders -----------------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        rows = self._backlog(number)
        own = own_items(rows, number) or own_items([*rows, *self._batched(number)], number)
        return self._state(own, number) if own else None

    def create(self, request: ShipmentRequest) -> OrderState:
        """Whatever is harmless comes first; several items may be made in part, and are then taken back."""
        items = build_items(request, self._way(request))
        if len(items) > 1:
            self._delete(ids_of(self._backlog(request.number), request.number))
        data = self._client.call("PUT", CREATE, "backlog.create", write=True, json=items)
        rows = rows_of(data.get("orders") if isinstance(data, Mapping) else None)
        if errors := said(data):
            self._delete([row["result-id"] for row in rows if isinstance(row.get("result-id"), int)])
            raise Refused(problems_of(errors))
        if len(rows) != len(items) or not all(row.get("barcode") and row.get("result-id") for row in rows):
            raise Uncertain("backlog.create: an answer without barcodes and errors")
        return created(request, items, [str(row["barcode"]) for row in rows])

    def preview(self, request: ShipmentRequest) -> Outgoing:
        """What is sent is a list: its items by their places."""
        items = build_items(request, self._way(request))
        sender = Sender(point_code=items[0]["postoffice-code"])
        return Outgoing("PUT", self._client.address(CREATE), {str(n): item for n, item in enumerate(items)}, sender)

    def read(self, remote_id: str) -> OrderState:
        rows = self._items(remote_id)
        return self._state(rows, remote_id) if rows else OrderState(remote_id, remote_id, gone=True)

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """One call tells of a whole batch; items in none are looked for one by one."""
        found: dict[str, list[Row]] = {}
        listed: set[str] = set()
        for remote_id in remote_ids:
            if remote_id in found:
                continue
            found[remote_id] = self._items(remote_id)
            names = {str(row.get("batch-name") or "") for row in found[remote_id]} - listed - {""}
            if len(found) < len(remote_ids):
                listed |= names
                for name in names:
                    rows = self._client.rows(f"1.0/batch/{name}/shipment", "batch.shipments", size="10000")
                    for other in set(remote_ids) - found.keys():
                        if own := own_items(rows, other):
                            found[other] = own
        return [
            self._state(found[each], each) if found[each] else OrderState(each, each, gone=True) for each in remote_ids
        ]

    def _items(self, number: str) -> list[Row]:
        """The items of an order, wherever they are."""
        rows = self._batched(number)
        return own_items(rows, number) or own_items([*rows, *self._backlog(number)], number)

    def _backlog(self, number: str) -> list[Row]:
        return list(self._client.rows("1.0/backlog/search", "backlog.search", query=number))

    def _batched(self, number: str) -> list[Row]:
        return list(self._client.rows("1.0/shipment/search", "shipment.search", query=number))

    def _found(self, number: str) -> list[Row]:
        """Whatever has the number."""
        return [*self._batched(number), *self._backlog(number)]

    def _state(self, rows: Sequence[Row], number: str) -> OrderState:
        self._tracker.note(rows)
        return parse_order(rows, number, with_events=self._tracker.mode == CHEAP)

    def _delete(self, ids: list[int]) -> None:
        if ids:
            self._client.call("DELETE", "1.0/backlog", "backlog.delete", write=True, json=ids)

    # --- what is looked up before -----------------------------------------------------------------------------------

    def _way(self, request: ShipmentRequest, service: str = "", *, priced: bool = False) -> Way:
        """Where it goes and from where. `priced`: for a price, which needs less. Raises Refused: the address, the
        point, the phone, the service."""
        point = self._point_of(request)
        to_point = point is not None and is_ecom(point)
        to_office = point is not None and not to_point
        if problem := unfit_service(request, service or request.service_code, to_point=to_point, to_office=to_office):
            raise Refused([problem])
        way = Way(
            self._to_address(request.address or Address(""), priced) if point is None else to_place(point),
            (request.sender and request.sender.point_code) or self._context.setting("shipment_point"),
            point=point.code if point and to_point else "",
            group=self._context.setting("mmo") == "yes",
        )
        return way if priced else replace(way, phone=self._addresses.phone(request.recipient))

    def _to_address(self, address: Address, priced: bool) -> Row:
        return order_fields(self._addresses.priced(address) if priced else self._addresses.mailable(address))

    def _point_of(self, request: ShipmentRequest) -> PickupPoint | None:
        if request.kind is not DeliveryKind.PICKUP:
            return None
        point = self._points.find(request.point_code or "")
        if problems := unfit(point, request):
            raise Refused(problems)
        return point

    # --- Cancels, Changes -------------------------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        if is_return(remote_id):
            return self._call_off(remote_id)
        gone = OrderState(remote_id, remote_id, gone=True, cancel=Decision.ACCEPTED)
        found = {"1.0/shipment": self._batched(remote_id), "1.0/backlog": self._backlog(remote_id)}
        for path, rows in found.items():
            if not (ids := ids_of(rows, remote_id)):
                continue
            data = self._client.call("DELETE", path, "order.delete", write=True, json=ids)
            errors = said(data)
            if not errors and not (isinstance(data, Mapping) and "result-ids" in data):
                raise Uncertain("order.delete: an answer without ids and errors")
            if late := too_late(errors, "too_late_to_cancel"):
                raise late
            if others := [error for error in errors if error.code != "NOT_FOUND"]:
                raise Refused(problems_of(others))
        return gone

    def change(
        self,
        remote_id: str,
        before: ShipmentRequest,  # noqa: ARG002 - an edit is the whole item anew
        after: ShipmentRequest,
    ) -> OrderState:
        items = build_items(after, self._way(after))
        rows = self._items(remote_id)
        if not rows or len(rows) != len(items):
            raise Refused([Problem("order_unknown" if not rows else "change_refused", Field.ORDER)])
        if batched := ids_of([row for row in rows if row.get("batch-name")], remote_id):
            back = said(self._client.call("POST", "1.0/user/backlog", "batch.leave", write=True, json=batched))
            if late := too_late(back, "too_late_to_change"):
                raise late
        for row, item in zip(rows, items, strict=True):
            data = self._client.call("PUT", f"1.0/backlog/{row['id']}", "backlog.change", write=True, json=item)
            refuse_if(data)
            if data and not isinstance(data, Mapping):
                raise Uncertain("backlog.change: an answer without sense")
        done = created(after, items, [str(row["barcode"]) for row in rows])
        return OrderState(remote_id, remote_id, Decision.ACCEPTED, done.order_number,
                          changes=(ChangeState("", Decision.ACCEPTED),))  # fmt: skip

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        rows = self._items(remote_id)
        if not rows:
            return OrderState(remote_id, remote_id, gone=True)
        if not shows(rows, build_items(after, self._way(after))):
            return None
        return OrderState(remote_id, remote_id, Decision.ACCEPTED, changes=(ChangeState("", Decision.ACCEPTED),))

    # --- Feed, HandOvers, Papers ------------------------------------------------------------------------------------

    @property
    def feed_key(self) -> str:
        return self._tracker.key

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:
        return self._tracker.pull(cursor, watched)

    def confirm(self, receipt: str) -> None:
        """Nothing is to be confirmed here."""

    def hand_over(self, remote_ids: Sequence[str], day: date) -> HandOver:
        balance = self._context.setting("balance") == "online"
        today = self._context.clock.now().astimezone(MOSCOW).date()
        # Where the person is it may still be yesterday, which the Post refuses.
        day = today if today - day == timedelta(days=1) else day
        return hand_over(self._client, self._items, remote_ids, day, balance=balance)

    def ask_paper(self, form: str, remote_id: str) -> PaperState:
        return self._papers.ask(form, remote_id)

    def read_paper(self, form: str, key: str) -> PaperState:  # noqa: ARG002 - made while it is fetched
        return PaperState(key, PaperStage.READY)

    def fetch_paper(self, form: str, key: str) -> bytes:
        return self._papers.fetch(form, key)

    # --- Quotes, Offers, PickupPoints, Cities, AddressCheck ---------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        way = self._way(request, priced=True)
        try:
            return self._desk.price(request.service_code, request, way)
        except Refused as error:
            raise self._desk.explained(error, request.service_code, request, way) from error

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        """One call a product: there is no call for several."""
        found = []
        for service in SERVICES:
            try:
                found.append(self._desk.price(service, request, self._way(request, service, priced=True)))
            except Refused as error:
                if error.problems[0].field in (Field.ADDRESS, Field.POINT, Field.PHONE):
                    raise
        return found

    def point(self, code: str) -> PickupPoint | None:
        return self._points.find(code)

    def points(self, page: int) -> PointPage:
        return self._points.page(page)

    def city(self, address: Address) -> City:
        row = self._addresses.clean(address)
        city = city_of(row)
        if city is None:
            self._addresses.mailable(address)
            raise Unavailable("clean.address: no place")
        return city

    def check_address(self, address: Address) -> CheckedAddress:
        return self._addresses.check(address)
