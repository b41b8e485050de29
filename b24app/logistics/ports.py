"""The ports: what a logistics system can do for us. A system implements only those it has.

All of them raise only `logistics.errors`. Reads raise `Unavailable` or `AccountProblem`; writes may also raise
`Refused` (nothing exists) and `Uncertain` (look it up by number). Calls block, at most for the manifest's limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from b24app.logistics.aftercare import (
    CourierCalls,
    CourierRequest,
    CourierState,
    HandOver,
    HandOvers,
    ReturnRequest,
    Returns,
)
from b24app.logistics.changes import Slot
from b24app.logistics.feed import Feed, FeedPage
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.messages import Messages
from b24app.logistics.model import Address, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import ChangeState, OrderState
from b24app.logistics.papers import PaperState
from b24app.logistics.points import PickupPoint, PointPage
from b24app.logistics.problem import Problem
from b24app.logistics.warehouse import Documents, Lists, Onward, Receipts, Stock

__all__ = [
    "AddressCheck",
    "CallbackHint",
    "Callbacks",
    "Cancels",
    "ChangeNews",
    "Changes",
    "CheckedAddress",
    "Cities",
    "City",
    "ConnectionTest",
    "CourierCalls",
    "CourierRequest",
    "CourierState",
    "Days",
    "Documents",
    "Feed",
    "FeedPage",
    "HandOver",
    "HandOvers",
    "Lists",
    "Messages",
    "Offers",
    "Onward",
    "Orders",
    "Outgoing",
    "Papers",
    "PickupPoints",
    "Preview",
    "PriceLine",
    "Quote",
    "Quotes",
    "Receipts",
    "ReturnRequest",
    "Returns",
    "SignsOut",
    "Stock",
    "Stops",
    "TestStep",
    "Tracking",
]


@dataclass(frozen=True, slots=True)
class CallbackHint(Jsonable):
    """A callback names an order; what happened to it is read from the system. `key` is stable for a repeated one.
    `checked` False: whose order it is could not be asked, so that one that we do not know need not be a stranger's."""

    remote_id: str
    number: str = ""
    key: str = ""
    checked: bool = True


@dataclass(frozen=True, slots=True)
class PriceLine(Jsonable):
    """A part of a price, as the system bills it. `what`: `tariff`, `insurance`, `cod`, `service` or `vat`.

    `amount` None: the system bills it, but does not tell how much beforehand. `code` is the system's name of a service
    (ours, an `extras.Extra`, where it has no single one), `percent` a rate as written, `of` what it is taken of,
    `weight_g` the weight that is paid for. `within`: part of the other lines, not added to them.
    """

    what: str
    amount: Money | None = None
    code: str = ""
    percent: str = ""
    of: Money | None = None
    weight_g: int | None = None
    within: bool = False


