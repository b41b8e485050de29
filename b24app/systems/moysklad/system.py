"""One connection to MoySklad: the ports, joined from the pure parts and the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from b24app.logistics.changes import Part
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.ports import CallbackHint, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import (
    Attachment,
    Carriage,
    FiledDocument,
    Option,
    ReceiptRequest,
    ReceiptState,
    StockAnswer,
    Warehouse,
)
from b24app.systems.kit.checks import Found, needs_token_or_login, run_checks
from b24app.systems.kit.directory import Directory
from b24app.systems.moysklad import callbacks, changes, tracking
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.documents import Documents
from b24app.systems.moysklad.errors import Unknown
from b24app.systems.moysklad.goods import Shelf, joined
from b24app.systems.moysklad.lists import DEMAND, ORDER, Book
from b24app.systems.moysklad.orders import build_agent, build_order
from b24app.systems.moysklad.reading import ORDER_EXPAND, Reading
from b24app.systems.moysklad.receipts import Receipts
from b24app.systems.moysklad.shipping import Shipping
from b24app.systems.moysklad.stock import read_stock
from b24app.systems.moysklad.tracking import Papers
from b24app.systems.moysklad.vocabulary import BOXES, Row, boxes_text, sync_id
from b24app.systems.plugin import Manifest, OpenContext

OURS, THEIRS = "ours", "theirs"
_DONE = (ChangeState("", Decision.ACCEPTED),)


class MoySklad:
    """Implements the ports that the manifest names."""

    def __init__(self, context: OpenContext, manifest: Manifest, directory: Directory) -> None:
        self._context, self._manifest, self._directory = context, manifest, directory
        self._client = Client(context)
        self._book = Book(self._client, directory, context)
        self._reading = Reading(self._client)
        self._boxes = context.setting("boxes_field") or BOXES
        self._shelf = Shelf(self._client)
        ends = {name: self._client.ref(name, context.setting(name)) for name in ("organization", "store")}
        self._defaults: Mapping[str, Row] = ends
        makes = context.setting("demand_by") != THEIRS
        self._shipping = Shipping(self._client, self._book, self._defaults, makes=makes)
        self._receipts = Receipts(
            self._client, self._book, self._reading, self._defaults, context.setting("returns_store")
        )
        self._papers = Documents(self._client, self._reading, directory, context)

    def _state(self, papers: Papers) -> OrderState:
        return tracking.state_of(papers, self._book.meant, self._boxes)

    # --- Orders, Tracking -----------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        papers = self._reading.found(sync_id("order", number))
        return None if papers is None else self._state(papers)

    def create(self, request: ShipmentRequest) -> OrderState:
        """Articles first, then the recipient, so that only the last call can be of an order that exists: one order for
        one number, whatever is repeated (`syncId`)."""
        self._needs_choices()
        items = joined(item for parcel in request.parcels for item in parcel.items)
        rows = self._shelf.rows(items, reserve=self._context.setting("reserve") != "no")
        boxes = boxes_text(request.parcels)
        ends = {**self._defaults, "agent": self._agent(request)}

        def send() -> Row:
            fields = self._book.values(ORDER, {self._boxes: boxes}) if boxes else []
            body = build_order(request, ends, rows, fields)
            return self._client.object("POST", f"entity/{ORDER}", "orders.make", write=True, json=body,
                                       params={"expand": ORDER_EXPAND})  # fmt: skip

        made = self._book.with_fields(ORDER, send)
        if made.get("syncId") != sync_id("order", request.number):
            raise Uncertain("orders.make: an answer of another order")
        return self._state(Papers(made))

    def _agent(self, request: ShipmentRequest) -> Row:
        """The recipient's counterparty, made if it is not there."""
        body = build_agent(request.recipient)
        found = self._client.object("POST", "entity/counterparty", "agents.make", write=True, json=body)
        return {"meta": found["meta"]}

    def _needs_choices(self) -> None:
        if not all(self._context.setting(name) for name in self._defaults):
            raise Refused([Problem("choices_missing", Field.ACCOUNT, Who.ADMIN)])

    def read(self, remote_id: str) -> OrderState:
        papers = self._reading.one(remote_id)
        return OrderState(remote_id, gone=True) if papers is None else self._state(papers)

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """A list of orders says of those that are not in it that they are gone."""
        found = self._reading.many(remote_ids) if remote_ids else {}
        return [self._state(found[each]) if each in found else OrderState(each, gone=True) for each in remote_ids]

    # --- Cancels --------------------------------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        """§8: the state that means it, and no longer posted, which gives the reserve back; an account without such a
        state has the order deleted. A shipment of ours that nobody posted goes too."""
        papers = self._reading.one(remote_id)
        if papers is None or papers.order.get("deleted"):
            return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)
        if tracking.has_left(papers, self._book.meant):
            raise Refused([Problem("too_late_to_cancel", Field.ORDER)])
        state = self._state(papers)
        if state.cancel is Decision.ACCEPTED and not papers.order.get("applicable", True):
            return state
        self._drop_drafts(papers)
        path, cancelled = f"entity/{ORDER}/{remote_id}", self._book.state_for(ORDER, Status.CANCELLED)
        if not cancelled:
            self._client.ask("DELETE", path, "orders.delete", write=True)
            return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)
        body = {"state": self._client.ref("state", cancelled, ORDER), "applicable": False}
        self._client.object("PUT", path, "orders.cancel", write=True, json=body)
        return OrderState(remote_id, state.number, Decision.ACCEPTED, cancel=Decision.ACCEPTED)

    def _drop_drafts(self, papers: Papers) -> None:
        ours = sync_id("demand", str(papers.order.get("syncId") or papers.order["id"]))
        for row in papers.demands:
            if row.get("syncId") == ours:
                self._client.ask("DELETE", f"entity/{DEMAND}/{row['id']}", "demands.delete", write=True)

    # --- Changes --------------------------------------------------------------------------------------------------

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        """A shipment has its order's counterparty: once there is one, the recipient stays."""
        papers = self._reading.one(remote_id)
        if papers is None or papers.order.get("deleted"):
            raise Refused([Problem("order_unknown", Field.ORDER, Who.ADMIN)])
        person = Part.RECIPIENT in changes.named(before, after)
        if (person and papers.demands) or tracking.has_left(papers, self._book.meant):
            raise Refused([Problem("too_late_to_change", Field.ORDER)])
        body = changes.build_change(before, after, self._agent(after) if person else {})
        self._client.object("PUT", f"entity/{ORDER}/{remote_id}", "orders.change", write=True, json=body)
        return OrderState(remote_id, after.number, Decision.ACCEPTED, changes=_DONE)

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        papers = self._reading.one(remote_id)
        if papers is None or papers.order.get("deleted"):
            return OrderState(remote_id, gone=True)
        return replace(self._state(papers), changes=_DONE) if changes.shows(papers.order, after) else None

    # --- Callbacks ------------------------------------------------------------------------------------------------

    def parse(self, headers: Mapping[str, str], body: bytes) -> list[CallbackHint]:  # noqa: ARG002 - the port's shape
        now = self._context.clock.now().timestamp()
        return callbacks.Notices(self._client, self._directory, now).parse(body)

    def ensure_subscribed(self, url: str) -> None:
        callbacks.ensure_subscribed(self._client, url)

    def unsubscribe(self, url: str) -> int:
        return callbacks.unsubscribe(self._client, url)

    # --- Stock, Lists ---------------------------------------------------------------------------------------------

    def warehouses(self) -> list[Warehouse]:
        return self._book.warehouses()

    def stock(self, skus: Sequence[str]) -> StockAnswer:
        return read_stock(self._client, self._book.warehouses(), skus, self._context.clock.now())

    def options(self, name: str) -> list[Option]:
        return self._book.options(name)

    # --- Onward ---------------------------------------------------------------------------------------------------

    def tell(self, remote_id: str, carriage: Carriage) -> OrderState | None:
        papers = self._reading.one(remote_id)
        if papers is None or papers.order.get("deleted"):
            raise Refused([Problem("order_unknown", Field.ORDER, Who.ADMIN)])
        return self._state(self._shipping.tell(papers, carriage))

    # --- Receipts -------------------------------------------------------------------------------------------------

    def expect(self, request: ReceiptRequest) -> ReceiptState:
        self._needs_choices()
        return self._receipts.expect(request)

    def find_receipt(self, number: str) -> ReceiptState | None:
        return self._receipts.find(number)

    def read_receipt(self, remote_id: str) -> ReceiptState:
        return self._receipts.read(remote_id)

    def cancel_receipt(self, remote_id: str) -> ReceiptState:
        return self._receipts.cancel(remote_id)

    def photo(self, remote_id: str, key: str) -> bytes:  # noqa: ARG002 - the port's shape
        return self._receipts.photo(key)

    # --- Documents ------------------------------------------------------------------------------------------------

    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:
        return self._papers.attach(remote_id, document)

    def documents(self, remote_id: str) -> list[FiledDocument]:
        return self._papers.documents(remote_id)

    def fetch_document(self, remote_id: str, key: str) -> bytes:
        return self._papers.fetch(remote_id, key)

    # --- ConnectionTest -------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:  # noqa: ARG002 - where goods lie MoySklad knows
        return run_checks(
            [
                ("settings", lambda: needs_token_or_login(self._manifest, self._context)),
                ("sign_in", self._test_sign_in),
                ("catalogues", self._test_call),
            ]
        )

    def _test_sign_in(self) -> Found:
        """A solution's token has no employee (§2.2)."""
        try:
            found = self._client.object("GET", "context/employee", "context", gone=True)
        except Unknown:
            found = self._client.object("GET", "context/application", "context")
        return str(found.get("name") or ""), {}

    def _test_call(self) -> Found:
        """Organisations and warehouses: missing rights show here."""
        self._book.options("organization")
        return "", {"n": str(len(self._book.options("store")))}
