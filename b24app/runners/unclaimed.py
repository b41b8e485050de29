"""Warns the responsible manager of a parcel that nobody collects, and has its client nudged, step by step before its
storage ends (`flows.returns.storage`). From our store alone: no remote is asked, and no event has to come.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from b24app.clock import Clock
from b24app.flows.messages.moments import Moment
from b24app.flows.returns.storage import MOST_STORED, Audience, Notice, Waiting, countdown, last_day
from b24app.frames.formats import portal_zone
from b24app.lanes.wake import Waker
from b24app.logistics.status import Status
from b24app.runners import tell
from b24app.store import messages, outbox, portals, triggers, unclaimed
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.messages import Occasion
from b24app.store.outbox import ToPortal
from b24app.store.unclaimed import Unclaimed
from b24app.wire.trace import new_trace_id
from b24app.words import say

EVERY_S = 300
#: Ends within so many days may be told of: no portal is told earlier, a day's begin is up to a day, the zone half a day
#: before it.
AHEAD = timedelta(days=MOST_STORED + 2)
#: An end that could not be told of in time (a portal that was blocked, a program that stood) is told so late at most.
OVER = timedelta(days=3)
_WORDS = {0: "today", 1: "tomorrow"}


def warn(sessions: Sessions, clock: Clock, waker: Waker) -> int:
    """Look at all parcels once; returns how many notices, messages and triggers were due. Safe to repeat: each step
    is told once."""
    now = clock.now()
    due: dict[int, list[ToPortal]] = defaultdict(list)
    nudges: dict[int, list[Occasion]] = defaultdict(list)
    ends: dict[int, list[Unclaimed]] = defaultdict(list)
    with read_scope(sessions) as session:
        found = unclaimed.ending(session, now - OVER, now + AHEAD)
        owners = {each.shipment_id: each.portal_id for each in found}
        for thing in outbox.unknown(session, [thing for each in found for thing in _due(each, now)]):
            due[owners[thing.shipment_id or 0]].append(thing)
        for each in found:
            nudges[each.portal_id] += messages.unknown(session, each.portal_id, _nudges(each, now))
            if each.fires and _ends_tomorrow(each, now) and _unfired(session, each):
                ends[each.portal_id].append(each)
    for portal_id in {portal_id for portal_id, some in (*due.items(), *nudges.items(), *ends.items()) if some}:
        trace_id = new_trace_id()
        with session_scope(sessions) as session:
            portal = portals.get(session, portal_id)
            for each in ends[portal_id]:
                triggers.fired(session, portal, Moment.STORAGE, each.deal_id, each.number, now, trace_id=trace_id)
            lane = outbox.add(session, portal_id, due[portal_id], now=now, trace_id=trace_id)
            messages.note(session, portal_id, nudges[portal_id], now=now, trace_id=trace_id)
        waker.wake(lane)
    return sum(len(some) for told in (due, nudges, ends) for some in told.values())


def _ends_tomorrow(parcel: Unclaimed, now: datetime) -> bool:
    """Or today, where nobody could look yesterday."""
    zone = portal_zone(parcel.language)
    return 0 <= (last_day(parcel.keep_until, zone) - now.astimezone(zone).date()).days <= 1


def _unfired(session: Session, parcel: Unclaimed) -> bool:
    return triggers.is_new(session, parcel.portal_id, Moment.STORAGE, parcel.number)


def _due(parcel: Unclaimed, now: datetime) -> list[ToPortal]:
    """What its manager has to know by now, whether or not it was told."""
    zone = portal_zone(parcel.language)
    return [_notice(parcel, notice, zone) for notice in _notices(parcel, now, Audience.MANAGER)]


def _nudges(parcel: Unclaimed, now: datetime) -> list[Occasion]:
    """The same of its client, where the portal sends messages: each step of the countdown once."""
    if not parcel.tells:
        return []
    told = _notices(parcel, now, Audience.CUSTOMER)
    return [
        Occasion(Moment.STORAGE, notice.key, parcel.deal_id, parcel.shipment_id, source="storage") for notice in told
    ]


def _notices(parcel: Unclaimed, now: datetime, to: Audience) -> list[Notice]:
    waiting = Waiting(parcel.number, Status.READY_FOR_PICKUP, parcel.status_at, parcel.keep_until)
    counted = countdown(waiting, (), now, portal_zone(parcel.language), parcel.rules)
    return [notice for notice in (counted.notices if counted else ()) if notice.to is to]


def _notice(parcel: Unclaimed, notice: Notice, zone: ZoneInfo) -> ToPortal:
    """The way out is a call to the client: no system sells longer storage by its API."""
    key = "over" if notice.days_left < 0 else _WORDS.get(notice.days_left, "days")
    words = say(
        f"notice.storage.{key}",
        parcel.language,
        number=parcel.order_number or parcel.number,
        deal=parcel.title or f"№ {parcel.deal_id}",
        day=last_day(parcel.keep_until, zone),
        n=notice.days_left,
    )
    return tell.notice(
        parcel.portal_id, parcel.deal_id, parcel.assigned_by, notice.key, words, shipment_id=parcel.shipment_id
    )
