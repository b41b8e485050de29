"""What a system says about an order, in our words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.picking import Packed, PickedLine
from b24app.logistics.problem import Problem
from b24app.logistics.status import Incident, Status


class Decision(StrEnum):
    """What the system decided about creating the order."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TrackingEvent(Jsonable):
    """One line of the history. `code`, `text` and `place` are the system's, `reason` its own reason code.

    `status` None = a note that says nothing about where the parcel is; `unknown` = a code that we do not know. `back`
    marks an event of the parcel's way back (of a return order), `problem` one that somebody has to act on."""

    code: str
    text: str
    status: Status | None
    at: datetime
    place: str = ""
    reason: str = ""
    incident: Incident | None = None
    back: bool = False
    problem: Problem | None = None

    @property
    def key(self) -> str:
        """`code|UTC time|place`: the same code may come again at another time, the same key is the same event."""
        return f"{self.code}|{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}|{self.place}"


@dataclass(frozen=True, slots=True)
class ChangeState(Jsonable):
    """What the system decided about one request to change the order. `ref` is its own name for that request, empty
    where it has none; `problems` say why it was refused, `warnings` what follows from it (another price)."""

    ref: str
    decision: Decision
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Left(Jsonable):
    """An article that the recipient left: so many pieces, as the order named them (`Item`: a part of a unit is one
    piece). Article and title are as the system shows them."""

    quantity: Decimal
    sku: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class InPart(Jsonable):
    """What a system tells of an order that was collected in part: what was `left` and comes back, and the sum that was
    collected for the rest, in the currency of the COD. None = it does not say."""

    left: tuple[Left, ...] | None = None
    collected: Money | None = None


@dataclass(frozen=True, slots=True)
class OrderState(Jsonable):
    """One order as the system shows it now.

    `remote_id` is the system's technical key, `order_number` the one people use, empty until known. `events` are oldest
    first, `retracted` those the system took back. `problems` say why it was refused or is stuck, `warnings` what
    the system changed on its own. `fingerprint` is empty when the answer does not show recipient and parcels;
    `total_step_g` above 0 = it is of the weight of all parcels together, each rounded up to so many grams.
    `return_ids` are keys of the orders that bring the parcel back. `gone` = the system no longer knows it.
    `cancel` tells how a cancellation goes: None = none asked for. `changes` are the requests to change it that the
    system tells of, oldest first. `lines` and `packed` are a warehouse's: what was picked of each row, and that it all
    lies packed (None = not yet, or the system knows no such step). `in_part` is of an order whose recipient took
    some of it (`Incident.PARTIAL`), None = that is not so, or the system tells nothing of it. `weighed_g`: the
    weight that the system charges for, of all parcels together, 0 = it does not tell. `pickup_code`: what the
    recipient has to say to be given the parcel, "" = the system tells none. It is a key: no log may have it.
    `tracking_numbers`: of a warehouse's order that leaves in several parcels all of them, `tracking_number` the first.
    `issued`: whether the goods have left a warehouse by its own word now, None = it has no word that could be taken
    back.
    """

    remote_id: str
    number: str = ""
    decision: Decision = Decision.PENDING
    order_number: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    price: Money | None = None
    promised: date | None = None
    keep_until: datetime | None = None
    point_code: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    events: tuple[TrackingEvent, ...] = ()
    retracted: tuple[TrackingEvent, ...] = ()
    fingerprint: str = ""
    total_step_g: int = 0
    return_ids: tuple[str, ...] = ()
    gone: bool = False
    cancel: Decision | None = None
    changes: tuple[ChangeState, ...] = ()
    lines: tuple[PickedLine, ...] = ()
    packed: Packed | None = None
    in_part: InPart | None = None
    weighed_g: int = 0
    pickup_code: str = field(default="", repr=False)
    tracking_numbers: tuple[str, ...] = ()
    issued: bool | None = None


def fingerprint(request: ShipmentRequest, total_step_g: int = 0) -> str:
    """What makes an order ours beside its number: the recipient and the parcels. Equal for a request and for the order
    that a system made of it (compare with `OrderState.fingerprint`, which has the same `total_step_g`)."""
    phone = request.recipient.phone or request.recipient.phone_raw
    weights = [parcel.weight_g for parcel in request.parcels]
    if total_step_g:
        weights = [sum(-(-weight // total_step_g) * total_step_g for weight in weights)]
    return fingerprint_of(request.recipient.name, phone, weights)


def fingerprint_of(name: str, phone: str, weights_g: Sequence[int]) -> str:
    """From plain values. Only letters of the name and the last ten digits of the phone count, because systems trim
    spaces and rewrite prefixes; weights count without order."""
    letters = _letters(name)
    digits = "".join(sign for sign in phone if sign.isdigit())[-10:]
    parts = [letters, digits, *map(str, sorted(weights_g))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def fingerprint_of_name(name: str) -> str:
    """For a system that shows an order's recipient by name alone."""
    return "name:" + hashlib.sha256(_letters(name).encode()).hexdigest()[:24]


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def is_ours(request: ShipmentRequest, found: OrderState) -> bool:
    """Whether an order found by our number came from this request. An order whose answer hides recipient and parcels
    (some systems show a refused one so) is not claimed as ours when it is alive."""
    if not found.fingerprint:
        return found.decision is not Decision.ACCEPTED
    return found.fingerprint in (fingerprint(request, found.total_step_g), fingerprint_of_name(request.recipient.name))
