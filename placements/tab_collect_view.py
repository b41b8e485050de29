"""How the parcels get to the carrier, as the tab draws it: a courier who is called, orders that are handed over. Pure.

Nothing is offered that the system does not have (`manifest.ports`), and no courier for what an account hands in itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any

from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.aftercare import CourierRequest
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    IntentFacts,
    ShipmentFacts,
)
from b24app.systems.plugin import Manifest

COURIER, COURIER_OFF, HANDOVER = "courier", "courier_off", "handover"
#: States of a call that is not over.
_OPEN = ("waiting", "sending", "uncertain", "accepted")
#: What is offered first: a window of a usual working day.
_USUAL = ("10:00", "18:00")
_ALL_DAY = ("00:00", "23:59")
_DAYS = 31
_LONGEST = 200
_SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Ways:
    """What the account's system has for getting parcels to it."""

    courier: bool = False
    hand_over: bool = False
    hours: tuple[str, str] = _ALL_DAY
    days: int = _DAYS


def ways_of(manifest: Manifest, settings: Mapping[str, Any]) -> Ways:
    """`settings` are the account's: one that names the office where parcels are handed in is sent nobody."""
    limits = manifest.limits
    hands_in = bool(str(settings.get(str(limits.get("hands_in_by", "")), "") or "").strip())
    begin, end = limits.get("courier_hours", _ALL_DAY)
    return Ways(
        courier="CourierCalls" in manifest.ports and not hands_in,
        hand_over="HandOvers" in manifest.ports,
        hours=(begin, end),
        days=int(limits.get("courier_days", _DAYS)),
    )


