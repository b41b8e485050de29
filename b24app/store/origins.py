"""Places that a portal's goods leave from: the default one, and those that single accounts have instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from b24app.logistics.model import Sender
from b24app.store.models import Connection, Origin
from b24app.store.sql import changed


@dataclass(frozen=True, slots=True)
class Senders:
    """Who sends, by account; `default` None = the portal has named no place."""

    default: Sender | None
    own: Mapping[int, Sender]

    def of(self, connection_id: int | None) -> Sender | None:
        return self.own.get(connection_id, self.default) if connection_id is not None else self.default


def of_portal(session: Session, portal_id: int) -> list[Origin]:
    """Return the portal's places, the default one first."""
    wanted = select(Origin).where(Origin.portal_id == portal_id).order_by(Origin.is_default.desc(), Origin.id)
    return list(session.scalars(wanted))


def get(session: Session, portal_id: int, origin_id: int) -> Origin | None:
    """Return one place of the portal."""
    return session.scalar(select(Origin).where(Origin.portal_id == portal_id, Origin.id == origin_id))


def senders(session: Session, portal_id: int) -> Senders:
    """Return who sends with which account of the portal. One query more only when an account has its own place."""
    places = of_portal(session, portal_id)
    default = next((_sender(place) for place in places if place.is_default), None)
    by_id = {place.id: place for place in places}
    if len(places) < 2:
        return Senders(default, {})
    chosen = select(Connection.id, Connection.origin_id).where(
        Connection.portal_id == portal_id, Connection.origin_id.is_not(None)
    )
    own = {account: _sender(by_id[origin]) for account, origin in session.execute(chosen) if origin in by_id}
    return Senders(default, own)


def _sender(place: Origin) -> Sender:
    return Sender.from_json(place.details)


def save(
    session: Session, portal_id: int, origin_id: int, title: str, sender: Sender, default: bool, now: datetime
) -> Origin | None:
    """Store a place (`origin_id` 0 = a new one); None when it is not the portal's. The first one is the default, and
    there is always exactly one."""
    place = get(session, portal_id, origin_id) if origin_id else None
    if origin_id and place is None:
        return None
    if place is None:
        place = Origin(portal_id=portal_id, created_at=now, is_default=False)
        session.add(place)
    place.title, place.details = title, sender.to_json()
    session.flush()
    others = [each for each in of_portal(session, portal_id) if each.id != place.id]
    if default or not any(each.is_default for each in others):
        make_default(session, portal_id, place)
    return place


def make_default(session: Session, portal_id: int, place: Origin) -> None:
    """Make it the one that accounts without a place of their own use."""
    changed(session, update(Origin).where(Origin.portal_id == portal_id).values(is_default=False))
    place.is_default = True
    session.flush()


def remove(session: Session, portal_id: int, place: Origin) -> None:
    """Forget a place; its accounts use the default, and the oldest one left is the default if it was this."""
    mine = (Connection.portal_id == portal_id, Connection.origin_id == place.id)
    changed(session, update(Connection).where(*mine).values(origin_id=None))
    was_default = place.is_default
    session.execute(delete(Origin).where(Origin.portal_id == portal_id, Origin.id == place.id))
    left = of_portal(session, portal_id)
    if was_default and left:
        make_default(session, portal_id, min(left, key=lambda each: each.id))
