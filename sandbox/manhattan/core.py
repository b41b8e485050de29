"""The emulated WM's memory: one tenant's organisations with their orders, stock and expected receipts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.system import Context

from . import views
from .data.items import first_stock
from .data.places import FACILITIES, ORGANIZATIONS
from .model import Asn, FailedMessage, Order, Stock
from .rules import floor
from .switches import ManhattanSwitches


def _steps(codes: str, **more: Any) -> list[Step]:
    """`forward`: a step that the order is past already changes nothing."""
    return [{"code": code, "forward": True, **more} for code in codes.split()]


ROUTES: Mapping[str, Sequence[Step]] = {
    "packed": _steps("2000 3000 4000 5000 6000"),
    "shipped": _steps("2000 3000 4000 5000 6000 7000 7200"),
    "short": [*_steps("2000 3000 4000"), {"code": "5000", "forward": True, "short": 1}, *_steps("6000")],
    "cancelled": [{"code": "9000"}],
    "blocked": [{"code": "blocked"}],
    "stay": [],
    "unknown_code": [*_steps("2000"), {"code": "9900"}],
}


class Manhattan(Carrier[Order]):
    """Orders and receipts by (organisation, number)."""

    code: ClassVar[str] = "manhattan"
    routes: ClassVar[Mapping[str, Sequence[Step]]] = ROUTES
    fixed = frozenset({"base_url", "auth_url"})
    switches: ManhattanSwitches

    def __init__(self, context: Context) -> None:
        self.base_url = self.auth_url = ""
        super().__init__(context, ManhattanSwitches)

    def clear(self) -> None:
        self.token_generation = 0
        self.orders: dict[tuple[str, str], Order] = {}
        self.asns: dict[tuple[str, str], Asn] = {}
        self.failed: list[FailedMessage] = []
        self.numbers = Numbers(100_001)
        self.stock = [
            Stock(organization, facility, item, location, pieces)
            for organization in ORGANIZATIONS
            for index, facility in enumerate(FACILITIES)
            for item, location, pieces in first_stock(index)
        ]

    # --- what the control API and overrides see -----------------------------------------------------------------------

    def find(self, key: str) -> Order | None:
        return next((order for (_, number), order in self.orders.items() if number == key), None)

    def all_orders(self) -> Iterable[Order]:
        return self.orders.values()

    def facts(self, order: Order) -> Mapping[str, str]:
        return floor.facts_of(order.body)

    def route_of(self, order: Order) -> str:
        return "stay" if order.failure else "packed"

    def is_over(self, order: Order) -> bool:
        return order.over

    def move(self, order: Order, step: Step) -> None:
        floor.move(self, order, step)

    def summary(self, order: Order) -> Mapping[str, Any]:
        return {
            "number": order.id, "organization": order.organization, "facility": order.facility, "status": order.low,
            "max_status": order.high, "planned": order.planned is not None, "live": not order.over,
            "failure": order.failure, "parent": order.parent, "recipient": floor.facts_of(order.body)["recipient"],
        }  # fmt: skip

    def detail(self, order: Order) -> Mapping[str, Any]:
        packages = [views.olpn(self, order, package) for package in order.packages]
        lines = [views.order_line(order, line) for line in order.lines]
        return {**self.summary(order), "body": order.body, "lines": lines, "packages": packages}

    # --- words of the wire --------------------------------------------------------------------------------------------

    def wire_time(self, moment: float | None, facility: str = "") -> str | None:
        """`2026-10-05T12:40:00.000`, without a zone: the facility's (§3.1)."""
        if moment is None:
            return None
        place = FACILITIES.get(facility)
        at = datetime.fromtimestamp(moment, UTC) + timedelta(hours=place.offset_hours if place else 3)
        return at.replace(tzinfo=None).isoformat(timespec="milliseconds")
