"""What the emulated CDEK remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """One pair of keys. ``contract`` 1: online shop (may send types 1 and 2), 2: delivery only."""

    client_id: str
    client_secret: str
    contract: int
    company: str
    phone: str


ACCOUNTS = (
    Account("sandboxShopAccount00000000000001", "sandboxShopSecret000000000000001", 1, "ООО Ромашка", "+74950000001"),
    Account("sandboxFreightAccount00000000002", "sandboxFreightSecret0000000000002", 2, "ООО Груз", "+74950000002"),
    Account("sandboxShopAccount00000000000003", "sandboxShopSecret000000000000003", 1, "ООО Лютик", "+78120000003"),
)


@dataclass(slots=True)
class Request:
    """One asynchronous request of an order or another entity."""

    uuid: str
    type: str
    at: str
    state: str = "ACCEPTED"
    errors: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    @property
    def pending(self) -> bool:
        return self.state in ("ACCEPTED", "WAITING")

    def as_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"request_uuid": self.uuid, "type": self.type, "date_time": self.at, "state": self.state}
        if self.errors:
            row["errors"] = self.errors
        if self.warnings:
            row["warnings"] = self.warnings
        return row


@dataclass(slots=True)
class Status:
    """One status; ``moment`` is epoch seconds, which orders equal texts."""

    code: str
    name: str
    at: str
    moment: float
    city: str
    city_code: int | None = None
    city_uuid: str | None = None
    reason: str | None = None
    deleted: bool = False

    def as_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"code": self.code, "name": self.name, "date_time": self.at, "city": self.city}
        if self.city_uuid:
            row["city_uuid"] = self.city_uuid
        if self.reason:
            row["reason_code"] = self.reason
        return row | {"deleted": self.deleted}


@dataclass(slots=True)
class Order:
    """An order as CDEK holds it. ``body`` is what was sent (and patched); ``extra`` what CDEK learned."""

    uuid: str
    account: Account
    body: dict[str, Any]
    created: float
    number: str
    cdek_number: str | None = None
    is_return: bool = False
    is_client_return: bool = False
    removed: bool = False
    statuses: list[Status] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    related: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    from_code: int | None = None
    to_code: int | None = None
    route: list[dict[str, Any]] = field(default_factory=list)
    reads_left: int = 0
    busy_until: float = 0.0

    @property
    def status(self) -> str:
        """The newest status that was not rolled back."""
        return next((found.code for found in reversed(self.statuses) if not found.deleted), "")

    @property
    def type(self) -> int:
        return int(self.body.get("type", 1))

    def pending(self, request_type: str) -> bool:
        return any(request.pending for request in self.requests if request.type == request_type)


@dataclass(slots=True)
class Entity:
    """A print form, an intake, a delivery agreement or a pre-alert: a body with statuses and requests."""

    uuid: str
    account: Account
    kind: str
    body: dict[str, Any]
    created: float
    statuses: list[Status] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    order_uuids: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return self.statuses[-1].code


@dataclass(slots=True)
class Subscription:
    """A webhook subscription. ``refused_since``: epoch seconds of the first non-200 answer in a row."""

    uuid: str
    account: Account
    type: str
    url: str
    active: bool = True
    refused_since: float | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """What happens to orders that fit: a fixed route, a decision delay, a refusal. The last one added wins."""

    match: Mapping[str, str]
    route: str | list[dict[str, Any]] | None = None
    delay: float | None = None
    errors: list[dict[str, str]] = field(default_factory=list)
    times: int | None = None
