"""Shipments and what the carrier told about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from b24app.flows import legs
from b24app.flows.legs import CARRIED, PICKED
from b24app.flows.portions import Portion
from b24app.logistics.status import Status
from b24app.store.lanes import LaneHold
from b24app.store.models import DealState, Intent, IntentState, Portal, Priority, Shipment, TrackingRow, Transit
from b24app.store.sql import changed, chunks, insert_new

#: Orders of which something is known to be new stand this far before the others in the queue of reads.
AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PieceOf:
    """A `flows.portions.Piece`."""

    id: int
    n: int
    status: Status
    portion: Portion | None
    leg: str
    follows: int


class ChangedMeanwhileError(RuntimeError):
    """Somebody else changed the row since it was read: read again and decide anew."""


def create(
    session: Session,
    portal: Portal,
    deal_id: int,
    n: int,
    connection_id: int,
    *,
    status: str,
    request: Mapping[str, Any],
    now: datetime,
    **more: Any,
) -> Shipment:
    """Save a new shipment, numbered `<portal code>-<deal>-<n>`, and flush it. `more` are further columns. What becomes
    of its way is kept beside it (`store.transits`), unless it only goes to be picked.

    Raises IntegrityError when this n of the deal exists already.
    """
    number = f"{portal.code}-{deal_id}-{n}"
    shipment = Shipment(
        portal_id=portal.id,
        connection_id=connection_id,
        deal_id=deal_id,
        n=n,
        number=number,
        status=status,
        request=dict(request),
        created_at=now,
        status_at=now,
        **more,
    )
    session.add(shipment)
    session.flush()
    if shipment.leg != PICKED:
        session.add(Transit(portal_id=portal.id, shipment_id=shipment.id, deal_id=deal_id))
    return shipment


def get(session: Session, portal_id: int, shipment_id: int) -> Shipment | None:
    """Return one shipment of the portal."""
    return session.scalar(select(Shipment).where(Shipment.portal_id == portal_id, Shipment.id == shipment_id))


def by_ids(session: Session, portal_id: int, ids: Sequence[int]) -> dict[int, Shipment]:
    """Return shipments of the portal by id."""
    found: dict[int, Shipment] = {}
    for some in chunks(list(ids)):
        wanted = select(Shipment).where(Shipment.portal_id == portal_id, Shipment.id.in_(some))
        found.update((shipment.id, shipment) for shipment in session.scalars(wanted))
    return found


def by_number(session: Session, portal_id: int, number: str) -> Shipment | None:
    """Return the shipment with our number."""
    return session.scalar(select(Shipment).where(Shipment.portal_id == portal_id, Shipment.number == number))


def by_remote_ids(
    session: Session, portal_id: int, connection_id: int, remote_ids: Sequence[str]
) -> dict[str, Shipment]:
    """Return the connection's shipments by the carrier's own key; keys that are not ours are missing."""
    found: dict[str, Shipment] = {}
    for some in chunks(list(remote_ids)):
        wanted = select(Shipment).where(
            Shipment.portal_id == portal_id, Shipment.connection_id == connection_id, Shipment.remote_id.in_(some)
        )
        found.update((str(shipment.remote_id), shipment) for shipment in session.scalars(wanted))
    return found


def of_deals(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, list[Shipment]]:
    """Return the shipments of each deal, oldest first; every asked deal is a key."""
    found: dict[int, list[Shipment]] = {deal_id: [] for deal_id in deal_ids}
    for some in chunks(list(found)):
        wanted = select(Shipment).where(Shipment.portal_id == portal_id, Shipment.deal_id.in_(some))
        for shipment in session.scalars(wanted.order_by(Shipment.n)):
            found[shipment.deal_id].append(shipment)
    return found


def chained(session: Session, portal_id: int, deal_ids: Collection[int]) -> set[int]:
    """Those of the deals whose goods go, or went, through a warehouse first."""
    found: set[int] = set()
    for some in chunks(sorted(deal_ids)):
        mine = (Shipment.portal_id == portal_id, Shipment.deal_id.in_(some), Shipment.leg == PICKED)
        found |= set(session.scalars(select(Shipment.deal_id).where(*mine)))
    return found


def split_deals(session: Session, portal_id: int, deal_ids: Sequence[int]) -> set[int]:
    """Deals whose goods leave in several shipments, or through a warehouse first. Two workers that save answers about
    orders of one such deal take turns from here on: each has to see where the other's shipment stands."""
    found: set[int] = set()
    for some in chunks(sorted(set(deal_ids))):
        mine = (Shipment.portal_id == portal_id, Shipment.deal_id.in_(some))
        several = or_(Shipment.portion.is_not(None), Shipment.leg != CARRIED)
        found |= set(session.scalars(select(Shipment.deal_id).where(*mine, several).distinct()))
    take_turns(session, portal_id, found)
    return found


def take_turns(session: Session, portal_id: int, deal_ids: Collection[int]) -> None:
    """Hold these deals until the transaction ends: before their shipments are written, always in this order."""
    if deal_ids:
        turn = select(DealState.id).where(DealState.portal_id == portal_id, DealState.deal_id.in_(sorted(deal_ids)))
        session.execute(turn.order_by(DealState.id).with_for_update()).all()