@dataclass(frozen=True, slots=True)
class Quote(Jsonable):
    """A price for one service. `price` is preliminary when `preliminary`; days are calendar days. `lines` are what the
    price is made of, as far as the system tells: empty = it names the sum alone."""

    service_code: str
    price: Money
    days_min: int | None
    days_max: int | None
    preliminary: bool = True
    notes: tuple[Problem, ...] = ()
    lines: tuple[PriceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class City(Jsonable):
    """A city of the system's directory. `code` is the system's."""

    code: str
    name: str
    region: str = ""
    country: str = "RU"
    lat: float | None = None
    lon: float | None = None
    cod_limit: Money | None = None


@dataclass(frozen=True, slots=True)
class TestStep(Jsonable):
    """One step of a connection test: `name` is a key of the `test.*` words; a failed step carries its problem.

    `soft`: the account works although this failed. `checked` False: there is no way to tell from here. `facts` are what
    a good step found out (`n`, `minor` with `currency`, …), `ms` how long it took.
    """

    __test__ = False  # not a test class for pytest

    name: str
    ok: bool
    problem: Problem | None = None
    said: str = ""
    soft: bool = False
    checked: bool = True
    facts: Mapping[str, str] = field(default_factory=dict)
    ms: int = 0


@runtime_checkable
class Orders(Protocol):
    def find(self, number: str) -> OrderState | None:
        """The order with our number, or None when the system says that it has none. A broken or odd answer raises
        `Unavailable`: it is not proof of absence."""

    def create(self, request: ShipmentRequest) -> OrderState:
        """Send the order once. The answer is usually `PENDING`: ask `read` until it is decided."""

    def read(self, remote_id: str) -> OrderState:
        """The order as it is now; `gone=True` when the system no longer knows it."""


@dataclass(frozen=True, slots=True)
class Outgoing(Jsonable):
    """One call to a system as it would leave, without what signs it: `body` is its JSON document. `sender` is who
    sends, put together from the request and the account; None when the system does not tell."""

    verb: str
    url: str
    body: Mapping[str, Any]
    sender: Sender | None = None


@runtime_checkable
class Preview(Protocol):
    def preview(self, request: ShipmentRequest) -> Outgoing:
        """The very call that `create` would make for this request; nothing is sent. Looking things up (the code of
        a city) is allowed. Raises what `create` raises before it sends: `Refused`, `Unavailable`, `AccountProblem`."""


@runtime_checkable
class Tracking(Protocol):
    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """States in the order asked for. One that cannot be read now is left out."""


@runtime_checkable
class Callbacks(Protocol):
    def parse(self, headers: Mapping[str, str], body: bytes) -> list[CallbackHint]:
        """Never raises: a body that says nothing useful gives an empty list."""

    def ensure_subscribed(self, url: str) -> None:
        """Make exactly one live subscription to `url`; repeating changes nothing. Removes our stale ones."""

    def unsubscribe(self, url: str) -> int:
        """Remove every subscription of ours to `url`, stale ones too; return how many there were. Others stay."""


@runtime_checkable
class SignsOut(Protocol):
    def sign_out(self) -> None:
        """Forget the account's access token, in all processes. No call."""


@runtime_checkable
class Cancels(Protocol):
    def cancel(self, remote_id: str) -> OrderState:
        """Ask to cancel before the parcel moved. `state.cancel` is PENDING until the system confirms (read again)."""


@runtime_checkable
class Changes(Protocol):
    """Changes of an order that exists (`manifest.changes` says of what and when)."""

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        """Ask once for what differs. The last of `state.changes` is this request, usually `PENDING`: `read` tells what
        became of it, by its `ref`."""

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        """After a call whose answer was lost: the order with its `changes` if it shows this request already, or if a
        change is still being decided; None when it does not, so that asking again repeats nothing."""


@runtime_checkable
class ChangeNews(Protocol):
    """For systems where some changes are entities of their own, which the order does not tell of."""

    def read_change(self, remote_id: str, ref: str) -> ChangeState | None:
        """What became of the change that `change` called `ref`; None = the order itself tells. Raises as a read."""


@runtime_checkable
class Stops(Protocol):
    """Calling a parcel back that has moved: it turns round and comes back. `manifest.changes` says what it costs."""

    def stop(self, remote_id: str) -> OrderState:
        """Ask once. The last of `state.changes` is this request, as with `Changes.change`."""

    def stopped(self, remote_id: str) -> OrderState | None:
        """After a call whose answer was lost: the order with its `changes` if it is stopped or that is being decided;
        None when it is not."""


@runtime_checkable
class Days(Protocol):
    """Another day for a courier who brings a parcel that is on its way. `manifest.changes` says when (`Part.DAY`)."""

    def slots(self, remote_id: str) -> tuple[Slot, ...]:
        """When somebody could come, in order; () = on no day that is told yet. Raises as a read."""

    def bring_on(self, remote_id: str, slot: Slot) -> OrderState:
        """Ask once. The last of `state.changes` is this request, as with `Changes.change`."""

    def brought_on(self, remote_id: str, slot: Slot) -> OrderState | None:
        """After a call whose answer was lost: the order with its `changes` if that is agreed; None when it is not."""


@runtime_checkable
class Papers(Protocol):
    """Print forms (`manifest.papers` says which). Made asynchronously; a second print of the same order is harmless,
    so that a lost answer is simply asked for again: none of these raises `Uncertain`."""

    def ask_paper(self, form: str, remote_id: str) -> PaperState:
        """Have a form of an order made. Raises `Refused` when it cannot be."""

    def read_paper(self, form: str, key: str) -> PaperState:
        """How far it is."""

    def fetch_paper(self, form: str, key: str) -> bytes:
        """The file of a ready one, a PDF of at most `papers.MOST_BYTES`. Raises `Refused` for one that is larger."""


@runtime_checkable
class Quotes(Protocol):
    def quote(self, request: ShipmentRequest) -> Quote:
        """The price of exactly this request's service; raises `Refused` when it is not available."""


@runtime_checkable
class Offers(Protocol):
    def offers(self, request: ShipmentRequest) -> list[Quote]:
        """Prices of all the account's services that could carry this request, whichever it names; `[]` when none can.
        Raises `Refused` when the request itself is the reason (its city, its point)."""


@runtime_checkable
class PickupPoints(Protocol):
    def point(self, code: str) -> PickupPoint | None:
        """One point by its code, or None."""

    def points(self, page: int) -> PointPage:
        """All points of the system, page after page from 0 on, until one says that there is no more."""


@runtime_checkable
class Cities(Protocol):
    def city(self, address: Address) -> City:
        """The directory's city for an address; raises `Refused` with the candidates when it is unknown or ambiguous."""


@dataclass(frozen=True, slots=True)
class CheckedAddress(Jsonable):
    """What a system's own directory makes of an address. `city` None: it knows no such one, or several, and `problem`
    says which; `offered` are then those that may be meant, best first. `postal_fits` None = the directory does not
    tell. `normal` is the address as the system writes it, `exact` whether it knows the very house (None = it has no
    streets, or does not say)."""

    city: City | None = None
    offered: tuple[City, ...] = ()
    postal_fits: bool | None = None
    problem: Problem | None = None
    normal: str = ""
    exact: bool | None = None


@runtime_checkable
class AddressCheck(Protocol):
    def check_address(self, address: Address) -> CheckedAddress:
        """A few reads of the directory; nothing is created. Raises `Unavailable`, `AccountProblem`."""


@runtime_checkable
class ConnectionTest(Protocol):
    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        """Harmless real calls, one by one as they are asked for; ends after the first failure and never raises.
        `sender` is where the account's goods leave from, as the portal has it."""
