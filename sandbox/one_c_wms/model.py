"""What the emulated warehouse keeps of an order and of an expected receipt, beside the documents of its base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel.one_c_users import User

#: The users of the infobases. `wms` is whole; `wms_2` wants a token of the extension beside the password.
USERS = (
    User("wms", "b24_exchange", "Склад-2026"),
    User("wms", "кладовщик", "Склад-2026", may_exchange=False),
    User("wms_2", "Обмен", "Пароль № 2", token="wms-token-2"),
)
BASES = tuple(dict.fromkeys(user.base for user in USERS))


@dataclass(slots=True)
class Line:
    """One row; quantities in the row's unit."""

    line: int
    sku: str
    name: str
    ordered: float
    unit: str = "шт"
    weight_kg: float = 0.0
    picked: float = 0.0
    shipped: float = 0.0


@dataclass(slots=True)
class Package:
    """A box as it was measured: kilograms, centimetres."""

    no: int
    barcode: str
    weight_kg: float
    length_cm: int
    width_cm: int
    height_cm: int


@dataclass(slots=True)
class Order:
    """``key`` is the reference of the document; ``body`` what the HTTP service was sent, empty for one of OData."""

    key: str
    base: str
    number: str
    external_id: str
    created: float
    warehouse: str
    recipient: str
    raw: str
    lines: list[Line]
    body: Mapping[str, Any] = field(default_factory=dict)
    packages: list[Package] = field(default_factory=list)
    revision: int = 1
    status_at: float = 0.0
    said: str = ""


@dataclass(slots=True)
class ReceiptLine:
    line: int
    sku: str
    name: str
    expected: float
    unit: str = "шт"
    accepted: float = 0.0
    damaged: float = 0.0
    missing: float = 0.0
    surplus: float = 0.0
    findings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def received(self) -> float:
        return self.accepted + self.damaged + self.surplus


@dataclass(slots=True)
class Receipt:
    """``completed`` None: nobody has inspected it yet."""

    key: str
    base: str
    number: str
    external_id: str
    created: float
    kind: str
    warehouse: str
    raw: str
    lines: list[ReceiptLine]
    body: Mapping[str, Any] = field(default_factory=dict)
    revision: int = 1
    status_at: float = 0.0
    completed: float | None = None
    inspector: str = ""

    @property
    def overall(self) -> str:
        """The word of §6.8 for the whole inspection."""
        accepted = sum(line.accepted for line in self.lines)
        if not sum(line.received for line in self.lines):
            return "empty"
        if not accepted:
            return "rejected"
        return "accepted" if accepted == sum(line.expected for line in self.lines) else "partially_accepted"


def plain(value: float) -> float | int:
    """A whole number without a fraction, as 1C writes it."""
    return int(value) if value == int(value) else value
