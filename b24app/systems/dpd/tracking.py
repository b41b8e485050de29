"""DPD's events (the inbox) and parcel states (by order) as our events (dpd.md §7, §8). Pure.

Both tell of parcels, not of orders. Of an order with one parcel an event says where the order is; with several, the
parcel that is behind does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from b24app.logistics.order import Decision, InPart, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.dpd.left import goods_of, is_back, left_in
from b24app.systems.dpd.orders import Tag
from b24app.systems.dpd.vocabulary import (
    AT_DELIVERY_TERMINAL,
    BACK_EVENTS,
    EVENT_INCIDENTS,
    EVENTS,
    INCIDENT_FIELDS,
    MOSCOW,
    NOTES,
    QUIET_INCIDENTS,
    REASON_WORDS,
    STATE_TEXTS,
    STATES,
    moment,
    zone_of,
)
from b24app.systems.kit.soap import rows
from b24app.systems.kit.units import day_of, grams_of, money_of


@dataclass(frozen=True, slots=True)
class Told:
    """What a package tells of one order."""

    number: str
    order_num: str
    events: tuple[TrackingEvent, ...]
    parcels: int
    keep_until: datetime | None = None
    in_part: InPart | None = None
    weighed_g: int = 0

    def state(self) -> OrderState:
        return OrderState(
            remote_id=self.number,
            number=self.number,
            # An offer that an employee has not finished has events and no number yet.
            decision=Decision.ACCEPTED if self.order_num else Decision.PENDING,
            order_number=self.order_num,
            tracking_number=self.order_num,
            events=self.events,
            keep_until=self.keep_until,
            in_part=self.in_part,
            weighed_g=self.weighed_g,
        )


def parse_package(found: Mapping[str, Any]) -> tuple[list[Told], int]:
    """The orders of a package of `getEvents`, their events oldest first, and how many rows were nobody's (without a
    code, or without any number)."""
    sent = moment(found.get("docDate"))
    told: dict[str, list[tuple[Mapping[str, Any], TrackingEvent]]] = {}
    skipped = 0
    for row in rows(found.get("event")):
        event = parse_event(row, sent) if isinstance(row, Mapping) else None
        key = str(row.get("clientOrderNr") or row.get("dpdOrderNr") or "") if isinstance(row, Mapping) else ""
        if event is None or not key:
            skipped += 1
        else:
            told.setdefault(key, []).append((row, event))
    return [_told(pairs) for pairs in told.values()], skipped


def _told(pairs: Sequence[tuple[Mapping[str, Any], TrackingEvent]]) -> Told:
    tags = [Tag.of(str(row.get("clientParcelNr") or "")) for row, _ in pairs]
    parcels = max(tag.count for tag in tags)
    out = [str(row.get("dpdOrderNr") or "") for row, event in pairs if not event.back]
    events = [event for _, event in pairs]
    if parcels > 1:
        # Where the order is, its states say (`order_events`); here is what happened to each parcel.
        events = [_note(event, tag) for (_, event), tag in zip(pairs, tags, strict=True)]
    until = [moment(_parameters(row).get("FreeStoreDate")) for row, _ in pairs]
    return Told(
        number=str(pairs[0][0].get("clientOrderNr") or ""),
        order_num=next((number for number in out if number), ""),
        events=tuple(sorted(events, key=_in_time)),
        parcels=parcels,
        keep_until=next((at for at in reversed(until) if at), None),
        in_part=_in_part(pairs) if parcels == 1 else None,
        weighed_g=_weighed(pairs) if parcels == 1 else 0,
    )


def _weighed(pairs: Sequence[tuple[Mapping[str, Any], TrackingEvent]]) -> int:
    """`PayWeght` (sic, §8) of the way out, kilograms, as the newest event that has one tells it: a terminal weighs. Of
    several parcels nobody says whether it is of one or of all."""
    told = [(event.at, grams_of(_parameters(row).get("PayWeght"))) for row, event in pairs if not event.back]
    return max(((at, grams) for at, grams in told if grams), default=(None, 0))[1]


def _in_part(pairs: Sequence[tuple[Mapping[str, Any], TrackingEvent]]) -> InPart | None:
    """As the newest delivery in part tells it: of several parcels nobody says whether each event lists all goods."""
    told = [pair for pair in pairs if pair[1].incident is Incident.PARTIAL]
    return left_in(max(told, key=lambda pair: pair[1].at)[0]) if told else None


def _note(event: TrackingEvent, tag: Tag) -> TrackingEvent:
    if not tag.count or event.status in (None, Status.UNKNOWN):
        return event
    return replace(event, status=None, place=f"{event.place} [{tag.index}/{tag.count}]".strip())


def _in_time(event: TrackingEvent) -> tuple[datetime, int]:
    return event.at, event.status.rank if event.status else 0


def parse_event(row: Mapping[str, Any], sent: datetime | None) -> TrackingEvent | None:
    """One row; None without a number or any time. Its time is local (§8); one that cannot be read is the package's."""
    code = str(row.get("eventNumber") or "").strip()
    told = _parameters(row)
    at = moment(row.get("eventDate"), zone_of(told.get("MomentLocZone")) or MOSCOW) or sent
    if not code or at is None:
        return None
    name = str(row.get("eventName") or row.get("eventCode") or code).strip()
    reason = str(row.get("reasonCode") or told.get("ReasonCode") or "").strip()
    words = str(row.get("reasonName") or told.get("ReasonName") or told.get("RejectionReason") or "").strip()
    back = code in BACK_EVENTS or bool(told.get("OrderType") or told.get("NewOrderNumber"))
    event = TrackingEvent(
        code=code,
        text=f"{name}: {words}" if words else name,
        status=None if code in NOTES else _turned(EVENTS.get(code, Status.UNKNOWN), back),
        at=at,
        place=str(told.get("PointCity") or told.get("PointCyty") or ""),
        reason=reason,
        incident=_incident(code, reason, words, _came_back(row)),
        back=back,
    )
    return replace(event, problem=trouble(event, words or name))


