"""What this release wants in portals, and which portals do not have it yet.

`wanted` is the fingerprint of the running program (install/wanted.py). A portal keeps the one that was applied, and the
one that was last tried: a try that ended at a refusal waits for an administrator, not for the next sweep.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from b24app.store import inbox, portal_settings, portals
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InboxKind, InboxRow, InboxState, Lane, Portal, PortalState

#: Key and payload name of an update's row; an installation's row has another key.
UPDATE = "update"
#: Settings: the version that the OAuth server told last. The portal's own word for it is `app_version`: compared apart.
VERSION = "oauth_version"
#: Settings: what the last update changed, for the app's page: `{"at", "steps"}`.
APPLIED = "updated"
#: How often a portal is asked for version, plan and licence when nothing tells of a change.
LOOK_EVERY = timedelta(hours=6)


def lacks(portal: Portal, wanted: str) -> bool:
    """Whether the portal has something else than this release wants. `wanted` empty = nobody wants anything."""
    return bool(wanted) and portal.state == PortalState.ACTIVE and portal.provisioned != wanted


def untried(portal: Portal, wanted: str) -> bool:
    """Whether it lacks that and nobody has tried yet; after a try that was refused somebody has to ask again."""
    return lacks(portal, wanted) and portal.provision_tried != wanted


def start(session: Session, portal_id: int, wanted: str, now: datetime, trace_id: str) -> LaneRef | None:
    """Asks for the update, unless one is on its way. Wake the returned lane after the commit."""
    lane = portal_lane(session, portal_id)
    if under_way(session, portal_id):
        return None
    portals.get(session, portal_id).provision_tried = wanted
    inbox.append(session, lane.id, InboxKind.INSTALL, UPDATE, {UPDATE: wanted}, now=now, trace_id=trace_id)
    return lane


def under_way(session: Session, portal_id: int) -> bool:
    """Whether an installation or an update waits or runs."""
    mine = select(InboxRow.id).join(Lane, Lane.id == InboxRow.lane_id)
    waiting = mine.where(
        Lane.portal_id == portal_id, InboxRow.kind == InboxKind.INSTALL, InboxRow.state == InboxState.NEW
    )
    return session.scalar(waiting.limit(1)) is not None


def due(session: Session, wanted: str, limit: int) -> list[int]:
    """Working portals that lack what this release wants and where it was not tried yet."""
    lacking = select(Portal.id).where(
        Portal.state == PortalState.ACTIVE, Portal.provisioned != wanted, Portal.provision_tried != wanted
    )
    return list(session.scalars(lacking.order_by(Portal.id).limit(limit)))


def unseen(session: Session, now: datetime, limit: int) -> list[int]:
    """Working portals that were not asked for their standing for a while, the longest first."""
    asked = or_(Portal.looked_at.is_(None), Portal.looked_at <= now - LOOK_EVERY)
    mine = select(Portal.id).where(Portal.state.in_((PortalState.ACTIVE, PortalState.BLOCKED)), asked)
    return list(session.scalars(mine.order_by(Portal.looked_at, Portal.id).limit(limit)))


def differs(portal: Portal, oauth_version: str, scopes: Collection[str]) -> bool:
    """Whether a frame's proof tells something that `heard` would keep."""
    version = oauth_version and oauth_version != portal.settings.get(VERSION)
    return bool(version or (scopes and sorted(scopes) != sorted(portal.scopes or ())))


def heard(session: Session, portal: Portal, oauth_version: str, scopes: Collection[str]) -> None:
    """What the OAuth server says of the app in this portal. Another version or other scopes: what is in place has to be
    looked at again, because an update of the app removes handlers without a word (bitrix24-app.md §1.8)."""
    known = portal.settings.get(VERSION)
    if scopes and sorted(scopes) != sorted(portal.scopes or ()):
        portal.scopes = sorted(scopes)
        look_again(portal)
    if oauth_version and oauth_version != known:
        portal_settings.merge(session, portal.id, **{VERSION: oauth_version})
        if known and oauth_version != portal.app_version:  # the first one is no news, nor what the portal said already
            look_again(portal)


def look_again(portal: Portal) -> None:
    """Nothing that is in place there is known to be right any more."""
    portal.provisioned = portal.provision_tried = ""
