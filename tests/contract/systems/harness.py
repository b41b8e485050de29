"""What the contract suite needs of a system's emulator. One subclass a system; the tests know only this face."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from b24app.clock import SystemClock
from b24app.logistics import ports
from b24app.logistics.addresses import read_address
from b24app.logistics.errors import LogisticsError, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, TrackingEvent, is_ours
from b24app.logistics.points import LOCKER, Box, Needs, PickupPoint, misfits
from b24app.logistics.problem import Field
from b24app.logistics.status import Incident, Status
from b24app.systems import Manifest, MemoryTokens, OpenContext, SystemPlugin, discover
from b24app.wire.calls import Call, RemoteKey
from b24app.wire.guard import Guard
from tests.contract.systems.parts import Calls, Hasty, Sent, Shape, Where

if TYPE_CHECKING:
    from sandbox.world import World

__all__ = ["Calls", "Harness", "Sent", "Shape", "Where"]

T = TypeVar("T")


class Harness:
    """Base: the world, one connection and a request that this system accepts. A new system's test is the data below;
    what its emulator does differently from all others is overridden."""

    code = ""
    mode = "test"
    #: Of the account beside the credentials, which `credentials` takes from the emulator's addresses.
    settings: Mapping[str, Any] = {}
    #: Our setting's name -> the key in `addresses[code]["accounts"][0]`.
    credentials: Mapping[str, str] = {}
    #: (a setting, a wrong value, the step of the connection test that fails for it). The first is refused by all calls.
    wrong_keys: tuple[tuple[str, str, str], ...] = ()
    #: The path that is asked for a token, where there is one.
    token_path = ""

    # --- where their calls are: globs of the path; `*_contains` are words of the body, where one path serves all ------
    #: The call that makes an order (of several the last one, after which it exists).
    create_path = ""
    create_method = "POST"
    create_contains = ""
    #: All calls of a creation that leave something there, in their order; empty = only the one above.
    create_steps: tuple[Where, ...] = ()
    #: The (first) one that looks an order up by our number.
    find_path = ""
    find_method = "GET"
    find_contains = ""
    #: The one that reads one order; `{id}` (also in the words) is its remote id.
    read_path = ""
    read_method = "GET"
    read_contains = ""
    #: The one that reads many; "" = as one is read.
    many_path = ""
    many_method = "POST"
    many_contains = ""
    #: The one that prices.
    price_path = ""
    price_method = "*"
    price_contains = ""
    #: The one that cancels an order.
    cancel_path = ""
    cancel_method = "*"
    cancel_contains = ""

    # --- what happens to orders ---------------------------------------------------------------------------------------
    #: Our status -> the step that brings the emulator's order there (`POST /<code>/orders/<key>/status`). At least
    #: accepted_at_warehouse, in_transit, out_for_delivery (or ready_for_pickup), delivered.
    moves: Mapping[str, Mapping[str, Any]] = {}
    #: Where a failed attempt can be told: the step, and the incident that it means.
    failed_attempt: tuple[Mapping[str, Any], Incident] | None = None
    #: Emulated routes that end in a status of ours; one that the API cannot tell of is left out.
    routes: Mapping[str, Status] = {
        "delivered": Status.DELIVERED,
        "returned": Status.RETURNED,
        "lost": Status.LOST,
        "cancelled": Status.CANCELLED,
        "unknown_code": Status.UNKNOWN,
    }
    #: Every documented error shape of the creation.
    shapes: tuple[Shape, ...] = ()

    # --- what is honestly different -----------------------------------------------------------------------------------
    #: An order is pending first, until the emulator decides.
    decides_later = False
    #: A look-up shows recipient and parcels, so that an order is known as ours.
    shows_people = True
    #: The API takes a second order of one number: only the look-up before it prevents that.
    takes_twice = False
    #: Whether it knows cities: an unknown one is refused before anything is sent.
    knows_cities = True
    #: After a cancellation the order is gone (else it is there, cancelled).
    cancelled_is_gone = False
    #: Money can be collected from the recipient.
    takes_cod = True
    #: Calls that one `read_many` of a full batch needs at least.
    calls_per_batch = 1
    #: From here on an order is not cancelled any more (a name of `moves`).
    too_late = "accepted_at_warehouse"
    #: Callbacks are ordered by a call (else somebody enters the address in their cabinet).
    subscribes = True
    #: A created order has a page where a client follows it.
    has_tracking_page = True

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = SystemClock()
        self.calls = Calls()
        self.tokens = MemoryTokens(self.clock)
        self.http = Hasty(self.clock, self.calls, Guard([self.base_url(), *self.urls().values()]))
        if self.credentials:
            account = self.account()
            self.settings = {**self.settings, **{ours: account[theirs] for ours, theirs in self.credentials.items()}}
        # Of its own, so that what one test made it remember (a closed point) is forgotten in the next.
        self.plugin: SystemPlugin = type(discover()[self.code])()
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

    def step(self, state: OrderState, step: Mapping[str, Any]) -> None:
        self.control("POST", f"orders/{self.key(state)}/status", step)

    def key(self, state: OrderState) -> str:
        """What the emulator's control API calls this order."""
        return state.number or state.remote_id

    def end(self, state: OrderState) -> Status | None:
        """Where an order has come that no event tells of (it is gone, a cancelled one has no history)."""
        read = self.port.read(state.remote_id)
        return Status.CANCELLED if read.gone or read.cancel is Decision.ACCEPTED else None

    def no_such_order(self) -> str:
        """A remote id as theirs look, of no order."""
        return "100000001"

    def events(self, state: OrderState) -> tuple[TrackingEvent, ...]:
        """What is told of an order by now; where only a feed tells, from there."""
        found: tuple[TrackingEvent, ...] = self.port.read(state.remote_id).events
        return found

    def expire_tokens(self) -> None:
        self.control("POST", "tokens/expire", {})

    def unknown_fields(self) -> None:
        self.switch(unknown_fields=True)

    def callback_body(self, state: OrderState) -> bytes:
        """What the carrier posts about this order."""
        raise NotImplementedError

    def callback_headers(self, state: OrderState) -> Mapping[str, str]:
        return {}

    def subscriptions(self) -> list[str]:
        """Addresses that the emulator would call back."""
        return [row["url"] for row in self.control("GET", "webhooks")["webhooks"]]

    def accepted(self, number: str) -> int:
        """How many orders with this number the emulator's journal accepted."""
        return len(self.world.control.journal(system=self.code, kind="order.accepted", key=number))

    def live(self, number: str) -> int:
        """How many orders with this number are alive there."""
        return self.accepted(number)

    def sent(self, state: OrderState) -> Sent:
        """What the emulator understood of an order; its own words are in `detail`."""
        raise NotImplementedError

    # --- the same for all ----------------------------------------------------------------------------------------

    @property
    def manifest(self) -> Manifest:
        return self.plugin.manifest

    def has(self, port: str) -> bool:
        """Whether the manifest names a port; one that it does not name must not be there."""
        named = port in self.manifest.ports
        assert isinstance(self.port, getattr(ports, port)) is named, f"{port}: manifest and connection disagree"
        return named

    def open(self, base_url: str = "", **settings: str) -> Any:
        context = OpenContext(
            settings={**self.settings, **settings},
            mode=self.mode,
            base_url=base_url or self.base_url(),
            urls=self.urls(),
            http=self.http,
            clock=self.clock,
            token_cache=self.tokens,
            remote_key=RemoteKey(self.code, "1"),
        )
        return self.plugin.open(context)

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
        return self.manifest.services[0][0]

    def make(self, number: str = "wb-1-1") -> OrderState:
        """The usual order, accepted."""
        return self.settle(self.port.create(self.request(number)))

    def deliver(self, request: ShipmentRequest) -> OrderState:
        """As the program does until it knows: look the number up, adopt what is ours or create, and again."""
        for _ in range(4):
            found: OrderState | None = self.port.find(request.number)
            if found is not None and not found.gone and found.decision is not Decision.REFUSED:
                assert self.ours(request, found)
                return found
            with suppress(Unavailable, Uncertain):
                made: OrderState = self.port.create(request)
                return made
        raise AssertionError(f"{request.number}: no end of it")

    def ours(self, request: ShipmentRequest, found: OrderState) -> bool:
        return is_ours(request, found) if self.shows_people else found.number == request.number

    def raised(self, call: Callable[[], object]) -> str:
        """`Uncertain`, `Refused`, …, or "" for an answer; nobody's secrets are in what it says."""
        try:
            call()
        except LogisticsError as error:
            assert self.told(str(error)) == []
            return type(error).__name__
        return ""

    def told(self, text: str) -> list[str]:
        """Secrets and personal data that a text gives away."""
        secrets = [
            str(self.settings.get(each.name) or "") for each in self.manifest.settings_form if each.kind == "secret"
        ]
        tokens = [value for value, _ in self.tokens._values.values()]
        return [each for each in (*secrets, *tokens, "9000001462", "Северцева") if each and each in text]

    def move(self, state: OrderState, status: str) -> None:
        """Bring the order to one of our statuses, a minute later."""
        self.advance(60)
        self.step(state, self.moves[status])

    def last_mile(self) -> str:
        return "out_for_delivery" if "out_for_delivery" in self.moves else "ready_for_pickup"

    def fault(self, action: str, path: str, method: str = "*", times: int | None = 1, **params: Any) -> None:
        """`contains` beside the parameters: words of the body."""
        where = Where(path, method, str(params.pop("contains", "")))
        self.strike(action, where, times, **params)

    def strike(self, action: str, where: Where, times: int | None = 1, **params: Any) -> None:
        self.world.control.fault(self.code, action, match=where.match(), params=params, times=times)

    def creating(self) -> Where:
        return Where(self.create_path, self.create_method, self.create_contains)

    def finding(self) -> Where:
        return Where(self.find_path, self.find_method, self.find_contains)

    def reading(self, remote_id: str) -> Where:
        path, words = (text.replace("{id}", remote_id) for text in (self.read_path, self.read_contains))
        return Where(path, self.read_method, words)

    def cancelling(self, remote_id: str) -> Where:
        path, words = (text.replace("{id}", remote_id) for text in (self.cancel_path, self.cancel_contains))
        return Where(path, self.cancel_method, words)

    def pricing(self) -> Where:
        return Where(self.price_path, self.price_method, self.price_contains)

    def reading_many(self, remote_ids: Sequence[str]) -> Where:
        """The call of a batch; where there is none, the one that reads the first."""
        if self.many_path:
            return Where(self.many_path, self.many_method, self.many_contains)
        return self.reading(remote_ids[0])

    def signs_in(self, url: str) -> bool:
        return bool(self.token_path) and fnmatchcase(urlsplit(url).path, self.token_path)

    def creates(self, call: Call) -> bool:
        """Whether this call makes an order."""
        return fnmatchcase(urlsplit(call.url).path, self.create_path) and call.verb == self.create_method

    def no_faults(self) -> None:
        self.world.control.clear_faults()

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
            time.sleep(0.02)

    def advance(self, seconds: float) -> None:
        """The emulator's clock."""
        self.world.control.advance(seconds)

    def switch(self, **switches: object) -> None:
        self.control("POST", "settings", switches)

    def detail(self, state: OrderState) -> Any:
        """The order as the emulator's control API shows it, in its own words."""
        return self.control("GET", f"orders/{self.key(state)}")

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        """The emulator's control API (`sandbox/kernel/steering.py`)."""
        control = self.world.control
        return control.get(f"/{self.code}/{path}") if verb == "GET" else control.post(f"/{self.code}/{path}", body)

    def close(self) -> None:
        with suppress(OSError):
            self.http.close()
