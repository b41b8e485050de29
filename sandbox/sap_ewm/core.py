"""The emulated SAP's memory: orders, deliveries, sessions, what lies in the warehouses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.system import Context

from .data.goods import WAREHOUSES, first_stock
from .data.orders import first_orders
from .model import Delivery, SdOrder
from .rules import life
from .rules.facts import facts_of
from .rules.sessions import Session, Token
from .switches import SapSwitches


class Sap(Carrier[Delivery]):
    """State of one system (S4H, client 100), guarded by ``lock``."""

    code: ClassVar[str] = "sap_ewm"
    routes: ClassVar[Mapping[str, Sequence[Step]]] = life.ROUTES
    fixed = frozenset({"base_url"})
    switches: SapSwitches

    def __init__(self, context: Context) -> None:
        self.base_url = ""
        super().__init__(context, SapSwitches)

    def clear(self) -> None:
        self.orders: dict[str, SdOrder] = {order.number: order for order in first_orders()}
        self.deliveries: dict[str, Delivery] = {}
        self.sessions: dict[str, Session] = {}
        self.tokens: dict[str, Token] = {}
        self.locks: dict[str, float] = {}
        #: On hand, unrestricted.
        self.stock: dict[tuple[str, str], Decimal] = first_stock()
        self.order_numbers, self.return_numbers = Numbers(4801), Numbers(60000101)
        self.numbers = {"J": Numbers(80000123), "T": Numbers(84000017)}
        self.ewm_numbers, self.small_numbers = Numbers(70000567), Numbers(1)

    # --- finding ------------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Delivery | None:
        """By our number on it, by its own, by that of the warehouse or of the order it refers to; the latest that
        lives, else the latest."""
        digits = key.lstrip("0")
        same = [
            each
            for each in self.deliveries.values()
            if key in (each.mark, each.order.label) or digits in (each.number, each.ewm_order, each.order.number)
        ]
        return next((each for each in reversed(same) if not each.deleted), same[-1] if same else None)

    def delivery(self, number: str, kind: str) -> Delivery | None:
        found = self.deliveries.get(number.lstrip("0"))
        return found if found and found.kind == kind and not found.deleted else None

    def all_orders(self) -> Iterable[Delivery]:
        return self.deliveries.values()

    def live(self, kind: str) -> list[Delivery]:
        return [each for each in self.deliveries.values() if each.kind == kind and not each.deleted]

    def warehouse(self, delivery: Delivery) -> str:
        return WAREHOUSES[delivery.shipping_point]

    def reserved(self, warehouse: str, material: str) -> Decimal:
        """What open deliveries will take."""
        return sum(
            (
                line.quantity
                for each in self.live("J")
                if each.goods != "C" and self.warehouse(each) == warehouse
                for line in each.lines
                if line.material == material
            ),
            Decimal(0),
        )

    # --- what the control API and overrides see -----------------------------------------------------------------------

    def facts(self, order: Delivery) -> Mapping[str, str]:
        return facts_of(order.order, order.mark)

    def move(self, order: Delivery, step: Step) -> None:
        life.move(self, order, step)

    def route_of(self, order: Delivery) -> str:
        return "shipped" if order.kind == "J" else "arrived"

    def is_over(self, order: Delivery) -> bool:
        return order.deleted

    def summary(self, order: Delivery) -> Mapping[str, Any]:
        return {
            "number": order.mark, "delivery": order.number, "kind": order.kind, "order": order.order.number,
            "label": order.order.label, "ewm_order": order.ewm_order, "goods": order.goods, "deleted": order.deleted,
            "status": order.history[-1][0] if order.history else "created",
            "recipient": order.address.get("BusinessPartnerName1", ""),
        }  # fmt: skip

    def detail(self, order: Delivery) -> Mapping[str, Any]:
        lines = [
            {
                "item": line.number, "sku": line.material, "ordered": str(line.ordered), "quantity": str(line.quantity),
                "picked": str(line.picked), "picking": line.picking, "ewm": list(line.ewm), "unit": line.unit,
            }
            for line in order.lines
        ]  # fmt: skip
        boxes = [
            {"number": box.external, "weight_kg": str(box.weight), "sides_cm": [str(side) for side in box.sides]}
            for box in order.boxes
        ]
        return {
            **self.summary(order), "lines": lines, "boxes": boxes, "address": dict(order.address),
            "fields": {name: str(value) for name, value in order.fields.items()}, "version": order.version,
            "user": order.user, "shipping_point": order.shipping_point,
            "documents": [{"key": paper.number, "name": paper.name, "by": paper.by} for paper in order.papers],
            "found": [{"sku": part.material, "quantity": str(part.quantity), "stock_type": part.stock_type}
                      for part in order.found],
            "history": [{"code": code, "at": at.isoformat()} for code, at in order.history],
        }  # fmt: skip

    # --- changes ------------------------------------------------------------------------------------------------------

    def touch(self, delivery: Delivery, code: str = "") -> datetime:
        """A change: its version grows (§9.3)."""
        delivery.version += 1
        delivery.changed = self.now()
        if code:
            delivery.history.append((code, delivery.changed))
            self.note("order.status", delivery.mark or delivery.number, delivery=delivery.number, code=code)
        return delivery.changed
