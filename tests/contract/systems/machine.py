"""How the suite drives any system: a connection, faults, waiting, and what the program would do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from b24app.clock import Clock, SystemClock
from b24app.logistics import ports
from b24app.logistics.addresses import read_address
from b24app.logistics.errors import LogisticsError, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, is_ours
from b24app.systems import Manifest, MemoryTokens, OpenContext, SystemPlugin, discover
from b24app.wire.calls import RemoteKey
from b24app.wire.guard import Guard
from tests.contract.systems.facts import Facts
from tests.contract.systems.parts import Calls, Hasty, Where

if TYPE_CHECKING:
    from sandbox.world import World

T = TypeVar("T")


class Machine(Facts):
    """One connection to one emulated system."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock: Clock = SystemClock()
        self.calls = Calls()
        self.tokens = MemoryTokens(self.clock)
        self.http = Hasty(self.clock, self.calls, Guard([self.base_url(), *self.urls().values()]))
        if self.credentials:
            account = self.account()
            self.settings = {**self.settings, **{ours: account[theirs] for ours, theirs in self.credentials.items()}}
        # Of its own, so that what one test made it remember (a closed point) is forgotten in the next.
        self.plugin = self._new_plugin()
        self.prepare()
        self.port = self.open()

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

    def step(self, state: OrderState, step: Mapping[str, Any]) -> None:
        self.control("POST", f"orders/{self.key(state)}/status", step)

    def key(self, state: OrderState) -> str:
        """What the emulator's control API calls this order."""
        return state.number or state.remote_id

    @property
    def manifest(self) -> Manifest:
        return self.plugin.manifest

    def has(self, port: str) -> bool:
        """Whether the manifest names a port; one that it does not name must not be there."""
        named = port in self.manifest.ports
        assert isinstance(self.port, getattr(ports, port)) is named, f"{port}: manifest and connection disagree"
        return named

    def open_anew(self) -> Any:
        """As by another process: nothing is remembered but the token."""
        self.plugin = self._new_plugin()
        return self.open()

    def _new_plugin(self) -> SystemPlugin:
        found = discover()[self.code]
        try:
            fresh: SystemPlugin = type(found)()
        except TypeError:  # one that wants to be told things is used as it is
            return found
        return fresh

    def open(self, base_url: str = "", **settings: str) -> Any:
        context = OpenContext(
            settings={**self.settings, **settings},
            mode=self.mode,
            base_url=base_url or self.base_url(),
            urls=dict.fromkeys(self.urls(), base_url) if base_url else self.urls(),
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
                assert is_ours(request, found)
                return found
            with suppress(Unavailable, Uncertain):
                made: OrderState = self.port.create(request)
                return made
        raise AssertionError(f"{request.number}: no end of it")

    def raised(self, call: Callable[[], object]) -> str:
        """`Uncertain`, `Refused`, …, or "" for an answer; nobody's secrets are in what it says."""
        try:
            call()
        except LogisticsError as error:
            assert self.told(str(error)) == []
            return type(error).__name__
        return ""

    def raised_by(
        self, faults: Iterable[tuple[str, Mapping[str, Any]]], where: Where, call: Callable[[], object]
    ) -> dict[str, str]:
        """What a call raises under each of the faults."""
        said = {}
        for action, params in faults:
            self.strike(action, where, **params)
            said[f"{action} {params}"] = self.raised(call)
            self.no_faults()
        return said

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

    def way(self) -> list[str]:
        """What it goes through until it is delivered, as far as the system tells of it."""
        last = "out_for_delivery" if "out_for_delivery" in self.moves else "ready_for_pickup"
        return [status for status in ("accepted_at_warehouse", "in_transit", last) if status in self.moves]

    def fault(self, action: str, path: str, method: str = "*", times: int | None = 1, **params: Any) -> None:
        """`contains` beside the parameters: words of the body."""
        where = Where(path, method, str(params.pop("contains", "")))
        self.strike(action, where, times, **params)

    def strike(self, action: str, where: Where, times: int | None = 1, **params: Any) -> None:
        self.world.control.fault(self.code, action, match=where.match(), params=params, times=times)

    def no_faults(self) -> None:
        self.world.control.clear_faults()

    def settle(self, state: OrderState, within: float = 30.0) -> OrderState:
        """Read until the order is decided."""
        settled: OrderState = self.wait_for(
            lambda: self.port.read(state.remote_id), lambda read: read.decision is not Decision.PENDING, within
        )
        return settled

    def wait_for(self, read: Callable[[], T], good: Callable[[T], bool], within: float = 30.0) -> T:
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
