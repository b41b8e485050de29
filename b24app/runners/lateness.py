"""Looks ahead for every parcel under way: what its history shows, when it will come by the portal's own experience, and
whether that breaks a promise (`flows.forecast`). A lateness that has become certain is told once: to the client as an
occasion of messages, to the portal's automation as a trigger, to the responsible manager by the bell.

From our store alone: no remote is asked. Whatever it stops at, the next pass goes on: a way is kept in one transaction
with what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.clock import Clock
from b24app.flows.forecast import By, History, Lane, Parcel, Risk, forecast
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import MessageRules
from b24app.flows.transit import Step, Way, way_of
from b24app.frames.formats import portal_zone
from b24app.lanes.wake import Waker
from b24app.logistics.model import DeliveryKind
from b24app.logistics.regions import region_of_place
from b24app.runners import tell
from b24app.store import messages, outbox, portals, transit_lanes, transits, triggers
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.messages import Occasion
from b24app.store.models import Portal, PortalState, Transit, TransitState
from b24app.store.transit_lanes import Sent
from b24app.store.transits import Due
from b24app.wire.trace import new_trace_id
from b24app.words import say

EVERY_S = 300
#: Shipments of before this table that one pass takes over, of one portal.
ADOPTED = 300
#: Ways written in one transaction, so that it stays short on SQLite. What changed since they were read is read again by
#: the next pass: the row keeps which version it knows.
BATCH = 100
#: A promise that was broken longer ago is no news to anybody (a program that stood, shipments of before this table).
NEWS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a pass found out of one way: the row's new values, and whether its lateness is news."""

    due: Due
    values: Mapping[str, Any]
    told: bool = False


def watch(sessions: Sessions, clock: Clock, waker: Waker) -> int:
    """Look at all portals once; returns how many parcels were found to be late. Safe to repeat and to be killed."""
    with read_scope(sessions) as session:
        active = portals.by_state(session, PortalState.ACTIVE)
    return sum(_portal(sessions, portal, clock.now(), waker) for portal in active)


def _portal(sessions: Sessions, portal: Portal, now: datetime, waker: Waker) -> int:
    if portal.settings.get(transits.OLDER) != 0:
        with session_scope(sessions) as session:
            transits.adopt(session, portal, ADOPTED)
    today = now.astimezone(portal_zone(portal.language)).date()
    with read_scope(sessions) as session:
        waits = transits.due(session, portal.id, today)
        history = History(transits.finished(session, portal.id, today) if waits else ())
    late = 0
    for at in range(0, len(waits), BATCH):
        some = waits[at : at + BATCH]
        with read_scope(sessions) as session:
            looked = _look(session, portal, some, history, today, now)
        with session_scope(sessions) as session:
            lane = _save(session, portal, looked, now)
        late += sum(each.told for each in looked)
        if lane is not None:
            waker.wake(lane)
    return late


# --- looking ---------------------------------------------------------------------------------------------------------


def _look(
    session: Session, portal: Portal, some: Sequence[Due], history: History, today: date, now: datetime
) -> list[Looked]:
    changed = [each for each in some if each.changed]
    ids = [each.row.shipment_id for each in changed]
    steps = transits.steps(session, portal.id, ids)
    unknown = [each.row.shipment_id for each in changed if each.row.handed is None]
    sent = transit_lanes.read(session, portal.id, unknown)
    found = []
    for each in some:
        row = each.row
        values = _read(each, steps[row.shipment_id], sent.get(row.shipment_id), portal) if each.changed else {}
        found.append(_judge(each, values, history, today, now))
    return found


def _read(each: Due, steps: Sequence[Step], sent: Sent | None, portal: Portal) -> dict[str, Any]:
    """The row's columns as the shipment's history has them now. Until the carrier has the parcel, the promise is its
    word of the day and the lane that of the last order; from the hand-over on both stay."""
    row = each.row
    values: dict[str, Any] = {"seen": each.version}
    if sent is not None:
        values |= {"system": sent.lane.system, "kind": sent.lane.kind, "origin": sent.lane.origin, "to": sent.lane.to}
        values |= {"service": sent.service, "days_max": sent.days_max if row.days_max is None else row.days_max}
    kind = values.get("kind") or row.kind
    if not kind:  # what was sent cannot be read any more: nothing can be said of it
        return {**values, "state": TransitState.OVER}
    zone = portal_zone(portal.language)
    way = way_of(DeliveryKind(kind), values.get("to", row.to), each.status, each.status_at, steps, zone)
    if way.begun and not values.get("origin", row.origin):
        values["origin"] = region_of_place(way.begun)
    values |= _days(way)
    values |= _promise(row, way, each.plan, values.get("days_max", row.days_max))
    return values


