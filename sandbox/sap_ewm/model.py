"""What the emulated SAP remembers: users, orders, deliveries with their rows and boxes, the warehouse's stock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

NONE, HALF, DONE = "A", "B", "C"


@dataclass(frozen=True, slots=True)
class User:
    """``writes``: may create and change; a display user only reads. ``client_id``: the OAuth name of the same user."""

    name: str
    password: str
    client: str = "100"
    writes: bool = True
    client_id: str = ""
    client_secret: str = ""


USERS = (
    User("WAYBILL", "Init1234!", client_id="sb-waybill!t1", client_secret="oauth-secret-1"),
    User("VIEWER", "Look5678!", writes=False),
)


@dataclass(slots=True)
class OrderItem:
    """A row of a sales or returns order; ``delivered``: what deliveries took of it."""

    number: int
    material: str
    name: str
    quantity: Decimal
    unit: str
    delivered: Decimal = Decimal(0)

    @property
    def open(self) -> Decimal:
        return self.quantity - self.delivered


@dataclass(slots=True)
class SdOrder:
    """``kind``: C sales, H returns. ``label``: what whoever made it calls it (our number). ``address``: properties of
    the ship-to's address."""

    number: str
    kind: str
    items: list[OrderItem]
    address: dict[str, str]
    shipping_point: str = "1010"
    of_order: str = ""
    label: str = ""
    comment: str = ""
    blocked: bool = False

    def item(self, number: str) -> OrderItem | None:
        digits = number.lstrip("0")
        return next((each for each in self.items if str(each.number) == digits), None)


@dataclass(slots=True)
class Line:
    """A row of a delivery. ``picking`` is LE's letter, ``ewm`` the warehouse's digits (planned, picking)."""

    number: int
    material: str
    name: str
    unit: str
    ordered: Decimal
    weight: Decimal
    reference: str
    reference_item: int
    quantity: Decimal = Decimal(0)
    picked: Decimal = Decimal(0)
    picking: str = NONE
    confirmed: bool = False
    ewm: tuple[str, str] = ("1", "1")


@dataclass(slots=True)
class Box:
    """A handling unit: kilograms and centimetres."""

    internal: str
    external: str
    weight: Decimal
    tare: Decimal
    sides: tuple[Decimal, Decimal, Decimal]


@dataclass(slots=True)
class Paper:
    """A document attached to a delivery (§6.3)."""

    number: str
    name: str
    mime: str
    content: bytes
    at: datetime
    by: str


@dataclass(slots=True)
class StockPart:
    """What became of a returned row: so much of it lies in that stock type."""

    line: int
    material: str
    quantity: Decimal
    unit: str
    stock_type: str
    inspection: str = ""


@dataclass(slots=True)
class Delivery:
    """``kind``: J outbound, T returns. ``fields``: what was PATCHed or forced, by property."""

    number: str
    kind: str
    order: SdOrder
    user: str
    shipping_point: str
    lines: list[Line]
    address: dict[str, str]
    created: datetime
    changed: datetime
    ewm_order: str = ""
    version: int = 1
    fields: dict[str, Any] = field(default_factory=dict)
    goods: str = NONE
    proof: str = ""
    proved: datetime | None = None
    packed: datetime | None = None
    issued: datetime | None = None
    readiness: str = ""
    boxes: list[Box] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    found: list[StockPart] = field(default_factory=list)
    inspected: bool = False
    deleted: bool = False
    walked: bool = False
    history: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """Our number on it."""
        return str(self.fields.get("BillOfLading", ""))

    @property
    def etag(self) -> str:
        return f"W/\"'{self.version:04d}'\""

    @property
    def weight(self) -> Decimal:
        """Gross, in kilograms: what was announced, or the goods'."""
        given = self.fields.get("HeaderGrossWeight")
        if given:
            return Decimal(given) / (1000 if self.fields.get("HeaderWeightUnit") == "G" else 1)
        return sum((line.weight * line.quantity for line in self.lines), Decimal(0))

    def line(self, number: str) -> Line | None:
        digits = number.lstrip("0")
        return next((each for each in self.lines if str(each.number) == digits), None)
