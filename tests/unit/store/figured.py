"""A portal that has shipped: shipments with figures, ways and bills as the program leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from b24app.flows.costs import Costs, Price, compared
from b24app.logistics.money import Money
from b24app.store import portals, shipments
from b24app.store.models import Portal, Shipment, ShipmentFigures, Transit


@dataclass(frozen=True)
class Shipped:
    """`seconds` from the deal's move to its number; sums in rubles; `promised` and `arrived` days."""

    deal: int
    at: datetime
    status: str = "in_transit"
    account: int = 0
    seconds: int | None = None
    quoted: int | None = None
    billed: int | None = None
    told_g: int = 0
    weighed_g: int = 0
    promised: date | None = None
    arrived: date | None = None
    title: str = ""


def put(session: Session, portal: Portal, made: Iterable[Shipped]) -> list[Shipment]:
    return [_one(session, portal, each) for each in made]


def _one(session: Session, portal: Portal, each: Shipped) -> Shipment:
    accounts = {row.id: row for row in portals.connections(session, portal.id)}
    account = accounts.get(each.account) or next(iter(accounts.values()))
    row = shipments.create(
        session, portal, each.deal, 1, account.id, status=each.status, request={}, now=each.at,
        order_number=f"N{each.deal}", promised=each.promised, closed=each.arrived is not None,
    )  # fmt: skip
    sums = [None if rubles is None else Price(Money.of(rubles), each.at) for rubles in (each.quoted, each.billed)]
    costs = Costs(sums[0], None, sums[1], each.told_g, each.weighed_g)
    found = compared(costs)
    session.add(
        ShipmentFigures(
            portal_id=portal.id, connection_id=account.id, shipment_id=row.id, numbered_at=each.at,
            moved_at=None if each.seconds is None else each.at - timedelta(seconds=each.seconds),
            quoted=costs.quoted.money.minor if costs.quoted else None, quoted_at=each.at, quoted_by="offer",
            quoted_currency="RUB" if costs.quoted else "",
            billed=costs.billed.money.minor if costs.billed else None, billed_at=each.at,
            billed_by="system" if costs.billed else "",
            billed_currency="RUB" if costs.billed else "", told_g=each.told_g, weighed_g=each.weighed_g,
            over=found.over if found else None, reason=found.reason if found else "",
        )
    )  # fmt: skip
    way = session.scalars(select(Transit).where(Transit.shipment_id == row.id)).one()
    way.system, way.state, way.promised, way.arrived = account.system, "open", each.promised, each.arrived
    if each.promised is not None:
        way.handed, way.state = each.promised - timedelta(days=3), "done" if each.arrived else "open"
    return row


def many(session: Session, portal: Portal, count: int, at: datetime) -> None:
    """So many delivered shipments, one an hour back from `at`, quickly."""
    account = portals.connections(session, portal.id)[0]
    first = (session.scalar(select(Shipment.id).order_by(Shipment.id.desc()).limit(1)) or 0) + 1
    hours = [at - timedelta(hours=n) for n in range(count)]
    session.execute(
        insert(Shipment),
        [
            {"id": first + n, "portal_id": portal.id, "connection_id": account.id, "deal_id": 100_000 + n, "n": 1,
             "number": f"{portal.code}-{100_000 + n}-1", "status": "delivered", "request": {}, "created_at": each,
             "status_at": each, "closed": True}
            for n, each in enumerate(hours)
        ],
    )  # fmt: skip
    session.execute(
        insert(ShipmentFigures),
        [
            {"portal_id": portal.id, "connection_id": account.id, "shipment_id": first + n, "numbered_at": each,
             "moved_at": each - timedelta(seconds=3 + n % 5), "quoted": 48600, "quoted_currency": "RUB",
             "billed": 48600 + 100 * (n % 3), "billed_currency": "RUB", "over": 100 * (n % 3),
             "reason": "weight" if n % 3 else "same", "quoted_by": "offer", "billed_by": "system", "extra": ""}
            for n, each in enumerate(hours)
        ],
    )  # fmt: skip
    session.execute(
        insert(Transit),
        [
            {"portal_id": portal.id, "shipment_id": first + n, "deal_id": 100_000 + n, "system": account.system,
             "state": "done", "promised": each.date(), "arrived": each.date() + timedelta(days=n % 10 == 0),
             "handed": each.date(), "kind": "pickup", "seen": 0}
            for n, each in enumerate(hours)
        ],
    )  # fmt: skip
