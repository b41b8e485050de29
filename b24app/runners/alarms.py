"""Tells administrators of a portal what needs them: each stage once a window, the end once (`flows.vitals`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.clock import Clock
from b24app.flows.vitals import Alarm, Calls, Sign, Verdict, age_stage, alarms, dead_stage, events_lost, judge
from b24app.lanes.wake import Waker
from b24app.runners.tell import NOTICE
from b24app.store import outbox, portal_settings, portals, vitals
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, ConnectionState, Portal, PortalState
from b24app.store.outbox import ToPortal
from b24app.wire.trace import new_trace_id
from b24app.words import say

EVERY_S = 120
OFF, TOLD = "alarms_off", "alarms"
SCOPE = "im"
_STAGES = {Verdict.DEGRADED: 1, Verdict.DOWN: 2}


def watch(sessions: Sessions, clock: Clock, waker: Waker) -> int:
    """Look at all portals once; returns how many were told something. Safe to repeat."""
    now = clock.now()
    with read_scope(sessions) as session:
        found = signs(session, now)
        active = portals.by_state(session, PortalState.ACTIVE)
    lanes = []
    for portal in active:
        mine = [*found.get(portal.id, []), *_of_portal(portal, now)]
        if may_tell(portal) and (mine or portal.settings.get(TOLD)):
            with session_scope(sessions) as session:
                lane = _tell(session, portal, mine, now)
            lanes += [lane] if lane is not None else []
    for lane in lanes:
        waker.wake(lane)
    return len(lanes)


def may_tell(portal: Portal) -> bool:
    """Unless switched off, or the portal has not allowed us its bell."""
    return not portal.settings.get(OFF) and (not portal.scopes or SCOPE in portal.scopes)


def signs(session: Session, now: datetime) -> dict[int, list[Sign]]:
    """What may have to be told, by portal: seven queries for the whole deployment."""
    found: dict[int, list[Sign]] = {}
    for portal_id, count in vitals.dead_rows(session).items():
        found.setdefault(portal_id, []).append(Sign("dead", dead_stage(count), {"n": count}))
    for portal_id, at in vitals.oldest_due(session, now).items():
        minutes = int((now - at).total_seconds() // 60)
        found.setdefault(portal_id, []).append(Sign("oldest", age_stage(at, now), {"minutes": minutes}))
    calls = vitals.calls_since(session, now - vitals.HOUR)
    for account in vitals.accounts(session):
        found.setdefault(account.portal_id, []).extend(_of_account(account, calls))
    return found


def _of_portal(portal: Portal, now: datetime) -> list[Sign]:
    return [Sign("events", 1, {})] if events_lost(portal.event_seen_at, portal.move_seen_at, now) else []


def _of_account(row: Connection, calls: Mapping[str, Calls]) -> list[Sign]:
    """A refused account, or one whose carrier does not answer; a paused one tells nothing."""
    if row.state == ConnectionState.BROKEN:
        return [Sign(f"key:{row.id}", 1, {"name": row.title})]
    if row.state != ConnectionState.READY:
        return []
    mine = calls.get(f"{row.system}:{row.id}", Calls())
    stage = _STAGES.get(judge(mine), 0)
    found = [Sign(f"silent:{row.id}", stage, {"name": row.title, "share": round(100 * mine.share)})]
    # A carrier that answers nothing is told as such; else its subscription is what went wrong.
    return [*found, *([Sign(f"hooks:{row.id}", 1, {"name": row.title})] if row.hook_problem and not stage else [])]


def _tell(session: Session, portal: Portal, mine: list[Sign], now: datetime) -> LaneRef | None:
    """Queue the notices and remember them in one transaction."""
    due: list[Alarm] = []

    def remember(settings: dict[str, Any]) -> None:
        found, settings[TOLD] = alarms(mine, settings.get(TOLD, {}), now)
        due.extend(found)

    portal_settings.change(session, portal.id, remember)
    people = vitals.admins(session, portal.id)
    things = [_notice(portal, alarm, user) for alarm in due for user in people]
    return outbox.add(session, portal.id, things, now=now, trace_id=new_trace_id()) if things else None


def _notice(portal: Portal, alarm: Alarm, user_id: int) -> ToPortal:
    """A later stage of a cause replaces the notice of the former one in the bell."""
    kind, _, account = alarm.cause.partition(":")
    key = f"alarm.{kind}_over" if alarm.stage == 0 else f"alarm.{kind}"
    text = say(key, portal.language, **alarm.params)
    payload = {"user_id": user_id, "tag": f"WAYBILL|ADMIN|{kind}{account}", "text": text}
    marker = f"admin:{portal.id}:{alarm.cause}:{alarm.stage}:{alarm.window}:{user_id}"
    return ToPortal(0, NOTICE, marker[:80], payload)
