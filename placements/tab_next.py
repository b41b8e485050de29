"""What follows from how a parcel is doing: the one thing to do next, from its status, the incident's reason, the day
that was promised and how long nothing has happened. Pure.

Days are the reader's calendar days: "yesterday" is what their clock calls so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from b24app.flows.forecast import Risk
from b24app.flows.returns.storage import last_day
from b24app.frames.formats import Formats
from b24app.logistics.status import Incident, Status
from b24app.store.faces.deal_facts import (
    ShipmentFacts,
)
from placements.chips import LAST_DAYS, stored_days

#: An order that nobody handed over for so many days is asked about.
NOT_HANDED_OVER = 3
#: A parcel that has not moved for so many days is asked about; a courier's day is the same day.
STILL = {Status.ACCEPTED_AT_WAREHOUSE: 3, Status.IN_TRANSIT: 4, Status.OUT_FOR_DELIVERY: 1, Status.RETURNING: 10}
#: A promise broken by so many days is a claim, by fewer a call.
CLAIM = 5
#: How long a parcel lies before somebody is asked when no end of storage was told.
LIES = 5
_MOVES = (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY)
#: What a call to the client settles, by the key of the line.
CALLS = frozenset(
    {
        "late",
        "will_late",
        "created_late",
        "courier_late",
        "stored",
        "storage_ends",
        "storage_over",
        "lies",
        "failed_address",
        "failed_refused",
    }
    | {"failed_money", "failed_point", "refused_returning", "ready_for_pickup", "delivery_failed", "returning"}
)
#: Lines that say that nothing has to be done, which is true of the parcel alone.
IDLE = frozenset(
    {"accepted_at_warehouse", "in_transit", "in_transit_at", "out_for_delivery", "delivered"}
    | {"promised_soon", "in_time", "failed_wait"}
)
#: Failures by what helps against them; every other reason is a call to the client.
_FAILED = {
    Incident.WRONG_ADDRESS: "address",
    Incident.NOT_SERVED: "address",
    Incident.WRONG_PHONE: "phone",
    Incident.NO_ANSWER: "phone",
    Incident.REFUSED: "refused",
    Incident.DAMAGED: "claim",
    Incident.MISSING_GOODS: "claim",
    Incident.NO_MONEY: "money",
    Incident.POINT: "point",
    Incident.CARRIER_LATE: "carrier",
    Incident.RESCHEDULED: "wait",
}


@dataclass(frozen=True, slots=True)
class Next:
    """`key` of the `now.*` words, what stands in them, and the tone and icon when they differ from the status's own.
    `aside`: the status's own title stays, only what to do is told by the key."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    tone: str = ""
    icon: str = ""
    aside: bool = False


def what_next(shipment: ShipmentFacts, formats: Formats) -> Next | None:
    """None where the status alone says everything."""
    look = _Look(shipment, formats)
    for rule in _RULES.get(shipment.status, ()):
        found = rule(look)
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class _Look:
    shipment: ShipmentFacts
    formats: Formats

    def days_since(self, when: datetime | date) -> int:
        return (self.formats.today - self._day(when)).days

    def _day(self, when: datetime | date) -> date:
        return when.astimezone(self.formats.zone).date() if isinstance(when, datetime) else when

    @property
    def still(self) -> int:
        """Days since anything was heard of the parcel."""
        heard = [event.at for event in self.shipment.events]
        return self.days_since(max([self.shipment.status_at, *heard]))


def _not_handed_over(look: _Look) -> Next | None:
    n = look.days_since(look.shipment.status_at)
    return Next("not_handed_over", {"n": n}, "amber", "clock") if n >= NOT_HANDED_OVER else None


def _hand_over_now(look: _Look) -> Next | None:
    """Every day before the hand-over is one less to keep the promise."""
    transit = look.shipment.transit
    found = transit.forecast if transit is not None else None
    if found is None or look.shipment.promised is None or found.expected is None:
        return None
    days = {"day": look.formats.weekday(look.shipment.promised), "expected": look.formats.weekday(found.expected)}
    if found.risk is Risk.LATE:
        return Next("created_late", days, "amber", "clock")
    return Next("created_soon", days, "amber", aside=True) if found.risk is Risk.MAYBE else None


def _late(look: _Look) -> Next | None:
    promised = look.shipment.promised
    if promised is None or look.days_since(promised) < 1:
        return None
    n = look.days_since(promised)
    params = {"n": n, "day": look.formats.weekday(promised)}
    return Next("late_claim" if n >= CLAIM else "late", params, "red", "alert")


def _ahead(look: _Look) -> Next | None:
    """What is to be expected, before the day is over: a client who hears of it from us does not call."""
    transit = look.shipment.transit
    found = transit.forecast if transit is not None else None
    if found is None or look.shipment.promised is None or found.expected is None:
        return None
    days = {"day": look.formats.weekday(look.shipment.promised), "expected": look.formats.weekday(found.expected)}
    if found.risk is Risk.LATE:
        return Next("will_late", {"n": found.late_by, **days}, "amber", "clock")
    if found.silent:
        return Next("no_news", {"n": found.silent, "usual": found.gap, **days}, "amber", "clock")
    return Next("may_late", days, "amber", aside=True) if found.risk is Risk.MAYBE else None


def _still(look: _Look) -> Next | None:
    n, most = look.still, STILL[look.shipment.status]
    if n < most:
        return None
    key = "courier_late" if look.shipment.status is Status.OUT_FOR_DELIVERY else "still"
    return Next(key, {"n": n}, "amber", "clock")


def _in_time(look: _Look) -> Next | None:
    """Nothing is to be done; on the last two days the client should be there."""
    promised = look.shipment.promised
    if promised is None:
        return None
    soon = look.days_since(promised) >= -1
    return Next("promised_soon" if soon else "in_time", {"day": look.formats.day(promised)}, aside=True)


def _stored(look: _Look) -> Next | None:
    """The end of storage as the carrier told it; it keeps silent: how long the parcel has lain there."""
    until = look.shipment.keep_until
    left = stored_days(look.shipment, look.formats)
    if until is None or left is None:
        n = look.days_since(look.shipment.status_at)
        return Next("lies", {"n": n}) if n >= LIES else None
    last = last_day(until, look.formats.zone)
    if left < 0:
        return Next("storage_over", {"day": look.formats.day(last)}, "red", "alert")
    if left <= LAST_DAYS:
        return Next("storage_ends", {"day": look.formats.day(last)}, "red", "clock")
    return Next("stored", {"day": look.formats.weekday(last), "n": left}, icon="clock")


def _failed(look: _Look) -> Next | None:
    try:
        what = _FAILED.get(Incident(look.shipment.incident))
    except ValueError:
        return None
    return Next(f"failed_{what}") if what else None


def _comes_back(look: _Look) -> Next | None:
    return Next("refused_returning") if look.shipment.incident == Incident.REFUSED else _still(look)


_RULES: Mapping[Status, tuple[Callable[[_Look], Next | None], ...]] = {
    Status.CREATED: (_hand_over_now, _not_handed_over),
    **dict.fromkeys(_MOVES, (_late, _ahead, _still, _in_time)),
    Status.READY_FOR_PICKUP: (_stored,),
    Status.DELIVERY_FAILED: (_failed,),
    Status.RETURNING: (_comes_back,),
}
