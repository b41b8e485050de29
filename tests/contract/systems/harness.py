"""What the contract suite needs of a system's emulator. One subclass a system; the tests know only this face."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from b24app.clock import SystemClock
from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState
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


class Harness:
    """Base: the world, one connection and a request that this system accepts."""

    code = ""
    create_path = ""
    settings: Mapping[str, Any] = {}

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = SystemClock()
        self.calls = Calls()
        self.tokens = MemoryTokens(self.clock)
        self.http = Http(self.clock, self.calls, Guard([self.base_url()]))
        self.prepare()
        self.port = self.open()

    # --- for each system to say ----------------------------------------------------------------------------------

    def base_url(self) -> str:
        raise NotImplementedError

    def prepare(self) -> None:
        """Decisions without waiting, everything else as on the first day."""

    def refused_request(self) -> ShipmentRequest:
        """One that our own checks pass and the system refuses for the recipient's phone or name."""
        raise NotImplementedError

    def refused_code(self) -> str:
        raise NotImplementedError

    def decide_after(self, seconds: float) -> None:
        raise NotImplementedError

    def move(self, state: OrderState, status: str) -> None:
        """Bring the order to one of our statuses."""
        raise NotImplementedError

    def expire_tokens(self) -> None:
        raise NotImplementedError

    def unknown_fields(self) -> None:
        raise NotImplementedError

    def callback_body(self, state: OrderState) -> bytes:
        raise NotImplementedError

    def subscriptions(self) -> list[str]:
        """Addresses that the emulator would call back."""
        raise NotImplementedError

    def accepted(self, number: str) -> int:
        """How many orders with this number the emulator's journal accepted."""
        raise NotImplementedError

    # --- the same for all ----------------------------------------------------------------------------------------

    def open(self, **settings: str) -> Any:
        context = OpenContext(
            settings={**self.settings, **settings},
            mode="test",
            base_url=self.base_url(),
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
