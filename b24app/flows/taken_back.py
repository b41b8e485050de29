"""Goods that left a warehouse by its own word, and then did not: its goods issue was reversed (sap-ewm.md §8). Pure.

Other statuses only move forward; this one goes back to what the warehouse says now, tells a person, and moves nothing
else: neither the deal's stage nor the carrier's order, and no robot or client hears of it as of a step on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from b24app.flows.decisions import Advance, Text
from b24app.flows.picking import AT_WAREHOUSE, step_at
from b24app.flows.polling import Pace
from b24app.flows.snapshot import Role, ShipmentView
from b24app.flows.track import advance
from b24app.logistics.order import OrderState, TrackingEvent
from b24app.logistics.picking import TAKEN_BACK_CODE
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status

#: The Problem; it is over when the goods leave again.
TAKEN_BACK = "goods_taken_back"
#: So long after its goods have left is a warehouse asked that may say that they have not. The same as a warehouse is
#: followed that no carrier of ours follows.
WATCHED_FOR = timedelta(days=7)
_INSIDE = (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE)


def is_taken_back(view: ShipmentView, state: OrderState) -> bool:
    return state.issued is False and not state.gone and view.status.has_left and not view.status.is_final


def advance_back(
    view: ShipmentView, carrier: ShipmentView | None, state: OrderState, now: datetime, pace: Pace | None = None
) -> Advance:
    """`carrier`: the leg that carries these goods, if one is alive: it stays as it is, and so do the deal's numbers."""
    inside = [event.status for event in state.events if event.status in _INSIDE]
    back = max(inside, key=lambda status: status.rank, default=Status.ACCEPTED_AT_WAREHOUSE)
    change = advance(replace(view, status=back), state, None, now, pace)
    number = state.order_number or view.order_number or view.number
    params = {"number": number, "carrier": (carrier.order_number or carrier.number) if carrier is not None else ""}
    left_at = (view.status_at or now).astimezone(UTC)
    step = step_at(back, state.packed is not None)
    fields = {Role.STATUS: f"{AT_WAREHOUSE}{step.value}"} if step is not None and carrier is None else {}
    note = TrackingEvent(TAKEN_BACK_CODE, "", back, now)
    return replace(
        change,
        changed=False,
        status_at=now,
        events_new=(*change.events_new, note),
        fields=fields,
        texts=(Text(f"picked.{TAKEN_BACK}", params, f"{view.number}:{TAKEN_BACK}:{left_at:%y%m%d%H%M%S}"),),
        problems=(Problem(TAKEN_BACK, Field.ORDER, params={**params, "part": view.number}),),
        solved_keys=(),
        closed=False,
    )


def may_come_back(state: OrderState, carrier: ShipmentView | None, left_at: datetime | None, now: datetime) -> bool:
    """Whether goods that have left are still watched."""
    over = carrier is not None and carrier.status.is_final
    return state.issued is not None and not over and now - (left_at or now) < WATCHED_FOR


def anew(view: ShipmentView, state: OrderState) -> ShipmentView:
    """A goods issue that is posted again may have the moment of the first one (a day is all that some tell): of goods
    that are inside it has its say once more."""
    if not state.issued or view.status.has_left:
        return view
    told = {event.key for event in state.events if event.status is not None and event.status.has_left}
    return replace(view, seen=tuple(key for key in view.seen if key not in told))


def kept_once(change: Advance, view: ShipmentView) -> Advance:
    """Without the events that the history has already."""
    fresh = tuple(event for event in change.events_new if event.key not in view.seen)
    return change if len(fresh) == len(change.events_new) else replace(change, events_new=fresh)
