"""Text messages to clients by a gateway: what is sent, and what became of it. The port `Messages` of a plug-in whose
manifest is of the kind `messages`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money


class SmsStatus(StrEnum):
    """`accepted`: the gateway has it. `sent`: the operator has it. `unknown`: it has it, and says something that we do
    not understand. Of the others nothing follows."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        return self not in (SmsStatus.ACCEPTED, SmsStatus.SENT, SmsStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class TextMessage(Jsonable):
    """`number` is ours, 1 … 2147483647, unique at the account: a gateway that was asked twice under it sends once, or
    is asked what became of it before. `phone` is E.164."""

    number: int
    phone: str
    text: str
    sender: str = ""


@dataclass(frozen=True, slots=True)
class SmsState(Jsonable):
    """`remote_id` is the gateway's. `segments`: how many messages it costs."""

    number: int
    status: SmsStatus
    remote_id: str = ""
    their_code: str = ""
    their_text: str = ""
    at: datetime | None = None
    price: Money | None = None
    segments: int = 0


@runtime_checkable
class Messages(Protocol):
    """Raises only `logistics.errors`, as `logistics.ports` says."""

    def send_text(self, message: TextMessage) -> SmsState:
        """Raises `Uncertain` when it may have been taken: then ask `text_state`, never send again blindly."""
        ...

    def text_state(self, number: int, phone: str) -> SmsState | None:
        """None = the gateway knows no message of this number to this phone."""
        ...
