"""Orders as the rows of a profile tell of them, in our words (manhattan.md §3.1, §3.2, §5). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from b24app.logistics.model import Parcel
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint_of_name
from b24app.logistics.picking import PACKED, Packed, PickedLine
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.picked import shortages
from b24app.systems.kit.statuses import status_named
from b24app.systems.kit.units import decimal_of, moment_of
from b24app.systems.manhattan.profile import Profile
from b24app.systems.manhattan.vocabulary import between, of_unit

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meanings:
    """What statuses mean here: the admin's own choices (`map`), where there are any, else the profile's ranges;
    `titles` are theirs."""

    profile: Profile
    zone: str
    chosen: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def at(self, value: Any) -> datetime | None:
        """Their times have no zone (§3.1)."""
        return moment_of(value, ZoneInfo(self.zone)) if value else None

    def status(self, facts: Json) -> Status:
        raw = str(facts.get("raw") or "")
        if self.chosen and not facts.get("cancelled"):
            return status_named(self.chosen.get(raw, ""))
        return status_named(self.profile.order_status(facts))

    def is_packed(self, raw: str, status: Status) -> bool:
        """From the status on that says so, for ever after (until it is cancelled)."""
        if status in (Status.CANCELLED, Status.UNKNOWN):
            return False
        marks = sorted(code for code, means in self.chosen.items() if means == PACKED)
        last = self.profile.data["packed"][1]
        return any(between(raw, code, last) for code in marks) if marks else self.profile.is_packed(raw)

    def means(self, raw: str) -> str:
        """What we take a status for when nobody says otherwise; "" = we do not know."""
        found = self.profile.order_status({"raw": raw, "rawMax": raw})
        return PACKED if found == Status.ACCEPTED_AT_WAREHOUSE.value and self.profile.is_packed(raw) else found


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was read of one order: the original, the planned one, its failure, its packages."""

    original: Json | None = None
    planned: Json | None = None
    failure: Json | None = None
    packages: Sequence[Json] = ()


def state_of(number: str, told: Told, meanings: Meanings) -> OrderState:
    """`gone` when neither the original nor a planned order is there."""
    if told.original is None and told.planned is None:
        return OrderState(number, number, gone=True)
    facts = told.planned or {"cancelled": bool(told.original and told.original.get("cancelled")), "raw": ""}
    raw = str(facts.get("raw") or "")
    status = meanings.status(facts) if told.planned else _unplanned(facts)
    packed_at = _packed_at(told, meanings)
    packed = bool(told.planned) and meanings.is_packed(raw, status)
    lines = tuple(map(_line, facts.get("lines") or []))
    main = _event(told, raw, status, meanings)
    events = [*main, *_failures(told, meanings)]
    if packed and main:
        events += shortages(lines, packed_at or main[0].at)
    numbers = [str(row["trackingNumber"]) for row in told.packages if row.get("trackingNumber")]
    return OrderState(
        remote_id=number,
        number=number,
        decision=Decision.ACCEPTED,
        order_number=number,
        tracking_number=numbers[0] if numbers else "",
        events=tuple(sorted(events, key=lambda event: event.at)),
        fingerprint=mark_of(told.original),
        cancel=Decision.ACCEPTED if status is Status.CANCELLED else None,
        lines=lines,
        packed=Packed(packed_at, tuple(_parcel(row, meanings.profile) for row in told.packages)) if packed else None,
    )


def mark_of(original: Json | None) -> str:
    """Our mark in the customer's fields; where these are dropped, the recipient's name as it was sent."""
    if original is None:
        return ""
    if original.get("mark"):
        return str(original["mark"])
    name = " ".join(str(original[part]) for part in ("firstName", "lastName") if original.get(part))
    return fingerprint_of_name(name) if name else ""


def _unplanned(facts: Json) -> Status:
    return Status.CANCELLED if facts["cancelled"] else Status.CREATED


def _event(told: Told, raw: str, status: Status, meanings: Meanings) -> list[TrackingEvent]:
    """Where it is now: there is no history. Rows that are further on than others are named beside."""
    row = told.planned or told.original or {}
    at = meanings.at(row.get("changedAt"))
    if at is None:
        return []
    high = str(row.get("rawMax") or "")
    titles = meanings.titles
    ahead = f"{high} {titles.get(high, '')}".strip() if high and high != raw and status is not Status.CANCELLED else ""
    code = raw or "original"
    return [TrackingEvent(code, titles.get(raw, ""), status, at, reason=f"max {ahead}" if ahead else "")]


def _failures(told: Told, meanings: Meanings) -> Iterator[TrackingEvent]:
    """An order failure (§5: blocked): the order waits, whatever its number says."""
    if told.failure is None:
        return
    text = str(told.failure.get("text") or "")
    at = meanings.at(told.failure.get("changedAt")) or meanings.at((told.planned or {}).get("changedAt"))
    if at is not None:
        problem = Problem("warehouse_blocked", Field.ORDER, Who.CARRIER, their_text=text)
        yield TrackingEvent("failure", text, None, at, incident=Incident.NOT_READY, problem=problem)


def _packed_at(told: Told, meanings: Meanings) -> datetime | None:
    """When the last package was made."""
    moments = [at for row in told.packages if (at := meanings.at(row.get("packedAt"))) is not None]
    return max(moments, default=None)


def _line(row: Json) -> PickedLine:
    ordered, picked, shipped = (_quantity(row.get(name)) for name in ("ordered", "picked", "shipped"))
    return PickedLine(str(row.get("sku") or ""), ordered, picked, shipped)


def _quantity(value: Any) -> Decimal:
    """`2.0` is 2."""
    found = decimal_of(value) or Decimal(0)
    return found.to_integral_value() if found == found.to_integral_value() else found.normalize()


def _parcel(row: Json, profile: Profile) -> Parcel:
    length, width, height = (of_unit(row.get(name), profile.millimetres) for name in ("length", "width", "height"))
    return Parcel(of_unit(row.get("weight"), profile.grams), length, width, height)


def by_key(rows: Sequence[Json], key: str = "externalId") -> dict[str, Json]:
    """The first of each."""
    found: dict[str, Json] = {}
    for row in rows:
        found.setdefault(str(row[key]), row)
    return found
