"""The delivery as a product row of the deal: whether the portal wants one, which row of a deal is ours, and what is to
be written into it.

The portal lets nothing be hidden in a row (bitrix24-crm.md §3.2), so ours is known by its id, by the product that is
kept for it, or by a name that we gave it: names are kept before they leave, so that a row whose answer was lost is
found again and never added twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

#: Portal setting: what `Wanted` says.
SETTING = "delivery_row"
#: Kind of the outbox row.
KIND = "product_row"
#: Names that are remembered: more choices than these are not on their way at once.
NAMES = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """`product` is the id of a service in the portal's catalogue that stands for the delivery; 0 = a row of free
    text."""

    on: bool = False
    product: int = 0

    @classmethod
    def of(cls, settings: Mapping[str, Any] | None) -> Wanted:
        kept = (settings or {}).get(SETTING, {})
        return cls(bool(kept.get("on", False)), int(kept.get("product", 0)))


@dataclass(frozen=True, slots=True)
class OwnRow(Jsonable):
    """What our row of a deal is known by. `id` 0 = the portal has not told it."""

    id: int = 0
    names: tuple[str, ...] = ()


def tell(
    session: Session, portal_id: int, deal_id: int, wanted: Wanted, name: str, price: Money | None, now: datetime,
    trace: str,
) -> LaneRef | None:  # fmt: skip
    """Has the deal's row say `name` and cost `price`; price None takes the row away. None when there is nothing to do.
    Wake the lane after the commit."""
    row = session.scalar(
        select(DealRates).where(DealRates.portal_id == portal_id, DealRates.deal_id == deal_id).with_for_update()
    )
    if row is None:  # nobody ever chose anything for this deal
        return None
    own = _own(row)
    if price is None and not own.names:
        return None
    if price is not None:
        names = [each for each in own.names if each != name][-NAMES + 1 :]
        row.own_row = OwnRow(own.id, (*names, name)).to_json()
    marker = f"row:{portal_id}:{deal_id}:{now.timestamp():.6f}"
    payload = {"name": name, "price": price.to_json() if price else None, "product": wanted.product}
    return outbox.add(
        session, portal_id, [ToPortal(deal_id, KIND, marker[:80], payload, people=True)], now=now, trace_id=trace
    )


def own(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, OwnRow]:
    """By deal; deals without one are left out."""
    found: dict[int, OwnRow] = {}
    for some in chunks(sorted(deal_ids)):
        rows = select(DealRates).where(DealRates.portal_id == portal_id, DealRates.deal_id.in_(some))
        found |= {row.deal_id: _own(row) for row in session.scalars(rows) if row.own_row}
    return found


def made(session: Session, portal_id: int, deal_id: int, row_id: int) -> None:
    """The portal told the row's id; 0: it has none any more."""
    mine = select(DealRates).where(DealRates.portal_id == portal_id, DealRates.deal_id == deal_id)
    row = session.scalar(mine.with_for_update())
    if row is not None:
        known = _own(row)
        row.own_row = OwnRow(row_id, known.names if row_id else ()).to_json()


def _own(row: DealRates) -> OwnRow:
    return OwnRow.from_json(row.own_row) if row.own_row else OwnRow()
