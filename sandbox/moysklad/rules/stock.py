"""What lies where (§5.9, §9.7): the first day's stock, less what was shipped and written off, plus what came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.moysklad.model import Base, Entity


@dataclass(slots=True)
class Level:
    stock: float = 0.0
    reserve: float = 0.0
    transit: float = 0.0

    def of(self, kind: str) -> float:
        """``quantity`` = stock − reserve + inTransit, ``freeStock`` = stock − reserve (§5.9)."""
        return {
            "stock": self.stock,
            "reserve": self.reserve,
            "inTransit": self.transit,
            "freeStock": self.stock - self.reserve,
            "quantity": self.stock - self.reserve + self.transit,
        }[kind]


KINDS = ("stock", "freeStock", "quantity", "reserve", "inTransit")
#: What a posted document does to the stock of its store.
_EFFECT = {"demand": -1, "loss": -1, "salesreturn": 1}


def levels(base: Base) -> dict[tuple[str, str], Level]:
    """By (assortment, store). A reserve without a store has the store ``""``."""
    found: dict[tuple[str, str], Level] = defaultdict(Level)
    for key, amount in base.opening.items():
        found[key].stock = amount
    for kind, sign in _EFFECT.items():
        for document in posted(base, kind):
            for row in document.positions:
                if row.get("assortment").type in ("product", "variant"):
                    found[row.ref("assortment"), document.ref("store")].stock += sign * row.get("quantity")
    for order in posted(base, "customerorder"):
        left = shipped_of(base, order)
        for row in order.positions:
            taken = min(row.get("reserve", 0.0) or 0.0, left.get(row.ref("assortment"), 0.0))
            held = (row.get("reserve", 0.0) or 0.0) - taken
            left[row.ref("assortment")] = left.get(row.ref("assortment"), 0.0) - taken
            if held > 0:
                found[row.ref("assortment"), order.ref("store")].reserve += held
    return found


def posted(base: Base, kind: str) -> Iterator[Entity]:
    return (each for each in base.of(kind).values() if each.deleted is None and each.get("applicable"))


def shipped_of(base: Base, order: Entity) -> dict[str, float]:
    """How much of each assortment left by posted shipments of the order."""
    found: dict[str, float] = defaultdict(float)
    for demand in posted(base, "demand"):
        if demand.ref("customerOrder") == order.id:
            for row in demand.positions:
                found[row.ref("assortment")] += row.get("quantity")
    return found


def shipped_rows(base: Base, order: Entity) -> dict[str, float]:
    """The same by the order's rows."""
    left, found = shipped_of(base, order), {}
    for row in order.positions:
        found[row.id] = min(row.get("quantity"), left.get(row.ref("assortment"), 0.0))
        left[row.ref("assortment")] = left.get(row.ref("assortment"), 0.0) - found[row.id]
    return found
