"""What the emulated ApiShip remembers of accounts, orders, courier calls and subscriptions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """A company. ``token`` is the permanent one of its cabinet; ``connections`` are (id, providerKey)."""

    login: str
    password: str
    token: str
    connections: tuple[tuple[str, str], ...]
    #: What the rate editor takes off, by carrier (§3): percent.
    rules: tuple[tuple[str, int], ...] = ()

    @property
    def providers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for _, key in self.connections))


ACCOUNTS = (
    Account(
        "shop",
        "shop-secret",
        "6ce72d3ed0c8179be778b5db8e552df7",
        (
            ("11101", "cdek"),
            ("11102", "boxberry"),
            ("11103", "dpd"),
            ("11104", "rupost"),
            ("11105", "x5"),
            ("11106", "dalli"),
            ("11107", "pecom"),
            ("11108", "yataxi"),
        ),
        (("boxberry", 5),),
    ),
    Account("second", "second-secret", "b1946ac92492d2347c6235b4d2611184", (("22201", "cdek"), ("22202", "cdek"))),
)


@dataclass(slots=True)
class Status:
    """One row of a history; ``at`` in seconds since the epoch."""

    key: str
    at: float
    provider_code: str = ""
    provider_name: str = ""
    provider_description: str = ""
    error_code: str = ""
    description: str = ""


@dataclass(slots=True)
class Order:
    """``body`` is what was sent last; ``statuses`` oldest first."""

    id: int
    account: Account
    body: dict[str, Any]
    created: float
    statuses: list[Status] = field(default_factory=list)
    provider_number: str = ""
    additional_number: str = ""
    return_number: str = ""
    canceled: float | None = None
    deleted: float | None = None
    plan_cost: float = 0.0
    delivered_share: float = 1.0
    #: Uploads that were begun: an answer that comes later than a resend is nobody's.
    upload: int = 0
    #: Refusals by the carrier that a test asked for; they strike the next upload.
    ordered: list[dict[str, str]] = field(default_factory=list)

    @property
    def number(self) -> str:
        return str(self.body["order"]["clientNumber"])

    @property
    def provider(self) -> str:
        return str(self.body["order"]["providerKey"])

    @property
    def status(self) -> str:
        return self.statuses[-1].key

    @property
    def is_live(self) -> bool:
        """Its ``clientNumber`` is taken (§4)."""
        return self.canceled is None and self.deleted is None


@dataclass(slots=True)
class CourierCall:
    id: int
    account: Account
    body: dict[str, Any]
    provider_number: str
    created: float
    canceled: float | None = None


@dataclass(slots=True)
class Subscription:
    uuid: str
    account: Account
    url: str
    type: str


@dataclass(slots=True)
class Paper:
    """A file behind a link; ``at`` is when it was made."""

    data: bytes
    at: float
