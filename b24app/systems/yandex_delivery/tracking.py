"""States of orders and of claims as our events (yandex-delivery.md §A7, §A8, §B5, §B6). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from b24app.logistics.order import TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.units import moment_of
from b24app.systems.yandex_delivery.vocabulary import (
    CLAIM_ENDS,
    CLAIM_STATUSES,
    INCIDENT_FIELDS,
    QUIET,
    REASONS,
    RETURN_WAITS,
    STATUS_INCIDENTS,
    STATUSES,
)

_TROUBLE = frozenset({Status.DELIVERY_FAILED, Status.RETURNING, Status.LOST})


def platform_events(states: Sequence[Mapping[str, Any]]) -> tuple[TrackingEvent, ...]:
    """In time order, each once: codes repeat with other times and words, and not in the order of the chain (§A8). A
    cancellation of what already moved is the beginning of its way back, or a loss."""
    events: dict[str, TrackingEvent] = {}
    for row in states:
        event = _platform_event(row)
        if event is not None:
            events.setdefault(event.key, event)
    moved, found = False, []
    for event in sorted(events.values(), key=lambda event: event.at):
        status = Status.RETURNING if event.status is Status.CANCELLED and moved else event.status
        moved = moved or (status is not None and status.has_moved)
        told = replace(event, status=status)
        found.append(replace(told, problem=_problem(told)))
    return tuple(found)


def _platform_event(row: Mapping[str, Any]) -> TrackingEvent | None:
    code, at = str(row.get("status") or "").strip(), _moment(row)
    if not code or at is None:
        return None
    reason = str(row.get("reason") or "").strip()
    status = STATUSES.get(code, Status.UNKNOWN)
    incident = REASONS.get(reason, Incident.UNKNOWN) if reason else STATUS_INCIDENTS.get(code)
    if status is Status.CANCELLED and incident is Incident.LOST:
        status = Status.LOST
    text = str(row.get("description") or code)
    return TrackingEvent(code, text, status, at, reason=reason, incident=incident, back=status is Status.RETURNED)


def _moment(row: Mapping[str, Any]) -> datetime | None:
    """`timestamp` is unix seconds; `timestamp_utc` the same as text, and finer."""
    at = moment_of(row.get("timestamp_utc"))
    seconds = row.get("timestamp")
    if at is None and isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0:
        at = datetime.fromtimestamp(seconds, UTC)
    return at


def _problem(event: TrackingEvent) -> Problem | None:
    if event.code == RETURN_WAITS:
        return Problem("return_ready", Field.ORDER, Who.MANAGER, their_code=event.code, their_text=event.text)
    if event.incident is None or event.incident in QUIET or event.status not in _TROUBLE:
        return None
    field, who = INCIDENT_FIELDS.get(event.incident, (Field.ORDER, Who.CARRIER))
    name = "other" if event.incident is Incident.UNKNOWN else event.incident.value
    return Problem(f"delivery_{name}", field, who, their_code=event.reason or event.code, their_text=event.text)


def claim_event(status: str, updated: Any) -> TrackingEvent | None:
    """A state of a claim. Yandex gives no words for it: the code stands for them."""
    at = moment_of(updated)
    if not status or at is None:
        return None
    ours = CLAIM_STATUSES.get(status, Status.UNKNOWN)
    problem = None
    if status in CLAIM_ENDS:
        problem = Problem(CLAIM_ENDS[status], Field.ORDER, Who.MANAGER, their_code=status)
    back = ours is Status.RETURNED
    return TrackingEvent(status, status, ours, at, incident=_claim_incident(status), back=back, problem=problem)


def _claim_incident(status: str) -> Incident | None:
    return {"cancelled_by_taxi": Incident.OTHER, "performer_not_found": Incident.NOT_SERVED}.get(status)