def _days(way: Way) -> dict[str, Any]:
    state = TransitState.DONE if way.arrived else TransitState.OVER if way.ended else TransitState.OPEN
    return {
        "state": state, "handed": way.handed, "reached": way.reached, "arrived": way.arrived, "news": way.news,
        "gap": way.gap, "place": way.place[:160],
    }  # fmt: skip


def _promise(row: Transit, way: Way, plan: date | None, days_max: int | None) -> dict[str, Any]:
    """The carrier's own day of this order, else so many days from the hand-over as its rate said. One that the client
    chose stays."""
    if row.promised is not None and (row.handed is not None or row.by == By.CLIENT):
        return {}
    if plan is not None:
        return {"promised": plan, "by": By.CARRIER}
    if way.handed is not None and days_max is not None:
        return {"promised": way.handed + timedelta(days=days_max), "by": By.RATE}
    return {}


def _judge(each: Due, values: dict[str, Any], history: History, today: date, now: datetime) -> Looked:
    row = each.row

    def of(name: str) -> Any:
        return values.get(name, getattr(row, name))

    lane = Lane(of("system"), of("kind"), of("origin"), of("to"))
    if of("state") != TransitState.OPEN:
        return Looked(each, {**values, "risk": Risk.NONE, "forecast_on": today})
    promised = of("promised")
    parcel = Parcel(
        lane, promised, By(of("by") or By.CARRIER), each.plan, of("days_max"), of("handed"), of("reached"), of("news")
    )
    found = forecast(parcel, history, today)
    values |= {
        "risk": found.risk, "late_by": found.late_by, "expected": found.expected, "forecast": found.to_json(),
        "forecast_on": today,
    }  # fmt: skip
    late = found.risk is Risk.LATE and row.told is None and not each.gone
    if late:
        values["told"] = now
    news = late and promised is not None and today - promised <= NEWS
    return Looked(each, values, told=news)


# --- keeping and telling ---------------------------------------------------------------------------------------------


def _save(session: Session, portal: Portal, looked: Sequence[Looked], now: datetime) -> LaneRef | None:
    """Everything of these parcels in the session's one transaction; the portal's lane when something is to be told."""
    transits.save(session, portal.id, [{"id": each.due.row.id, **each.values} for each in looked])
    news = [each for each in looked if each.told]
    if not news:
        return None
    trace = new_trace_id()
    lanes: list[LaneRef | None] = []
    if MessageRules.of(portal.settings).on:
        told = [_occasion(each.due) for each in news]
        lanes.append(messages.note(session, portal.id, told, now=now, trace_id=trace))
    lanes += [
        triggers.fired(session, portal, Moment.LATE, each.due.row.deal_id, each.due.number, now, trace_id=trace)
        for each in news
    ]
    bells = [_bell(portal, each) for each in news if each.due.assigned_by]
    if bells:
        lanes.append(outbox.add(session, portal.id, bells, now=now, trace_id=trace))
    return next((lane for lane in lanes if lane is not None), None)


def _occasion(each: Due) -> Occasion:
    row = each.row
    return Occasion(Moment.LATE, each.number, row.deal_id, row.shipment_id, source="forecast")


def _bell(portal: Portal, each: Looked) -> outbox.ToPortal:
    row, due = each.due.row, each.due
    words = say(
        "notice.late",
        portal.language,
        number=due.number,
        deal=due.title or f"№ {row.deal_id}",
        promised=each.values.get("promised", row.promised),
        expected=each.values["expected"],
    )
    what = f"late:{due.number}"
    return tell.notice(portal.id, row.deal_id, due.assigned_by, what, words, shipment_id=row.shipment_id)
