"""What may still be changed of an order, when, and what it costs: data that a system's manifest brings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.status import Status


class Part(StrEnum):
    """A part of an order; the value is a key of the `changes.part_*` words. `STOP` = call the parcel back, `DAY` =
    bring it to the door on another day."""

    RECIPIENT = "recipient"
    COMMENT = "comment"
    DESTINATION = "destination"
    COD = "cod"
    PARCELS = "parcels"
    STOP = "stop"
    DAY = "day"


class Way(StrEnum):
    """How a part is changed: `HERE` by us, `ANEW` by cancelling and making the order again, `ELSEWHERE` only with the
    system itself (its cabinet, its support)."""

    HERE = "here"
    ANEW = "anew"
    ELSEWHERE = "elsewhere"
    NO = "no"
    UNKNOWN = "unknown"


class Cost(StrEnum):
    """`RECOUNT`: the system prices the order anew. `UNKNOWN`: it does not say."""

    FREE = "free"
    RECOUNT = "recount"
    PAID = "paid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Slot(Jsonable):
    """When a courier comes: a day, and hours of the clock where they bring it; no hours = whenever on that day."""

    day: date
    begin: time = time.min
    end: time = time(23, 59)

    @property
    def all_day(self) -> bool:
        return (self.begin, self.end) == (time.min, time(23, 59))

    @property
    def key(self) -> str:
        """As a form carries it."""
        return f"{self.day.isoformat()} {self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class ChangeRule(Jsonable):
    """One part in some states of the order. `only`: of these services; none = of all that no later rule names."""

    part: Part
    statuses: tuple[Status, ...]
    way: Way
    cost: Cost = Cost.UNKNOWN
    only: tuple[str, ...] = ()


def rules_at(rules: Iterable[ChangeRule], status: Status, service: str = "") -> tuple[ChangeRule, ...]:
    """One rule a part that the system speaks of, in its order; a state it says nothing about is unknown. `service`:
    which of the system's the order went by."""
    found: dict[Part, ChangeRule] = {}
    for rule in rules:
        if rule.only and service not in rule.only:
            continue
        if status in rule.statuses:
            found[rule.part] = rule
        else:
            found.setdefault(rule.part, ChangeRule(rule.part, (status,), Way.UNKNOWN))
    return tuple(found.values())


def parts_changed(before: ShipmentRequest, after: ShipmentRequest) -> tuple[Part, ...]:
    """Which parts differ."""
    pairs = {
        Part.RECIPIENT: (before.recipient, after.recipient),
        Part.DESTINATION: (destination(before), destination(after)),
        Part.COMMENT: (before.comment, after.comment),
        Part.COD: (before.cod, after.cod),
        Part.PARCELS: (before.parcels, after.parcels),
    }
    return tuple(part for part, (old, new) in pairs.items() if old != new)


def destination(request: ShipmentRequest) -> tuple[DeliveryKind, str]:
    """Where it goes, as a person typed it."""
    if request.kind is DeliveryKind.PICKUP:
        return request.kind, request.point_code or ""
    return request.kind, request.address.text if request.address else ""
