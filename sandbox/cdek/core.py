"""The emulated CDEK's memory and its helpers for time, ids and journal."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from sandbox.kernel.clock import Clock
from sandbox.kernel.journal import Journal
from sandbox.kernel.kept import Kept
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.present import Present
from sandbox.kernel.push import Pusher
from sandbox.kernel.timers import Timers

from .data.offices import all_offices
from .model import Entity, Order, Override, Request, Status, Subscription
from .switches import Switches

SYSTEM = "cdek"


def wire_time(moment: float) -> str:
    """``2026-08-04T12:42:08+0000``: CDEK's dateTime, without a colon in the offset (§2)."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


class Cdek(Present):
    """State of all accounts, guarded by ``lock`` (never held while waiting or sending)."""

    def __init__(self, clock: Clock, journal: Journal, timers: Timers, pusher: Pusher) -> None:
        super().__init__(clock, timers)
        self.journal = journal
        self.pusher = pusher
        self.base_url = ""
        self.token_generation = 0
        self.reset()

    def reset(self) -> None:
        """Forget orders, subscriptions and switches. Issued tokens stay good: keys outlive a test."""
        with self.lock:
            self.switches = Switches()
            self.rng = random.Random(self.switches.seed)
            self.orders: dict[str, Order] = {}
            self.by_number: dict[tuple[str, str], list[Order]] = {}
            self.by_cdek_number: dict[str, Order] = {}
            self.entities: dict[str, Entity] = {}
            self.subscriptions: dict[str, Subscription] = {}
            self.overrides: list[Override] = []
            self.offices = all_offices()
            self._numbers = Numbers(1100000001)
            self._intakes = Numbers(500001)
            self.token_generation = 0

    def remember(self) -> Callable[[], None]:
        """A function that brings back what this remembers now."""
        fixed = ("clock", "journal", "timers", "pusher", "lock", "base_url", "_due", "offices")
        with self.lock:
            kept = Kept({name: value for name, value in vars(self).items() if name not in fixed})
            # Rows are replaced as wholes or field by field, never deeper.
            offices = {code: dict(row) for code, row in self.offices.items()}

        def back() -> None:
            with self.lock:
                vars(self).update(kept.copy())
                self.offices = {code: dict(row) for code, row in offices.items()}

        return back

    def now_text(self) -> str:
        return wire_time(self.time())

    def new_uuid(self) -> str:
        return str(uuid.uuid4())

    def next_cdek_number(self) -> str:
        return str(next(self._numbers))

    def next_intake_number(self) -> str:
        return str(next(self._intakes))

    def new_request(self, kind: str, state: str = "ACCEPTED") -> Request:
        return Request(self.new_uuid(), kind, self.now_text(), state)

    def new_status(self, code: str, name: str, city: str = "Офис СДЭК", **more: Any) -> Status:
        moment = self.time()
        return Status(code, name, wire_time(moment), moment, city, **more)

    def decision_delay(self) -> float:
        return self.rng.uniform(self.switches.decision_min, self.switches.decision_max)

    def note(self, kind: str, key: str, **data: Any) -> None:
        self.journal.add(SYSTEM, kind, key, **data)

    def add_order(self, order: Order) -> None:
        self.orders[order.uuid] = order
        self.by_number.setdefault((order.account.client_id, order.number), []).append(order)

    def override_for(self, order: Order, *, take: str) -> Override | None:
        """The override that fits the order and says something about ``take`` (route, delay, errors)."""
        facts = _facts(order)
        for index in range(len(self.overrides) - 1, -1, -1):
            found = self.overrides[index]
            if getattr(found, take) in (None, []) or found.times == 0:
                continue
            if all(fnmatchcase(facts.get(name, ""), wanted) for name, wanted in found.match.items()):
                if found.times is not None:
                    self.overrides[index] = Override(
                        found.match, found.route, found.delay, found.errors, found.times - 1
                    )
                return found
        return None

    def find(self, key: str) -> Order | None:
        """By uuid, CDEK's number or the client's number (the latest), for the control API."""
        found = self.orders.get(key) or self.by_cdek_number.get(key)
        if found is None:
            same = [order for order in self.orders.values() if order.number == key and not order.removed]
            found = same[-1] if same else None
        return found


def _facts(order: Order) -> dict[str, str]:
    recipient = order.body.get("recipient") or {}
    phones = recipient.get("phones") or [{}]
    return {
        "number": order.number,
        "recipient": str(recipient.get("name", "")),
        "phone": str(phones[0].get("number", "")),
        "comment": str(order.body.get("comment", "")),
        "delivery_point": str(order.body.get("delivery_point", "")),
        "uuid": order.uuid,
    }