def pieces(rows: Sequence[Shipment]) -> list[PieceOf]:
    """What each of a deal's shipments holds; of a chain the one that speaks for it."""
    found = [
        PieceOf(
            row.id,
            row.n,
            Status(row.status),
            Portion.from_json(row.portion) if row.portion else None,
            row.leg,
            row.follows,
        )
        for row in rows
    ]
    return list(legs.pieces(found))


def owners_of_numbers(session: Session, portal_id: int, numbers: Sequence[str]) -> dict[str, int]:
    """Return order number -> deal, for numbers of our own shipments: a copied deal carries another one's."""
    found: dict[str, int] = {}
    for some in chunks(list(numbers)):
        wanted = select(Shipment.order_number, Shipment.deal_id).where(
            Shipment.portal_id == portal_id, Shipment.order_number.in_(some)
        )
        found.update((str(number), deal_id) for number, deal_id in session.execute(wanted))
    return found


def change(session: Session, shipment: Shipment, **values: Any) -> None:
    """Write columns if nobody else wrote the row since it was read. Raises `ChangedMeanwhileError`."""
    mine = update(Shipment).where(
        Shipment.id == shipment.id, Shipment.portal_id == shipment.portal_id, Shipment.version == shipment.version
    )
    if not changed(session, mine.values(version=Shipment.version + 1, **values)):
        raise ChangedMeanwhileError(f"shipment {shipment.number} was changed by somebody else")
    # What was written is what would be read: a crowd's transaction is spared one query a row.
    for name, value in {**values, "version": shipment.version + 1}.items():
        set_committed_value(shipment, name, value)


def forget_codes(session: Session, before: datetime, limit: int = 500) -> int:
    """Codes of parcels that lie at no point any more, however that was learnt, and of those of which nothing was heard
    since. Returns how many; call again while it is `limit`."""
    over = or_(Shipment.status != Status.READY_FOR_PICKUP, Shipment.status_at < before)
    ids = list(session.scalars(select(Shipment.id).where(Shipment.pickup_code.is_not(None), over).limit(limit)))
    for some in chunks(ids):
        changed(session, update(Shipment).where(Shipment.id.in_(some)).values(pickup_code=None))
    return len(ids)


def due_polls(session: Session, hold: LaneHold, now: datetime, limit: int = 200) -> list[Shipment]:
    """Return shipments of the connection's lane whose state is to be read again: those for whose number a person waits,
    then the longest waiting."""
    mine = (Shipment.portal_id == hold.portal_id, Shipment.connection_id == hold.owner_id, Shipment.next_poll_at <= now)
    asked = exists().where(
        Intent.shipment_id == Shipment.id, Intent.state == IntentState.ACCEPTED, Intent.priority == Priority.PEOPLE
    )
    order = (asked.desc(), Shipment.next_poll_at)
    return list(session.scalars(select(Shipment).where(*mine).order_by(*order).limit(limit)))


def next_poll(session: Session, hold: LaneHold) -> datetime | None:
    """Return when the connection's next shipment is to be read."""
    mine = (Shipment.portal_id == hold.portal_id, Shipment.connection_id == hold.owner_id)
    return session.scalar(select(func.min(Shipment.next_poll_at)).where(*mine))


def poll_now(session: Session, portal_id: int, shipment_ids: Sequence[int], now: datetime) -> None:
    """Have shipments read at once (a callback hinted, a person asked): before those whose time has merely come."""
    for some in chunks(list(shipment_ids)):
        mine = update(Shipment).where(
            Shipment.portal_id == portal_id, Shipment.id.in_(some), Shipment.closed.is_(False)
        )
        changed(session, mine.values(next_poll_at=now - AHEAD))


def free(session: Session, portal_id: int, connection_id: int, now: datetime) -> None:
    """The account works again: orders that nobody could read are read now."""
    mine = update(Shipment).where(Shipment.portal_id == portal_id, Shipment.connection_id == connection_id)
    waiting = mine.where(Shipment.closed.is_(False), Shipment.next_poll_at > now, Shipment.remote_id.is_not(None))
    changed(session, waiting.values(next_poll_at=now))


def add_events(session: Session, portal_id: int, shipment_id: int, events: Sequence[Mapping[str, Any]]) -> int:
    """Keep tracking events (columns of `TrackingRow`, with `key`) that are not kept yet; return how many were new."""
    rows = [{"place": "", "reason": "", "text": "", "incident": None, "back": False, **event} for event in events]
    owned = [{**row, "portal_id": portal_id, "shipment_id": shipment_id} for row in rows]
    return insert_new(session, TrackingRow, owned, ["shipment_id", "key"])


def events_of(session: Session, portal_id: int, shipment_ids: Sequence[int]) -> dict[int, list[TrackingRow]]:
    """Return the history of each shipment, oldest first; every asked shipment is a key."""
    found: dict[int, list[TrackingRow]] = {shipment_id: [] for shipment_id in shipment_ids}
    for some in chunks(list(found)):
        wanted = select(TrackingRow).where(TrackingRow.portal_id == portal_id, TrackingRow.shipment_id.in_(some))
        for row in session.scalars(wanted.order_by(TrackingRow.at, TrackingRow.id)):
            found[row.shipment_id].append(row)
    return found
