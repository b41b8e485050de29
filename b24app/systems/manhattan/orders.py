"""Orders as the rows of a profile tell of them, in our words (manhattan.md §3.1, §3.2, §5). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.logistics.model import Parcel
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of_name
from b24app.logistics.picking import Packed
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.picked import shortages
from b24app.systems.manhattan.meanings import Meanings
from b24app.systems.manhattan.parts import (
    Part,
    alive,
    highest,
    lines_of,
    missing_already,
    notes,
    parts_of,
    slowest,
)
from b24app.systems.manhattan.profile import Profile
from b24app.systems.manhattan.vocabulary import of_unit

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was read of one order: the original, the planned ones that it became (several where it was
    split), their failures and packages."""

    original: Json | None = None
    planned: Sequence[Json] = ()
    failures: Sequence[Json] = ()
    packages: Sequence[Json] = ()


def state_of(number: str, told: Told, meanings: Meanings) -> OrderState:
    """`gone` when neither the original nor a planned order is there."""
    if not told.planned:
        return _unplanned(number, told.original, meanings)
    parts = parts_of(told.planned, told.packages, meanings)
    going = alive(parts)
    main = slowest(parts)
    packed = bool(going) and all(part.packed for part in going)
    boxes = [row for row in told.packages if str(row["externalId"]) in {part.id for part in going}]
    packed_at = _packed_at(boxes, meanings)
    lines = lines_of(parts, told.original)
    events = [*_event(main, parts, meanings), *notes(parts, meanings), *_failures(told.failures, main, meanings)]
    if packed and main.at is not None:
        events += shortages(lines, packed_at or main.at)
    else:
        events += missing_already(parts, lines)
    numbers = tuple(dict.fromkeys(number for part in going for number in part.numbers))
    return OrderState(
        remote_id=number,
        number=number,
        decision=Decision.ACCEPTED,
        order_number=number,
        tracking_number=numbers[0] if numbers else "",
        tracking_numbers=numbers,
        events=tuple(sorted(events, key=lambda event: event.at)),
        fingerprint=mark_of(told.original),
        cancel=None if going else Decision.ACCEPTED,
        lines=lines,
        packed=Packed(packed_at, tuple(_parcel(row, meanings.profile) for row in boxes)) if packed else None,
    )


def mark_of(original: Json | None) -> str:
    """Our mark in the customer's fields; where these are dropped, the recipient's name as it was sent."""
    if original is None:
        return ""
    if original.get("mark"):
        return str(original["mark"])
    name = " ".join(str(original[part]) for part in ("firstName", "lastName") if original.get(part))
    return fingerprint_of_name(name) if name else ""


def _unplanned(number: str, original: Json | None, meanings: Meanings) -> OrderState:
    """Before planning the original is all that there is."""
    if original is None:
        return OrderState(number, number, gone=True)
    off = bool(original.get("cancelled"))
    at = meanings.at(original.get("changedAt"))
    status = Status.CANCELLED if off else Status.CREATED
    return OrderState(
        number,
        number,
        Decision.ACCEPTED,
        order_number=number,
        events=() if at is None else (TrackingEvent("original", "", status, at),),
        fingerprint=mark_of(original),
        cancel=Decision.ACCEPTED if off else None,
    )


def _event(main: Part, parts: Sequence[Part], meanings: Meanings) -> list[TrackingEvent]:
    """Where it is now: there is no history. Rows and parts that are further on than others are named beside."""
    if main.at is None:
        return []
    high, titles = highest(parts), meanings.titles
    ahead = f"{high} {titles.get(high, '')}".strip() if high != main.raw and main.is_alive else ""
    reason = f"max {ahead}" if ahead else ""
    return [TrackingEvent(main.raw or "planned", titles.get(main.raw, ""), main.status, main.at, reason=reason)]


def _failures(failures: Sequence[Json], main: Part, meanings: Meanings) -> Iterator[TrackingEvent]:
    """An order failure (§5: blocked): the order waits, whatever its number says."""
    for failure in failures:
        text = str(failure.get("text") or "")
        at = meanings.at(failure.get("changedAt")) or main.at
        if at is not None:
            problem = Problem("warehouse_blocked", Field.ORDER, Who.CARRIER, their_text=text)
            yield TrackingEvent("failure", text, None, at, incident=Incident.NOT_READY, problem=problem)


def _packed_at(packages: Sequence[Json], meanings: Meanings) -> datetime | None:
    """When the last package was made."""
    moments = [at for row in packages if (at := meanings.at(row.get("packedAt"))) is not None]
    return max(moments, default=None)


def _parcel(row: Json, profile: Profile) -> Parcel:
    length, width, height = (of_unit(row.get(name), profile.millimetres) for name in ("length", "width", "height"))
    return Parcel(of_unit(row.get("weight"), profile.grams), length, width, height)


def by_key(rows: Sequence[Json], key: str = "externalId") -> dict[str, Json]:
    """The first of each."""
    found: dict[str, Json] = {}
    for row in rows:
        found.setdefault(str(row[key]), row)
    return found
