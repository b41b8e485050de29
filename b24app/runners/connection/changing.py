"""What became of changes that were asked of an order: the shipment is what the carrier now has, papers of before are
forgotten, a refusal becomes a Problem. And what a person wanted after a cancellation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.decisions import Text
from b24app.flows.legs import may_be_called_off
from b24app.flows.portions import PartWish, Portion
from b24app.logistics.changes import Part, Slot, parts_changed
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.runners.connection import outcomes
from b24app.runners.connection.tasks import CANCEL, CHANGE, DAY, FOLLOW, STOP, Landed
from b24app.store import inbox, intents, papers, parting, problems, shipments, transits
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InboxKind, Intent, IntentState, Shipment

#: In a cancel intent's payload: the wish that follows it once the order is cancelled.
THEN = "then"


_KINDS = (CHANGE, STOP, DAY)


@dataclass
class News:
    """`columns` of the shipment, what is told, what is wrong; `done` = the kinds of call that went through; `again` =
    the cancel intent whose wish follows; `agreed` = the day that the client chose."""

    columns: dict[str, Any] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    again: Intent | None = None
    agreed: date | None = None


def decided(session: Session, landed: Landed, row: Shipment, state: OrderState, now: datetime) -> News:
    """Changes that this answer decides; their intents are closed here."""
    news = News()
    if landed.task.kind in _KINDS and landed.task.payload and state.changes:
        _own(session, landed, row, state.changes[-1], news)
    elif landed.task.kind == FOLLOW and (state.changes or state.gone):
        for intent in (each for kind in _KINDS for each in intents.taken(session, row.portal_id, row.id, kind)):
            _followed(session, intent, row, state, news, now)
    if state.gone or state.cancel is Decision.ACCEPTED:
        wishes = intents.of_shipments(session, row.portal_id, [row.id], (CANCEL,)).get(row.id, [])
        went_through = (IntentState.ACCEPTED, IntentState.DONE)
        cancels = [each for each in wishes if each.state in went_through and (each.payload or {}).get(THEN)]
        news.again = cancels[-1] if cancels else None
    return news


def _own(session: Session, landed: Landed, row: Shipment, found: ChangeState, news: News) -> None:
    """The answer to the change itself; refused ones are told by `outcomes.own_problems`."""
    if found.decision is Decision.ACCEPTED:
        _applied(landed.task.kind, landed.task.payload, row, landed.task.intent_id, news)
    elif found.decision is Decision.PENDING:
        kept = next(
            one for one in intents.of_shipments(session, row.portal_id, [row.id])[row.id]
            if one.id == landed.task.intent_id
        )  # fmt: skip
        kept.payload = {**landed.task.payload, "ref": found.ref}


def _followed(session: Session, intent: Intent, row: Shipment, state: OrderState, news: News, now: datetime) -> None:
    """By the carrier's own name for our request, else by the newest one."""
    if state.gone:
        intents.decided(session, intent.portal_id, intent.shipment_id, intent.kind, IntentState.OBSOLETE, now)
        return
    ref = intent.payload.get("ref", "")
    named = [each for each in state.changes if each.ref == ref] if ref else list(state.changes[-1:])
    if not named or named[-1].decision is Decision.PENDING:
        return
    found = named[-1]
    final = IntentState.DONE if found.decision is Decision.ACCEPTED else IntentState.REFUSED
    intents.decided(session, intent.portal_id, intent.shipment_id, intent.kind, final, now)
    if found.decision is Decision.ACCEPTED:
        _applied(intent.kind, intent.payload, row, intent.id, news)
    else:
        news.problems.append(outcomes.change_refused(found.problems, intent.kind))


def _applied(kind: str, payload: dict[str, Any], row: Shipment, intent_id: int, news: News) -> None:
    news.done.add(kind)
    number = row.order_number or row.number
    if kind == STOP:
        news.texts.append(Text("changed.stop", {"number": number}, f"{row.number}:stop:{intent_id}"))
        return
    if kind == DAY:
        slot = Slot.from_json(payload["slot"])
        news.agreed = slot.day
        said = {"number": number, "day": slot.day, "begin": f"{slot.begin:%H:%M}", "end": f"{slot.end:%H:%M}"}
        what = "changed.whole_day" if slot.all_day else "changed.day"
        news.texts.append(Text(what, said, f"{row.number}:day:{intent_id}"))
        return
    before, after = ShipmentRequest.from_json(payload["before"]), ShipmentRequest.from_json(payload["after"])
    news.columns = {"request": payload["after"], "point_code": after.point_code or ""}
    for part in parts_changed(before, after):
        if part in (Part.RECIPIENT, Part.DESTINATION, Part.COMMENT):
            marker = f"{row.number}:change:{intent_id}:{part.value}"
            news.texts.append(Text(f"changed.{part.value}", {"number": number}, marker))


def along(session: Session, row: Shipment, now: datetime) -> set[LaneRef]:
    """The leg behind this one is called off too, once this one is: so a person wanted it."""
    lanes: set[LaneRef] = set()
    for intent in intents.of_shipments(session, row.portal_id, [row.id], (CANCEL,)).get(row.id, []):
        payload = intent.payload or {}
        if not payload.get(intents.ALONG):
            continue
        intent.payload = {key: value for key, value in payload.items() if key != intents.ALONG}
        behind = shipments.get(session, row.portal_id, int(payload[intents.ALONG]))
        if behind is None or not may_be_called_off(Status(behind.status)):
            continue
        if CANCEL not in intents.open_kinds(session, row.portal_id, behind.id):
            lanes.add(intents.add(session, behind, CANCEL, {}, now=now, trace_id=intent.trace_id, people=True))
    return lanes


def after(session: Session, row: Shipment, news: News, now: datetime) -> set[LaneRef]:
    """Once the shipment is saved: papers of before are no longer true, problems of earlier tries are over, and what a
    person wanted after the cancellation is asked for now, once."""
    if news.agreed is not None:
        transits.agree(session, row.portal_id, row.id, news.agreed)
    if CHANGE in news.done:
        papers.forget(session, row.portal_id, row.id)
    if news.done:
        opened = problems.open_of_deals(session, row.portal_id, [row.deal_id])[row.deal_id]
        over = tuple(key for kind in news.done for key in outcomes.change_problems(kind))
        keys = [one.key for one in opened if one.key.startswith(over)]
        problems.solve(session, row.portal_id, row.deal_id, keys, now)
    intent = news.again
    if intent is None or row.status != Status.CANCELLED:
        return set()
    wish = intent.payload[THEN]
    intent.payload = {}
    lane = portal_lane(session, row.portal_id)
    if row.portion:
        _part_again(session, lane, row, intent, now)
        return {lane}
    who = {"deal_id": row.deal_id, "user_id": wish["user_id"], "name": wish["name"], "key": f"then-{intent.id}"}
    inbox.append(
        session, lane.id, InboxKind.SHIP_NOW, str(row.deal_id), who, now=now, trace_id=intent.trace_id, people=True
    )
    return {lane}


def _part_again(session: Session, lane: LaneRef, row: Shipment, intent: Intent, now: datetime) -> None:
    """Of several shipments, the goods of this one alone are shipped anew."""
    owned = shipments.of_deals(session, row.portal_id, [row.deal_id])[row.deal_id]
    wish = PartWish(Portion.from_json(row.portion or {}).lines, max(one.n for one in owned))
    parting.start(
        session, row.portal_id, lane, row.deal_id, wish, by=None, now=now, trace_id=intent.trace_id, alone=True
    )
