"""What the contract suite needs of a system's emulator. One subclass a system; the tests know only this face."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from b24app.clock import SystemClock
from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.points import LOCKER, Box, Needs, PickupPoint, misfits
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident
from b24app.systems import MemoryTokens, OpenContext, discover
from b24app.wire.calls import RemoteKey
from b24app.wire.guard import Guard
from b24app.wire.http import Http
from b24app.wire.log import CallRecord

if TYPE_CHECKING:
    from sandbox.world import World


T = TypeVar("T")


class Calls:
    """A call log that tests can read."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    def record(self, entry: CallRecord) -> None:
        self.records.append(entry)

    def labels(self) -> list[str]:
        return [record.label for record in self.records]


@dataclass(frozen=True)
class Shape:
    """One of their error shapes, answered to the call that makes an order (`Harness.create_path`). `want`: what the
    port must raise: `refused`, `account`, `unavailable` or `uncertain`; `code` is what must be kept as `their_code`,
    `names` the field it speaks of (None = not asserted). `kind` is the content type of a `body` that is text."""

    name: str
    body: Any
    want: str = "refused"
    status: int = 200
    code: str = ""
    names: Field | None = None
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Harness:
    """Base: the world, one connection and a request that this system accepts. A new system's test is the data below;
    what its emulator does differently from all others is overridden."""

    code = ""
    #: The call that makes an order, and the one that looks it up by our number: globs of the path.
    create_path = ""
    create_method = "POST"
    find_path = ""
    find_method = "GET"
    #: Where one order's state is read; `{id}` is its remote id.
    read_path = ""
    #: Of the account beside the credentials, which `credentials` takes from the emulator's addresses.
    settings: Mapping[str, Any] = {}
    #: Our setting's name -> the key in `addresses[code]["accounts"][0]`.
    credentials: Mapping[str, str] = {}
    #: Our status -> the step that brings the emulator's order there (`POST /<code>/orders/<key>/status`). At least
    #: accepted_at_warehouse, in_transit, out_for_delivery (or ready_for_pickup), delivered.
    moves: Mapping[str, Mapping[str, Any]] = {}
    #: Where a failed attempt can be told: the step, and the incident that it means.
    failed_attempt: tuple[Mapping[str, Any], Incident] | None = None
    #: Every documented error shape of the creation.
    shapes: tuple[Shape, ...] = ()
    #: (a setting, a wrong value, the step of the connection test that fails for it).
    wrong_keys: tuple[tuple[str, str, str], ...] = ()
    #: The path that is asked for a token, where there is one.
    token_path = ""
    #: An order that the emulator accepts at once is not pending first.
    decides_later = False
    #: Whether it knows cities: an unknown one is refused before anything is sent.
    knows_cities = True
    #: After a cancellation the order is gone (else it is there, cancelled).
    cancelled_is_gone = False
    mode = "test"

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = SystemClock()
        self.calls = Calls()
        self.tokens = MemoryTokens(self.clock)
        self.http = Http(self.clock, self.calls, Guard([self.base_url(), *self.urls().values()]))
        if self.credentials:
            account = self.account()
            self.settings = {**self.settings, **{ours: account[theirs] for ours, theirs in self.credentials.items()}}
        self.prepare()
        self.port = self.open()

    # --- for each system to say, where the usual is not enough ----------------------------------------------------

    def base_url(self) -> str:
        return str(self.world.addresses[self.code]["base_url"])

    def urls(self) -> Mapping[str, str]:
        """Further addresses, named as in `manifest.hosts`."""
        found: Mapping[str, str] = self.world.addresses[self.code].get("urls", {})
        return found

    def account(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.world.addresses[self.code]["accounts"][0]
        return found

    def prepare(self) -> None:
        """Decisions without waiting, everything else as on the first day."""

    def point_request(self, number: str = "wb-3-1") -> ShipmentRequest:
        """The usual request, to a pickup point that takes it: the first of the list in Kazan."""
        page, found = 0, None
        while found is None:
            points = self.port.points(page)
            found = next((each for each in points.points if self.serves(each)), None)
            if not points.more and found is None:
                raise AssertionError(f"{self.code}: no point in Kazan")
            page += 1
        return self.request(number, kind=DeliveryKind.PICKUP, point_code=found.code, address=None,
                            service_code=self.point_service())  # fmt: skip

    def serves(self, point: PickupPoint) -> bool:
        needs = Needs(tuple(map(Box.of, self.request().parcels)))
        return "Казань" in point.city and not misfits(point.takes, needs) and point.takes.kind != LOCKER

    def point_service(self) -> str:
        return self.service()

    def refuse(self, request: ShipmentRequest) -> None:
        """Have the emulator refuse exactly this order with `refused_code`, in its own way."""
        self.control("POST", "overrides", {"match": {"number": request.number}, "errors": [self.refused_code()]})

    def refused_request(self) -> ShipmentRequest:
        """One that our own checks pass and that `refuse` was called for."""
        request = self.request("wb-77-1")
        self.refuse(request)
        return request

    def refused_code(self) -> str:
        """An error of theirs that speaks of the recipient's name or phone, the address or the parcels."""
        raise NotImplementedError

    def refused_field(self) -> Field:
        """The field that this error speaks of."""
        return Field.NAME

    def decide_after(self, seconds: float) -> None:
        self.switch(decision_min=seconds, decision_max=seconds)

    def move(self, state: OrderState, status: str) -> None:
        """Bring the order to one of our statuses."""
        self.step(state, self.moves[status])

    def step(self, state: OrderState, step: Mapping[str, Any]) -> None:
        self.control("POST", f"orders/{state.number or state.remote_id}/status", step)

    def expire_tokens(self) -> None:
        self.control("POST", "tokens/expire", {})

    def unknown_fields(self) -> None:
        self.switch(unknown_fields=True)

    def callback_body(self, state: OrderState) -> bytes:
        """What the carrier posts about this order."""
        raise NotImplementedError

    def subscriptions(self) -> list[str]:
        """Addresses that the emulator would call back."""
        return [row["url"] for row in self.control("GET", "webhooks")["webhooks"]]

    def accepted(self, number: str) -> int:
        """How many orders with this number the emulator's journal accepted."""
        return len(self.world.control.journal(system=self.code, kind="order.accepted", key=number))

    def switch(self, **switches: object) -> None:
        self.control("POST", "settings", switches)

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        """The emulator's control API (`sandbox/kernel/steering.py`)."""
        control = self.world.control
        return control.get(f"/{self.code}/{path}") if verb == "GET" else control.post(f"/{self.code}/{path}", body)

    # --- the same for all ----------------------------------------------------------------------------------------

    def open(self, **settings: str) -> Any:
        context = OpenContext(
            settings={**self.settings, **settings},
            mode=self.mode,
            base_url=self.base_url(),
            urls=self.urls(),
            http=self.http,
            clock=self.clock,
            token_cache=self.tokens,
            remote_key=RemoteKey(self.code, "1"),
        )
        return discover()[self.code].open(context)

    def request(self, number: str = "wb-1-1", **changes: Any) -> ShipmentRequest:
        cup = Item("Чашка", "CUP-1", 2, Money.of(450), 300)
        basic = ShipmentRequest(
            number=number,
            service_code=self.service(),
            kind=DeliveryKind.COURIER,
            recipient=Recipient("Мария Северцева", "8 900 000-14-62", "+79000001462"),
            parcels=(Parcel(700, 200, 150, 100, (cup,)),),
            address=read_address("Казань, ул. Баумана, 44/8к2, кв. 12"),
        )
        return replace(basic, **changes)

    def service(self) -> str:
        return discover()[self.code].manifest.services[0][0]

    def fault(self, action: str, path: str, method: str = "*", times: int | None = 1, **params: Any) -> None:
        rule: dict[str, Any] = {
            "system": self.code,
            "action": action,
            "match": {"path": path, "method": method},
            "params": params,
        }
        self.world.control.fault(times=times, **rule)

    def settle(self, state: OrderState, within: float = 8.0) -> OrderState:
        """Read until the order is decided."""
        settled: OrderState = self.wait_for(
            lambda: self.port.read(state.remote_id), lambda read: read.decision is not Decision.PENDING, within
        )
        return settled

    def wait_for(self, read: Callable[[], T], good: Callable[[T], bool], within: float = 8.0) -> T:
        until = time.monotonic() + within
        while True:
            state = read()
            if good(state) or time.monotonic() > until:
                return state
            time.sleep(0.05)

    def close(self) -> None:
        with suppress(OSError):
            self.http.close()
