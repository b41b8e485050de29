"""Histories and the balance as our events (boxberry.md §6.2, §7). Pure."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from b24app.logistics.order import InPart, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.boxberry.vocabulary import BACK, FAILED_UPLOAD, TROUBLE, incident_of, moment_of, status_of
from b24app.systems.kit.cities import folded
from b24app.systems.kit.in_part import HandedOut, in_part
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import decimal_of, money_of

#: Statuses at which a reason means that somebody has to act.
_STUMBLED = frozenset({Status.DELIVERY_FAILED, Status.LOST, None})
_MOST_CODE = 80


def parse_events(rows: Iterable[Mapping[str, Any]], partial: bool = False) -> tuple[TrackingEvent, ...]:
    """Oldest first, each once: the same line may come twice (§7.1), and lines without a name or a date are left out.
    `partial`: what was handed out was a part of the order."""
    found: dict[str, TrackingEvent] = {}
    for row in rows:
        event = _event(row, partial)
        if event is not None:
            found.setdefault(event.key, event)
    return _called_off(sorted(found.values(), key=lambda event: event.at))


def _called_off(events: list[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    """A way back that begins before Boxberry had the parcel is a cancellation: nothing is brought back (§6.3)."""
    told = [event.status for event in events if event.status]
    if set(told) != {Status.CREATED, Status.RETURNING} or told.count(Status.RETURNING) > 1:
        return tuple(events)
    return tuple(replace(each, status=Status.CANCELLED, back=False) if each.back else each for each in events)


def _event(row: Mapping[str, Any], partial: bool) -> TrackingEvent | None:
    name, at = str(row.get("Name") or "").strip(), moment_of(row.get("Date"))
    if not name or at is None:
        return None
    comment = str(row.get("Comment") or "").strip()
    status = status_of(name)
    told = status in _STUMBLED or status in BACK
    incident = Incident.LOST if status is Status.LOST else incident_of(name, comment) if told else None
    if partial and status is Status.DELIVERED:
        incident = Incident.PARTIAL
    return TrackingEvent(
        code=name[:_MOST_CODE],
        text=name,
        status=status,
        at=at,
        reason=comment[:_MOST_CODE],
        incident=incident,
        back=status in BACK,
        problem=_problem(name, comment, status, incident),
    )


def _problem(name: str, comment: str, status: Status | None, incident: Incident | None) -> Problem | None:
    if folded(name) == FAILED_UPLOAD:
        return Problem("order_invalid", Field.ORDER, Who.MANAGER, their_text=name)
    if status is Status.LOST:
        return Problem("delivery_lost", Field.ORDER, Who.CARRIER, their_text=name)
    if status is not Status.DELIVERY_FAILED or incident is None or incident is Incident.RESCHEDULED:
        return None
    field, who = TROUBLE.get(incident, (Field.ORDER, Who.CARRIER))
    code = f"delivery_{incident.value}" if incident in TROUBLE else "delivery_other"
    return Problem(code, field, who, their_text=comment)


# --- an order that was handed out in part -----------------------------------------------------------------------------


def is_partial(full: Any) -> bool:
    """`ListStatusesFull`: whether only a part was handed out (§7)."""
    return isinstance(full, Mapping) and full.get("PD") in (True, 1, "1")


def left_in(full: Mapping[str, Any]) -> InPart | None:
    """Of an order handed out in part: its products, and `sum`, which after the issue is what was collected (§7)."""
    rows = [
        HandedOut(
            decimal_of(row.get("Give")),
            decimal_of(row.get("Return")),
            str(row.get("Item_ID") or "").strip(),
            str(row.get("Name") or "").strip(),
        )
        for row in rows_of(full.get("products"))
    ]
    return in_part(rows, money_of(full.get("sum")))


# --- what changed since the last look ---------------------------------------------------------------------------------


def balance_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """`OrdersBalance`: number -> the name of its status, of everything that is under way."""
    return {str(row["ID"]): folded(str(row.get("Status") or "")) for row in rows if row.get("ID")}


def news(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Numbers to read again: those whose status is another one, and those that dropped out (issued, returned, deleted).
    One that is new there and has only been created tells nothing new."""
    moved = [
        number
        for number, name in now.items()
        if before.get(number) != name and (number in before or status_of(name) is not Status.CREATED)
    ]
    return moved + [number for number in before if number not in now]


def packed(balance: Mapping[str, str]) -> str:
    """For keeping between two looks: 10,000 orders are some 40 KB."""
    return base64.b85encode(zlib.compress(json.dumps(balance, ensure_ascii=False).encode(), 9)).decode()


def unpacked(cursor: str) -> dict[str, str]:
    """Empty for a cursor that is none: then everything under way is read once."""
    try:
        found = json.loads(zlib.decompress(base64.b85decode(cursor)))
    except (ValueError, zlib.error):
        return {}
    return {str(number): str(name) for number, name in found.items()} if isinstance(found, dict) else {}
