"""What the documents of a deal are drawn from, as our store knows it: a fixed number of questions, however many orders
and prints there are. An open page asks them again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.logistics.papers import PaperForm
from b24app.logistics.status import Status
from b24app.store import filed, papers, portals, shipments
from b24app.store.models import Connection, PaperStatus, Shipment
from placements.tab_documents_view import DocumentsPanel, Order, Print, documents_panel

#: Statuses of orders that have no documents any more, or not yet.
NO_ORDER = (Status.DRAFT, Status.SUBMITTING, Status.REJECTED)


class Ordered(Protocol):
    """A shipment, as far as it matters whether its order has documents."""

    @property
    def connection_id(self) -> int: ...
    @property
    def remote_id(self) -> str | None: ...
    @property
    def status(self) -> str: ...


O = TypeVar("O", bound=Ordered)  # noqa: E741 - an order


def keeps_documents(parts: PageParts, accounts: Iterable[Connection], owned: Iterable[O]) -> list[O]:
    """Those of a deal's shipments that are orders at systems that keep documents."""
    keep = {row.id for row in parts.giving(filed.PORT, accounts)}
    return [each for each in owned if each.connection_id in keep and _has_order(each)]


def _has_order(one: Ordered) -> bool:
    return bool(one.remote_id) and Status(one.status) not in NO_ORDER


@dataclass(frozen=True, slots=True)
class Owned:
    """A deal's `shipments`, oldest first, with the portal's accounts by id. `orders`: those at systems that keep
    documents, newest first."""

    shipments: tuple[Shipment, ...]
    accounts: Mapping[int, Connection]
    orders: tuple[Shipment, ...]

    def form(self, parts: PageParts, row: Shipment, code: str) -> PaperForm | None:
        """A form that the shipment's system prints."""
        plugin = parts.plugin_of(self.accounts.get(row.connection_id))
        return next((form for form in plugin.manifest.papers if form.code == code), None) if plugin else None


def owned_by(parts: PageParts, session: Session, portal_id: int, deal_id: int) -> Owned:
    accounts = portals.connections(session, portal_id)
    rows = shipments.of_deals(session, portal_id, [deal_id])[deal_id]
    orders = keeps_documents(parts, accounts, reversed(rows))
    return Owned(tuple(rows), {row.id: row for row in accounts}, tuple(orders))


def read_panel(parts: PageParts, session: Session, who: PageSession, formats: Formats) -> DocumentsPanel:
    """The panel as it is now."""
    owned = owned_by(parts, session, who.portal_id, who.entity_id)
    orders = []
    for row in owned.orders:
        account = owned.accounts[row.connection_id]
        carrier = parts.carrier(account.system, who.lang)
        orders.append(Order(row.id, row.order_number or row.number, account.title, carrier))
    known = filed.of_shipments(session, who.portal_id, [row.id for row in owned.orders])
    may_send = Right.SHIP in rights_of(portals.get(session, who.portal_id).settings, who)
    prints = _prints(parts, session, owned) if orders and may_send else []
    return documents_panel(orders, known, prints, formats, may_send)


def _prints(parts: PageParts, session: Session, owned: Owned) -> list[Print]:
    """Ready prints of the deal's shipments."""
    rows = {row.id: row for row in owned.shipments}
    found = []
    for paper in papers.of_shipments(session, owned.shipments[0].portal_id, list(rows)):
        row = rows[paper.shipment_id]
        form = owned.form(parts, row, paper.form)
        if form is not None and paper.status == PaperStatus.READY and paper.remote_id == row.remote_id:
            parcels = len((row.request or {}).get("parcels", ())) or 1
            found.append(Print(paper.id, row.order_number or row.number, form, paper.asked_at, parcels))
    return found
