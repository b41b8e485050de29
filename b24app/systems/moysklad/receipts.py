"""Goods that come back (moysklad.md §5.5, §8): a customer return that waits, unposted, for the warehouse; its
inspection is what the warehouse left in its rows and wrote off as damaged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.problem import Field, Problem
from b24app.logistics.warehouse import Finding, InspectedLine, ReceiptRequest, ReceiptStage, ReceiptState
from b24app.systems.kit.goods import article_unknown
from b24app.systems.kit.inspected import inspected
from b24app.systems.kit.units import decimal_of
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.errors import Unknown
from b24app.systems.moysklad.goods import Shelf, joined
from b24app.systems.moysklad.lists import RETURN, Book, State
from b24app.systems.moysklad.orders import build_agent
from b24app.systems.moysklad.reading import RETURN_EXPAND, Reading
from b24app.systems.moysklad.shipping import from_template
from b24app.systems.moysklad.vocabulary import (
    FIELD_EXPECTED,
    LONG_TEXT,
    Row,
    field_in,
    id_in,
    id_of,
    meta_of,
    moment,
    quantity_of,
    rows_in,
    sku_of,
    sync_id,
)

DAMAGED = "damaged"
_IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".heic")
_LOSS_EXPAND = "positions.assortment"


class Receipts:
    """`defaults`: organization and store of the account; `returns_store` "" = the same."""

    def __init__(
        self, client: Client, book: Book, reading: Reading, defaults: Mapping[str, Row], returns_store: str
    ) -> None:
        self._client, self._book, self._reading = client, book, reading
        self._defaults, self._returns_store = defaults, returns_store

    def expect(self, request: ReceiptRequest) -> ReceiptState:
        """Of a shipment that left from here, its own rows; else new ones."""
        body = self._body(request)
        place = request.warehouse or self._returns_store
        if place:
            body["store"] = self._client.ref("store", place)
        wanted = {sku_of_item: str(amount) for sku_of_item, amount in _amounts(request).items()}
        body |= {
            "syncId": sync_id("return", request.number),
            "name": request.number,
            "externalCode": request.number,
            "applicable": False,
            "description": _words(request)[:LONG_TEXT],
        }

        def send() -> Row:
            fields = self._book.values(RETURN, {FIELD_EXPECTED: json.dumps(wanted, ensure_ascii=False)})
            with_them = body | ({"attributes": fields} if fields else {})
            return self._client.object("POST", f"entity/{RETURN}", "returns.make", write=True, json=with_them)

        made = self._book.with_fields(RETURN, send)
        return ReceiptState(str(made["id"]), request.number, str(made.get("name") or ""), lines=_awaited(wanted))

    def _body(self, request: ReceiptRequest) -> dict[str, Any]:
        papers = self._reading.one(request.of_remote_id) if request.of_remote_id else None
        if papers is None or not papers.posted:
            agent = self._client.object("POST", "entity/counterparty", "agents.make", write=True,
                                        json=build_agent(request.sender))  # fmt: skip
            rows = [{**row, "quantity": row["quantity"]} for row in
                    Shelf(self._client).rows(joined(request.items), reserve=False)]  # fmt: skip
            return {**self._defaults, "agent": {"meta": agent["meta"]}, "positions": rows}
        basis = {"demand": {"meta": papers.posted[-1]["meta"]}}
        template = self._client.ask("PUT", f"entity/{RETURN}/new", "returns.new", json=basis)
        body = from_template(template if isinstance(template, Mapping) else {}, self._defaults)
        return {**body, "positions": self._trimmed(body["positions"], request)}

    def _trimmed(self, rows: Sequence[Row], request: ReceiptRequest) -> list[Row]:
        """Only what comes back. Raises Refused for an article that was not shipped."""
        known = Shelf(self._client).find(item.sku for item in request.items)
        left = {known[sku].id: amount for sku, amount in _amounts(request).items() if sku in known}
        missing = [sku for sku in _amounts(request) if sku not in known]
        found: list[Row] = []
        for row in rows:
            amount = min(left.get(id_of(row.get("assortment")), Decimal(0)), quantity_of(row.get("quantity")))
            if amount > 0:
                left[id_of(row.get("assortment"))] -= amount
                found.append({**row, "quantity": float(amount)})
        missing += [sku for sku in known if left.get(known[sku].id, Decimal(0)) > 0]
        if missing:
            raise Refused([article_unknown(sku) for sku in missing])
        return found

    # --- reading --------------------------------------------------------------------------------------------------

    def find(self, number: str) -> ReceiptState | None:
        sync = sync_id("return", number)
        asked = {"filter": f"syncId={sync}", "expand": RETURN_EXPAND, "limit": "2"}
        rows = self._client.rows(f"entity/{RETURN}", "returns.find", **asked)
        if any(row.get("syncId") != sync for row in rows):
            raise Unavailable("returns.find: returns that were not asked for")
        return self._state(rows[0]) if rows else None

    def read(self, remote_id: str) -> ReceiptState:
        row = self._row(remote_id)
        return ReceiptState(remote_id, stage=ReceiptStage.CANCELLED, gone=True) if row is None else self._state(row)

    def _row(self, remote_id: str) -> Row | None:
        path = f"entity/{RETURN}/{remote_id}"
        try:
            row = self._client.object("GET", path, "returns.read", gone=True, params={"expand": RETURN_EXPAND})
        except Unknown:
            return None
        return None if row.get("deleted") else row

    def _state(self, row: Row) -> ReceiptState:
        posted = bool(row.get("applicable"))
        losses = [id_of(link) for link in rows_in(row.get("losses"))] if posted else []
        known = self._client.by_ids("loss", losses, "losses.many", _LOSS_EXPAND) if losses else {}
        written_off = [loss for loss in known.values() if loss.get("applicable") and not loss.get("deleted")]
        photos = tuple(self._photos(str(row["id"]))) if written_off else ()
        return state_of(row, written_off, photos)

    def _photos(self, remote_id: str) -> list[str]:
        rows = self._client.pages(f"entity/{RETURN}/{remote_id}/files", "files.list")
        return [
            id_in(meta_of(row).get("href")) for row in rows if str(row.get("filename") or "").lower().endswith(_IMAGES)
        ]

    def cancel(self, remote_id: str) -> ReceiptState:
        """What was posted has come. Raises Refused."""
        row = self._row(remote_id)
        if row is not None and row.get("applicable"):
            raise Refused([Problem("too_late_to_cancel", Field.ORDER)])
        if row is not None:
            self._client.ask("DELETE", f"entity/{RETURN}/{remote_id}", "returns.delete", write=True)
        return ReceiptState(
            remote_id, str((row or {}).get("externalCode") or ""), stage=ReceiptStage.CANCELLED, gone=True
        )

    def photo(self, key: str) -> bytes:
        return self._client.file("GET", f"download/{key}", "files.fetch")


# --- pure -------------------------------------------------------------------------------------------------------------


def state_of(row: Row, losses: Sequence[Row], photos: tuple[str, ...] = ()) -> ReceiptState:
    """A return with the write-offs of it. Unposted: nothing was looked at yet. A surplus has no place in MoySklad."""
    posted = bool(row.get("applicable"))
    received, damaged, reasons = _by_sku([row]), _by_sku(losses), _reasons(losses)
    expected = _expected(row) or received
    lines = []
    for sku in dict.fromkeys((*expected, *received)):
        wanted, came, broken = (amounts.get(sku, Decimal(0)) for amounts in (expected, received, damaged))
        if not posted:
            lines.append(InspectedLine(sku, wanted))
            continue
        findings = (Finding(broken, DAMAGED, reasons.get(sku, ""), photos=photos),) if broken else ()
        bad = min(broken, came)
        lines.append(inspected(sku, wanted, came - bad, bad, findings))
    state = State.of(row.get("state"))
    return ReceiptState(
        str(row.get("id")),
        str(row.get("externalCode") or ""),
        str(row.get("name") or ""),
        ReceiptStage.COMPLETED if posted else ReceiptStage.CREATED,
        state.id if state else "",
        state.name if state else "",
        tuple(lines),
        moment(row.get("updated")) if posted else None,
    )


def _awaited(wanted: Mapping[str, str]) -> tuple[InspectedLine, ...]:
    return tuple(InspectedLine(sku, Decimal(amount)) for sku, amount in wanted.items())


def _amounts(request: ReceiptRequest) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for item in request.items:
        found[item.sku] = found.get(item.sku, Decimal(0)) + item.quantity
    return found


def _by_sku(documents: Sequence[Row]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for document in documents:
        for row in rows_in(document.get("positions")):
            found[sku_of(row)] = found.get(sku_of(row), Decimal(0)) + quantity_of(row.get("quantity"))
    return found


def _reasons(losses: Sequence[Row]) -> dict[str, str]:
    rows = (row for loss in losses for row in rows_in(loss.get("positions")))
    return {sku_of(row): str(row.get("reason") or "") for row in rows}


def _expected(row: Row) -> dict[str, Decimal]:
    """What we wrote down when it was announced: the rows are what came, once it is posted."""
    try:
        told = json.loads(str(field_in(row, FIELD_EXPECTED) or "{}"))
        return {str(sku): decimal_of(amount) or Decimal(0) for sku, amount in told.items()}
    except (ValueError, AttributeError):
        return {}


def _words(request: ReceiptRequest) -> str:
    carried = " ".join(filter(None, (request.carrier, request.tracking_number)))
    return "\n".join(filter(None, (request.reason, carried, request.of_number)))
