"""The emulated warehouse's memory: documents of its infobases, shipment orders, expected receipts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sandbox.kernel.carrier import Step
from sandbox.kernel.one_c import Infobases
from sandbox.kernel.one_c_http_state import OneCSwitches
from sandbox.kernel.one_c_odata import Base
from sandbox.kernel.system import Context

from .data import configuration as names
from .data.statuses import BLOCKED, CANCELLED, ORDER_FINAL, PACKED, PICKING, SHIPPED
from .model import BASES, Order, Receipt
from .rules import moves, stock
from .rules.documents import WmsHooks
from .rules.facts import facts_of


def _steps(*codes: str) -> list[Step]:
    return [{"code": code} for code in codes]


ROUTES: Mapping[str, Sequence[Step]] = {
    "packed": _steps(PICKING, PACKED),
    "shipped": _steps(PICKING, PACKED, SHIPPED),
    "short": [{"code": PICKING}, {"code": PACKED, "short": 1}],
    "cancelled": _steps(PICKING, CANCELLED),
    "blocked": _steps(PICKING, BLOCKED),
    "stay": [],
    "unknown_code": _steps(PICKING, "НаКарантине"),
}


class OneCWms(Infobases[Order]):
    """Orders and receipts by the references of their documents."""

    code: ClassVar[str] = "one_c_wms"
    routes: ClassVar[Mapping[str, Sequence[Step]]] = ROUTES

    def __init__(self, context: Context) -> None:
        bases = {name: Base(names.ENTITIES, WmsHooks(self, name), stock.tables(self, name)) for name in BASES}
        super().__init__(context, OneCSwitches, bases, names.fill)

    def clear(self) -> None:
        super().clear()
        self.orders: dict[str, Order] = {}
        self.receipts: dict[str, Receipt] = {}
        #: What went out of and came into stock: (base, article, warehouse) -> (good, damaged) pieces.
        self.moved: dict[tuple[str, str, str], tuple[float, float]] = {}
        #: The bodies of the HTTP service whose documents are being written now.
        self.bodies: dict[str, Mapping[str, Any]] = {}

    # --- finding ------------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Order | None:
        same = [order for order in self.orders.values() if key in (order.external_id, order.number, order.key)]
        return same[-1] if same else None

    def find_receipt(self, key: str) -> Receipt:
        """Raises LookupError."""
        same = [one for one in self.receipts.values() if key in (one.external_id, one.number, one.key)]
        if not same:
            raise LookupError(f"no such receipt: {key}")
        return same[-1]

    def all_orders(self) -> Iterable[Order]:
        return self.orders.values()

    # --- what the control API and overrides see -----------------------------------------------------------------------

    def facts(self, order: Order) -> Mapping[str, str]:
        return facts_of(order.external_id, order.recipient, order.body)

    def route_of(self, _order: Order) -> str:
        return "shipped"

    def is_over(self, order: Order) -> bool:
        return order.raw in ORDER_FINAL

    def summary(self, order: Order) -> Mapping[str, Any]:
        return {
            "id": order.key, "number": order.external_id, "their_number": order.number, "base": order.base,
            "status": order.raw, "live": order.raw != CANCELLED, "revision": order.revision,
            "warehouse": order.warehouse, "recipient": order.recipient, "http": bool(order.body),
        }  # fmt: skip

    def detail(self, order: Order) -> Mapping[str, Any]:
        lines = [
            {"sku": line.sku, "ordered": line.ordered, "picked": line.picked, "shipped": line.shipped}
            for line in order.lines
        ]
        boxes = [
            {"weight_kg": box.weight_kg, "sides_cm": [box.length_cm, box.width_cm, box.height_cm]}
            for box in order.packages
        ]
        return {**self.summary(order), "body": order.body, "lines": lines, "packages": boxes}

    def move(self, order: Order, step: Step) -> None:
        """``code``: a state of the configuration, a word of the contract or `packed`; ``short``: so many pieces of the
        first row are not found while packing. Raises ValueError."""
        moves.move(self, order, step)
