"""Promises to clients and what became of them, for reports; parcels under way that may break theirs. The portal's own
only, and nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.flows.forecast import By, Lane, Risk
from b24app.flows.promises import Promise
from b24app.store.models import DealState, Shipment, Transit, TransitState

#: More promises than these are not looked through: the latest are.
MOST = 50_000
#: Lines of a list of parcels at risk.
MOST_AT_RISK = 50


@dataclass(frozen=True, slots=True)
class Period:
    """`promises` by day; `more`: there were others before them."""

    promises: tuple[Promise, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A parcel under way. `promised` and `expected` None = nobody can tell; `place`: where it was last seen, `news`
    when."""

    deal_id: int
    title: str
    number: str
    system: str
    risk: Risk
    late_by: int
    promised: date | None
    expected: date | None
    place: str
    news: date | None


def of_period(session: Session, portal_id: int, since: date, until: date, system: str = "", most: int = MOST) -> Period:
    """Of parcels that were to arrive within these days, both included, by the portal's clock: one question. Orders that
    were cancelled before the carrier had them are none."""
    columns = (
        Transit.deal_id, Shipment.number, Transit.system, Transit.kind, Transit.origin, Transit.to, Transit.promised,
        Transit.by, Transit.arrived, Transit.state, Transit.handed,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Shipment, Shipment.id == Transit.shipment_id)
        .where(Transit.portal_id == portal_id, Transit.promised >= since, Transit.promised <= until)
        .where(Transit.handed.is_not(None))
        .order_by(Transit.promised.desc(), Transit.id.desc())
        .limit(most + 1)
    )
    if system:
        query = query.where(Transit.system == system)
    found = []
    for deal_id, number, own, kind, origin, to, promised, by, arrived, state, handed in session.execute(query):
        if promised is None:
            continue
        days = (arrived - handed).days if arrived and handed else None
        lost = state == TransitState.OVER
        found.append(Promise(deal_id, number, Lane(own, kind, origin, to), promised, By(by), arrived, lost, days))
    return Period(tuple(reversed(found[:most])), len(found) > most)


def at_risk(session: Session, portal_id: int, most: int = MOST_AT_RISK) -> list[AtRisk]:
    """The latest first; those that will be late before those that may be."""
    columns = (
        Transit.deal_id, DealState.title, Shipment.number, Shipment.order_number, Transit.system, Transit.risk,
        Transit.late_by, Transit.promised, Transit.expected, Transit.place, Transit.news,
    )  # fmt: skip
    deal = (DealState.portal_id == Transit.portal_id) & (DealState.deal_id == Transit.deal_id)
    query = (
        select(*columns)
        .join(Shipment, Shipment.id == Transit.shipment_id)
        .outerjoin(DealState, deal)
        .where(Transit.portal_id == portal_id, Transit.state == TransitState.OPEN)
        .where(Transit.risk.in_([Risk.LATE, Risk.MAYBE]))
        .order_by(Transit.risk == Risk.MAYBE, Transit.late_by.desc(), Transit.expected, Transit.deal_id)
        .limit(most)
    )
    return [
        AtRisk(deal_id, title or "", order or number, system, Risk(risk), late_by, promised, expected, place, news)
        for deal_id, title, number, order, system, risk, late_by, promised, expected, place, news in session.execute(
            query
        )
    ]


def counts(session: Session, portal_id: int) -> dict[Risk, int]:
    """Parcels under way by their risk; every risk is a key."""
    query = (
        select(Transit.risk, func.count())
        .where(Transit.portal_id == portal_id, Transit.state == TransitState.OPEN)
        .group_by(Transit.risk)
    )
    found = dict(session.execute(query).all())
    return {risk: found.get(risk.value, 0) for risk in Risk}


def expected(
    session: Session, portal_id: int, shipment_ids: Sequence[int]
) -> dict[int, tuple[date | None, date | None]]:
    """The day that was promised and the one that is expected now, by shipment; others are missing."""
    query = select(Transit.shipment_id, Transit.promised, Transit.expected).where(
        Transit.portal_id == portal_id, Transit.shipment_id.in_(list(shipment_ids))
    )
    return {shipment_id: (promised, day) for shipment_id, promised, day in session.execute(query)}
