"""What flows answer: decisions that a runner saves, and what a newly read order changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from b24app.flows.legs import CARRIED
from b24app.flows.picking import Picking
from b24app.flows.portions import Portion
from b24app.flows.snapshot import Role
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import TrackingEvent
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status


@dataclass(frozen=True, slots=True)
class Text(Jsonable):
    """Words for people, rendered by `words.say(key, lang, **params)`. `marker` makes it exactly-once."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Check(Jsonable):
    """The carrier's request of goods that a warehouse is to pick: what this account has against it is found out before
    anything is picked."""

    connection_id: int
    request: ShipmentRequest


@dataclass(frozen=True, slots=True)
class CreateShipment(Jsonable):
    """Save a new shipment (`n`, status draft) of this account and its create intent, in one transaction. `portion` is
    what it holds when it is one of several, `leg`, `follows` and `picking` its place in a chain (`flows.legs`)."""

    n: int
    request: ShipmentRequest
    input_hash: str
    trigger_history_id: int
    connection_id: int
    portion: Portion | None = None
    leg: str = CARRIED
    follows: int = 0
    picking: Picking | None = None
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class RetryShipment(Jsonable):
    """Send a refused shipment again under its own number: new request, new intent, status back to draft."""

    shipment_id: int
    request: ShipmentRequest
    input_hash: str
    trigger_history_id: int
    portion: Portion | None = None
    picking: Picking | None = None
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class OpenProblem(Jsonable):
    """Store it open with this hash and trigger; tell the manager only if no problem with its key was open.
    `shipment_id` 0 = it is the deal's."""

    problem: Problem
    input_hash: str
    trigger_history_id: int
    shipment_id: int = 0


@dataclass(frozen=True, slots=True)
class SolveProblems(Jsonable):
    """Close these open problems of the deal."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold(Jsonable):
    """Look at the deal again at `until`; nothing is decided before."""

    until: datetime


@dataclass(frozen=True, slots=True)
class ListForPerson(Jsonable):
    """Never shipped by itself: show it in the list "waits for a person". `reason`: `old_move`, `already_in_stage`."""

    reason: str
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class WithdrawShipment(Jsonable):
    """The deal left before anything was sent: make the waiting intent obsolete and the shipment cancelled. If the
    intent turns out to be under way, offer the cancellation instead."""

    shipment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class OfferCancel(Jsonable):
    """Tell the manager once (by `text.marker`) that the order is alive; a button does the rest. `free` = the parcel
    has not moved yet."""

    shipment_id: int
    reason: str
    free: bool
    text: Text


@dataclass(frozen=True, slots=True)
class SayAlreadyShipped(Jsonable):
    """The deal came back with a live (or delivered) shipment: nothing is sent and the timeline says so once."""

    shipment_id: int
    text: Text


@dataclass(frozen=True, slots=True)
class ClearFields(Jsonable):
    """Empty these output fields: they hold somebody else's (a copied deal's) numbers."""

    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class MarkGone(Jsonable):
    """The deal is deleted: write nothing to it any more; live shipments go on being followed for the app's pages."""

    deal_id: int


@dataclass(frozen=True, slots=True)
class Nothing(Jsonable):
    """Why nothing happens; for the log and the tab."""

    why: str


Decided = (
    CreateShipment
    | RetryShipment
    | OpenProblem
    | SolveProblems
    | Hold
    | ListForPerson
    | WithdrawShipment
    | OfferCancel
    | SayAlreadyShipped
    | ClearFields
    | MarkGone
    | Nothing
)


@dataclass(frozen=True, slots=True)
class StageTarget(Jsonable):
    """Move the deal to `stage`. With `only_from`, leave it when it stands in another stage by then (a person moved
    it, or the move would be backwards)."""

    stage: str
    only_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advance(Jsonable):
    """What a newly read order state changes. Empty parts change nothing.

    `status` is the status after it, `changed` whether it is another one. `events_new` go into the history, `fields` are
    output fields by role as they should be now (text, `Money` or `Status`; empty = nothing to write), `texts` timeline
    entries, one for each status change. `problems` are new ones: open them like `OpenProblem`. `unknown_codes` and
    `unknown_reasons` are for the admin. `closed` = follow no more. `duplicate_number` = refused because our number is
    taken although no order of ours is there: create the next n.
    """

    status: Status
    changed: bool
    incident: str = ""
    remote_code: str = ""
    remote_text: str = ""
    status_at: datetime | None = None
    events_new: tuple[TrackingEvent, ...] = ()
    fields: Mapping[Role, Any] = field(default_factory=dict)
    stage: StageTarget | None = None
    texts: tuple[Text, ...] = ()
    problems: tuple[Problem, ...] = ()
    solved_keys: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    unknown_reasons: tuple[str, ...] = ()
    next_poll_at: datetime | None = None
    closed: bool = False
    duplicate_number: bool = False
