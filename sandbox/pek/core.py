"""The emulated PEK's memory."""

from __future__ import annotations

import random
import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.system import Context

from .data.network import Branch, Division, find_warehouse
from .model import ACCOUNTS, Account, Cargo
from .rules.routes import ROUTES
from .switches import PekSwitches

MOSCOW = timezone(timedelta(hours=3))


def wire_time(moment: float | None) -> str | None:
    """``2026-03-10T09:24:24``: Moscow time without an offset (§1)."""
    return None if moment is None else datetime.fromtimestamp(moment, MOSCOW).strftime("%Y-%m-%dT%H:%M:%S")


class Pek(Carrier[Cargo]):
    """State of all accounts. A cargo is what walks; several may share an order (``document_id``)."""

    code = "pek"
    routes: ClassVar[Mapping[str, Any]] = ROUTES
    switches: PekSwitches

    def __init__(self, context: Context) -> None:
        self.base_url = ""
        super().__init__(context, PekSwitches)

    fixed: ClassVar[frozenset[str]] = frozenset({"base_url"})

    def clear(self) -> None:
        self.cargos: dict[str, Cargo] = {}
        self.changes: dict[str, dict[str, Any]] = {}
        self.calls: dict[str, deque[float]] = {}
        self.counted: dict[tuple[str, str, str], int] = {}
        self.private_tokens: dict[str, tuple[str, float]] = {}
        self._codes = Numbers(780000000001)
        self._final_codes = Numbers(990000000001)
        self._documents = Numbers(1234567)
        self._dice = random.Random(7)

    # --- the carrier's shape ----------------------------------------------------------------------------------------

    def find(self, key: str) -> Cargo | None:
        """By either code, or the latest by our number."""
        if key in self.cargos:
            return self.cargos[key]
        same = [cargo for cargo in self.cargos.values() if key in (cargo.number, cargo.final_code) and key]
        return same[-1] if same else None

    def all_orders(self) -> Iterable[Cargo]:
        return self.cargos.values()

    def facts(self, order: Cargo) -> Mapping[str, str]:
        receiver = order.receiver
        phones = receiver.get("personPhones") or [{}]
        return {
            "number": order.number,
            "recipient": str(receiver.get("person") or receiver.get("title") or ""),
            "phone": str(phones[0].get("phone") or ""),
            "comment": str(receiver.get("comment") or ""),
            "point": str(order.end.warehouse_id or ""),
        }

    def move(self, order: Cargo, step: Step) -> None:
        from .rules import life

        life.move(self, order, step)

    def walk(self, order: Cargo, route: str | None = None) -> None:
        order.walking = True
        super().walk(order, route)

    def route_of(self, order: Cargo) -> str:
        kind = "delivered" if order.door else "pickup"
        return f"fetched_{kind}" if order.order_type else kind

    def is_over(self, order: Cargo) -> bool:
        return order.status_id in (2, 4, 19, 20)

    def summary(self, order: Cargo) -> Mapping[str, Any]:
        return {
            "code": order.code,
            "final_code": order.final_code,
            "number": order.number,
            "account": order.login,
            "status": order.status,
            "order_type": order.order_type,
            "recipient": order.receiver.get("person"),
            "places": order.places,
            "delivery": order.delivery_code,
        }

    def detail(self, order: Cargo) -> Mapping[str, Any]:
        rows = [
            {"id": row.id, "name": row.name, "date": wire_time(row.moment), "isCancel": row.is_cancel}
            for row in order.statuses
        ]
        return {**self.summary(order), "body": order.body, "sender": order.sender, "statuses": rows}

    # --- helpers of the rules ---------------------------------------------------------------------------------------

    def account(self, login: str) -> Account | None:
        return next((found for found in ACCOUNTS if found.login == login), None)

    def cargo_of(self, code: str) -> Cargo | None:
        """By the preliminary or the actual code, whoever asks: PEK shows the status of any known code (§7)."""
        found = self.cargos.get(code)
        return found or next((cargo for cargo in self.cargos.values() if cargo.final_code == code), None)

    def warehouse(self, warehouse_id: str) -> tuple[Branch, Division] | None:
        """A warehouse that exists and is open."""
        if self.changes.get(warehouse_id, {}).get("open") is False:
            return None
        return find_warehouse(warehouse_id, self.switches.extra_points)

    def next_code(self) -> str:
        return str(next(self._codes))

    def next_final_code(self) -> str:
        return str(next(self._final_codes))

    def next_document(self) -> int:
        return next(self._documents)

    def new_token(self, login: str) -> tuple[str, float]:
        token = uuid.UUID(int=self._dice.getrandbits(128), version=4).hex
        until = self.time() + self.switches.token_seconds
        self.private_tokens[token] = (login, until)
        return token, until

    def count_today(self, login: str, what: str) -> int:
        """How often the login did ``what`` today, this time included."""
        key = (login, what, f"{datetime.fromtimestamp(self.time(), UTC):%Y-%m-%d}")
        self.counted[key] = self.counted.get(key, 0) + 1
        return self.counted[key]

    def moscow_now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), MOSCOW)
