"""When a portal is brought up to what this release wants in it, also when no event tells of an update
(contracts/bitrix24-app.md §1.8, §1.10).

Three things say so: the fingerprint of the program against the one kept for the portal (looked for by the schedule, one
query for the deployment), another version or other scopes in a frame's proof, and another version in what the portal
says of itself, asked for when an event hints at a change and a few times a day otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import as_map
from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.features import Feature, has
from b24app.flows.shop import ShopRules
from b24app.lanes.ladder import next_try
from b24app.lanes.slices import Slice
from b24app.lanes.wake import Waker
from b24app.store import inbox, portals, return_process, robots, shop, sms_sender, triggers, updates
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InboxKind, Portal, PortalState
from b24app.store.part_looks import look_again
from b24app.store.return_process import Kept
from b24app.wire.errors import NotSent, OutcomeUnknown
from b24app.wire.trace import new_trace_id
from install.run import InstallParts
from install.steps.plan import keep, plan_of, version_of

#: The schedule looks this often, and starts so many portals at a time: a release must not crowd out people's work.
EVERY_S, AT_ONCE = 60, 50
#: A portal that does not answer is left alone after so many tries: the next look comes anyway.
TRIES = 4

Act = Callable[[Session, int, datetime], None]


def handle(lane: Slice, rows: Sequence[Claimed], parts: InstallParts) -> None:
    """Serves `licence` rows: how the app stands in the portal. Raises FenceLostError."""
    with read_scope(lane.sessions) as session:
        portal = portals.get(session, lane.portal_id)
    ids = [row_id for row in rows for row_id in row.ids]
    now = lane.clock.now()
    again: str | None = None
    act: Act = _looked
    if portal.state in (PortalState.ACTIVE, PortalState.BLOCKED):
        told = any(row.payload.get(updates.UPDATE) for row in rows)
        again, act = _ask(portal, parts, told)
    attempts = max(row.attempts for row in rows) + 1
    with session_scope(lane.sessions) as session:
        lane.check(session)
        if again is not None and attempts < TRIES:
            inbox.retry(session, lane, ids, next_try(now, attempts, spread=parts.spread()), again)
            return
        act(session, portal.id, now)
        inbox.close(session, lane, ids, now)


def _looked(session: Session, portal_id: int, now: datetime) -> None:
    portals.get(session, portal_id).looked_at = now


def _ask(portal: Portal, parts: InstallParts, told: bool) -> tuple[str | None, Act]:
    """Why to ask again (None: there is an answer), and what the answer changes."""
    try:
        info = as_map(parts.open_portal(portal).call("app.info", safe=True).result)
    except NoToken as error:
        return None, _blocked(error.code) if error.lapsed else _looked
    except RestError as error:
        if error.portal_wide:
            return None, _blocked(f"{error.code} {error.text}".strip())
        return (error.code if error.retryable else None), _looked
    except (NotSent, OutcomeUnknown) as error:
        return str(error), _looked

    def act(session: Session, portal_id: int, now: datetime) -> None:
        row = portals.get(session, portal_id)
        row.looked_at = now
        heard = (row.app_version, row.settings.get(updates.VERSION))
        steps = _parts_due(row, info, now)
        if told or (row.app_version and version_of(info) not in heard):
            updates.look_again(row)
        keep(row, info)
        if updates.untried(row, parts.wanted):
            updates.start(session, portal_id, parts.wanted, now, new_trace_id())
        else:
            for step in steps:
                look_again(session, portal_id, step, now, new_trace_id(), people=False)

    return None, act


def _parts_due(portal: Portal, info: Mapping[str, Any], now: datetime) -> list[str]:
    """What is looked after by itself: the smart process for returns, robots, triggers and the store each day, the
    process also when a portal that has none changed its plan. An update looks after all of them anyway."""
    if portal.state != PortalState.ACTIVE:
        return []
    kept, granted = Kept.of(portal.settings), portal.scopes or ()
    changed = kept.off is not None and plan_of(info) != portal.plan
    returns = has(Feature.RETURNS, granted) and (changed or kept.due(now))
    automation = has(Feature.ROBOTS, granted) and robots.Kept.of(portal.settings).due(now)
    fires = has(Feature.SHIPPING, granted) and triggers.Kept.of(portal.settings).due(now)
    texts = has(Feature.SMS, granted) and sms_sender.Kept.of(portal.settings).due(now)
    due = {
        return_process.STEP: returns,
        robots.STEP: automation,
        triggers.STEP: fires,
        sms_sender.STEP: texts,
        shop.STEP: _store_due(portal, now),
    }
    return [step for step, wanted in due.items() if wanted]


def _store_due(portal: Portal, now: datetime) -> bool:
    on = ShopRules.of(portal.settings).on and has(Feature.STORE, portal.scopes or ())
    return on and shop.Standing.of(portal.settings).due(now)


def _blocked(why: str) -> Act:
    def act(session: Session, portal_id: int, now: datetime) -> None:
        portals.set_state(session, portal_id, PortalState.BLOCKED, why)
        _looked(session, portal_id, now)

    return act


# --- a job of the deployment -----------------------------------------------------------------------------------------


def look_around(sessions: Sessions, now: datetime, waker: Waker, wanted: str) -> int:
    """Starts the updates that are due, and has portals asked that were not for a while; returns how many of both."""
    with read_scope(sessions) as session:
        behind, unseen = updates.due(session, wanted, AT_ONCE), updates.unseen(session, now, AT_ONCE)
    started = [_start(sessions, portal_id, now, wanted) for portal_id in behind]
    lanes = [lane for lane in started if lane is not None]
    lanes += [_have_asked(sessions, portal_id, now) for portal_id in unseen]
    for lane in lanes:
        waker.wake(lane)
    return len(lanes)


def _start(sessions: Sessions, portal_id: int, now: datetime, wanted: str) -> LaneRef | None:
    with session_scope(sessions) as session:
        return updates.start(session, portal_id, wanted, now, new_trace_id())


def _have_asked(sessions: Sessions, portal_id: int, now: datetime) -> LaneRef:
    with session_scope(sessions) as session:
        # Counts from here: a portal that stays silent is not asked again by every look.
        portals.get(session, portal_id).looked_at = now
        lane = portal_lane(session, portal_id)
        inbox.append(session, lane.id, InboxKind.LICENCE, "app", {}, now=now, trace_id=new_trace_id())
    return lane
