"""Intents: decided, saved, then carried out by the connection's lane. States move through `store.sending`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from b24app.store.lanes import LaneHold, LaneRef, connection_lane
from b24app.store.models import Attempt, Intent, IntentState, Priority, Shipment
from b24app.store.sql import changed, chunks

#: Outcomes of attempts after which the carrier surely holds nothing of ours.
DID_NOTHING = ("unavailable", "account")
#: In a cancel intent's payload: id of the leg behind it that is cancelled after it (a chain's).
ALONG = "along"


def add(
    session: Session,
    shipment: Shipment,
    kind: str,
    payload: Any,
    *,
    now: datetime,
    trace_id: str,
    people: bool = False,
    due: datetime | None = None,
    connection_id: int | None = None,
) -> LaneRef:
    """Save one intent of a flushed shipment and return the lane to wake after the commit. `n` counts per kind.
    `connection_id`: another account than the shipment's is asked."""
    account = connection_id or shipment.connection_id
    lane = connection_lane(session, account)
    last = session.scalar(select(func.max(Intent.n)).where(Intent.shipment_id == shipment.id, Intent.kind == kind))
    intent = Intent(
        portal_id=shipment.portal_id,
        lane_id=lane.id,
        shipment_id=shipment.id,
        connection_id=account,
        kind=kind,
        n=(last or 0) + 1,
        number=shipment.number,
        payload=payload,
        priority=Priority.PEOPLE if people else Priority.BACKGROUND,
        next_try_at=due or now,
        created_at=now,
        trace_id=trace_id,
    )
    session.add(intent)
    return lane


def due(
    session: Session, hold: LaneHold, now: datetime, limit: int = 50, states: Sequence[str] = (IntentState.WAITING,)
) -> list[Intent]:
    """Return intents of the lane to act on now, people's first; only people's in a people's slice."""
    wanted = select(Intent).where(Intent.lane_id == hold.lane_id, Intent.state.in_(states), Intent.next_try_at <= now)
    if hold.people:
        wanted = wanted.where(Intent.priority == Priority.PEOPLE)
    return list(session.scalars(wanted.order_by(Intent.priority.desc(), Intent.next_try_at, Intent.id).limit(limit)))


def get(session: Session, portal_id: int, intent_id: int) -> Intent:
    return session.scalars(select(Intent).where(Intent.portal_id == portal_id, Intent.id == intent_id)).one()


def of_shipments(
    session: Session, portal_id: int, shipment_ids: Sequence[int], kinds: Collection[str] = ()
) -> dict[int, list[Intent]]:
    """Return the intents of these kinds (all when none is named) by shipment, oldest first."""
    found: dict[int, list[Intent]] = {}
    for some in chunks(list(shipment_ids)):
        wanted = select(Intent).where(Intent.portal_id == portal_id, Intent.shipment_id.in_(some))
        if kinds:  # requests of orders are large: who wants others does not pay for them
            wanted = wanted.where(Intent.kind.in_(kinds))
        for intent in session.scalars(wanted.order_by(Intent.id)):
            found.setdefault(intent.shipment_id, []).append(intent)
    return found


def withdraw(session: Session, portal_id: int, shipment_id: int, now: datetime) -> bool:
    """Make waiting intents of a shipment obsolete; False when one is under way, or was and may have left something:
    then nothing was changed."""
    mine = (Intent.portal_id == portal_id, Intent.shipment_id == shipment_id)
    done_nothing = (
        select(func.count())
        .where(Attempt.target_kind == Intent.__tablename__, Attempt.target_id == Intent.id)
        .where(Attempt.outcome.in_(DID_NOTHING))
        .scalar_subquery()
    )
    tried = or_(Intent.attempts > done_nothing, Intent.state != IntentState.WAITING)
    open_ones = select(Intent.id).where(*mine, Intent.next_try_at.is_not(None), tried)
    if session.scalar(open_ones.limit(1)) is not None:
        return False
    unsent = update(Intent).where(*mine, Intent.state == IntentState.WAITING)
    return changed(session, unsent.values(state=IntentState.OBSOLETE, closed_at=now, next_try_at=None)) > 0


