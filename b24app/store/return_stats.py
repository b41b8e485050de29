"""Returns of a period as their report needs them, with who brought their goods to the client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.legs import PICKED
from b24app.flows.returns.report import Case
from b24app.logistics.status import Status
from b24app.store import returns
from b24app.store.models import Connection, GoodsReturn, Shipment
from b24app.store.sql import chunks

#: More returns than these are not looked through: the newest are.
MOST = 5000


@dataclass(frozen=True, slots=True)
class Period:
    """`cases` oldest first; `more`: there were others before them."""

    cases: tuple[Case, ...]
    more: bool = False


def of_period(session: Session, portal_id: int, since: datetime, until: datetime, most: int = MOST) -> Period:
    """Returns that began since then and before `until`."""
    mine = (GoodsReturn.portal_id == portal_id, GoodsReturn.created_at >= since, GoodsReturn.created_at < until)
    newest = select(GoodsReturn.id).where(*mine).order_by(GoodsReturn.id.desc()).limit(most + 1)
    ids = list(session.scalars(newest))
    found: list[returns.Kept] = []
    for some in chunks(sorted(ids[:most])):
        wanted = select(GoodsReturn).where(GoodsReturn.id.in_(some)).order_by(GoodsReturn.id)
        found += returns.read(session, portal_id, wanted)
    carriers = _carriers(session, portal_id, [each.case.deal_id for each in found])
    cases = [Case(each.id, each.case, each.created_at, carriers.get(each.case.deal_id, "")) for each in found]
    return Period(tuple(cases), len(ids) > most)


def _carriers(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, str]:
    """The system of each deal's last shipment that was delivered, else of its last one."""
    found: dict[int, tuple[bool, str]] = {}
    for some in chunks(list(dict.fromkeys(deal_ids))):
        query = (
            select(Shipment.deal_id, Shipment.status, Connection.system)
            .join(Connection, Connection.id == Shipment.connection_id)
            .where(Shipment.portal_id == portal_id, Shipment.deal_id.in_(some), Shipment.leg != PICKED)
            .order_by(Shipment.deal_id, Shipment.n)
        )
        for deal_id, status, system in session.execute(query):
            done = status == Status.DELIVERED
            if done or not found.get(deal_id, (False, ""))[0]:
                found[deal_id] = (done, system)
    return {deal_id: system for deal_id, (_, system) in found.items()}
