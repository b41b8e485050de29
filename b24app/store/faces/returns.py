"""Everything that pages show of one return, as plain facts, and a version that changes when any of it does."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from b24app.flows.returns.basis import Basis
from b24app.flows.returns.facts import Looked, look
from b24app.flows.returns.requests import Sent
from b24app.flows.returns.rules import ReturnRules
from b24app.logistics.returning import Return, Scan
from b24app.store import (
    portals,
    refunds,
    return_acts,
    return_basis,
    return_errands,
    return_journal,
    return_labels,
    return_photos,
    return_scans,
    return_sent,
    returns,
    returns_rows,
)
from b24app.store.faces import deal_messages
from b24app.store.faces.deal_facts import ShipmentFacts
from b24app.store.faces.deal_messages import ToldFacts
from b24app.store.faces.deal_shipments import shipments_of
from b24app.store.models import (
    ActState,
    Connection,
    ConnectionState,
    DealState,
    ErrandKind,
    ErrandState,
    GoodsReturn,
    Message,
    ReturnAct,
    ReturnErrand,
    ReturnLabel,
    Shipment,
    TrackingRow,
)
from b24app.store.refunds import Refund
from b24app.store.return_acts import Act
from b24app.store.return_errands import Errand
from b24app.store.return_journal import Moved
from b24app.store.return_labels import Label
from b24app.store.return_photos import Photo
from b24app.store.return_running import running_of
from b24app.store.returns import Kept
from b24app.store.returns_rows import CountedBy

#: Acts that are shown: the newest ones.
_ACTS = 20


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """`others` are the deal's other returns, oldest first. `basis` None = the deal was not read yet. `rules` are the
    portal's of now, `language` and `settings` its own. `errands`, `moves`, `scans`, `photos`, `refunds`, `counters`,
    oldest first, `acts` and the deal's `shipments` newest first; `sent` are these as its returns ask about them.
    `labels` by errand, `accounts` by id, the removed ones too. `title` of the deal."""

    kept: Kept
    others: tuple[Kept, ...]
    basis: Basis | None
    rules: ReturnRules
    language: str
    title: str
    errands: tuple[Errand, ...]
    labels: Mapping[int, Label]
    acts: tuple[Act, ...]
    moves: tuple[Moved, ...]
    counters: tuple[CountedBy, ...]
    scans: tuple[Scan, ...]
    photos: tuple[Photo, ...]
    refunds: tuple[Refund, ...]
    shipments: tuple[ShipmentFacts, ...]
    sent: tuple[Sent, ...]
    accounts: Mapping[int, Connection]
    settings: Mapping[str, Any]
    version: str
    #: What the portal's pages for clients are known by, "" = it has none yet.
    public_id: str = ""
    told: tuple[ToldFacts, ...] = ()

    @property
    def case(self) -> Return:
        return self.kept.case

    @property
    def waiting(self) -> tuple[Act, ...]:
        """What was asked of it and is not carried out yet."""
        return tuple(act for act in self.acts if act.state is ActState.WAITING)

    @property
    def collection(self) -> Errand | None:
        """How it comes back by a carrier: what runs, else what ran last."""
        return self._errand(ErrandKind.COLLECTION)

    @property
    def receipt(self) -> Errand | None:
        """The warehouse that expects it, or did."""
        return self._errand(ErrandKind.RECEIPT)

    def _errand(self, kind: ErrandKind) -> Errand | None:
        mine = [each for each in self.errands if each.kind is kind]
        return next(reversed([each for each in mine if each.is_open or each.state is ErrandState.DONE] or mine), None)

    def look(self, zone: tzinfo, now: datetime, warehouses: Collection[int] = ()) -> Looked | None:
        """What it is judged by, in the portal's `zone`; None until the deal was read. `warehouses`: accounts that can
        expect goods."""
        if self.basis is None:
            return None
        others, kept = [each.case for each in self.others], self.kept
        money = kept.decided.money if kept.decided else None
        running = running_of(self.errands, kept, warehouses)
        return look(kept.case, self.basis, others, self.rules, zone, running, kept.way, money, now)

    @property
    def live_accounts(self) -> dict[int, Connection]:
        return {row.id: row for row in self.accounts.values() if row.state != ConnectionState.REMOVED}


def return_facts(session: Session, portal_id: int, return_id: int) -> ReturnFacts | None:
    """None when the portal has no such return."""
    # First: what changes meanwhile is told by the next question.
    version = return_version(session, portal_id, return_id)
    kept = returns.get(session, portal_id, return_id)
    if kept is None:
        return None
    portal, deal_id = portals.get(session, portal_id), kept.case.deal_id
    mine = select(Connection).where(Connection.portal_id == portal_id)
    accounts = {row.id: row for row in session.scalars(mine)}
    errands = return_errands.of_returns(session, portal_id, [return_id])[return_id]
    basis = return_basis.of_deals(session, portal_id, [deal_id]).get(deal_id)
    return ReturnFacts(
        kept=kept,
        others=tuple(each for each in returns.of_deals(session, portal_id, [deal_id])[deal_id] if each.id != kept.id),
        basis=basis,
        rules=ReturnRules.of(portal.settings),
        language=portal.language,
        title=_title(session, portal_id, deal_id, basis),
        errands=tuple(errands),
        labels=return_labels.of_errands(session, portal_id, [each.id for each in errands]) if errands else {},
        acts=tuple(return_acts.latest(session, portal_id, return_id=return_id, limit=_ACTS)),
        moves=return_journal.of_return(session, portal_id, return_id),
        counters=returns_rows.counters(session, portal_id, return_id),
        scans=return_scans.of_return(session, portal_id, return_id),
        photos=return_photos.of_return(session, portal_id, return_id),
        refunds=refunds.of_return(session, portal_id, return_id),
        shipments=shipments_of(session, portal_id, deal_id, accounts),
        sent=return_sent.of_deal(session, portal_id, deal_id),
        accounts=accounts,
        settings=portal.settings,
        version=version,
        public_id=portal.public_id or "",
        told=deal_messages.of_return(session, portal_id, return_id),
    )


def _title(session: Session, portal_id: int, deal_id: int, basis: Basis | None) -> str:
    mine = (DealState.portal_id == portal_id, DealState.deal_id == deal_id)
    return (basis.title if basis else "") or session.scalar(select(DealState.title).where(*mine)) or ""


def return_version(session: Session, portal_id: int, return_id: int) -> str:
    """A short text that differs as soon as anything that is shown does: one question, no decryption. Empty when the
    portal has no such return."""
    named = {"portal": portal_id, "return": return_id}
    row = session.connection().execute(_version_query(), named).one_or_none()
    return hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:16] if row is not None else ""


@cache
def _version_query() -> Select[Any]:
    """Built once: every open page asks it every few seconds."""
    portal_id, return_id = bindparam("portal", type_=BigInteger()), bindparam("return", type_=BigInteger())
    acts = (ReturnAct.portal_id == portal_id, ReturnAct.return_id == return_id)
    errands = (ReturnErrand.portal_id == portal_id, ReturnErrand.return_id == return_id)
    of_deal = aliased(GoodsReturn)
    deal = (of_deal.portal_id == portal_id, of_deal.deal_id == GoodsReturn.deal_id)
    sent = (Shipment.portal_id == portal_id, Shipment.deal_id == GoodsReturn.deal_id)
    of_label = ReturnErrand.id == ReturnLabel.errand_id
    told: list[Any] = [
        select(func.max(ReturnAct.id)).where(*acts),
        select(func.count()).select_from(ReturnAct).where(*acts, ReturnAct.state == ActState.WAITING),
        select(func.count()).select_from(ReturnErrand).where(*errands),
        select(func.max(ReturnErrand.changed_at)).where(*errands),
        select(func.count()).select_from(ReturnErrand).where(*errands, ReturnErrand.state.in_(return_errands.OPEN)),
        select(func.max(ReturnLabel.changed_at)).join(ReturnErrand, of_label).where(*errands),
        select(func.sum(of_deal.version)).where(*deal),
        select(func.sum(Shipment.version)).where(*sent),
        select(func.max(Shipment.id)).where(*sent),
        select(func.max(TrackingRow.id)).join(Shipment, Shipment.id == TrackingRow.shipment_id).where(*sent),
        select(func.max(Message.changed_at)).where(Message.portal_id == portal_id, Message.return_id == return_id),
    ]
    columns = [each.scalar_subquery() for each in told]
    return select(GoodsReturn.version, GoodsReturn.changed_at, GoodsReturn.item_id, *columns).where(
        GoodsReturn.portal_id == portal_id, GoodsReturn.id == return_id
    )
