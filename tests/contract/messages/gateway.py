"""One account at one emulated SMS gateway, and what the suite must know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from b24app.logistics.messages import SmsStatus, TextMessage
from tests.contract.systems.machine import Machine
from tests.contract.systems.parts import Shape, Where

#: In `Machine.told`: nobody may find it in a log.
PHONE = "+79000001462"
TEXT = "Ваш заказ 1024 ждёт в пункте"


class Gateway(Machine):
    """A new gateway's test is this data, in a file `<code>_gateway.py`."""

    code = ""
    mode = "live"
    sending: ClassVar[Where]
    asking: ClassVar[Where]
    #: Our status -> the step that brings the emulator's message there.
    moves: Mapping[str, Mapping[str, Any]] = {}
    #: A status that nobody documented.
    strange: Mapping[str, Any] = {}
    #: Every documented error shape of sending; `want` as in the carriers' suite.
    shapes: tuple[Shape, ...] = ()
    #: Settings with which the account has no money, and with which its sender is unknown.
    poor: Mapping[str, str] = {}
    stranger: Mapping[str, str] = {}
    #: Phones that are refused at once.
    bad_phone = "+7123"

    def message(self, number: int = 41, **changes: Any) -> TextMessage:
        return TextMessage(**{"number": number, "phone": PHONE, "text": TEXT, **changes})

    def accepted(self, number: int = 41) -> Sequence[Mapping[str, Any]]:
        """Messages that the gateway has taken under our number."""
        return [row.data for row in self.world.journal.find(kind="sms.accepted", key=str(number))]

    def bring(self, status: SmsStatus, number: int = 41) -> None:
        self.control("POST", f"orders/{number}/status", self.moves[status])

    def callback(self, number: int) -> bytes:
        """What the gateway posts of a message."""
        raise NotImplementedError
