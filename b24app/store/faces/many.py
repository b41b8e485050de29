"""How many deals stand, as far as our store knows: the same few queries for one deal and for five hundred."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.flows.forecast import Risk
from b24app.flows.legs import CARRIED, pieces
from b24app.flows.picking import Picking
from b24app.flows.portions import Portion, attention, is_split
from b24app.flows.stock import warning
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store import stock
from b24app.store.faces.deal_facts import (
    ASKS,
    ProblemFacts,
)
from b24app.store.models import (
    Connection,
    ConnectionState,
    DealState,
    InboxRow,
    InboxState,
    Intent,
    Lane,
    LaneKind,
    ProblemRow,
    ProblemState,
    Shipment,
    Transit,
    TransitState,
)
from b24app.store.sql import chunks

#: Ids that a filter of the portal's list may name.
MOST_IDS = 1000
_NO_ORDER = (Status.REJECTED, Status.CANCELLED)
_NOT_SHIPPED = (Status.REJECTED, Status.CANCELLED, Status.DRAFT)


@dataclass(frozen=True, slots=True)
class LastShipment:
    """A deal's newest shipment (of a chain the leg that speaks for it), without what was sent. `create`: the state of
    the call that makes the order;
    `portion`: what it holds as one of several; `risk`, `late_by` days and `expected` of a parcel under way."""

    id: int
    status: Status
    number: str
    system: str
    connection: str
    price: Money | None
    polled_at: datetime | None
    paused: bool = False
    create: str = ""
    n: int = 1
    portion: Portion | None = None
    leg: str = CARRIED
    follows: int = 0
    picking: Picking | None = None
    keep_until: datetime | None = None
    risk: Risk = Risk.NONE
    late_by: int = 0
    expected: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One deal. `ask`: what a person asked for and nobody has served yet; `problems` open ones, oldest first. Of a deal
    that was split, `shipment` is the one that needs a person most, and `pieces` are all, oldest first. `lacking`: names
    of what a warehouse on its way has not enough of, as the tab last asked."""

    deal_id: int
    ask: str = ""
    shipment: LastShipment | None = None
    problems: tuple[ProblemFacts, ...] = ()
    gone: bool = False
    pieces: tuple[LastShipment, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def orders(self) -> tuple[LastShipment, ...]:
        """Of several shipments those that are orders; of others the only one."""
        made = tuple(each for each in self.pieces if each.status not in _NO_ORDER)
        return made or ((self.shipment,) if self.shipment else ())


@dataclass(slots=True)
class _Found:
    """What the queries bring, by deal."""

    asks: dict[int, str] = field(default_factory=dict)
    shipments: dict[int, list[LastShipment]] = field(default_factory=dict)
    problems: dict[int, list[ProblemFacts]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    lacking: dict[int, tuple[str, ...]] = field(default_factory=dict)


def standings(session: Session, portal_id: int, deal_ids: Iterable[int]) -> dict[int, Standing]:
    """Every asked deal is a key. Six queries per 400 deals, nothing is decrypted."""
    wanted = list(dict.fromkeys(deal_ids))
    found = _Found()
    for some in chunks(wanted):
        _asks(session, portal_id, some, found)
        _shipments(session, portal_id, some, found)
        _problems(session, portal_id, some, found)
        _gone(session, portal_id, some, found)
        _lacking(session, portal_id, some, found)
    return {
        deal_id: Standing(
            deal_id,
            found.asks.get(deal_id, ""),
            attention(mine) if (mine := found.shipments.get(deal_id)) else None,
            tuple(found.problems.get(deal_id, ())),
            deal_id in found.gone,
            tuple(mine) if mine and is_split(mine) else (),
            found.lacking.get(deal_id, ()),
        )
        for deal_id in wanted
    }


def version(found: Mapping[int, Standing], *more: object) -> str:
    """A short text that differs as soon as one of these deals stands otherwise."""
    return hashlib.sha256(repr((sorted(found.items()), more)).encode()).hexdigest()[:16]


def requests(session: Session, portal_id: int, shipment_ids: Sequence[int]) -> dict[int, ShipmentRequest]:
    """What was sent, by shipment: personal data, decrypted for the deals of one page."""
    query = select(Shipment.id, Shipment.request).where(
        Shipment.portal_id == portal_id, Shipment.id.in_(list(shipment_ids))
    )
    return {row: ShipmentRequest.from_json(sent) for row, sent in session.execute(query) if sent}


def done_in_stages(session: Session, portal_id: int, stages: Sequence[str]) -> tuple[int, ...]:
    """Deals that still stand in these stages although they have an order: nothing of them waits to be shipped."""
    living = [status.value for status in Status if status.is_live or status is Status.DELIVERED]
    query = (
        select(DealState.deal_id)
        .join(Shipment, (Shipment.portal_id == DealState.portal_id) & (Shipment.deal_id == DealState.deal_id))
        .where(DealState.portal_id == portal_id, DealState.stage.in_(list(stages)), DealState.gone.is_(False))
        .where(Shipment.status.in_(living))
        .distinct()
        .order_by(DealState.deal_id.desc())
        .limit(MOST_IDS)
    )
    return tuple(session.scalars(query))


def with_problems(session: Session, portal_id: int) -> tuple[int, ...]:
    """Deals with an open problem, the latest problem first."""
    query = (
        select(ProblemRow.deal_id)
        .where(ProblemRow.portal_id == portal_id, ProblemRow.state == ProblemState.OPEN)
        .group_by(ProblemRow.deal_id)
        .order_by(func.max(ProblemRow.id).desc())
        .limit(MOST_IDS)
    )
    return tuple(session.scalars(query))


def shipped(session: Session, portal_id: int) -> tuple[int, ...]:
    """Deals with an order that a carrier has or had, the newest first."""
    query = (
        select(Shipment.deal_id)
        .where(Shipment.portal_id == portal_id, Shipment.status.not_in([each.value for each in _NOT_SHIPPED]))
        .group_by(Shipment.deal_id)
        .order_by(func.max(Shipment.id).desc())
        .limit(MOST_IDS)
    )
    return tuple(session.scalars(query))


def at_points(session: Session, portal_id: int) -> tuple[int, ...]:
    """Deals with a parcel that waits for its recipient at a point, the one first whose storage ends first."""
    query = (
        select(Shipment.deal_id)
        .where(Shipment.portal_id == portal_id, Shipment.status == Status.READY_FOR_PICKUP)
        .group_by(Shipment.deal_id)
        .order_by(func.min(Shipment.keep_until).is_(None), func.min(Shipment.keep_until), Shipment.deal_id)
        .limit(MOST_IDS)
    )
    return tuple(session.scalars(query))


def at_risk(session: Session, portal_id: int) -> tuple[int, ...]:
    """Deals with a parcel under way that will be late, or may be, the worst first."""
    query = (
        select(Transit.deal_id)
        .where(Transit.portal_id == portal_id, Transit.state == TransitState.OPEN)
        .where(Transit.risk.in_([Risk.LATE, Risk.MAYBE]))
        .group_by(Transit.deal_id)
        .order_by(func.max(Transit.late_by).desc(), func.min(Transit.expected), Transit.deal_id)
        .limit(MOST_IDS)
    )
    return tuple(session.scalars(query))


def _asks(session: Session, portal_id: int, ids: Sequence[int], found: _Found) -> None:
    query = (
        select(InboxRow.key, InboxRow.kind)
        .join(Lane, Lane.id == InboxRow.lane_id)
        .where(Lane.kind == LaneKind.PORTAL, Lane.owner_id == portal_id, InboxRow.state == InboxState.NEW)
        .where(InboxRow.kind.in_(ASKS), InboxRow.key.in_([str(each) for each in ids]))
        .order_by(InboxRow.id)
    )
    found.asks |= {int(key): kind for key, kind in session.execute(query)}


def _shipments(session: Session, portal_id: int, ids: Sequence[int], found: _Found) -> None:
    columns = (
        Shipment.id, Shipment.deal_id, Shipment.status, Shipment.number, Shipment.order_number, Shipment.price_minor,
        Shipment.currency, Shipment.polled_at, Shipment.n, Shipment.portion, Shipment.leg, Shipment.follows,
        Shipment.picking, Shipment.keep_until,
        Connection.system, Connection.title, Connection.state, Transit.risk, Transit.late_by, Transit.expected,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Connection, Connection.id == Shipment.connection_id)
        .outerjoin(Transit, (Transit.shipment_id == Shipment.id) & (Transit.state == TransitState.OPEN))
        .where(Shipment.portal_id == portal_id, Shipment.deal_id.in_(list(ids)))
        .order_by(Shipment.n)
    )
    rows: dict[int, list[Any]] = {}
    for row in session.execute(query):
        rows.setdefault(row.deal_id, []).append(row)
    owned = {deal_id: [_last(row) for row in mine] for deal_id, mine in rows.items()}
    for deal_id, mine in owned.items():
        speaking = pieces(mine)
        found.shipments[deal_id] = list(speaking if is_split(speaking) else speaking[-1:])
    shown = [one for mine in found.shipments.values() for one in mine]
    calls = (
        select(Intent.shipment_id, Intent.state)
        .where(Intent.portal_id == portal_id, Intent.kind == "create")
        .where(Intent.shipment_id.in_([row.id for row in shown]))
        .order_by(Intent.id)
    )
    creates = {call.shipment_id: call.state for call in session.execute(calls)}
    for deal_id, last in found.shipments.items():
        found.shipments[deal_id] = [replace(one, create=creates.get(one.id, "")) for one in last]


def _last(row: Any) -> LastShipment:
    return LastShipment(
        id=row.id,
        status=Status(row.status),
        number=row.order_number or row.number,
        system=row.system,
        connection=row.title,
        price=Money(row.price_minor, row.currency or "RUB") if row.price_minor is not None else None,
        polled_at=row.polled_at,
        paused=row.state == ConnectionState.PAUSED,
        n=row.n,
        portion=Portion.from_json(row.portion) if row.portion else None,
        leg=row.leg,
        follows=row.follows,
        picking=Picking.from_json(row.picking) if row.picking else None,
        keep_until=row.keep_until,
        risk=Risk(row.risk or ""),
        late_by=row.late_by or 0,
        expected=row.expected,
    )


def _problems(session: Session, portal_id: int, ids: Sequence[int], found: _Found) -> None:
    query = (
        select(ProblemRow.deal_id, ProblemRow.problem, ProblemRow.opened_at)
        .where(ProblemRow.portal_id == portal_id, ProblemRow.deal_id.in_(list(ids)))
        .where(ProblemRow.state == ProblemState.OPEN)
        .order_by(ProblemRow.id)
    )
    for deal_id, problem, opened_at in session.execute(query):
        facts = ProblemFacts(Problem.from_json(problem), opened_at, None)
        found.problems.setdefault(deal_id, []).append(facts)


def _gone(session: Session, portal_id: int, ids: Sequence[int], found: _Found) -> None:
    query = select(DealState.deal_id).where(
        DealState.portal_id == portal_id, DealState.deal_id.in_(list(ids)), DealState.gone.is_(True)
    )
    found.gone |= set(session.scalars(query))


def _lacking(session: Session, portal_id: int, ids: Sequence[int], found: _Found) -> None:
    for deal_id, told in stock.lacking(session, portal_id, ids).items():
        lacks = warning(told, told)
        if lacks is not None:
            found.lacking[deal_id] = tuple(each.name for each in lacks[1])
