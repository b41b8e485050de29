"""What may still be changed of an order, and the form that changes it, as the tab draws them. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.addresses import read_address
from b24app.logistics.changes import ChangeRule, Cost, Part, Way, parts_changed, rules_at
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.phones import read_phones
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    ShipmentFacts,
)

#: Parts that the form edits.
EDITED = (Part.RECIPIENT, Part.DESTINATION, Part.COMMENT)
#: States of a call that is not over.
_OPEN = ("waiting", "sending", "uncertain", "accepted")
_ICONS = {Way.HERE: ("check", "green"), Way.ANEW: ("refresh", ""), Way.ELSEWHERE: ("info", ""), Way.NO: ("cross", "")}
_LONGEST = {"name": 255, "phone": 60, "address": 255, "point": 32, "comment": 255}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One part: may it be changed (`way`), what it costs, and what to do about it."""

    part: str
    icon: str
    tone: str
    title: str
    cost: str
    note: str


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """`values` by input, `errors` by input as keys of the `changes.wrong_*` words. `stamp` tells what the form was
    opened on; `newer` = somebody changed the order meanwhile. `point` = it goes to a pickup point."""

    shipment: int
    values: Mapping[str, str]
    parts: tuple[str, ...]
    point: bool
    stamp: str
    errors: Mapping[str, str] = field(default_factory=dict)
    newer: bool = False
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class ChangesView:
    """`busy`: a change is on its way. `form` None = this person may change nothing here, or nothing may be changed.
    `anew`: the order may be cancelled and made again. `stop`: the parcel may be called back on its way."""

    shipment: int
    lines: tuple[ChangeLine, ...]
    carrier: str
    busy: bool
    form: ChangeForm | None
    anew: bool
    stop: bool = False


def changes_view(
    shipment: ShipmentFacts | None,
    formats: Formats,
    carrier: str,
    rules: Sequence[ChangeRule],
    mine: Collection[Right],
    handed: bool = False,
) -> ChangesView | None:
    """None for an order of which nothing can be said: none yet, over, or a system that tells nothing. `handed`: the
    order is handed over to the carrier, past the point of no return."""
    if shipment is None or shipment.request is None or not rules or not _speaks(shipment.status):
        return None
    found = rules_at(rules, shipment.status, shipment.request.service_code)
    busy = any(is_busy(shipment, kind) for kind in ("change", "stop", "day"))
    free = not busy and not is_busy(shipment, "cancel") and not handed
    here = tuple(rule.part.value for rule in found if rule.way is Way.HERE and rule.part in EDITED)
    form = open_form(shipment.id, shipment.request, here) if here and Right.SHIP in mine else None
    anew = free and {Right.SHIP, Right.CANCEL} <= set(mine) and any(rule.way is Way.ANEW for rule in found)
    to_point = shipment.request.kind is DeliveryKind.PICKUP
    told = [rule for rule in found if rule.part is not Part.DAY or (rule.way is Way.HERE and not to_point)]
    lines = tuple(_line(rule, formats, carrier, shipment.request) for rule in told)
    stops = any(rule.part is Part.STOP and rule.way is Way.HERE for rule in found)
    stop = free and stops and shipment.status.has_moved and Right.CANCEL in mine
    return ChangesView(shipment.id, lines, carrier, busy, form if free else None, anew, stop)


def _speaks(status: Status) -> bool:
    return status not in (Status.DRAFT, Status.SUBMITTING, Status.RETURNING) and not status.is_final


def is_busy(shipment: ShipmentFacts, kind: str) -> bool:
    """Whether a call of this kind is not over."""
    return any(intent.kind == kind and intent.state in _OPEN for intent in shipment.intents)


def _line(rule: ChangeRule, formats: Formats, carrier: str, request: ShipmentRequest) -> ChangeLine:
    icon, tone = _ICONS.get(rule.way, ("question", ""))
    part = rule.part.value
    if rule.part is Part.DESTINATION:
        part = "point" if request.kind is DeliveryKind.PICKUP else "address"
    cost = "" if rule.way in (Way.NO, Way.UNKNOWN) else _cost(rule.cost, formats)
    said = formats.words("changes.no") if rule.way is Way.NO else cost or formats.words("changes.unknown")
    if rule.part is Part.DAY:
        return ChangeLine(part, icon, tone, formats.words("changes.part_day"), cost, formats.words("changes.day_note"))
    note = "" if rule.way is Way.HERE else formats.words(f"changes.way_{rule.way.value}", carrier=carrier)
    return ChangeLine(rule.part.value, icon, tone, formats.words(f"changes.part_{part}"), said, note)


def _cost(cost: Cost, formats: Formats) -> str:
    return formats.words(f"changes.cost_{cost.value}")


# --- the form --------------------------------------------------------------------------------------------------------


def stamp_of(request: ShipmentRequest) -> str:
    """Differs as soon as the order does."""
    return hashlib.sha256(json.dumps(request.to_json(), sort_keys=True).encode()).hexdigest()[:16]


def open_form(shipment_id: int, request: ShipmentRequest, parts: tuple[str, ...]) -> ChangeForm:
    values = {
        "name": request.recipient.name,
        "phone": request.recipient.phone or request.recipient.phone_raw,
        "address": request.address.text if request.address else "",
        "point": request.point_code or "",
        "comment": request.comment,
    }
    return ChangeForm(shipment_id, values, parts, request.kind is DeliveryKind.PICKUP, stamp_of(request))


def read_form(
    form: ChangeForm, before: ShipmentRequest, typed: Mapping[str, str]
) -> tuple[ShipmentRequest, ChangeForm]:
    """`(the order as it is to be, the form with what is wrong in it)`. Only parts that may be changed are read."""
    values = {name: " ".join(str(typed.get(name, old)).split()) for name, old in form.values.items()}
    errors = {name: "long" for name, value in values.items() if len(value) > _LONGEST[name]}
    after = before
    if Part.RECIPIENT.value in form.parts:
        after = _with_recipient(after, values, errors)
    if Part.DESTINATION.value in form.parts:
        name = "point" if form.point else "address"
        if not values[name]:
            errors.setdefault(name, "empty")
        elif form.point:
            after = replace(after, point_code=values["point"].upper())
        elif before.address is None or values["address"] != before.address.text:
            after = replace(after, address=read_address(values["address"]))
    if Part.COMMENT.value in form.parts:
        after = replace(after, comment=values["comment"])
    nothing = not errors and not parts_changed(before, after)
    newer = str(typed.get("stamp", "")) != form.stamp
    return after, replace(form, values=values, errors=errors, nothing=nothing and not newer, newer=newer)


def _with_recipient(request: ShipmentRequest, values: Mapping[str, str], errors: dict[str, str]) -> ShipmentRequest:
    """A phone that was not touched stays as it was sent; a new one has to be a number."""
    recipient = request.recipient
    if not values["name"]:
        errors.setdefault("name", "empty")
    if values["phone"] != (recipient.phone or recipient.phone_raw):
        found = read_phones(values["phone"])
        if not found:
            errors.setdefault("phone", "phone" if values["phone"] else "empty")
            return request
        first = found[0]
        recipient = replace(
            recipient, phone=first.e164, phone_raw=values["phone"], extension=first.extension, spare_phones=()
        )
    return replace(request, recipient=replace(recipient, name=values["name"]))
