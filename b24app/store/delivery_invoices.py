"""The delivery as a smart invoice of the deal: whether the portal wants one, what our invoice of a deal is known by,
and what is to be written into it.

An invoice carries our mark in its `xmlId` (b24restdocs: crm.item.add, tab "Invoice"), so one whose answer was lost is
found again and never made twice. What we let it say is kept before it leaves: an invoice of another amount was changed
by somebody and is theirs from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.store import outbox
from b24app.store.lanes import LaneRef
from b24app.store.models import DealRates
from b24app.store.outbox import ToPortal
from b24app.store.sql import chunks

#: Portal setting: is an invoice wanted (`{"on": true}`).
SETTING = "delivery_invoice"
#: Kind of the outbox row.
KIND = "invoice"
#: Contents that are remembered: more choices than these are not on their way at once.
CONTENTS = 8


@dataclass(frozen=True, slots=True)
class Content(Jsonable):
    """What an invoice of ours says."""

    title: str
    price: Money


@dataclass(frozen=True, slots=True)
class OwnInvoice(Jsonable):
    """What our invoice of a deal is known by. `id` 0 = the portal has not told it; `stage` is the one it was made in,
    "" = not told. `given`: what we have let it say, the newest last; `held`: what the portal is known to have had, None
    = its row has not been seen there. `made_by`, `made_at`: the outbox row that made it, and when the portal said
    so."""

    id: int = 0
    stage: str = ""
    given: tuple[Content, ...] = ()
    held: Content | None = None
    made_by: int = 0
    made_at: datetime | None = None

    @property
    def contents(self) -> tuple[Content, ...]:
        """Everything that it may say without anybody having changed it."""
        return (*self.given, *((self.held,) if self.held is not None else ()))


@dataclass(frozen=True, slots=True)
class Wish(Jsonable):
    """The payload of the outbox row: an invoice called `title` with one row `name` for `price`, of the catalogue's
    service `product` (0 = free text). `price` None: no invoice any more."""

    title: str
    name: str
    price: Money | None = None
    product: int = 0


def is_on(settings: Mapping[str, Any] | None) -> bool:
    """Whether the portal wants an invoice for each chosen rate."""
    return bool((settings or {}).get(SETTING, {}).get("on", False))


def mark(portal_code: str, deal_id: int) -> str:
    """`xmlId` of our invoice of this deal: `waybill-k3f9-5120`."""
    return f"waybill-{portal_code}-{deal_id}"


def tell(session: Session, portal_id: int, deal_id: int, wish: Wish, now: datetime, trace: str) -> LaneRef | None:
    """Has the deal's invoice say this. None when there is nothing to do. Wake the lane after the commit."""
    row, price = _locked(session, portal_id, deal_id), wish.price
    if row is None:  # nobody ever chose anything for this deal
        return None
    own = _own(row)
    if price is None and not own.contents:
        return None
    if price is not None:
        wanted = Content(wish.title, price)
        given = [each for each in own.given if each != wanted][-CONTENTS + 1 :]
        row.own_invoice = replace(own, given=(*given, wanted)).to_json()
    marker = f"invoice:{portal_id}:{deal_id}:{now.timestamp():.6f}"
    return outbox.add(
        session, portal_id, [ToPortal(deal_id, KIND, marker[:80], wish.to_json(), people=True)], now=now, trace_id=trace
    )


def own(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, OwnInvoice]:
    """By deal; deals without one are left out."""
    found: dict[int, OwnInvoice] = {}
    for some in chunks(sorted(deal_ids)):
        rows = select(DealRates).where(DealRates.portal_id == portal_id, DealRates.deal_id.in_(some))
        found |= {row.deal_id: _own(row) for row in session.scalars(rows) if row.own_invoice}
    return found


def made(
    session: Session, portal_id: int, deal_id: int, invoice_id: int, stage: str, by: int, now: datetime
) -> None:  # fmt: skip
    """The portal has made it for outbox row `by`; its row is still to be written."""
    row = _locked(session, portal_id, deal_id)
    if row is not None:
        own = replace(_own(row), id=invoice_id, stage=stage, held=None, made_by=by, made_at=now)
        row.own_invoice = own.to_json()


def held(session: Session, portal_id: int, deal_id: int, invoice_id: int, stage: str, content: Content) -> None:
    """The portal's invoice says this; it was made in `stage`."""
    row = _locked(session, portal_id, deal_id)
    if row is not None:
        own = replace(_own(row), id=invoice_id, stage=stage, held=content, made_by=0, made_at=None)
        row.own_invoice = own.to_json()


def unfresh(session: Session, portal_id: int, deal_id: int) -> None:
    """What was made just now is to be looked at all the same."""
    row = _locked(session, portal_id, deal_id)
    if row is not None:
        row.own_invoice = replace(_own(row), made_by=0, made_at=None).to_json()


def gone(session: Session, portal_id: int, deal_id: int) -> None:
    """There is none any more. A younger choice may be on its way already: what it gives stays known."""
    row = _locked(session, portal_id, deal_id)
    if row is not None:
        row.own_invoice = OwnInvoice(given=_own(row).given).to_json()


def _locked(session: Session, portal_id: int, deal_id: int) -> DealRates | None:
    mine = select(DealRates).where(DealRates.portal_id == portal_id, DealRates.deal_id == deal_id)
    return session.scalar(mine.with_for_update())


def _own(row: DealRates) -> OwnInvoice:
    return OwnInvoice.from_json(row.own_invoice) if row.own_invoice else OwnInvoice()
