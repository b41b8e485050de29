"""The emulated ApiShip's memory: accounts' orders and how a parcel moves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.system import Context

from .data.carriers import POINT
from .data.statuses import FINAL, STATUSES, provider_code
from .model import Account, CourierCall, Order, Paper, Status, Subscription
from .rules import webhooks
from .rules.facts import facts_of
from .switches import ApiShipSwitches
from .view import status_info

_MOSCOW = timezone(timedelta(hours=3))


def _steps(keys: str) -> list[Step]:
    return [{"code": key} for key in keys.split()]


ROUTES: Mapping[str, Sequence[Step]] = {
    "delivered": _steps("onPointIn onWay onPointOut delivering delivered"),
    "pickup": _steps("onPointIn onWay onPointOut readyForRecipient delivered"),
    "returned": _steps("onPointIn onWay onPointOut delivering returnedFromDelivery returnReady returning returned"),
    "lost": _steps("onPointIn onWay lost"),
    "cancelled": _steps("deliveryCanceled"),
    "stay": [],
    "unknown_code": _steps("onPointIn sortedByRobot"),
    "problem": _steps("onPointIn onWay problem delivering delivered"),
    "partial": _steps("onPointIn onWay onPointOut delivering partialReturn"),
    "unrecognised": _steps("onPointIn unknown onWay notApplicable delivering delivered"),
}


class ApiShip(Carrier[Order]):
    """Orders of all accounts by ApiShip's id."""

    code: ClassVar[str] = "apiship"
    routes: ClassVar[Mapping[str, Sequence[Step]]] = ROUTES
    fixed = frozenset({"base_url"})
    switches: ApiShipSwitches

    def __init__(self, context: Context) -> None:
        self.base_url = ""
        super().__init__(context, ApiShipSwitches)

    def clear(self) -> None:
        self.token_generation = 0
        self.orders: dict[int, Order] = {}
        self.by_number: dict[tuple[str, str], list[int]] = {}
        self.calls: dict[int, CourierCall] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.files: dict[str, Paper] = {}
        self.more_connections: dict[str, list[dict[str, Any]]] = {}
        self.numbers = Numbers(15_100_001)
        self.provider_numbers = Numbers(1_200_000_001)

    # --- finding ------------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Order | None:
        if key.isdigit() and int(key) in self.orders:
            return self.orders[int(key)]
        same = [order for order in self.orders.values() if key in (order.number, order.provider_number)]
        return same[-1] if same else None

    def live(self, account: Account, number: str) -> Order | None:
        """The account's order that holds this ``clientNumber`` (§4); the latest when none does."""
        same = [self.orders[found] for found in self.by_number.get((account.login, number), [])]
        kept = [order for order in same if order.deleted is None]
        return next((order for order in kept if order.is_live), kept[-1] if kept else None)

    def all_orders(self) -> Iterable[Order]:
        return self.orders.values()

    def add(self, order: Order) -> None:
        self.orders[order.id] = order
        self.by_number.setdefault((order.account.login, order.number), []).append(order.id)

    # --- what the control API and overrides see -----------------------------------------------------------------------

    def facts(self, order: Order) -> Mapping[str, str]:
        return facts_of(order.body)

    def route_of(self, order: Order) -> str:
        return "pickup" if order.body["order"]["deliveryType"] == POINT else "delivered"

    def is_over(self, order: Order) -> bool:
        return order.deleted is not None or order.status in FINAL

    def summary(self, order: Order) -> Mapping[str, Any]:
        return {
            "id": order.id,
            "number": order.number,
            "account": order.account.login,
            "provider": order.provider,
            "provider_number": order.provider_number,
            "status": order.status,
            "live": order.is_live,
            "recipient": order.body["recipient"]["contactName"],
        }

    def detail(self, order: Order) -> Mapping[str, Any]:
        history = [status_info(self, status) for status in order.statuses]
        return {**self.summary(order), "body": order.body, "statuses": history}

    # --- moving -------------------------------------------------------------------------------------------------------

    def move(self, order: Order, step: Step) -> None:
        """Any word is taken for a status, also one that nobody documented. Raises ValueError for none."""
        key = str(step.get("code") or "")
        if not re.fullmatch(r"[A-Za-z]+", key):
            raise ValueError(f"a status key is needed, e.g. onWay: {key!r}")
        self.set_status(order, key, error_code=str(step.get("error_code") or ""))

    def set_status(self, order: Order, key: str, *, error_code: str = "", words: str = "") -> None:
        """Add a status and tell the subscribers."""
        with self.lock:
            if key in ("returning", "returnReady") and not order.return_number:
                order.return_number = str(next(self.provider_numbers))
            if key == "deliveryCanceled" and order.canceled is None:
                order.canceled = self.time()
            if key == "partialReturn":
                order.delivered_share = 0.5
            # The statuses of ApiShip's own upload have no counterpart at the carrier.
            theirs = "" if key.startswith("uploading") else provider_code(key)
            name = STATUSES.get(key, (key, ""))[0] if theirs else ""
            order.statuses.append(Status(key, self.time(), theirs, name, words, error_code))
            self.note("order.status", order.number, order_id=order.id, code=key)
            webhooks.publish(self, order)

    # --- words of the wire --------------------------------------------------------------------------------------------

    def wire_time(self, moment: float | None = None) -> str:
        """``2015-08-07T10:15:17+03:00`` (§2)."""
        at = datetime.fromtimestamp(self.time() if moment is None else moment, _MOSCOW)
        return at.isoformat(timespec="seconds")
