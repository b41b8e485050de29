"""A connection to 1C:WMS through our HTTP service (1c.md §6.8): the ports, joined from pure parts and the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.ports import Outgoing, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import (
    Attachment,
    FiledDocument,
    Option,
    ReceiptRequest,
    ReceiptStage,
    ReceiptState,
    StockAnswer,
    StockLine,
    Warehouse,
)
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.one_c_callbacks import CallbacksByHand
from b24app.systems.kit.one_c_filing import Filing
from b24app.systems.kit.one_c_http import (
    BY_NUMBER,
    NOT_FOUND,
    PAGE,
    STATE_CONFLICT,
    TAKEN,
    OneCHttp,
    Reply,
    adopted,
    key_of,
)
from b24app.systems.kit.one_c_zones import zone_of
from b24app.systems.kit.portions import portions, readable
from b24app.systems.kit.units import moment_of
from b24app.systems.one_c_wms.orders import build_order, parse_order, with_articles
from b24app.systems.one_c_wms.receipts import build_receipt, parse_receipt, parse_stock, with_inspection
from b24app.systems.one_c_wms.vocabulary import BATCH, MEANINGS
from b24app.systems.plugin import Manifest, OpenContext

ORDERS, RECEIPTS = "v1/wms/shipment-orders", "v1/wms/expected-receipts"
#: Articles in one call of stock, and pages of its answer: a hundred articles lie in few warehouses.
MOST_SKUS, MOST_PAGES = 100, 8


class ServiceWms(CallbacksByHand):
    """Implements the ports that the manifest names."""

    def __init__(self, manifest: Manifest, context: OpenContext) -> None:
        self._manifest, self._context = manifest, context
        self._client = OneCHttp(context)
        self._filing = Filing(self._client, MEANINGS)

    # --- Orders, Preview, Tracking, Cancels ---------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        reply = self._client.get(f"{ORDERS}/{BY_NUMBER}/{number}", "orders.find")
        if reply.code == NOT_FOUND:
            return None
        state = reply.parsed(parse_order, "orders.find")
        if state.number != number:
            raise Unavailable("orders.find: another number")
        return state

    def create(self, request: ShipmentRequest) -> OrderState:
        """The key is our number's: the same order twice is one, whatever became of the first answer."""
        body = self.preview(request).body
        reply = self._client.post(ORDERS, "orders.create", "ShipmentOrder", body, key_of("order", request.number))
        if reply.ok:
            return reply.made(parse_order, "orders.create")
        if reply.code in TAKEN:
            return adopted(request, self.find(request.number), reply, MEANINGS)
        raise Refused(with_articles(reply.problems(MEANINGS), body))

    def preview(self, request: ShipmentRequest) -> Outgoing:
        body = build_order(request, self._warehouse())
        return Outgoing("POST", self._client.line.address(ORDERS), body)

    def _warehouse(self) -> str:
        found = self._context.setting("warehouse")
        if not found:
            raise Refused([Problem("account_missing", Field.ACCOUNT, Who.ADMIN)])
        return found

    def read(self, remote_id: str) -> OrderState:
        reply = self._client.get(f"{ORDERS}/{remote_id}", "orders.read")
        if reply.code == NOT_FOUND:
            return OrderState(remote_id, gone=True)
        return reply.parsed(parse_order, "orders.read")

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """Twenty a call (docs/systems/one_c/contract.md): one that 1C does not know (any more) is left out there."""
        return readable(remote_ids, BATCH, self._several)

    def _several(self, remote_ids: Sequence[str]) -> list[OrderState]:
        [(rows, unreadable)] = self._client.pages(ORDERS, "orders.many", 1, ids=",".join(remote_ids))
        states = {state.remote_id: state for row in rows if (state := parse_order(row))}
        # An answer that is odd is no proof that an order is gone.
        if unreadable or len(states) != len(rows) or not states.keys() <= set(remote_ids):
            raise Unavailable("orders.many: rows that make no sense")
        return [states.get(each) or OrderState(each, gone=True) for each in remote_ids]

    def cancel(self, remote_id: str) -> OrderState:
        """Until picking began."""
        reply = self._client.cancel(f"{ORDERS}/{remote_id}", "orders.cancel")
        if reply.code == NOT_FOUND:
            return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)
        if not reply.ok:
            raise Refused(reply.problems(MEANINGS))
        state = reply.made(parse_order, "orders.cancel")
        if state.cancel is None:
            raise Uncertain("orders.cancel: an answer without a cancelled order")
        return state

    # --- Receipts -----------------------------------------------------------------------------------------------------

    def expect(self, request: ReceiptRequest) -> ReceiptState:
        warehouse = self._context.setting("return_warehouse") or self._warehouse()
        body = build_receipt(request, warehouse, zone_of(self._context))
        key = key_of("receipt", request.number)
        reply = self._client.post(RECEIPTS, "receipts.create", "ExpectedReceipt", body, key)
        if reply.ok:
            return replace(reply.made(parse_receipt, "receipts.create"), number=request.number)
        if reply.code not in TAKEN:
            raise Refused(with_articles(reply.problems(MEANINGS), body))
        found = self.find_receipt(request.number)
        if found is None:
            raise Uncertain("receipts.create: the number is taken by a receipt that cannot be seen yet")
        return found

    def find_receipt(self, number: str) -> ReceiptState | None:
        reply = self._client.get(f"{RECEIPTS}/{BY_NUMBER}/{number}", "receipts.find")
        if reply.code == NOT_FOUND:
            return None
        return self._receipt(reply, "receipts.find")

    def read_receipt(self, remote_id: str) -> ReceiptState:
        reply = self._client.get(f"{RECEIPTS}/{remote_id}", "receipts.read")
        if reply.code == NOT_FOUND:
            return ReceiptState(remote_id, gone=True)
        return self._receipt(reply, "receipts.read")

    def _receipt(self, reply: Reply, label: str) -> ReceiptState:
        """With the inspection, once it is completed."""
        state = reply.parsed(parse_receipt, label)
        if state.stage is not ReceiptStage.COMPLETED:
            return state
        found = self._client.get(f"{RECEIPTS}/{state.remote_id}/inspection", "receipts.inspection")
        if found.code == STATE_CONFLICT:
            return state
        inspected = with_inspection(state, found.row) if found.ok else None
        if inspected is None:
            raise Unavailable("receipts.inspection: no inspection that adds up")
        return inspected

    def cancel_receipt(self, remote_id: str) -> ReceiptState:
        reply = self._client.cancel(f"{RECEIPTS}/{remote_id}", "receipts.cancel")
        if reply.code == NOT_FOUND:
            return ReceiptState(remote_id, gone=True)
        if not reply.ok:
            raise Refused(reply.problems(MEANINGS))
        state = reply.made(parse_receipt, "receipts.cancel")
        if state.stage is not ReceiptStage.CANCELLED:
            raise Uncertain("receipts.cancel: an answer without a cancelled receipt")
        return state

    def photo(self, remote_id: str, key: str) -> bytes:
        return self._filing.content(f"{RECEIPTS}/{remote_id}", key)

    # --- Documents ----------------------------------------------------------------------------------------------------

    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:
        return self._filing.attach(f"{ORDERS}/{remote_id}", document)

    def documents(self, remote_id: str) -> list[FiledDocument]:
        return self._filing.listed(f"{ORDERS}/{remote_id}")

    def fetch_document(self, remote_id: str, key: str) -> bytes:
        return self._filing.content(f"{ORDERS}/{remote_id}", key)

    # --- Stock, Lists -------------------------------------------------------------------------------------------------

    def warehouses(self) -> list[Warehouse]:
        pages = self._client.pages("v1/wms/warehouses", "warehouses", MOST_PAGES, limit=str(PAGE))
        found = [row for rows, _ in pages for row in rows if row.get("ref")]
        return [
            Warehouse(str(row["ref"]), str(row.get("name") or row["ref"]), str(row.get("address") or ""))
            for row in found
        ]

    def stock(self, skus: Sequence[str]) -> StockAnswer:
        # A comma separates articles (§6.8): one with a comma in it cannot be asked for.
        asked = [sku for sku in dict.fromkeys(skus) if sku and "," not in sku]
        lines: list[StockLine] = []
        unknown = [sku for sku in dict.fromkeys(skus) if "," in sku]
        as_of = None
        for some in portions(asked, MOST_SKUS):
            params = {"sku": ",".join(some), "condition": "good", "limit": str(PAGE)}
            for reply in self._client.replies("v1/wms/stock", "stock", MOST_PAGES, **params):
                rows, _ = reply.listed("stock")
                lines += [line for row in rows if (line := parse_stock(row))]
                named = reply.row.get("unknownSkus")
                unknown += [str(sku) for sku in named] if isinstance(named, list) else []
                as_of = moment_of(reply.row.get("asOf"))
        return StockAnswer(tuple(lines), tuple(dict.fromkeys(unknown)), as_of)

    def options(self, name: str) -> list[Option]:
        if name in ("warehouse", "return_warehouse"):
            return [Option(found.code, found.title) for found in self.warehouses()]
        return []

    # --- ConnectionTest -----------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:  # noqa: ARG002 - the port's shape
        """Settings; the service's health, which needs the password; the warehouses, which need the rights."""
        checks: list[tuple[str, Callable[[], Found | None]]] = [
            ("settings", lambda: needs_settings(self._manifest, self._context)),
            ("sign_in", lambda: (self._client.health("wms"), {})),
            ("catalogues", self._test_warehouse),
        ]
        return run_checks(checks)

    def _test_warehouse(self) -> Found | None:
        found = {place.code: place.title for place in self.warehouses()}
        chosen = self._context.setting("warehouse")
        if chosen and chosen not in found:
            raise Refused([Problem("sender_point_unknown", Field.SENDER, Who.ADMIN, params={"point": chosen})])
        return found.get(chosen, ""), {"n": str(len(found))}
