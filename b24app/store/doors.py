"""What hooks need to know to let a request in: who it claims to be, the secret it must show, and its lane."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store import public_ids, sms_sender
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, ConnectionState, Lane, LaneKind, Portal, PortalState


@dataclass(frozen=True, slots=True)
class Door:
    """A portal or connection as a hook sees it. Whoever shows `secret` may append rows to `lane`."""

    id: int
    secret: bytes
    lane: LaneRef


def portal_door(session: Session, member_id: str) -> Door | None:
    """Return the door of a portal that may send events; None when it is unknown, gone, or told no token yet."""
    wanted = (
        select(Portal.id, Portal.application_token, Lane.id.label("lane_id"))
        .join(Lane, (Lane.owner_id == Portal.id) & (Lane.kind == LaneKind.PORTAL))
        .where(Portal.member_id == member_id, Portal.state != PortalState.UNINSTALLED)
    )
    row = session.execute(wanted).one_or_none()
    if row is None or not row.application_token:
        return None
    return Door(row.id, row.application_token.encode(), LaneRef(row.lane_id, LaneKind.PORTAL))


@dataclass(frozen=True, slots=True)
class SenderDoor:
    """Our SMS sender in a portal: its door, which an application token opens, and secrets of its address besides."""

    door: Door
    doors: tuple[str, ...]

    def opens(self, shown: str) -> bool:
        return sms_sender.opens(self.doors, shown)


def sender_door(session: Session, public_id: str) -> SenderDoor | None:
    """Return the door of a portal's SMS sender; None when the portal is unknown, gone, or was told of no sender."""
    portal = public_ids.portal_of(session, public_id)
    door = portal_door(session, portal.member_id) if portal is not None else None
    if portal is None or door is None:
        return None
    kept = sms_sender.Kept.of(portal.settings or {})
    return SenderDoor(door, kept.doors) if kept.doors else None


def carrier_door(session: Session, public_id: str) -> Door | None:
    """Return the door of a connection's callbacks; None when there is none, or its portal left."""
    wanted = (
        select(Connection.id, Connection.hook_secret, Lane.id.label("lane_id"))
        .join(Lane, (Lane.owner_id == Connection.id) & (Lane.kind == LaneKind.CONNECTION))
        .join(Portal, Portal.id == Connection.portal_id)
        .where(Connection.public_id == public_id, Connection.state != ConnectionState.REMOVED)
        .where(Portal.state != PortalState.UNINSTALLED)
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        return None
    return Door(row.id, row.hook_secret.encode(), LaneRef(row.lane_id, LaneKind.CONNECTION))