@dataclass(frozen=True, slots=True)
class CallForm:
    """`values` by input (day, begin, end, comment), `errors` by input as keys of the `collect.wrong_*` words; `first`
    and `last` day, `hours` within which a courier comes."""

    shipment: int
    values: Mapping[str, str]
    first: str
    last: str
    hours: tuple[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CollectView:
    """`numbers` are the orders that it is about. `busy`: what is under way ("" = nothing). `called`: who comes when, ""
    = nobody; `call` the carrier's number of it. `handed`: past the point of no return. What this person may not do, or
    what is not possible, is None or False."""

    shipment: int
    carrier: str
    numbers: str
    several: bool
    busy: str
    called: str
    call: str
    handed: bool
    form: CallForm | None
    call_off: bool
    hand_over: bool
    courier: bool


def together(shipments: Sequence[ShipmentFacts], shown: ShipmentFacts) -> tuple[ShipmentFacts, ...]:
    """What leaves in one go: all created orders of the deal at the same account, oldest first."""
    found = [each for each in shipments if each.status is Status.CREATED and each.connection_id == shown.connection_id]
    return tuple(sorted(found, key=lambda each: each.n))


def collect_view(
    shipments: Sequence[ShipmentFacts],
    shown: ShipmentFacts | None,
    formats: Formats,
    carrier: str,
    ways: Ways,
    mine: Collection[Right],
) -> CollectView | None:
    """None where there is nothing to collect: no order, one that moved, a system that knows neither."""
    if shown is None or not (ways.courier or ways.hand_over):
        return None
    live = live_call(shipments, shown)
    created = shown.status is Status.CREATED
    if not created and not (live is not None and shown.status is Status.CANCELLED):
        return None
    leaving = together(shipments, shown) if created else (shown,)
    busy, handed = _busy(shipments, shown), is_handed(shipments, shown)
    free = created and not busy and not any(_is_open(each) for each in shown.intents)
    request = CourierRequest.from_json(live.details["request"]) if live is not None else None
    form = open_call(shown.id, ways, formats) if ways.courier and free and live is None and Right.SHIP in mine else None
    return CollectView(
        shipment=shown.id,
        carrier=carrier,
        numbers=", ".join(each.order_number or each.number for each in leaving),
        several=len(leaving) > 1,
        busy=busy,
        called=_when(request, formats) if request is not None else "",
        call=str(live.details.get("told", {}).get("number", "")) if live is not None else "",
        handed=handed,
        form=form,
        call_off=live is not None and not busy and Right.CANCEL in mine,
        hand_over=ways.hand_over and free and not handed and Right.SHIP in mine,
        courier=ways.courier,
    )


def _when(request: CourierRequest, formats: Formats) -> str:
    return f"{formats.day(request.day)}, {request.begin:%H:%M}–{request.end:%H:%M}"


def _about(shipments: Sequence[ShipmentFacts], shown: ShipmentFacts, *kinds: str) -> Iterator[IntentFacts]:
    """Calls of these kinds that are about this shipment, whichever of the deal they belong to, oldest first."""
    found = [
        intent
        for each in shipments
        for intent in each.intents
        if intent.kind in kinds and shown.id in intent.details.get("shipments", ())
    ]
    yield from sorted(found, key=lambda intent: intent.created_at)


def _is_open(intent: IntentFacts) -> bool:
    return intent.state in _OPEN


def _busy(shipments: Sequence[ShipmentFacts], shown: ShipmentFacts) -> str:
    under_way = [each.kind for each in _about(shipments, shown, COURIER, COURIER_OFF, HANDOVER) if _is_open(each)]
    return under_way[-1] if under_way else ""


def live_call(shipments: Sequence[ShipmentFacts], shown: ShipmentFacts) -> IntentFacts | None:
    """The courier who comes: called, and not called off."""
    live: IntentFacts | None = None
    for each in _about(shipments, shown, COURIER, COURIER_OFF):
        if each.state == "done":
            coming = each.kind == COURIER and not each.details.get("told", {}).get("cancelled")
            live = each if coming else None
    return live


def is_handed(shipments: Sequence[ShipmentFacts], shown: ShipmentFacts) -> bool:
    return any(each.state == "done" for each in _about(shipments, shown, HANDOVER))


# --- the form --------------------------------------------------------------------------------------------------------


def open_call(shipment_id: int, ways: Ways, formats: Formats) -> CallForm:
    """Tomorrow, or the day after a Sunday."""
    today = formats.today
    day = today + timedelta(days=1)
    if day.isoweekday() == _SUNDAY:
        day += timedelta(days=1)
    begin, end = max(_USUAL[0], ways.hours[0]), min(_USUAL[1], ways.hours[1])
    values = {"day": day.isoformat(), "begin": begin, "end": end, "comment": ""}
    last = today + timedelta(days=ways.days)
    return CallForm(shipment_id, values, today.isoformat(), last.isoformat(), ways.hours)


def read_call(form: CallForm, typed: Mapping[str, str], formats: Formats) -> tuple[date, time, time, str, CallForm]:
    """`(day, begin, end, comment, the form with what is wrong in it)`; what is wrong has some value all the same."""
    values = {name: " ".join(str(typed.get(name, "")).split()) for name in form.values}
    errors: dict[str, str] = {}
    day = _read(date.fromisoformat, values["day"], "day", errors) or date.min
    begin = _read(time.fromisoformat, values["begin"], "begin", errors) or time.min
    end = _read(time.fromisoformat, values["end"], "end", errors) or time.min
    local = formats.now.astimezone(formats.zone)
    if "day" not in errors:
        if day.isoformat() < form.first:
            errors["day"] = "past"
        elif day.isoformat() > form.last:
            errors["day"] = "far"
    if not {"begin", "end"} & set(errors):
        if f"{begin:%H:%M}" < form.hours[0]:
            errors["begin"] = "hours"
        if f"{end:%H:%M}" > form.hours[1]:
            errors["end"] = "hours"
        elif end <= begin:
            errors["end"] = "order"
        elif day == local.date() and end <= local.time():
            errors["end"] = "past"
    if len(values["comment"]) > _LONGEST:
        errors["comment"] = "long"
    return day, begin, end, values["comment"], replace(form, values=values, errors=errors)


def _read(parse: Any, text: str, name: str, errors: dict[str, str]) -> Any:
    try:
        return parse(text)
    except ValueError:
        errors[name] = "empty"
        return None
