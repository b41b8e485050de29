"""CDEK's statuses and delivery problems as our events (cdek.md §6.4, §11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from b24app.logistics.order import OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.cdek.errors import rows_of
from b24app.systems.cdek.vocabulary import (
    DELIVERY_PROBLEMS,
    INCIDENT_FIELDS,
    QUIET_INCIDENTS,
    REASONS,
    status_of,
)
from b24app.systems.kit.units import moment_of

#: Statuses at which the reason means that somebody has to act.
_TROUBLE = frozenset({Status.DELIVERY_FAILED, Status.RETURNING, Status.LOST})


def status_events(entity: Mapping[str, Any], back: bool = False) -> tuple[list[TrackingEvent], list[TrackingEvent]]:
    """`(events, retracted)`, oldest first: the list is sorted by time here, because CDEK sends it either way round. A
    status flagged `deleted` was rolled back and does not count."""
    events: list[TrackingEvent] = []
    retracted: list[TrackingEvent] = []
    for row in rows_of(entity.get("statuses")):
        event = _status_event(row, back)
        if event is not None:
            (retracted if row.get("deleted") is True else events).append(event)
    return _sorted(events), _sorted(retracted)


def _sorted(events: list[TrackingEvent]) -> list[TrackingEvent]:
    return sorted(events, key=lambda event: (event.at, event.status.rank if event.status else 0))


def newest_code(entity: Mapping[str, Any]) -> str:
    """The status with the latest time, whichever way round the list comes; "" when there is none yet."""
    dated = [
        (at, n, str(row.get("code") or "").strip())
        for n, row in enumerate(rows_of(entity.get("statuses")))
        if (at := moment_of(row.get("date_time"))) is not None
    ]
    return max(dated)[2] if dated else ""


def _status_event(row: Mapping[str, Any], back: bool) -> TrackingEvent | None:
    code = str(row.get("code") or "").strip()
    at = moment_of(row.get("date_time"))
    if not code or at is None:
        return None
    reason = str(row.get("reason_code") or "").strip()
    event = TrackingEvent(
        code=code,
        text=str(row.get("name") or code),
        status=status_of(code, reason, back),
        at=at,
        place=str(row.get("city") or row.get("city_name") or ""),
        reason=reason,
        incident=REASONS.get(reason, Incident.UNKNOWN) if reason else None,
        back=back,
    )
    return replace(event, problem=_problem_of(event))


def _problem_of(event: TrackingEvent) -> Problem | None:
    """What the way out stumbles over; the way back needs nobody."""
    if event.incident is None or event.back or event.status not in _TROUBLE:
        return None
    return _trouble(event.incident, event.reason, event.text)


def problem_events(entity: Mapping[str, Any]) -> list[TrackingEvent]:
    """`delivery_problem[]`: they do not change the status, so each is a note with a problem of its own."""
    events = []
    for row in rows_of(entity.get("delivery_problem")):
        code, at = str(row.get("code") or "").strip(), moment_of(row.get("create_date"))
        if code and at is not None:
            incident = DELIVERY_PROBLEMS.get(code, Incident.UNKNOWN)
            problem = _trouble(incident, code, "")
            events.append(TrackingEvent(f"DELIV_PROBLEM_{code}", "", None, at, "", code, incident, problem=problem))
    return events


def _trouble(incident: Incident, code: str, text: str) -> Problem | None:
    if incident in QUIET_INCIDENTS:
        return None
    field, who = INCIDENT_FIELDS.get(incident, (Field.ORDER, Who.CARRIER))
    return Problem(f"delivery_{incident.value}", field, who, their_code=code, their_text=text)


def with_return(direct: OrderState, back: OrderState) -> OrderState:
    """The way back belongs to the same parcel: its events follow those of the direct order."""
    events = tuple(_sorted([*direct.events, *back.events]))
    retracted = tuple(_sorted([*direct.retracted, *back.retracted]))
    return replace(direct, events=events, retracted=retracted)