def supersede(session: Session, portal_id: int, shipment_id: int, kind: str, now: datetime) -> None:
    """Calls of this kind that have not begun are no longer wanted: a newer one says all that they would."""
    mine = update(Intent).where(Intent.portal_id == portal_id, Intent.shipment_id == shipment_id, Intent.kind == kind)
    waiting = mine.where(Intent.state.in_((IntentState.WAITING, IntentState.DEAD)))
    changed(session, waiting.values(state=IntentState.OBSOLETE, closed_at=now, next_try_at=None))


def are_open(session: Session, portal_id: int, shipment_id: int) -> bool:
    """Whether any intent of a shipment will still be carried out or looked up."""
    mine = (Intent.portal_id == portal_id, Intent.shipment_id == shipment_id, Intent.next_try_at.is_not(None))
    return session.scalar(select(Intent.id).where(*mine).limit(1)) is not None


def revive(session: Session, portal_id: int, intent_id: int, now: datetime) -> LaneRef | None:
    """A person tries a dead or waiting intent again now. None when it is in another state.

    A dead one comes back as `uncertain`: whatever killed it may have left something at the carrier. Its ladder begins
    anew: while the carrier is left alone after failures, the first new attempt does not even leave.
    """
    mine = update(Intent).where(Intent.portal_id == portal_id, Intent.id == intent_id)
    again = {"next_try_at": now, "priority": Priority.PEOPLE, "closed_at": None}
    dead = {**again, "state": IntentState.UNCERTAIN, "ladder_from": Intent.attempts}
    count = changed(session, mine.where(Intent.state == IntentState.DEAD).values(dead))
    count += changed(session, mine.where(Intent.state == IntentState.WAITING).values(again))
    if not count:
        return None
    return connection_lane(session, session.scalars(select(Intent.connection_id).where(Intent.id == intent_id)).one())


def decided(session: Session, portal_id: int, shipment_id: int, kind: str, state: str, now: datetime) -> None:
    """Close the intent of this kind that the carrier had taken without deciding."""
    mine = update(Intent).where(
        Intent.portal_id == portal_id,
        Intent.shipment_id == shipment_id,
        Intent.kind == kind,
        Intent.state == IntentState.ACCEPTED,
    )
    changed(session, mine.values(state=state, closed_at=now, next_try_at=None))


def taken(session: Session, portal_id: int, shipment_id: int, kind: str) -> list[Intent]:
    """Intents of this kind that the carrier has taken without deciding, oldest first."""
    mine = select(Intent).where(
        Intent.portal_id == portal_id,
        Intent.shipment_id == shipment_id,
        Intent.kind == kind,
        Intent.state == IntentState.ACCEPTED,
    )
    return list(session.scalars(mine.order_by(Intent.id)))


def undecided(session: Session, portal_id: int, shipment_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Those of the shipments of which something was asked that the carrier has not decided yet, with its own names for
    our requests (`ref` of their payload)."""
    found: dict[int, tuple[str, ...]] = {}
    for some in chunks(list(shipment_ids)):
        mine = (Intent.portal_id == portal_id, Intent.shipment_id.in_(some), Intent.state == IntentState.ACCEPTED)
        for shipment_id, payload in session.execute(select(Intent.shipment_id, Intent.payload).where(*mine)):
            ref = str((payload or {}).get("ref") or "")
            found[shipment_id] = (*found.get(shipment_id, ()), *([ref] if ref else ()))
    return found


def open_kinds(session: Session, portal_id: int, shipment_id: int) -> set[str]:
    """Kinds of the calls of a shipment that are not over."""
    closed = (IntentState.DONE, IntentState.REFUSED, IntentState.OBSOLETE, IntentState.DEAD, IntentState.DROPPED)
    mine = (Intent.portal_id == portal_id, Intent.shipment_id == shipment_id)
    return set(session.scalars(select(Intent.kind).where(*mine, Intent.state.not_in(closed))))


def free(session: Session, portal_id: int, connection_id: int, now: datetime) -> None:
    """The account works again: calls that waited for it are tried now."""
    mine = update(Intent).where(Intent.portal_id == portal_id, Intent.connection_id == connection_id)
    changed(session, mine.where(Intent.state == IntentState.WAITING, Intent.next_try_at > now).values(next_try_at=now))
