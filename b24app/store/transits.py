"""Ways of shipments: which are to be looked at, what is known of finished ones, what was found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from b24app.flows.forecast import NEWEST, By, Lane, Past, Risk
from b24app.flows.legs import PICKED
from b24app.flows.transit import Step
from b24app.logistics.status import Status
from b24app.store import portal_settings
from b24app.store.models import DealState, Portal, Shipment, TrackingRow, Transit, TransitState
from b24app.store.sql import chunks, insert_new, shapes

#: Key of a portal's settings: shipments below this id are older than this table and have no row yet; 0 = all have.
OLDER = "transits_older"
#: The newest finished parcels are enough for any statistics.
MOST = 20_000
#: Nobody forecasts what is in no system yet.
_UNSENT = (Status.DRAFT, Status.SUBMITTING)


@dataclass(frozen=True, slots=True)
class Due:
    """A way that is not over, with what its shipment and its deal say now."""

    row: Transit
    connection_id: int
    number: str
    status: Status
    status_at: datetime
    plan: date | None
    version: int
    title: str
    assigned_by: int
    gone: bool

    @property
    def changed(self) -> bool:
        return self.row.seen != self.version


def due(session: Session, portal_id: int, today: date) -> list[Due]:
    """Those of the portal that are under way and of which something changed, be it only the day: one question."""
    columns = (
        Shipment.connection_id, Shipment.number, Shipment.status, Shipment.status_at, Shipment.promised,
        Shipment.version, DealState.title, DealState.assigned_by, DealState.gone,
    )  # fmt: skip
    deal = (DealState.portal_id == Transit.portal_id) & (DealState.deal_id == Transit.deal_id)
    query = (
        select(Transit, *columns)
        .join(Shipment, Shipment.id == Transit.shipment_id)
        .outerjoin(DealState, deal)
        .where(Transit.portal_id == portal_id, Transit.state.in_([TransitState.NEW, TransitState.OPEN]))
        .where(Shipment.portal_id == portal_id, Shipment.status.not_in([each.value for each in _UNSENT]))
        .where(or_(Transit.seen != Shipment.version, Transit.forecast_on.is_(None), Transit.forecast_on != today))
        .order_by(Transit.id.desc())
    )
    return [
        Due(row, account, number, Status(status), at, plan, version, title or "", assigned or 0, bool(gone))
        for row, account, number, status, at, plan, version, title, assigned, gone in session.execute(query)
    ]


def adopt(session: Session, portal: Portal, most: int) -> int:
    """Gives shipments that are older than this table their rows, the newest first; returns how many were looked at, 0 =
    none is left. Goes on where it stopped, whatever happens in between."""
    below = portal.settings.get(OLDER)
    if below == 0:
        return 0
    mine = select(Shipment.id, Shipment.deal_id, Shipment.leg).where(Shipment.portal_id == portal.id)
    if below is not None:
        mine = mine.where(Shipment.id < int(below))
    found = session.execute(mine.order_by(Shipment.id.desc()).limit(most)).all()
    empty = {
        "state": TransitState.NEW, "system": "", "kind": "", "service": "", "origin": "", "to": "", "by": "",
        "place": "", "seen": -1, "risk": "", "late_by": 0,
    }  # fmt: skip
    rows = [
        {"portal_id": portal.id, "shipment_id": each.id, "deal_id": each.deal_id, **empty}
        for each in found
        if each.leg != PICKED
    ]
    insert_new(session, Transit, rows, ["shipment_id"])
    left = found[-1].id if len(found) == most else 0
    portal_settings.change(session, portal.id, lambda settings: settings.update({OLDER: left}))
    return len(found)


def steps(session: Session, portal_id: int, shipment_ids: Sequence[int]) -> dict[int, list[Step]]:
    """The way of each, oldest first; every asked shipment is a key."""
    found: dict[int, list[Step]] = {each: [] for each in shipment_ids}
    for some in chunks(list(found)):
        query = (
            select(TrackingRow.shipment_id, TrackingRow.status, TrackingRow.at, TrackingRow.place)
            .where(TrackingRow.portal_id == portal_id, TrackingRow.shipment_id.in_(some), TrackingRow.back.is_(False))
            .order_by(TrackingRow.at, TrackingRow.id)
        )
        for shipment_id, status, at, place in session.execute(query):
            found[shipment_id].append(Step(Status(status), at, place))
    return found


def finished(
    session: Session, portal_id: int, today: date, *, systems: Sequence[str] | None = None, kind: str = ""
) -> list[Past]:
    """The portal's own parcels that arrived lately, the newest first; of some systems and one kind only."""
    columns = (
        Transit.system, Transit.kind, Transit.origin, Transit.to, Transit.handed, Transit.reached, Transit.arrived,
        Transit.gap, Transit.promised,
    )  # fmt: skip
    query = (
        select(*columns)
        .where(Transit.portal_id == portal_id, Transit.arrived >= today - NEWEST)
        .where(Transit.state == TransitState.DONE, Transit.handed.is_not(None))
        # How long a client had it wait says nothing of the road.
        .where(Transit.by != By.CLIENT)
        .order_by(Transit.arrived.desc(), Transit.id.desc())
        .limit(MOST)
    )
    if systems is not None:
        query = query.where(Transit.system.in_(list(systems)))
    if kind:
        query = query.where(Transit.kind == kind)
    lanes: dict[tuple[str, str, str, str], Lane] = {}
    found = []
    for system, kind_, origin, to, handed, reached, arrived, gap, promised in session.execute(query):
        if arrived is None or handed is None:
            continue
        key = (system, kind_, origin, to)
        lane = lanes.setdefault(key, Lane(*key))
        last = (arrived - reached).days if reached else None
        kept = arrived <= promised if promised else None
        found.append(Past(lane, (arrived - handed).days, last, gap, kept, arrived))
    return found


def save(session: Session, portal_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what was found out: columns, with the `id` of each row."""
    table = Transit.__table__
    for names, alike in shapes(rows).items():
        values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names if name != "id"}
        mine = update(Transit).where(table.c.portal_id == portal_id, table.c.id == bindparam("row_id"))
        given = [{"row_id": row["id"], **{f"new_{name}": row[name] for name in names if name != "id"}} for row in alike]
        session.connection().execute(mine.values(values), given)


def agree(session: Session, portal_id: int, shipment_id: int, day: date) -> None:
    """The client chose another day and the carrier agreed: that is what is promised now, and news if it is broken."""
    mine = update(Transit).where(Transit.portal_id == portal_id, Transit.shipment_id == shipment_id)
    open_ = mine.where(Transit.state.in_([TransitState.NEW, TransitState.OPEN]))
    fresh = {"expected": None, "forecast": None, "forecast_on": None, "told": None, "late_by": 0, "risk": Risk.NONE}
    session.execute(open_.values(promised=day, by=By.CLIENT, seen=-1, **fresh))


def of_shipment(session: Session, portal_id: int, shipment_id: int) -> Transit | None:
    return session.scalar(select(Transit).where(Transit.portal_id == portal_id, Transit.shipment_id == shipment_id))
