"""What people decide about a deal's prices: the service that is chosen for it, the booking that was pressed; and the
deal's row of prices, which both are kept in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.pricing import ClientPrice
from b24app.flows.rates import Booking, BookingState, Choice, rechecked
from b24app.flows.simulate import Priced
from b24app.flows.snapshot import Role
from b24app.store import inbox, outbox
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import Connection, ConnectionState, DealRates, InboxKind, Rate
from b24app.store.outbox import ToPortal
from b24app.store.sql import chunks, locked


def choose(session: Session, portal_id: int, deal_id: int, choice: Choice | None, now: datetime) -> Choice | None:
    """Keeps a choice, or takes it back (None); returns the one before."""
    row = locked_row(session, portal_id, deal_id, now)
    before = Choice.from_json(row.choice) if row.choice else None
    row.choice, row.chosen_id = (choice.to_json(), choice.connection_id) if choice else ({}, None)
    touch(row, now)
    return before


def book(session: Session, portal_id: int, deal_id: int, booking: Booking | None, now: datetime) -> bool:
    """Keeps a press of «book»; False when one is under way already, or this very press was seen. None takes it back."""
    row = locked_row(session, portal_id, deal_id, now)
    before = Booking.from_json(row.booking) if row.booking else None
    if booking is not None and before is not None and (before.key == booking.key or before.waits(now)):
        return False
    _keep(row, booking, now)
    return True


def send_unchecked(session: Session, portal_id: int, deal_id: int, booking: Booking, now: datetime) -> LaneRef:
    """The person goes on without the carrier's word about the price. Wake the lane after the commit."""
    _keep(locked_row(session, portal_id, deal_id, now), replace(booking, state=BookingState.SENT), now)
    return ship(session, portal_id, deal_id, booking, now)


def halt(session: Session, portal_id: int, deal_id: int, state: BookingState, problems: Any, now: datetime) -> None:
    """A booking that cannot go on for the deal's own sake."""
    row = locked_row(session, portal_id, deal_id, now)
    booking = Booking.from_json(row.booking) if row.booking else None
    if booking is not None and booking.state is BookingState.CHECKING:
        _keep(row, replace(booking, state=state, problems=tuple(problems)), now)


def tell_choice(
    session: Session, portal_id: int, deal_id: int, price: ClientPrice | None, service: str, now: datetime, trace: str
) -> LaneRef:
    """What was chosen, what the carrier and what the client pays for it go into the deal's fields for them, if the
    administrator mapped any; None and "" empty them. Wake the lane after the commit."""
    marker = f"upd:rate:{portal_id}:{deal_id}:{now.timestamp():.6f}"
    fields = {
        Role.PRICE.value: price.quoted.to_json() if price else None,
        Role.CLIENT_PRICE.value: price.price.to_json() if price else None,
        Role.SERVICE.value: service or None,
    }
    payload = {"fields": fields, "stage": None}
    thing = ToPortal(deal_id, "deal_update", marker[:80], payload, people=True)
    return outbox.add(session, portal_id, [thing], now=now, trace_id=trace)


def go_on(session: Session, row: DealRates, rate: Rate, priced: Priced, now: datetime) -> LaneRef | None:
    """A booking that waited for this answer goes on; the lane to wake after the commit, if it does."""
    booking = Booking.from_json(row.booking) if row.booking else None
    if booking is None or booking.state is not BookingState.CHECKING or booking.connection_id != rate.connection_id:
        return None
    if rate.asked_at < booking.since:
        return None
    booking = rechecked(booking, priced)
    _keep(row, booking, now)
    return ship(session, row.portal_id, row.deal_id, booking, now) if booking.state is BookingState.SENT else None


def ship(session: Session, portal_id: int, deal_id: int, booking: Booking, now: datetime) -> LaneRef:
    """What the button «ship now» leaves: a row in the portal's lane. Wake it after the commit."""
    lane = portal_lane(session, portal_id)
    payload = {"deal_id": deal_id, "user_id": booking.by, "name": booking.name, "key": booking.key}
    trace = booking.trace_id
    inbox.append(session, lane.id, InboxKind.SHIP_NOW, str(deal_id), payload, now=now, trace_id=trace, people=True)
    return lane


def picks(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, tuple[Choice, bool]]:
    """What people chose for these deals, and whether the account is still there."""
    found: dict[int, tuple[Choice, bool]] = {}
    is_there = (Connection.id == DealRates.chosen_id) & (Connection.portal_id == DealRates.portal_id)
    live = Connection.state != ConnectionState.REMOVED
    for some in chunks(sorted(deal_ids)):
        wanted = (
            select(DealRates.deal_id, DealRates.choice, Connection.id)
            .outerjoin(Connection, is_there & live)
            .where(DealRates.portal_id == portal_id, DealRates.deal_id.in_(some), DealRates.chosen_id.is_not(None))
        )
        for deal_id, choice, account in session.execute(wanted):
            found[deal_id] = (Choice.from_json(choice), account is not None)
    return found


# --- the row ---------------------------------------------------------------------------------------------------------


def locked_row(session: Session, portal_id: int, deal_id: int, now: datetime) -> DealRates:
    """The deal's row, ours until the transaction ends; made when missing."""
    first = {"version": 0, "touched_at": now, "facts": {}, "choice": {}, "booking": {}}
    return locked(session, DealRates, {"portal_id": portal_id, "deal_id": deal_id}, first)[0]


def touch(row: DealRates, now: datetime) -> None:
    row.version, row.touched_at = row.version + 1, now


def _keep(row: DealRates, booking: Booking | None, now: datetime) -> None:
    row.booking = booking.to_json() if booking else {}
    touch(row, now)
