"""What the emulated carrier keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """A cabinet: the tokens of both APIs, its warehouse on the platform. ``balance``: rubles on it."""

    code: str
    token: str
    express_token: str
    station_id: str
    geo_id: int
    balance: int


ACCOUNTS = (
    Account("acme", "y0_platform-acme-2026", "y0_express-acme-2026", "fbed3aa1-2cc6-4370-ab4d-59c5cc9bb924", 213, 9000),
    # One token for both APIs, as one cabinet gives it.
    Account("volga", "y0_volga-both", "y0_volga-both", "0b1f6c5e-9d5a-4f0e-9a0a-6f5a35d6a043", 43, 9000),
    Account("broke", "y0_platform-broke", "y0_express-broke", "7d8f2f0c-3c83-4a55-8dd6-0e4fb2a1c002", 2, 0),
)


@dataclass(slots=True)
class State:
    """One element of ``state_history``."""

    status: str
    description: str
    moment: float
    reason: str = ""


@dataclass(slots=True)
class Offer:
    """What ``offers/create`` gave: good once, until ``expires``."""

    offer_id: str
    account: str
    body: Body
    details: Body
    expires: float
    used: bool = False


@dataclass(slots=True)
class Parcel:
    """An order of the platform (``request`` in its words)."""

    request_id: str
    account: str
    body: Body
    details: Body
    created: float
    states: list[State] = field(default_factory=list)
    pickup_code: str = ""
    courier_order_id: str = ""
    # The walk that moves it now: an older one is over.
    walk: int = 0
    # Nothing moves it any more.
    stopped: bool = False
    cancelling: bool = False
    # The async edit under way, by its id.
    editing: str = ""

    @property
    def number(self) -> str:
        return str(self.body["info"]["operator_request_id"])

    @property
    def status(self) -> str:
        return self.states[-1].status

    def has_been(self, *codes: str) -> bool:
        return any(state.status in codes for state in self.states)


@dataclass(slots=True)
class Claim:
    """A claim of the express API. ``log``: (moment, status) in order."""

    claim_id: str
    account: str
    token: str
    body: Body
    created: float
    point_ids: list[int]
    version: int = 1
    revision: int = 1
    walk: int = 0
    log: list[tuple[float, str]] = field(default_factory=list)
    price: str = ""
    price_with_vat: str = ""
    ready_at: float = 0.0
    errors: list[Body] = field(default_factory=list)
    warnings: list[Body] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The client's own number: of the first destination."""
        points = self.body["route_points"]
        found = [str(point.get("external_order_id") or "") for point in points if point["type"] == "destination"]
        return next(filter(None, found), self.token)

    @property
    def status(self) -> str:
        return self.log[-1][1]

    def has_been(self, *codes: str) -> bool:
        return any(status in codes for _, status in self.log)
