"""What the contract suite needs of a system's emulator. One subclass a system; the tests know only this face."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta
from math import ceil
from typing import Any, ClassVar

from b24app.logistics.addresses import read_address
from b24app.logistics.aftercare import CourierRequest, ReturnRequest
from b24app.logistics.changes import Part
from b24app.logistics.model import DeliveryKind, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.papers import PaperForm
from b24app.logistics.points import LOCKER, Needs, PickupPoint, misfits
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptRequest
from tests.contract.systems.machine import Machine
from tests.contract.systems.parts import Calls, Sent, Shape, Where

__all__ = ["Calls", "Harness", "Sent", "Shape", "Where"]


class Harness(Machine):
    """Base: the world, one connection and a request that this system accepts. A new system's test is the data of
    `facts.py`; what its emulator does differently from all others is overridden here."""

    #: The point that orders of a system go to, by its code and what is asked of it: their lists are the same in every
    #: test.
    _kazan: ClassVar[dict[tuple[str, ...], PickupPoint]] = {}

    def point_request(self, number: str = "wb-3-1", extras: tuple[str, ...] = ()) -> ShipmentRequest:
        """The usual request, to a pickup point that takes it: the first of the list in Kazan."""
        key = (self.code, *extras)
        found = self._kazan.get(key)
        pages = iter(range(100))
        while found is None:
            points = self.port.points(next(pages))
            found = next((each for each in points.points if self.serves(each, extras)), None)
            assert found or points.more, f"{self.code}: no point in Kazan"
        self._kazan[key] = found
        return self.request(number, kind=DeliveryKind.PICKUP, point_code=found.code, address=None,
                            service_code=self.point_service(), extras=extras)  # fmt: skip

    def serves(self, point: PickupPoint, extras: tuple[str, ...] = ()) -> bool:
        needs = Needs.of(self.request(extras=extras))
        return "Казань" in point.city and not misfits(point.takes, needs) and point.takes.kind != LOCKER

    def unfit_request(self, number: str, extras: tuple[str, ...]) -> ShipmentRequest:
        """To a point whose record says that it does not give them: a locker, of the first page."""
        lockers = [each for each in self.port.points(0).points if each.takes.kind == LOCKER and each.takes.active]
        return replace(self.point_request(number), point_code=lockers[0].code, extras=extras)

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

    def end(self, state: OrderState) -> Status | None:
        """Where an order has come that no event tells of (it is gone, a cancelled one has no history)."""
        read = self.port.read(state.remote_id)
        return Status.CANCELLED if read.gone or read.cancel is Decision.ACCEPTED else None

    def no_such_order(self) -> str:
        """A remote id as theirs look, of no order."""
        return "100000001"

    def most_calls(self, count: int) -> int:
        """So many calls does the API need to tell of so many orders at once: one a batch."""
        return ceil(count / (self.manifest.track.batch if self.manifest.track else 1))

    def unknown_ids(self, count: int) -> list[str]:
        """So many like `no_such_order`: its last digits counted up."""
        head, digits, tail = re.fullmatch(r"(.*?)(\d+)(\D*)", self.no_such_order()).groups()  # type: ignore[union-attr]
        width = len(digits)
        return [f"{head}{(int(digits) + n) % 10**width:0{width}d}{tail}" for n in range(1, count + 1)]

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
        return self._journal("order.accepted", number)

    def live(self, number: str) -> int:
        """How many orders with this number are alive there."""
        return self.accepted(number) - self._journal("order.cancelled", number)

    def returned(self, number: str) -> int:
        return self._journal("return.accepted", number)

    def couriers(self, number: str) -> int:
        return self._journal("courier.accepted", number)

    def before_paper(self, form: PaperForm, state: OrderState) -> None:
        """What has to happen first, where a form exists only after a step."""

    def changed_request(self, part: Part, before: ShipmentRequest) -> ShipmentRequest:
        """The request with another such part."""
        changes: dict[Part, Mapping[str, Any]] = {
            Part.RECIPIENT: {"recipient": Recipient("Пётр Северцев", "+79000001463", "+79000001463")},
            Part.COMMENT: {"comment": "Звонить за час"},
            Part.DESTINATION: {"address": read_address("Казань, ул. Баумана, 1")},
            Part.COD: {"cod": Money.of(450)},
            Part.PARCELS: {"parcels": (replace(before.parcels[0], weight_g=900),)},
        }
        return replace(before, **changes[part])

    def return_request(self, state: OrderState, number: str) -> ReturnRequest:
        return ReturnRequest(number, self.request(state.number), state.remote_id)

    def courier_request(self, state: OrderState, number: str = "wb-c-1") -> CourierRequest:
        """On a working day a few days ahead."""
        day = self.world.clock.now().date() + timedelta(days=2)
        while day.isoweekday() > 5:
            day += timedelta(days=1)
        return CourierRequest(number, day, time(10), time(18), (state.remote_id,), weight_g=700)

    def pack(self, state: OrderState, short: int = 0) -> None:
        """A warehouse picks everything but `short` pieces of one row, packs it, and measures the package: 300 g above
        what was announced, 300x200x150 mm."""
        raise NotImplementedError

    def inspect(self, number: str, lines: Sequence[Mapping[str, Any]]) -> None:
        """The inspection of an expected receipt is over: {sku, accepted, damaged, missing, surplus} of each row."""
        self.control("POST", f"receipts/{number}/inspect", {"lines": list(lines)})

    def add_document(self, key: str) -> None:
        """Somebody over there adds a PDF to an order."""
        raise NotImplementedError

    def carriage(self, key: str) -> Mapping[str, str]:
        """What their order says of the carrier: `carrier`, `number`, `status`, as far as it has room for it."""
        raise NotImplementedError

    def expected(self, number: str) -> int:
        """How many receipts with this number the emulator's journal accepted."""
        return self._journal("receipt.accepted", number)

    def receipt_request(self, number: str = "wb-r-1") -> ReceiptRequest:
        """Two cups on their way back."""
        request = self.request()
        return ReceiptRequest(number, request.parcels[0].items, request.recipient, of_number=request.number,
                              expected_at=self.world.clock.now() + timedelta(days=2))  # fmt: skip

    def sent(self, state: OrderState) -> Sent:
        """What the emulator understood of an order; its own words are in `detail`."""
        raise NotImplementedError

    def _journal(self, kind: str, key: str) -> int:
        return len(self.world.control.journal(system=self.code, kind=kind, key=key))
