"""A portal that leaves: nothing of it moves any more; and one that comes back within the time its data are kept.

What waited never leaves by itself afterwards: nobody watched the portal in between (DESIGN: older history never ships).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from b24app.flows.shop import KEY as SHOP
from b24app.flows.shop import ShopRules
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.status import Status
from b24app.store import (
    intents,
    lanes,
    message_lane,
    portal_settings,
    portals,
    return_acts,
    return_errand_lane,
    shipments,
    tokens,
)
from b24app.store.lanes import LaneRef
from b24app.store.models import (
    ConnectionState,
    InboxRow,
    InboxState,
    Intent,
    IntentState,
    Lane,
    LaneKind,
    OutboxRow,
    OutboxState,
    Portal,
    PortalState,
    PortalToken,
    Shipment,
    TokenState,
)
from b24app.store.sql import changed

#: Keys of the portal's settings: erase it; what happened to the carriers' subscriptions; since when it is back.
ERASE, HOOKS, BACK = "erase", "left_hooks", "back"
#: Nobody looks at the lanes of a portal that left before this.
_FAR = timedelta(days=36500)
#: A remote's answers may be logged by another process this much later: so long after the end, erasing begins.
SETTLES = timedelta(seconds=60)
#: Words of the OAuth server (start of `broken_why`) that mean: the app is not there any more.
_GONE = ("not_installed", "application_not_found")
_UNFINISHED = (IntentState.WAITING, IntentState.SENDING, IntentState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class HookReport(Jsonable):
    """One account's subscriptions at its carrier. `removed` None = refused or not reached, `said` in their words."""

    account: str
    removed: int | None
    said: str = ""


def begin(session: Session, portal_id: int) -> None:
    """The uninstall is believed: from here on pages say so, and no lane calls a carrier of its own accord."""
    portals.set_state(session, portal_id, PortalState.UNINSTALL_PENDING)


def is_leaving(session: Session, portal_id: int) -> bool:
    """False when an administrator installed it again in the meantime."""
    return portals.get(session, portal_id).state == PortalState.UNINSTALL_PENDING


def leave(session: Session, portal_id: int, clean: bool, hooks: Sequence[HookReport], now: datetime) -> None:
    """Throw the keys away and quiet the lanes; `clean` marks the rest for erasing. Callback addresses change, so that
    what a carrier would not remove leads nowhere."""
    tokens.forget(session, portal_id)
    portal = portals.get(session, portal_id)
    portal.state, portal.application_token, portal.left_at = PortalState.UNINSTALLED, None, now
    for connection in portals.connections(session, portal_id):
        connection.hook_secret, connection.hook_subscribed_at = secrets.token_urlsafe(24), None
    report = [each.to_json() for each in hooks]
    portal_settings.merge(session, portal_id, **{HOOKS: report, **({ERASE: True} if clean else {})})
    _withdraw(session, portal_id, now)
    _quiet(session, portal_id, now)


def _withdraw(session: Session, portal_id: int, now: datetime) -> None:
    """Orders that have not left yet are forgotten, as when a deal leaves its stage."""
    waiting = select(Intent.shipment_id).where(Intent.portal_id == portal_id, Intent.state == IntentState.WAITING)
    mine = select(Shipment).where(Shipment.portal_id == portal_id, Shipment.id.in_(waiting))
    for row in session.scalars(mine):
        if not row.sent and intents.withdraw(session, portal_id, row.id, now):
            gone = {"status": Status.CANCELLED, "status_at": now, "closed": True, "closed_reason": "left"}
            shipments.change(session, row, **gone, next_poll_at=None)


def _quiet(session: Session, portal_id: int, now: datetime) -> None:
    of_portal = select(Lane.id).where(Lane.portal_id == portal_id)
    asked = update(InboxRow).where(InboxRow.lane_id.in_(of_portal), InboxRow.state == InboxState.NEW)
    changed(session, asked.values(state=InboxState.DONE, served_at=now, last_error="the portal left"))
    told = update(OutboxRow).where(OutboxRow.portal_id == portal_id, OutboxRow.next_try_at.is_not(None))
    changed(session, told.values(state=OutboxState.DROPPED, closed_at=now, next_try_at=None))
    # Their outcome is unknown: after a return a person tries them again (they are looked up first) or gives them up.
    calls = update(Intent).where(Intent.portal_id == portal_id, Intent.state.in_(_UNFINISHED))
    given_up = {"state": IntentState.DEAD, "closed_at": now, "next_try_at": None, "last_error": "the portal left"}
    changed(session, calls.values(given_up))
    return_errand_lane.give_up(session, portal_id)
    return_acts.give_up(session, portal_id, now)
    message_lane.give_up(session, portal_id, now)
    others = update(Lane).where(Lane.portal_id == portal_id, Lane.kind == LaneKind.CONNECTION)
    changed(session, others.values(next_due_at=None, not_before=now + _FAR))


def come_back(session: Session, portal: Portal, now: datetime) -> list[LaneRef]:
    """An administrator installs again in time: the set-up is there, and stands still until somebody has looked at it.

    Pipelines and the online store are off and accounts untested, because portal and contracts changed unseen; what
    moved meanwhile never ships by itself. Orders that are alive are followed again as soon as their account is tested.
    Returns the lanes to wake.
    """
    left = portal.left_at
    kept = {name: value for name, value in portal.settings.items() if name not in (ERASE, HOOKS)}
    shop = ShopRules.of(kept)
    kept |= {SHOP: replace(shop, on=False).to_json()} if shop.on else {}
    portal.settings = {**kept, BACK: {"at": now.isoformat(), "left_at": left.isoformat() if left else ""}}
    portal.history_cursor, portal.left_at = None, None
    for pipeline in portals.pipelines(session, portal.id).values():
        pipeline.on_since_history_id, pipeline.enabled = None, False
    for account in portals.connections(session, portal.id):
        if account.state != ConnectionState.PAUSED:
            account.state = ConnectionState.UNTESTED
    mine = list(session.scalars(select(Lane).where(Lane.portal_id == portal.id)))
    for lane in mine:
        lanes.free(session, lane.id, now)
    return [LaneRef(lane.id, LaneKind(lane.kind)) for lane in mine]


def to_erase(session: Session, now: datetime, keep: timedelta) -> list[int]:
    """Portals whose data have to go: asked for, or nobody came back within `keep`."""
    asked = Portal.left_at.is_(None) | (Portal.left_at <= now - SETTLES)
    gone = session.scalars(select(Portal).where(Portal.state == PortalState.UNINSTALLED, asked).order_by(Portal.id))
    return [row.id for row in gone if row.settings.get(ERASE) or (row.left_at and row.left_at <= now - keep)]


def unannounced(session: Session) -> list[int]:
    """Portals that threw us out without our hearing of it: no key is left, and the OAuth server said why."""
    usable = select(PortalToken.portal_id).where(PortalToken.is_admin.is_(True), PortalToken.state == TokenState.OK)
    said = or_(*(PortalToken.broken_why.startswith(word, autoescape=True) for word in _GONE))
    thrown_out = select(PortalToken.portal_id).where(and_(PortalToken.state == TokenState.BROKEN, said))
    working = Portal.state.in_((PortalState.ACTIVE, PortalState.BLOCKED))
    wanted = select(Portal.id).where(working, Portal.id.not_in(usable), Portal.id.in_(thrown_out))
    return list(session.scalars(wanted.order_by(Portal.id)))


def report_of(settings: Mapping[str, Any]) -> list[HookReport]:
    """What `leave` kept of the subscriptions."""
    return [HookReport.from_json(row) for row in settings.get(HOOKS, ())]
