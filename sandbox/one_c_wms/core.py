"""The emulated warehouse's memory: documents of its infobases, shipment orders, expected receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.one_c_http_state import Exchange, OneCSwitches
from sandbox.kernel.one_c_odata import Base
from sandbox.kernel.system import Context

from .data import configuration as names
from .data.statuses import BLOCKED, CANCELLED, ORDER_FINAL, PACKED, PICKING, SHIPPED
from .model import BASES, Order, Receipt
from .rules import moves, stock
from .rules.documents import WmsHooks
from .rules.facts import facts_of

if TYPE_CHECKING:
    from sandbox.kernel.one_c_http import HttpService


@dataclass
class WmsSwitches(OneCSwitches):
    """Seconds are of the sandbox's clock. ``decision_min/max`` above 0: an order is answered 202 and exists so much
    later (§6.1)."""

    # §10.9: entity sets outside of the OData composition, and those that the user has no rights to.
    odata_hidden: list[str] = field(default_factory=list)
    odata_closed: list[str] = field(default_factory=list)
    # §2.2: some versions answer 200 to a creation.
    odata_created: int = 201
    # Whether a `Condition` may go through a reference is open (§2.2).
    odata_plain_conditions: bool = False


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


class OneCWms(Carrier[Order]):
    """Orders and receipts by the references of their documents; ``bases`` by publication."""

    code: ClassVar[str] = "one_c_wms"
    routes: ClassVar[Mapping[str, Sequence[Step]]] = ROUTES
    fixed = frozenset({"base_url", "service", "bases", "_first_day"})
    switches: WmsSwitches
    service: HttpService

    def __init__(self, context: Context) -> None:
        self.base_url = ""
        self.bases = {name: Base(names.ENTITIES, WmsHooks(self, name), stock.tables(self, name)) for name in BASES}
        self._first_day = [_first_day(base) for base in self.bases.values()]
        super().__init__(context, WmsSwitches)

    def clear(self) -> None:
        self.exchange = Exchange()
        self.orders: dict[str, Order] = {}
        self.receipts: dict[str, Receipt] = {}
        self.pending: set[tuple[str, str]] = set()
        self.numbers = Numbers(42)
        #: What went out of and came into stock: (base, article, warehouse) -> (good, damaged) pieces.
        self.moved: dict[tuple[str, str, str], tuple[float, float]] = {}
        #: The bodies of the HTTP service whose documents are being written now.
        self.bodies: dict[str, Mapping[str, Any]] = {}
        for back in self._first_day:
            back()

    def remember(self) -> Callable[[], None]:
        back = super().remember()
        with self.lock:
            bases = [base.remember() for base in self.bases.values()]

        def all_back() -> None:
            back()
            with self.lock:
                for one in bases:
                    one()

        return all_back

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


def _first_day(base: Base) -> Callable[[], None]:
    """Fill it; what brings it back to that, faster than filling it again."""
    for entity, body in names.elements():
        base.create(entity, body)
    return base.remember()
