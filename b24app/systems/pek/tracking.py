"""Where a cargo is (pek.md §7): the history with its undone statuses, the last mile, why it goes back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.units import day_of, grams_of, money_of, whole
from b24app.systems.pek import vocabulary as words

_BACK = frozenset({Status.RETURNING, Status.RETURNED})
#: Where somebody has to act, and who.
_WHO: Mapping[Incident, tuple[Field, Who]] = {
    Incident.WRONG_ADDRESS: (Field.ADDRESS, Who.MANAGER),
    Incident.NO_ANSWER: (Field.PHONE, Who.MANAGER),
    Incident.REFUSED: (Field.ORDER, Who.MANAGER),
    Incident.STORAGE_EXPIRED: (Field.ORDER, Who.MANAGER),
    Incident.RESCHEDULED: (Field.DATE, Who.MANAGER),
}
_QUIET = frozenset({Incident.SENDER_REQUEST, Incident.PARTIAL})


def state_of(remote: str, statuses: Sequence[Mapping[str, Any]], number: str = "") -> OrderState:
    """An order by its history. `isCancel` = undone later (§7): such a status does not count; `isFinal` is not asked."""
    events: list[TrackingEvent] = []
    retracted: list[TrackingEvent] = []
    for row in statuses:
        event = _event(row, words.to_door(remote))
        if event is not None:
            (retracted if row.get("isCancel") is True else events).append(event)
    events.sort(key=lambda event: event.at)
    retracted.sort(key=lambda event: event.at)
    last = events[-1].status if events else None
    code = words.code_of(remote)
    return OrderState(
        remote_id=remote,
        number=number,
        decision=Decision.ACCEPTED,
        order_number=code,
        tracking_number=code,
        tracking_url=words.TRACKING_URL.format(code),
        events=tuple(events),
        retracted=tuple(retracted),
        cancel=Decision.ACCEPTED if last is Status.CANCELLED else None,
    )


def _event(row: Mapping[str, Any], door: bool) -> TrackingEvent | None:
    text, code, at = str(row.get("name") or "").strip(), str(row.get("id") or ""), words.moscow(row.get("date"))
    if at is None or not (text or code):
        return None
    status, incident = words.status_of(text, code, door)
    event = TrackingEvent(code or text, text or code, status, at, incident=incident, back=status in _BACK)
    return replace(event, problem=_trouble(event, incident) if status is Status.LOST else None)


def _trouble(event: TrackingEvent, incident: Incident | None, reason: str = "") -> Problem | None:
    if incident is None or incident in _QUIET:
        return None
    field, who = _WHO.get(incident, (Field.ORDER, Who.CARRIER))
    code = f"delivery_{incident.value}"
    return Problem(code, field, who, their_code=event.code, their_text=reason or event.text)


def at_last_mile(state: OrderState) -> bool:
    """Whether its delivery to the door may have been tried: nothing but `deliverystatus` says that it failed."""
    last = state.events[-1] if state.events else None
    arrived = last is not None and (last.status is Status.OUT_FOR_DELIVERY or last.text.casefold() == "прибыл")
    return words.to_door(state.remote_id) and arrived


def with_delivery(state: OrderState, row: Mapping[str, Any]) -> OrderState:
    """A failed attempt follows the newest status: their row has no time of its own. The agreed day is told too."""
    code, text = whole(row.get("deliveryStatusCode")), str(row.get("deliveryStatus") or "")
    promised = day_of(row.get("deliveryPlanDate")) or state.promised
    state = replace(state, promised=promised)
    if code is None or code in words.DELIVERIES - words.FAILED_DELIVERIES or not state.events:
        return state
    at, failed = state.events[-1].at, code in words.FAILED_DELIVERIES
    incident = Incident.RESCHEDULED if failed else None
    status = Status.DELIVERY_FAILED if failed else Status.UNKNOWN
    event = TrackingEvent(str(code), text or str(code), status, at, incident=incident)
    event = replace(event, problem=_trouble(event, incident))
    return replace(state, events=(*state.events, event))


def is_sent_back(state: OrderState) -> bool:
    return bool(state.events) and state.events[-1].status is Status.RETURNING


def is_back(state: OrderState) -> bool:
    """On its way home, or there."""
    return bool(state.events) and state.events[-1].back


def with_reason(state: OrderState, reason: str) -> OrderState:
    """Why it goes back (`currentstatus.ReturnReason`), on the status that says so."""
    if not reason or not is_sent_back(state):
        return state
    incident = words.reason_of(reason)
    last = replace(state.events[-1], reason=reason[:80], incident=incident)
    last = replace(last, problem=_trouble(last, incident, reason))
    return replace(state, events=(*state.events[:-1], last))


def current_reasons(data: Any) -> dict[str, str]:
    rows = words.rows_of(words.latin(data).get("cargos"))
    return {
        str(row.get("cargoCode")): str(words.latin(row.get("currentStatus")).get("ReturnReason") or "") for row in rows
    }


# --- `/cargos/status/`: what the history does not tell ----------------------------------------------------------------


def is_called_off(row: Mapping[str, Any]) -> bool:
    return words.status_of(str(words.latin(row.get("info")).get("cargoStatus") or ""), "", False)[0] is Status.CANCELLED


def is_papers(row: Mapping[str, Any]) -> bool:
    """A cargo that only brings another one's documents back."""
    return bool(words.latin(row.get("cargo")).get("parentCargoCode"))


def with_details(state: OrderState, row: Mapping[str, Any]) -> OrderState:
    """Number, price, days and who it is for. Recipient and weight are shown to who has access; the weight is that of
    all places together, in their steps."""
    cargo, info, receiver = (words.latin(row.get(name)) for name in ("cargo", "info", "receiver"))
    services = words.latin(row.get("services"))
    code = str(cargo.get("code") or "") or state.order_number
    name, phone, grams = receiver.get("person"), receiver.get("phone"), grams_of(cargo.get("weight"))
    shown = bool(name and phone and grams)
    return replace(
        state,
        number=str(cargo.get("orderNumber") or ""),
        order_number=code,
        tracking_number=code,
        tracking_url=words.TRACKING_URL.format(code),
        price=money_of(services.get("sum")) or None,
        promised=day_of(info.get("deliveryPlanDate") or info.get("arrivalPlanDateTime")),
        keep_until=words.moscow(info.get("storageStartPlanDate")),
        fingerprint=fingerprint_of(str(name), str(phone), [words.steps_up(grams or 0)]) if shown else "",
        total_step_g=words.STEP if shown else 0,
    )
