"""Postal operations as our events (russian-post.md §14, §15), from whichever of the three sources. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from b24app.logistics.order import TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.units import moment_of
from b24app.systems.russian_post.vocabulary import (
    ATTRIBUTE_NUMBERS,
    INCIDENT_FIELDS,
    NO_TYPE,
    QUIET_INCIDENTS,
    STATUSES,
    TYPE_NUMBERS,
    UNDOES,
    incident_of,
    status_of,
    turns_back,
    zone_of,
)

#: Types of operations that have no number: nobody documented them, or they say nothing.
UNKNOWN, SILENT = -1, -2
_ENDS = frozenset({Status.DELIVERED, Status.RETURNED})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `type` and `attr` are tracking's numbers; `words` theirs where one of them is not known."""

    type: int
    attr: int
    at: datetime
    index: str = ""
    text: str = ""
    words: str = ""

    @property
    def code(self) -> str:
        return self.words or f"{self.type}/{self.attr}"


def from_ticket(row: Mapping[str, Any]) -> Operation:
    """A batch access row: local times of the office. Raises KeyError, TypeError, ValueError."""
    index = str(row.get("IndexOper") or "")
    at = datetime.strptime(str(row["DateOper"]), "%d.%m.%Y %H:%M:%S").replace(tzinfo=zone_of(index))
    return Operation(int(row["OperTypeID"]), int(row["OperCtgID"]), at.astimezone(UTC), index,
                     str(row.get("OperName") or ""))  # fmt: skip


def from_record(record: Mapping[str, Any]) -> Operation:
    """A single access record. Raises KeyError, TypeError, ValueError."""
    done = record["OperationParameters"]
    kind, attribute = done["OperType"], done.get("OperAttr") or {}
    place = (record.get("AddressParameters") or {}).get("OperationAddress") or {}
    at = done["OperDate"]
    moment = at.astimezone(UTC) if isinstance(at, datetime) else moment_of(at)
    if moment is None:
        raise ValueError("an operation without a time")
    text = str(attribute.get("Name") or kind.get("Name") or "")
    return Operation(int(kind["Id"]), int(attribute.get("Id") or 0), moment, str(place.get("Index") or ""), text)


def from_words(kind: str, attribute: str, at: datetime, text: str = "") -> Operation:
    """Otpravka's words (§14.4). An attribute that is not told leaves the type alone: a note, no unknown code."""
    number, words = TYPE_NUMBERS.get(kind), f"{kind}/{attribute}" if attribute else kind
    if number is None:
        return Operation(SILENT if kind == NO_TYPE else UNKNOWN, 0, at, text=text, words=words)
    known = ATTRIBUTE_NUMBERS.get((number, attribute))
    if known is not None:
        return Operation(number, known, at, text=text)
    if (number, None) in STATUSES:  # whatever the attribute, it means the same
        return Operation(number, 0, at, text=text, words=words)
    return Operation(UNKNOWN if attribute else SILENT, 0, at, text=text, words=words)


Events = tuple[tuple[TrackingEvent, ...], tuple[TrackingEvent, ...]]


def history(operations: Sequence[Operation], door: bool) -> Events:
    """`(events, retracted)` of one item, oldest first. A turn back colours what follows; a cancellation takes the
    operation before it back."""
    events: list[TrackingEvent] = []
    retracted: list[TrackingEvent] = []
    back = False
    for operation in sorted(operations, key=lambda each: each.at):
        if operation.type == UNDOES and events:
            retracted.append(events.pop())
            back = any(event.status in (Status.RETURNING, Status.RETURNED) for event in events)
        back = back or turns_back(operation.type, operation.attr)
        events.append(_event(operation, door, back))
    return tuple(events), tuple(retracted)


def _event(operation: Operation, door: bool, back: bool) -> TrackingEvent:
    status = None if operation.type == SILENT else status_of(operation.type, operation.attr, door=door, back=back)
    incident = incident_of(operation.type, operation.attr)
    event = TrackingEvent(
        code=operation.code,
        text=operation.text or operation.code,
        status=status,
        at=operation.at,
        place=operation.index,
        reason=operation.code if incident else "",
        incident=incident,
        back=back and status is not Status.DELIVERED,
    )
    return replace(event, problem=_problem(event))


def _problem(event: TrackingEvent) -> Problem | None:
    """What somebody has to act on: a failed attempt, the turn back, a loss."""
    if event.incident is None or event.incident in QUIET_INCIDENTS or event.status is Status.RETURNED:
        return None
    word = "other" if event.incident is Incident.UNKNOWN else event.incident.value
    field, who = INCIDENT_FIELDS.get(event.incident, (Field.ORDER, Who.CARRIER))
    return Problem(f"delivery_{word}", field, who, their_code=event.code, their_text=event.text)


def merged(items: Sequence[tuple[Sequence[Operation], bool]]) -> Events:
    """Of several items of one order (operations, and whether it goes to the door): the order is delivered, or back,
    when the last of them is."""
    each = [history(*item) for item in items]
    events = sorted((event for found, _ in each for event in found), key=lambda event: event.at)
    retracted = tuple(event for _, gone in each for event in gone)
    ended = sum(any(event.status in _ENDS for event in found) for found, _ in each)
    last = next((n for n in range(len(events) - 1, -1, -1) if events[n].status in _ENDS), None)
    kept = [
        replace(event, status=None) if event.status in _ENDS and (n != last or ended < len(items)) else event
        for n, event in enumerate(events)
    ]
    return tuple(kept if len(items) > 1 else events), retracted
