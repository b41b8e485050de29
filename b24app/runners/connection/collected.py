"""What came of a courier call or a hand-over: kept with its intent, told in the timeline, a refusal is a Problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.decisions import Text
from b24app.logistics.aftercare import CourierRequest, HandOver
from b24app.logistics.errors import Refused
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection import collecting
from b24app.runners.connection.collecting import COURIER, COURIER_OFF, HANDOVER
from b24app.runners.connection.tasks import Landed
from b24app.store import intents, shipments
from b24app.store.models import IntentState, Shipment
from b24app.store.sending import Outcome

#: The Problem of a call that is refused, and of one that is given up.
_PROBLEMS = {
    COURIER: ("pickup_refused", "pickup_silent"),
    COURIER_OFF: ("pickup_kept", "pickup_silent"),
    HANDOVER: ("handover_refused", "handover_silent"),
}
_TEXTS = {COURIER: "collect.called", COURIER_OFF: "collect.called_off", HANDOVER: "collect.handed"}


@dataclass
class News:
    """What is told, what is wrong with which shipment, and the beginnings of keys of problems that are over."""

    text: Text | None = None
    problems: list[tuple[Shipment, Problem]] = field(default_factory=list)
    over: tuple[str, ...] = ()


def learnt(session: Session, landed: Landed, row: Shipment, outcome: Outcome) -> News:
    """`row` is the shipment that the intent belongs to; it may speak of several of its deal."""
    payload, kind = landed.task.payload, landed.task.kind
    if landed.collected is not None:
        intent = intents.get(session, row.portal_id, landed.task.intent_id)
        intent.payload = {**payload, "told": {**payload.get("told", {}), **collecting.told(landed.collected)}}
    owned = shipments.by_ids(session, row.portal_id, payload.get("shipments") or [row.id])
    rows = [owned[each] for each in sorted(owned)] or [row]
    news = News(problems=_problems(landed, outcome, row, rows))
    if outcome.state == IntentState.DONE:
        news.over = tuple(f"{code}|" for code in _PROBLEMS[kind])
        news.text = _text(landed, row, rows)
    return news


def _text(landed: Landed, row: Shipment, rows: Sequence[Shipment]) -> Text:
    kind, payload = landed.task.kind, landed.task.payload
    if isinstance(landed.collected, HandOver):
        handed = set(landed.collected.handed)
        rows = [each for each in rows if each.remote_id in handed] or rows
        params: dict[str, Any] = {"key": landed.collected.key}
    else:
        request = CourierRequest.from_json(payload["request"])
        call = landed.collected.number if landed.collected else ""
        hours = {"begin": f"{request.begin:%H:%M}", "end": f"{request.end:%H:%M}"}
        params = {"day": request.day, "call": call or payload.get("told", {}).get("number", ""), **hours}
    params["number"] = ", ".join(each.order_number or each.number for each in rows)
    return Text(_TEXTS[kind], params, f"{row.number}:{kind}:{landed.task.intent_id}")


def _problems(
    landed: Landed, outcome: Outcome, row: Shipment, rows: Sequence[Shipment]
) -> list[tuple[Shipment, Problem]]:
    refused, silent = _PROBLEMS[landed.task.kind]
    if outcome.state == IntentState.DEAD:
        return [(row, Problem(silent, Field.ORDER, Who.CARRIER, their_text=outcome.words))]
    if isinstance(landed.collected, HandOver):
        why = landed.collected.refused
        return [(each, _of(refused, why[each.remote_id])) for each in rows if each.remote_id and each.remote_id in why]
    if isinstance(landed.error, Refused):
        return [(row, _of(refused, landed.error.problems))]
    if outcome.state == IntentState.REFUSED and landed.collected is not None:
        return [(row, _of(refused, landed.collected.problems))]
    return []


def _of(code: str, why: Sequence[Problem]) -> Problem:
    """The first reason's field and words are shown."""
    first = why[0] if why else Problem(code, Field.ORDER)
    return Problem(code, first.field, Who.MANAGER, first.their_code, first.their_text)