def _parameters(row: Mapping[str, Any]) -> dict[str, Any]:
    """By name, whichever of the value fields is filled."""
    fields = ("valueString", "valueDecimal", "valueDateTime")
    found: dict[str, Any] = {}
    for each in rows(row.get("parameter")):
        value = next((each[name] for name in fields if each.get(name) not in (None, "")), None)
        found[str(each.get("paramName") or "").strip()] = value
    return found


def _came_back(row: Mapping[str, Any]) -> bool:
    """Goods that were not handed over are listed with the delivery (§10)."""
    return any(is_back(good) for good in goods_of(row))


def _incident(code: str, reason: str, words: str, partial: bool) -> Incident | None:
    """By the event's number; by the reason's words where the number says "other" or nothing."""
    if partial and EVENTS.get(code) is Status.DELIVERED:
        return Incident.PARTIAL
    known = EVENT_INCIDENTS.get(code)
    if known not in (None, Incident.OTHER):
        return known
    return (_by_words(words) if words else None) or known or (Incident.UNKNOWN if reason else None)


def _by_words(words: str) -> Incident | None:
    return next((incident for pattern, incident in REASON_WORDS if re.search(pattern, words, re.IGNORECASE)), None)


def trouble(event: TrackingEvent, words: str) -> Problem | None:
    """What somebody has to act on; the way back, and what only is told, needs nobody."""
    incident = event.incident
    if incident is None or event.back or incident in QUIET_INCIDENTS or event.status is Status.CANCELLED:
        return None
    field, who = INCIDENT_FIELDS.get(incident, (Field.ORDER, Who.CARRIER))
    name = Incident.OTHER if incident is Incident.UNKNOWN else incident
    return Problem(f"delivery_{name.value}", field, who, their_code=event.reason or event.code, their_text=words)


def _turned(status: Status, back: bool) -> Status:
    """On the way back a delivery is our return."""
    if not back or status in (Status.UNKNOWN, Status.LOST, Status.RETURNED, Status.CANCELLED):
        return status
    return Status.RETURNED if status is Status.DELIVERED else Status.RETURNING


# --- parcel states, by order ------------------------------------------------------------------------------------------


def order_state(found: Any, state: OrderState) -> OrderState:
    """The order with what `getStatesBy…` tells of its way."""
    told = [
        row for row in rows(found.get("states") if isinstance(found, Mapping) else None) if isinstance(row, Mapping)
    ]
    costs = [cost for row in told if (cost := money_of(row.get("orderCost")))]
    weights = [grams for row in told if (grams := grams_of(row.get("orderPayWeight")))]
    numbers = [str(row.get("dpdOrderNr") or "") for row in told]
    number = state.order_number or next((each for each in numbers if each), "")
    return replace(
        state,
        order_number=number,
        tracking_number=number,
        price=costs[-1] if costs else state.price,
        weighed_g=weights[-1] if weights else state.weighed_g,
        promised=next((day for row in reversed(told) if (day := day_of(row.get("planDeliveryDate")))), None),
        events=tuple(order_events(told)),
    )


def order_events(told: Iterable[Mapping[str, Any]]) -> list[TrackingEvent]:
    """Where the order is, oldest first: each time that the parcel which is behind moved on."""
    dated = [(at, row) for row in told if (at := moment(row.get("transitionTime"))) and row.get("newState")]
    # Of equal times the later in the list wins (§7): the sort is stable.
    dated.sort(key=lambda pair: pair[0])
    tags = [Tag.of(str(row.get("clientParcelNr") or "")) for _, row in dated]
    count = max([len({str(row.get("dpdParcelNr")) for _, row in dated}), *(tag.count for tag in tags)], default=1)
    where: dict[str, TrackingEvent] = {}
    events: list[TrackingEvent] = []
    for (at, row), tag in zip(dated, tags, strict=True):
        event = _state_event(row, at, tag)
        if event.status is Status.UNKNOWN:
            events.append(event)
            continue
        where[str(row.get("dpdParcelNr"))] = event
        behind = min(where.values(), key=lambda each: each.status.rank if each.status else 0)
        if len(where) < count and behind.status is not Status.CREATED:
            continue  # a parcel that nobody has seen yet is behind them all
        if not events or events[-1].status is not behind.status or count == 1:
            events.append(behind if behind is event else replace(behind, at=at))
    return events


def _state_event(row: Mapping[str, Any], at: datetime, tag: Tag) -> TrackingEvent:
    code = str(row.get("newState")).strip()
    back = row.get("isReturn") is True
    status = STATES.get(code, Status.UNKNOWN)
    if code == AT_DELIVERY_TERMINAL and tag.to_point:
        status = Status.READY_FOR_PICKUP
    reason, words = (str(row.get(name) or "").strip() for name in ("incidentCode", "incidentName"))
    text = STATE_TEXTS.get(code, code)
    event = TrackingEvent(
        code=code,
        text=f"{text}: {words}" if words else text,
        status=_turned(status, back),
        at=at,
        place=str(row.get("terminalCity") or ""),
        reason=reason,
        incident=(_by_words(words) or Incident.UNKNOWN) if reason or words else _lost(status),
        back=back,
    )
    return replace(event, problem=trouble(event, words or text))


def _lost(status: Status) -> Incident | None:
    return Incident.LOST if status is Status.LOST else None
