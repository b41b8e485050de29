"""Figures of a portal for its dashboard, each counted by the database: a fixed number of questions, whatever the portal
has shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from b24app.flows.buckets import Period
from b24app.flows.costs import Costs
from b24app.flows.dashboard import Bills, Figures, OnTime, Sent, Told, Work
from b24app.flows.forecast import Risk
from b24app.flows.legs import PICKED
from b24app.logistics.status import Status
from b24app.store import buckets, portals, ratings
from b24app.store.costs import costs_of
from b24app.store.faces.many import MOST_IDS
from b24app.store.faces.return_list import OPEN, waits
from b24app.store.faces.urgent import UNDER_WAY
from b24app.store.models import DealState, GoodsReturn, Message, Shipment, ShipmentFigures, Transit, TransitState

#: Longer than this is all the same, in seconds.
LONGEST_S = 6 * 3600
#: Lines of a file.
MOST_LINES = 20_000
_SENDING = (Status.DRAFT, Status.SUBMITTING)
_MOVING = (*UNDER_WAY, Status.UNKNOWN)
_WORKED = (*_SENDING, Status.CREATED, *_MOVING, Status.READY_FOR_PICKUP)
_DEALS, _RETURNS, _LATE = "deals", "returns", "late"
F = ShipmentFigures


def work(session: Session, portal_id: int, soon: datetime) -> Work:
    """One statement. `soon` as in `urgent`."""
    parcels = (
        select(Shipment.status, func.count(), _how_many(Shipment.keep_until < soon))
        .where(Shipment.portal_id == portal_id, Shipment.status.in_(_WORKED), Shipment.leg != PICKED)
        .where(Shipment.closed.is_(False))
        .group_by(Shipment.status)
    )
    waiting = _counted(_DEALS, literal(0)).where(DealState.portal_id == portal_id, DealState.waits_for_person != "")
    returns = _counted(_RETURNS, _how_many(waits())).where(
        GoodsReturn.portal_id == portal_id, GoodsReturn.stage.in_([each.value for each in OPEN])
    )
    late = _counted(_LATE, literal(0)).where(
        Transit.portal_id == portal_id, Transit.state == TransitState.OPEN, Transit.risk == Risk.LATE
    )
    every = session.execute(union_all(parcels, waiting, returns, late))
    found: dict[str, tuple[int, int]] = {what: (count, marked or 0) for what, count, marked in every}
    return Work(
        waiting=found[_DEALS][0],
        sending=_of(found, _SENDING),
        numbered=_of(found, (Status.CREATED,)),
        moving=_of(found, _MOVING),
        late=found[_LATE][0],
        stored=_of(found, (Status.READY_FOR_PICKUP,)),
        ending=found.get(Status.READY_FOR_PICKUP, (0, 0))[1],
        returns=found[_RETURNS][0],
        returns_wait=found[_RETURNS][1],
    )


def _of(found: Mapping[str, tuple[int, int]], statuses: Sequence[Status]) -> int:
    return sum(found.get(each, (0, 0))[0] for each in statuses)


def to_hand(session: Session, portal_id: int) -> tuple[int, ...]:
    """Deals that somebody has to send, then those whose order is being made, or waits to be handed over."""
    mine = (DealState.portal_id == portal_id, DealState.waits_for_person != "")
    waiting = session.scalars(select(DealState.deal_id).where(*mine).order_by(DealState.deal_id).limit(MOST_IDS))
    return tuple(dict.fromkeys([*waiting, *_in_statuses(session, portal_id, (*_SENDING, Status.CREATED))]))[:MOST_IDS]


def moving(session: Session, portal_id: int) -> tuple[int, ...]:
    """Deals whose parcels are on their way, those first of which nothing was heard for longest."""
    return _in_statuses(session, portal_id, _MOVING)


def _in_statuses(session: Session, portal_id: int, statuses: Sequence[Status]) -> tuple[int, ...]:
    query = (
        select(Shipment.deal_id)
        .where(Shipment.portal_id == portal_id, Shipment.status.in_(statuses), Shipment.leg != PICKED)
        .where(Shipment.closed.is_(False))
        .group_by(Shipment.deal_id)
        .order_by(func.min(Shipment.status_at), Shipment.deal_id)
        .limit(MOST_IDS)
    )
    return tuple(session.scalars(query))


def _counted(what: str, marked: Any) -> Select[Any]:
    return select(literal(what), func.count(), marked)


def _how_many(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def figures(session: Session, portal_id: int, period: Period, today: date, system: str = "") -> Figures:
    """Six questions, one more for a `system`: only its shipments and messages about them, "" = all."""
    accounts = accounts_of(session, portal_id, system)
    mine = _mine(portal_id, period, accounts)
    return Figures(
        sent=_sent(session, mine, period),
        on_time=_on_time(session, portal_id, period, today, system),
        bills=_bills(session, mine, period),
        seconds=_seconds(session, mine),
        told=_told(session, portal_id, period, accounts),
        stars=ratings.of_period(session, portal_id, period.begin, period.end, [system] if system else []).all.counts,
    )


def accounts_of(session: Session, portal_id: int, system: str) -> list[int] | None:
    """The accounts of a system, the removed ones too; None = all."""
    if not system:
        return None
    return [key for key, (own, _) in portals.systems_of(session, portal_id).items() if own == system]


def _mine(portal_id: int, period: Period, accounts: Sequence[int] | None) -> list[Any]:
    """Shipments whose number became known within the period."""
    found: list[Any] = [F.portal_id == portal_id, F.numbered_at >= period.begin, F.numbered_at < period.end]
    return found if accounts is None else [*found, F.connection_id.in_(list(accounts))]


def _sent(session: Session, mine: Sequence[Any], period: Period) -> list[Sent]:
    day = buckets.day_of(session, F.numbered_at, period).label("day")
    query = select(F.connection_id, day, func.count()).where(*mine).group_by(F.connection_id, day)
    return [Sent(*row) for row in session.execute(query.order_by(day, F.connection_id))]


def _on_time(session: Session, portal_id: int, period: Period, today: date, system: str) -> list[OnTime]:
    """By the day that was promised, as the report on promises counts: what has not come by then was not kept."""
    where = [
        Transit.portal_id == portal_id, Transit.promised >= period.since, Transit.promised <= period.until,
        Transit.handed.is_not(None),
        or_(Transit.arrived.is_not(None), Transit.state == TransitState.OVER, Transit.promised < today),
    ]  # fmt: skip
    if system:
        where.append(Transit.system == system)
    kept = _how_many(Transit.arrived <= Transit.promised)
    query = select(Transit.system, func.count(), kept).where(*where).group_by(Transit.system)
    return [OnTime(*row) for row in session.execute(query.order_by(Transit.system))]


def _bills(session: Session, mine: Sequence[Any], period: Period) -> list[Bills]:
    week = buckets.week_of(buckets.day_of(session, F.numbered_at, period)).label("week")
    by = (F.connection_id, week, F.billed_currency, F.reason)
    sums = (func.count(), _whole(func.sum(F.billed)), _whole(func.sum(F.over)))
    query = select(*by, *sums).where(*mine).group_by(*by).order_by(*by)
    return [Bills(*row) for row in session.execute(query)]


def _whole(value: Any) -> Any:
    """PostgreSQL sums whole numbers to a decimal one."""
    return cast(func.coalesce(value, 0), BigInteger)


def _seconds(session: Session, mine: Sequence[Any]) -> dict[int, int]:
    took = buckets.seconds_of(session, F.numbered_at) - buckets.seconds_of(session, F.moved_at)
    # The portal's clock need not be ours.
    some = cast(case((took < 0, 0), (took > LONGEST_S, LONGEST_S), else_=took), Integer).label("took")
    query = select(some, func.count()).where(*mine, F.moved_at.is_not(None)).group_by(some)
    return {seconds: count for seconds, count in session.execute(query)}  # noqa: C416 - rows are not pairs to mypy


def _told(session: Session, portal_id: int, period: Period, accounts: Sequence[int] | None) -> list[Told]:
    where = [Message.portal_id == portal_id, Message.created_at >= period.begin, Message.created_at < period.end]
    query = select(Message.state, func.count()).where(*where).group_by(Message.state).order_by(Message.state)
    if accounts is not None:
        query = query.join(Shipment, Shipment.id == Message.shipment_id).where(
            Shipment.portal_id == portal_id, Shipment.connection_id.in_(list(accounts))
        )
    return [Told(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class CostLine:
    """A shipment with what it was to cost and costs."""

    deal_id: int
    number: str
    connection_id: int
    numbered_at: datetime | None
    costs: Costs
    over: int | None
    reason: str


def lines(session: Session, portal_id: int, period: Period, system: str = "") -> list[CostLine]:
    """The period's shipments with a price, the newest first, at most `MOST_LINES`."""
    mine = _mine(portal_id, period, accounts_of(session, portal_id, system))
    priced = or_(F.quoted.is_not(None), F.booked.is_not(None), F.billed.is_not(None))
    return _lines(session, portal_id, [*mine, priced], F.numbered_at.desc(), MOST_LINES)


def differing(session: Session, portal_id: int, period: Period, system: str, most: int) -> list[CostLine]:
    """Those whose bill is not what was expected, the largest difference first."""
    mine = _mine(portal_id, period, accounts_of(session, portal_id, system))
    return _lines(session, portal_id, [*mine, F.over != 0], func.abs(F.over).desc(), most)


def _lines(session: Session, portal_id: int, where: Sequence[Any], order: Any, most: int) -> list[CostLine]:
    query = (
        select(F, Shipment.deal_id, Shipment.order_number, Shipment.number)
        .join(Shipment, Shipment.id == F.shipment_id)
        .where(Shipment.portal_id == portal_id, *where)
        .order_by(order, F.id)
        .limit(most)
    )
    return [
        CostLine(
            deal_id, order_number or number, row.connection_id, row.numbered_at, costs_of(row), row.over, row.reason
        )
        for row, deal_id, order_number, number in session.execute(query)
    ]
