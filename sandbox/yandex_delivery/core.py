"""The emulated Yandex.Delivery's memory: accounts of both APIs, parcels of the platform, claims of express."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.carrier import Switches as SharedSwitches
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.system import Context

from .data.points import Point, extra_point, points
from .model import ACCOUNTS, Account, Claim, Offer, Parcel
from .walks import ROUTES

Order = Parcel | Claim


@dataclass
class Switches(SharedSwitches):
    """Seconds are of the sandbox's clock. Where the contract knows two forms, the default is the newer one."""

    decision_min: float = 2.0
    decision_max: float = 5.0
    # Platform.
    offer_seconds: float = 600.0
    interval_required: bool = False
    address_words: str = "missing"
    error_shape: str = "code"
    unique_numbers: bool = True
    lookup_delay: float = 0.0
    edit_seconds: float = 3.0
    cancel_seconds: float = 5.0
    label_cap: int = 100
    labels_wait: bool = True
    no_slots: bool = False
    # Both.
    per_minute: int = 0
    retry_after: int = 0
    blocked_html: bool = False
    # Express.
    payload_seconds: float = 120.0
    accept_seconds: float = 600.0
    late_accept: str = "failed"
    version_words: str = "old_version"
    info_lag: float = 0.0
    tariffs_expired: bool = False
    callbacks: bool = True
    callback_retry_seconds: float = 30.0
    callback_attempts: int = 4


class Yandex(Carrier[Order]):
    """State of all accounts. Rows of points are reference data; which of them are closed is state."""

    code = "yandex_delivery"
    routes = ROUTES
    fixed: ClassVar[frozenset[str]] = frozenset({"urls"})
    switches: Switches

    def __init__(self, context: Context) -> None:
        self.urls: Mapping[str, str] = {}
        super().__init__(context, Switches)

    def clear(self) -> None:
        self.generation = 0
        self.offers: dict[str, Offer] = {}
        self.parcels: dict[str, Parcel] = {}
        self.by_number: dict[tuple[str, str], Parcel] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.closed_points: set[str] = set()
        self.payloads: dict[str, dict[str, Any]] = {}
        self.claims: dict[str, Claim] = {}
        self.by_token: dict[tuple[str, str], Claim] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.calls: dict[tuple[str, str], list[float]] = {}
        self._ids = Numbers(1)
        self._point_ids = Numbers(501)
        self._operations = Numbers(1)

    # --- ids ------------------------------------------------------------------------------------------------------

    def new_id(self) -> str:
        """32 hex digits, the same in every run."""
        return hashlib.md5(f"yandex {next(self._ids)}".encode(), usedforsecurity=False).hexdigest()

    def new_point_id(self) -> int:
        return next(self._point_ids)

    def new_operation(self) -> int:
        return next(self._operations)

    def token_of(self, base: str) -> str:
        """A password change ends every token of before (§A1)."""
        return base if not self.generation else f"{base}.{self.generation}"

    def account_of(self, header: str | None, express: bool) -> Account | None:
        for account in ACCOUNTS:
            token = account.express_token if express else account.token
            if header == f"Bearer {self.token_of(token)}":
                return account
        return None

    # --- places ---------------------------------------------------------------------------------------------------

    def point(self, identity: str) -> Point | None:
        found = points().get(identity)
        if found is None and self.switches.extra_points:
            found = extra_point(identity)
        return found

    # --- what the shared parts ask ----------------------------------------------------------------------------------

    def find(self, key: str) -> Order | None:
        for order in self.all_orders():
            identity = order.request_id if isinstance(order, Parcel) else order.claim_id
            if key in (identity, order.number):
                return order
        return None

    def all_orders(self) -> Iterable[Order]:
        return [*self.parcels.values(), *self.claims.values()]

    def facts(self, order: Order) -> Mapping[str, str]:
        if isinstance(order, Parcel):
            return parcel_facts(order.body)
        return claim_facts(order.body, order.number)

    def move(self, order: Order, step: Step) -> None:
        # Behaviour is in rules, which know this memory; not the other way round.
        from .rules import claims, parcels

        if step.get("walk", order.walk) != order.walk:
            return
        code = str(step.get("code") or "")
        if not code:
            raise ValueError("a step needs a code")
        if isinstance(order, Parcel):
            words = step.get("description"), step.get("reason")
            parcels.set_status(self, order, code, *(str(word) if word else "" for word in words))
        else:
            claims.set_status(self, order, code)

    def walk(self, order: Order, route: str | None = None) -> None:
        """A claim takes the express route of that name; a walk that was under way is over."""
        name = route or self.route_of(order)
        if isinstance(order, Claim) and not name.startswith("express_") and f"express_{name}" in self.routes:
            name = f"express_{name}"
        steps = self.steps_of(name)
        order.walk += 1
        self._step(order, [dict(step, walk=order.walk) for step in steps])

    def route_of(self, order: Order) -> str:
        if isinstance(order, Claim):
            return "express_delivered"
        return "pickup" if order.body["last_mile_policy"] == "self_pickup" else "delivered"

    def is_over(self, order: Order) -> bool:
        from .rules.claims import FINAL

        return order.stopped if isinstance(order, Parcel) else order.status in FINAL

    def summary(self, order: Order) -> Mapping[str, Any]:
        identity = order.request_id if isinstance(order, Parcel) else order.claim_id
        return {
            "id": identity,
            "number": order.number,
            "account": order.account,
            "api": "platform" if isinstance(order, Parcel) else "express",
            "status": order.status,
        }

    def detail(self, order: Order) -> Mapping[str, Any]:
        from .rules import claim_view, parcels

        with self.lock:
            whole = parcels.info(order) if isinstance(order, Parcel) else claim_view.claim_json(self, order)
        return {**self.summary(order), "whole": whole}


def parcel_facts(body: Mapping[str, Any]) -> dict[str, str]:
    """What overrides are matched against: of a platform order."""
    who = body["recipient_info"]
    name = " ".join(filter(None, (str(who.get(part) or "") for part in ("first_name", "last_name", "patronymic"))))
    station = body["destination"].get("platform_station") or {}
    return {
        "number": str(body["info"]["operator_request_id"]),
        "recipient": name,
        "phone": str(who.get("phone") or ""),
        "comment": str(body["info"].get("comment") or ""),
        "point": str(station.get("platform_id") or ""),
    }


def claim_facts(body: Mapping[str, Any], number: str) -> dict[str, str]:
    """The same of an express claim: of its first destination."""
    point = next(point for point in body["route_points"] if point["type"] == "destination")
    return {
        "number": number,
        "recipient": str(point["contact"]["name"]),
        "phone": str(point["contact"]["phone"]),
        "comment": str(body.get("comment") or ""),
        "point": "",
    }
