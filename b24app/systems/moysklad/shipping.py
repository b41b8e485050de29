"""The shipment (demand) of an order: made from it, with the carrier's number and progress (moysklad.md §5.4, §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Carriage
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.lists import DEMAND, Book
from b24app.systems.moysklad.reading import DEMAND_EXPAND
from b24app.systems.moysklad.tracking import Papers
from b24app.systems.moysklad.vocabulary import (
    FIELD_CARRIER,
    FIELD_STATUS,
    TEXT,
    Row,
    field_in,
    id_of,
    rows_in,
    sync_id,
)

#: What a template may give to the document that is made of it; the rest is shown only (§5.1).
_TAKEN = ("organization", "agent", "store", "customerOrder", "demand", "salesReturn", "vatEnabled", "vatIncluded",
          "shipmentAddressFull", "project", "contract")  # fmt: skip
_ROW = ("assortment", "quantity", "price", "discount", "vat", "vatEnabled")
#: Somebody at the warehouse has to make it first: so long we wait before we look again.
_LATER_S = 900.0


def from_template(template: Row, defaults: Mapping[str, Row]) -> dict[str, Any]:
    """§5.1: a template as the body of a creation; `defaults` are what a solution's templates leave out."""
    body = {name: template[name] for name in _TAKEN if template.get(name) is not None}
    rows = [
        {name: row[name] for name in _ROW if row.get(name) is not None} for row in rows_in(template.get("positions"))
    ]
    return {**defaults, **body, "positions": rows}


class Shipping:
    def __init__(self, client: Client, book: Book, defaults: Mapping[str, Row], *, makes: bool) -> None:
        self._client, self._book, self._defaults, self._makes = client, book, defaults, makes

    def tell(self, papers: Papers, carriage: Carriage) -> Papers:
        """Sets what is to be there; what is there already is not written again. Returns what is there then. Raises
        Unavailable while the warehouse has not made the shipment that only it makes."""
        demand = papers.demands[-1] if papers.demands else None
        if demand is None and not self._makes:
            raise Unavailable("demands: the warehouse has not made the shipment yet", _LATER_S)
        wanted = self._wanted(demand or {}, carriage)
        if demand is None:
            return replace(papers, demands=[self.make(papers, wanted)])
        if wanted:
            path, expand = f"entity/{DEMAND}/{demand['id']}", {"expand": DEMAND_EXPAND}
            demand = self._client.object("PUT", path, "demands.tell", write=True, json=wanted, params=expand)
        return replace(papers, demands=[*papers.demands[:-1], demand])

    def make(self, papers: Papers, more: Mapping[str, Any]) -> Row:
        """From the order, with all that is left of it; not posted unless `more` says so. The same order has one."""
        basis = {"customerOrder": {"meta": papers.order["meta"]}}
        template = self._client.ask("PUT", f"entity/{DEMAND}/new", "demands.new", json=basis)
        body = from_template(template if isinstance(template, Mapping) else {}, self._defaults)
        if not body["positions"]:
            raise Refused([Problem("items_missing", Field.ITEMS)])
        sync = sync_id("demand", str(papers.order.get("syncId") or papers.order["id"]))
        body |= {"syncId": sync, "applicable": False, **more}
        expand = {"expand": DEMAND_EXPAND}
        return self._client.object("POST", f"entity/{DEMAND}", "demands.make", write=True, json=body, params=expand)

    def _wanted(self, demand: Row, carriage: Carriage) -> dict[str, Any]:
        """What differs from what is there."""
        wanted: dict[str, Any] = {}
        if carriage.tracking_number and demand.get("shippingDocumentNumber") != carriage.tracking_number[:TEXT]:
            wanted["shippingDocumentNumber"] = carriage.tracking_number[:TEXT]
        texts = {FIELD_CARRIER: carriage.carrier[:TEXT], FIELD_STATUS: carriage.status}
        fresh = {name: text for name, text in texts.items() if text and field_in(demand, name) != text}
        if fields := self._book.values(DEMAND, fresh):
            wanted["attributes"] = fields
        if not carriage.status:
            return wanted
        state = self._book.state_for(DEMAND, carriage.status)
        if state and id_of(demand.get("state")) != state:
            wanted["state"] = self._client.ref("state", state, DEMAND)
        # The goods leave the books, if it is us who keeps them: a posted shipment means `in_transit` (§8), and who only
        # accepts them may still have to load (1c.md §5).
        if self._makes and Status(carriage.status).has_left and not demand.get("applicable"):
            wanted["applicable"] = True
        return wanted
