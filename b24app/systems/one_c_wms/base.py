"""A connection to 1C:WMS by the base's standard OData (1c.md §4): the ports, joined from the pure parts and the client.

A shipment order is several calls (§4.4): header, rows, state, posting. What was half done is found by our number and
completed by the next attempt; only a posted document is an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from b24app.logistics.errors import Refused
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, is_ours
from b24app.logistics.ports import Outgoing, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import (
    Option,
    ReceiptRequest,
    ReceiptStage,
    ReceiptState,
    StockAnswer,
    Warehouse,
)
from b24app.systems.kit import one_c_odata as odata
from b24app.systems.kit.checks import Found as Facts
from b24app.systems.kit.checks import needs_settings, run_checks
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.one_c_by_hand import BY_HAND, WithoutService, no_object
from b24app.systems.kit.one_c_odata import MOST_OR, OData
from b24app.systems.kit.one_c_zones import zone_of
from b24app.systems.kit.portions import readable
from b24app.systems.one_c_wms import documents as papers
from b24app.systems.one_c_wms.documents import ORDER, RECEIPT, Found, Refs
from b24app.systems.one_c_wms.drafts import Drafts, partner_name
from b24app.systems.one_c_wms.goods import items_of, merged
from b24app.systems.one_c_wms.lookup import Lookup
from b24app.systems.one_c_wms.names import Names, way
from b24app.systems.one_c_wms.settings import state_options
from b24app.systems.one_c_wms.vocabulary import MEANINGS, NAMES, NEEDED
from b24app.systems.plugin import Manifest, OpenContext

#: The one warehouse that a base without our service shows (§4.3 has no place in the balances).
HERE = "1c"
MOST_ELEMENTS = 500


class BaseWms(WithoutService):
    """Implements the ports that the manifest names, as far as a base without our service can."""

    def __init__(self, manifest: Manifest, context: OpenContext, directory: Directory) -> None:
        self._manifest, self._context = manifest, context
        self._client = OData(context, MEANINGS)
        self._names = Names(context.setting("names"))
        self._lookup = Lookup(self._client, self._names)
        self._drafts = Drafts(self._client, self._names, self._lookup, context, directory)
        self._zone = zone_of(context)
        self._states, self._receipt_states = context.mapping("states"), context.mapping("receipt_states")

    # --- Orders, Preview, Tracking, Cancels ---------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        """A document that is not posted is half-written: `create` completes it."""
        header = self._lookup.header(ORDER, number)
        if header is None or header.get("Posted") is not True:
            return None
        return self._orders([str(header["Ref_Key"])], [header])[0]

    def create(self, request: ShipmentRequest) -> OrderState:
        items = items_of(request)
        header = self._lookup.header(ORDER, request.number)
        if header is not None and header.get("Posted") is True:
            found = self._orders([str(header["Ref_Key"])], [header])[0]
            if is_ours(request, found):
                return found
            raise Refused([Problem("number_taken", Field.NUMBER, Who.WAYBILL)])
        refs = self._drafts.refs(ORDER, items, request.recipient)
        now = self._now()
        body = papers.build_header(self._names, ORDER, request.number, refs, now, now)
        key = self._drafts.written(ORDER, header, body, items, refs, now)
        return OrderState(key, request.number)

    def preview(self, request: ShipmentRequest) -> Outgoing:
        """What is written, in one document: it takes a call each."""
        items = items_of(request)
        refs = Refs("", goods={item.sku.strip(): item.sku.strip() for item in items}, packs={})
        now = self._now()
        body = papers.build_header(self._names, ORDER, request.number, refs, now, now)
        rows = papers.build_rows(self._names, "", items, refs, now)
        partner = way(self._names["order.partner"])
        shown = {**body, partner: partner_name(request.recipient), self._names["order.rows"]: rows}
        return Outgoing("POST", self._client.line.address(self._names["order"]), shown)

    def read(self, remote_id: str) -> OrderState:
        [state] = self._orders([remote_id])
        return state

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """Twenty orders in three calls, four when something was shipped."""
        return readable(remote_ids, MOST_OR, self._orders)

    def cancel(self, remote_id: str) -> OrderState:
        """Off unless the admin chose how (§8); only while the state is the first one."""
        found = self._lookup.documents(ORDER, [remote_id])
        if remote_id not in found:
            return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)
        state = papers.parse_order(self._names, found[remote_id], self._states, self._zone)
        if state.cancel is Decision.ACCEPTED:
            return state
        self._may_cancel(found[remote_id].raw, self._names["order.first"])
        version = str(found[remote_id].header.get("DataVersion") or "")
        self._drafts.cancel(ORDER, remote_id, self._context.setting("odata_cancel"), version)
        return OrderState(remote_id, state.number, Decision.ACCEPTED, cancel=Decision.ACCEPTED)

    def _may_cancel(self, raw: str, first: str) -> None:
        if raw not in ("", first):
            raise Refused([Problem("too_late_to_cancel", Field.ORDER, Who.MANAGER, raw)])
        if not self._context.setting("odata_cancel"):
            raise Refused([BY_HAND])

    def _orders(self, keys: Sequence[str], headers: Sequence[odata.Row] | None = None) -> list[OrderState]:
        """In the order asked for; one that the base does not know (any more) is gone."""
        found = self._lookup.documents(ORDER, keys, headers)
        return [
            papers.parse_order(self._names, found[key], self._states, self._zone)
            if key in found
            else OrderState(key, gone=True)
            for key in keys
        ]

    def _now(self) -> datetime:
        found: datetime = self._context.clock.now().astimezone(self._zone)
        return found

    # --- Receipts -----------------------------------------------------------------------------------------------------

    def expect(self, request: ReceiptRequest) -> ReceiptState:
        items = merged(request.items)
        header = self._lookup.header(RECEIPT, request.number)
        if header is not None and header.get("Posted") is True:
            return self.read_receipt(str(header["Ref_Key"]))
        refs = self._drafts.refs(RECEIPT, items, request.sender)
        now = self._now()
        day = request.expected_at.astimezone(self._zone) if request.expected_at else now + timedelta(days=1)
        body = papers.build_header(self._names, RECEIPT, request.number, refs, now, day)
        key = self._drafts.written(RECEIPT, header, body, items, refs, now)
        return ReceiptState(key, request.number)

    def find_receipt(self, number: str) -> ReceiptState | None:
        header = self._lookup.header(RECEIPT, number)
        if header is None or header.get("Posted") is not True:
            return None
        return self.read_receipt(str(header["Ref_Key"]))

    def read_receipt(self, remote_id: str) -> ReceiptState:
        found = self._lookup.documents(RECEIPT, [remote_id])
        if remote_id not in found:
            return ReceiptState(remote_id, gone=True)
        return self._receipt(found[remote_id])

    def _receipt(self, found: Found) -> ReceiptState:
        good = self._context.setting("received_is_good") == "1"
        return papers.parse_receipt(self._names, found, self._receipt_states, self._zone, all_good=good)

    def cancel_receipt(self, remote_id: str) -> ReceiptState:
        found = self._lookup.documents(RECEIPT, [remote_id])
        if remote_id not in found:
            return ReceiptState(remote_id, gone=True)
        state = self._receipt(found[remote_id])
        if state.stage is ReceiptStage.CANCELLED:
            return state
        self._may_cancel(state.code, self._names["receipt.first"])
        version = str(found[remote_id].header.get("DataVersion") or "")
        self._drafts.cancel(RECEIPT, remote_id, self._context.setting("odata_cancel"), version)
        return self.read_receipt(remote_id)

    def photo(self, remote_id: str, key: str) -> bytes:  # noqa: ARG002 - the port's shape
        raise Refused([BY_HAND])

    # --- Stock, Lists -------------------------------------------------------------------------------------------------

    def warehouses(self) -> list[Warehouse]:
        return [Warehouse(HERE, "1С:WMS")]

    def stock(self, skus: Sequence[str]) -> StockAnswer:
        """Two calls twenty articles: which goods they are, and their balances."""
        asked = list(dict.fromkeys(sku for sku in skus if sku))
        goods = self._lookup.goods(asked)
        rows = self._lookup.balances(list(goods.values())) if goods else []
        lines = papers.stock_lines(self._names, rows, {key: sku for sku, key in goods.items()}, HERE)
        unknown = tuple(sku for sku in asked if sku not in goods)
        return StockAnswer(tuple(lines), unknown, self._context.clock.now())

    def options(self, name: str) -> list[Option]:
        if f"list.{name}" in NAMES:
            catalog = self._names[f"list.{name}"]
            rows = self._client.rows(catalog, "lists", select=("Ref_Key", "Description"), top=MOST_ELEMENTS)
            return [Option(str(row["Ref_Key"]), str(row.get("Description") or row["Ref_Key"])) for row in rows]
        if name in ("states", "receipt_states"):
            register, value = self._names[f"{_KIND_OF[name]}.states"], self._names["states.value"]
            rows = self._client.rows(register, "lists", select=(value,), top=MOST_ELEMENTS)
            return state_options(name, tuple(str(row[value]) for row in rows if row.get(value)))
        return []

    # --- ConnectionTest -----------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:  # noqa: ARG002 - the port's shape
        """Settings; a list that needs the password; whether everything that is needed is published."""
        checks: list[tuple[str, Callable[[], Facts | None]]] = [
            ("settings", self._test_settings),
            ("sign_in", self._test_sign_in),
            ("catalogues", self._test_published),
        ]
        return run_checks(checks)

    def _test_settings(self) -> None:
        needs_settings(self._manifest, self._context)
        if self._names.strange:
            raise Refused([no_object("; ".join(self._names.strange)[:300])])

    def _test_sign_in(self) -> None:
        self._lookup.header(ORDER, "-")

    def _test_published(self) -> Facts:
        names = self._names
        sets = self._client.published(names[each] for each in NEEDED)
        missing = [names[each] for each in NEEDED if names[each] not in sets]
        for kind in (ORDER, RECEIPT):
            wanted = names[f"{kind}.number"]
            props = sets.get(names[kind], frozenset())
            missing += [f"{names[kind]}.{wanted}"] if props and wanted not in props else []
        if missing:
            raise Refused([no_object(", ".join(missing))])
        return "", {"n": str(len(sets))}


_KIND_OF = {"states": ORDER, "receipt_states": RECEIPT}
