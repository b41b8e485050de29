"""What is owed for a deal's returns, and what of it went back, on the deal's smart invoice: which of the portal's
fields of invoices hold it, what we have let them say, and that they are to be written.

An invoice is somebody's document, so only these fields of it are ours. What we let them say is kept before it leaves:
another value was typed by somebody and stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.snapshot import RETURNED, Role
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.store import outbox
from b24app.store.lanes import LaneRef
from b24app.store.models import DealReturns
from b24app.store.outbox import ToPortal
from b24app.store.sql import chunks

#: Keys of the portal's settings: role -> the field of invoices that holds it (`crm.item.*` names); the portal's own
#: fields of invoices, each as `PortalField.to_json()`; and why it has none (`{"code", "said"}`).
SETTING, FIELDS, OFF = "return_invoice", "invoice_fields", "invoice_off"
#: Kind of the outbox row; its payload is role -> `Money` as JSON, null = nothing is owed any more.
KIND = "return_sums"
#: Sums that are remembered of a field: more are not on their way at once.
GIVEN = 8


@dataclass(frozen=True, slots=True)
class OwnSums(Jsonable):
    """`invoice`: the invoice that they were written on, 0 = none yet. `given`: role -> what we have let its field
    say, the newest last."""

    invoice: int = 0
    given: Mapping[str, tuple[Money, ...]] | None = None

    def of(self, role: Role) -> tuple[Money, ...]:
        return (self.given or {}).get(role.value, ())


def chosen(settings: Mapping[str, Any] | None) -> dict[Role, str]:
    """Role -> field; empty = sums are not written on invoices."""
    kept = (settings or {}).get(SETTING, {})
    return {role: str(kept[role.value]) for role in RETURNED if kept.get(role.value)}


def tell(
    session: Session,
    portal_id: int,
    deal_id: int,
    sums: Mapping[Role, Money] | None,
    marker: str,
    now: datetime,
    trace: str,
) -> LaneRef:
    """Has the deal's invoice say this. Wake the lane after the commit."""
    row = _locked(session, portal_id, deal_id)
    if row is not None and sums is not None:
        own = _own(row)
        given = {role.value: _with(own.of(role), money) for role, money in sums.items()}
        row.own_sums = replace(own, given=given).to_json()
    payload = {role.value: sums[role].to_json() if sums is not None else None for role in RETURNED}
    thing = ToPortal(deal_id, KIND, f"sums:{marker}"[:80], payload, people=True)
    return outbox.add(session, portal_id, [thing], now=now, trace_id=trace)


def _with(given: tuple[Money, ...], money: Money) -> tuple[Money, ...]:
    return (*(each for each in given if each != money), money)[-GIVEN:]


def own(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, OwnSums]:
    """By deal; deals without any are left out."""
    found: dict[int, OwnSums] = {}
    for some in chunks(sorted(deal_ids)):
        mine = select(DealReturns).where(DealReturns.portal_id == portal_id, DealReturns.deal_id.in_(some))
        found |= {row.deal_id: _own(row) for row in session.scalars(mine) if row.own_sums}
    return found


def written(session: Session, portal_id: int, deal_id: int, invoice_id: int) -> None:
    """They stand on this invoice."""
    row = _locked(session, portal_id, deal_id)
    if row is not None:
        row.own_sums = replace(_own(row), invoice=invoice_id).to_json()


def _locked(session: Session, portal_id: int, deal_id: int) -> DealReturns | None:
    mine = select(DealReturns).where(DealReturns.portal_id == portal_id, DealReturns.deal_id == deal_id)
    return session.scalar(mine.with_for_update())


def _own(row: DealReturns) -> OwnSums:
    return OwnSums.from_json(row.own_sums) if row.own_sums else OwnSums()
