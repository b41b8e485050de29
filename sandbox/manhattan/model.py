"""What the emulated WM remembers of accounts, orders, packages and expected receipts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the tenant and the client that it signs in through (§2)."""

    client_id: str
    client_secret: str
    username: str
    password: str
    organizations: tuple[str, ...]


ACCOUNTS = (
    Account("sandbox.1.0.0", "b7Yw-sandbox-client-secret", "waybill@acme.example", "acme-secret", ("ACME",)),
    Account("sandbox.2.0.0", "c8Zx-sandbox-client-secret", "waybill@beta.example", "beta-secret", ("BETA",)),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, and the context that the two headers choose (§1.3)."""

    account: Account
    organization: str
    facility: str


@dataclass(slots=True)
class Line:
    """A row of an order, in pieces."""

    id: str
    item: str
    ordered: float
    allocated: float = 0
    picked: float = 0
    packed: float = 0
    shipped: float = 0


@dataclass(slots=True)
class Package:
    """An outbound LPN. Grams and millimetres here, the tenant's units on the wire."""

    id: str
    weight_g: int
    sides_mm: tuple[int, int, int]
    content: list[tuple[str, str, float]]
    created: float
    status: str = "6000"
    tracking: str = ""


@dataclass(slots=True)
class Order:
    """`body` is what was sent last. `planned`: the planned `order` exists; `low`, `high` are its two statuses.
    `cancelled` is the original order's, `order_cancelled` the planned one's. `parent` names the original order of a
    planned one that was split off. `left_out`: records of the last save that were refused while the rest was kept."""

    organization: str
    id: str
    body: dict[str, Any]
    created: float
    updated: float
    lines: list[Line]
    planned: float | None = None
    low: str = "1000"
    high: str = "1000"
    cancelled: bool = False
    order_cancelled: bool = False
    deleted: bool = False
    failure: str = ""
    failed_at: float = 0.0
    packages: list[Package] = field(default_factory=list)
    parent: str = ""
    left_out: list[dict[str, Any]] = field(default_factory=list)

    @property
    def original(self) -> str:
        return self.parent or self.id

    @property
    def facility(self) -> str:
        return str(self.body["OriginFacilityId"])

    @property
    def address(self) -> dict[str, Any]:
        return dict(self.body.get("DestinationAddress") or {})

    @property
    def over(self) -> bool:
        return self.deleted or (self.order_cancelled if self.planned is not None else self.cancelled)


@dataclass(slots=True)
class Receipt:
    """Pieces of one row that were received, in one condition."""

    id: str
    line: str
    item: str
    quantity: float
    condition: str
    at: float


@dataclass(slots=True)
class Asn:
    """An expected receipt (§3.3)."""

    organization: str
    id: str
    body: dict[str, Any]
    created: float
    updated: float
    status: str = "1000"
    canceled: bool = False
    first: float | None = None
    last: float | None = None
    verified: float | None = None
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def facility(self) -> str:
        return str(self.body["DestinationFacilityId"])


@dataclass(slots=True)
class Stock:
    """Pieces of an item in one location of a facility."""

    organization: str
    facility: str
    item: str
    location: str
    on_hand: float
    allocated: float = 0


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message that was acknowledged and failed later (§7.4)."""

    id: str
    organization: str
    type: str
    key: str
    payload: dict[str, Any]
    words: str
    at: float
