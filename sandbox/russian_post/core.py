"""The emulated Russian Post's memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sandbox.kernel import carrier
from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.system import Context

from .data import offices
from .model import ACCOUNTS, Account, Batch, Order, Ticket
from .places import MOSCOW
from .routes_named import ROUTES, default_route


@dataclass
class Switches(carrier.Switches):
    """The Post's own. Seconds are the sandbox's, money kopecks; README.md says what each is for."""

    vat_percent: int = 22
    day_limit: int = 0
    track_limit: int = -1
    blocked_accounts: list[str] = field(default_factory=list)
    walk_from: str = "creation"
    balance: int = 100_000_00
    offline_balance_forbidden: bool = False
    checkin_answer: str = "empty"
    edit_answer: str = "object"
    tariff_error_status: int = 200
    public_error_status: int = 400
    refused_types: list[str] = field(default_factory=list)
    no_delivery_time: bool = False
    clean_shuffled: bool = True
    ticket_seconds: float = 900.0
    poll_seconds: float = 900.0
    ticket_keep_seconds: float = 32 * 3600.0
    ticket_failures: int = 0
    ticket_most: int = 3000
    return_again: str = "exists"
    returns_named: bool = True
    returns_searched: bool = False
    return_delete_answer: str = "object"
    no_return_types: list[str] = field(default_factory=list)


def luhn_like(first: str) -> int:
    """The check digit of a barcode: weights 3, 1, 3, 1, … over its first 13 digits (§7.1)."""
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(first))
    return -total % 10


class Post(Carrier[Order]):
    """State of all accounts."""

    code = "russian_post"
    routes: ClassVar[Mapping[str, Any]] = ROUTES
    fixed = frozenset({"urls"})

    def __init__(self, context: Context) -> None:
        self.urls: dict[str, str] = {}
        super().__init__(context, Switches)

    switches: Switches

    def clear(self) -> None:
        self.orders: dict[int, Order] = {}
        self.by_barcode: dict[str, Order] = {}
        self.by_number: dict[tuple[str, str], list[Order]] = {}
        self.batches: dict[tuple[str, str], Batch] = {}
        self.handed_in: dict[tuple[str, ...], str] = {}
        self.tickets: dict[str, Ticket] = {}
        self.polled: dict[str, float] = {}
        self.calls: dict[tuple[str, date], int] = {}
        self.balances: dict[str, int] = {}
        self._ids = Numbers(2_319_421_001)
        self._barcodes = Numbers(1)
        self._batch_names = {account.code: Numbers(24) for account in ACCOUNTS}
        self._groups = Numbers(1)

    # --- time and numbers -----------------------------------------------------------------------------------------

    def moscow(self) -> datetime:
        return self.now().astimezone(MOSCOW)

    def next_id(self) -> int:
        return next(self._ids)

    def next_batch_name(self, account: Account) -> str:
        return str(next(self._batch_names[account.code]))

    def next_barcode(self) -> str:
        """14 digits: an index of the dynamic range, 7 digits, the check digit."""
        first = f"801234{next(self._barcodes):07d}"
        return first + str(luhn_like(first))

    def count_call(self, account: Account, what: str = "rest") -> int:
        """One more call of today (Moscow's day, a choice: §1); the number of calls so far."""
        key = (f"{account.code}/{what}", self.moscow().date())
        with self.lock:
            self.calls[key] = self.calls.get(key, 0) + 1
            return self.calls[key]

    def calls_today(self, account: Account, what: str = "rest") -> int:
        return self.calls.get((f"{account.code}/{what}", self.moscow().date()), 0)

    def day_limit(self, account: Account) -> int:
        return self.switches.day_limit or account.day_limit

    def track_limit(self, account: Account) -> int:
        """0: no limit."""
        return account.track_limit if self.switches.track_limit < 0 else self.switches.track_limit

    def balance(self, account: Account) -> int:
        return self.balances.get(account.code, self.switches.balance)

    # --- orders ---------------------------------------------------------------------------------------------------

    def add(self, order: Order) -> None:
        self.orders[order.id] = order
        self.by_barcode[order.barcode] = order
        self.by_number.setdefault((order.account.code, order.number), []).append(order)

    def find(self, key: str) -> Order | None:
        """By barcode, id or our number (the latest that was not deleted)."""
        if key in self.by_barcode:
            return self.by_barcode[key]
        if key.isdigit() and int(key) in self.orders:
            return self.orders[int(key)]
        same = [order for order in self.orders.values() if order.number == key]
        living = [order for order in same if not order.deleted]
        found = living or same
        return found[-1] if found else None

    def all_orders(self) -> Iterable[Order]:
        return self.orders.values()

    def facts(self, order: Order) -> Mapping[str, str]:
        return facts_of(order.body)

    def move(self, order: Order, step: Step) -> None:
        from .rules import life

        life.move(self, order, step)

    def route_of(self, order: Order) -> str:
        return default_route(order)

    def is_over(self, order: Order) -> bool:
        return order.deleted

    def summary(self, order: Order) -> Mapping[str, Any]:
        last = order.events[-1]
        return {
            "number": order.number, "id": order.id, "barcode": order.barcode, "account": order.account.code,
            "kind": order.kind, "batch": order.batch, "deleted": order.deleted,
            "recipient": str(order.body.get("recipient-name", "")), "status": f"{last.type}/{last.attr}",
        }  # fmt: skip

    def detail(self, order: Order) -> Mapping[str, Any]:
        events = [
            {"code": f"{found.type}/{found.attr}", "index": found.index, "where": found.where, "moment": found.moment}
            for found in order.events
        ]
        batch = self.batches.get((order.account.code, order.batch))
        state = {"batch_status": batch.status if batch else "", "rates": order.rates}
        return {**self.summary(order), **state, "body": order.body, "events": events}


def facts_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What an override is matched against, before and after an order exists."""
    point = (body.get("ecom-data") or {}).get("delivery-point-index") if isinstance(body.get("ecom-data"), dict) else ""
    return {
        "number": str(body.get("order-num", "")),
        "recipient": str(body.get("recipient-name", "")),
        "phone": str(body.get("tel-address", "")),
        "comment": str(body.get("comment", "")),
        "point": str(point or body.get("index-to", "")),
    }


def destination_index(post: Post, order: Order) -> str:
    """The recipient's index; of an item for a point, the main index of the point's city."""
    ecom = order.body.get("ecom-data")
    index = str(ecom.get("delivery-point-index") or "") if isinstance(ecom, dict) else ""
    if office := offices.by_index(index, post.switches.extra_points):
        return office.place.index
    return str(order.body.get("index-to") or "")


def iso(moment: float) -> str:
    """``2026-02-10T12:00:00.000Z``: the batches' own writing of time."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
