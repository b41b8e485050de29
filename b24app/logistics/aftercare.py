"""The ports for what follows an order: a client's return, a courier who collects, the hand-over of a day's orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Protocol, runtime_checkable

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.problem import Problem


@dataclass(frozen=True, slots=True)
class ReturnRequest(Jsonable):
    """The client's way back: `sender` of the parcels is now `shipment.recipient`, who receives them is
    `shipment.sender` (None = the account's own). `number` is ours for the return, `of_remote_id` the order that
    brought them ("" = another carrier's, or none). `point_code` = where the client hands them in, when they do it
    themselves. `again`: nobody knows what came of a former call for it, and `find_return` found nothing: where that
    proves nothing, it is not sent once more."""

    number: str
    shipment: ShipmentRequest
    of_remote_id: str = ""
    point_code: str = ""
    again: bool = False


@runtime_checkable
class Returns(Protocol):
    """A client's return as an order of its own (a parcel that comes back undelivered is no such thing)."""

    def create_return(self, request: ReturnRequest) -> OrderState:
        """Send it once; as `Orders.create`: raises `Refused`, `Uncertain`, …"""

    def find_return(self, number: str) -> OrderState | None:
        """The return with our number, or None when the system says that it has none."""

    def read_return(self, remote_id: str) -> OrderState:
        """As it is now; its events are `back`."""


@dataclass(frozen=True, slots=True)
class CourierRequest(Jsonable):
    """Somebody is to collect parcels. `remote_ids` are their orders, where the system wants to know; times are the
    local ones of the place. `sender` None = the account's own."""

    number: str
    day: date
    begin: time
    end: time
    remote_ids: tuple[str, ...] = ()
    sender: Sender | None = None
    weight_g: int = 0
    parcels: int = 1
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CourierState(Jsonable):
    """A courier call as the system shows it. `number` is the system's for people."""

    remote_id: str
    number: str = ""
    decision: Decision = Decision.PENDING
    problems: tuple[Problem, ...] = ()
    cancelled: bool = False


@runtime_checkable
class CourierCalls(Protocol):
    def call_courier(self, request: CourierRequest) -> CourierState:
        """Once; raises `Refused`, `Uncertain`, …"""

    def find_courier(self, request: CourierRequest) -> CourierState | None:
        """After a call whose answer was lost: the one that is already ordered, or None when there is none."""

    def cancel_courier(self, remote_id: str) -> CourierState: ...


@dataclass(frozen=True, slots=True)
class HandOver(Jsonable):
    """Orders that were announced for handing over. `key` is the system's (a batch); `handed` are now past the point
    of no return, `refused` say why not, by `remote_id`."""

    key: str
    handed: tuple[str, ...] = ()
    refused: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


@runtime_checkable
class HandOvers(Protocol):
    """Closing the day's orders for the carrier, where the system has such a step: afterwards they can be neither
    changed nor cancelled here, and papers that list them exist."""

    def hand_over(self, remote_ids: Sequence[str], day: date) -> HandOver:
        """Repeating it for orders that are handed over already answers the same. Raises as a write does."""
