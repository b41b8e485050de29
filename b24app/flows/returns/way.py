"""How the goods of a return travel: what was chosen, and what became of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money


class WayKind(StrEnum):
    """`courier`: a carrier's courier collects them from the client; `point`: the client hands them in at a point;
    `own`: the carrier brings back what it did not deliver, nothing is ordered; `by_hand`: no API is asked, a person
    arranges it and writes down the number; `brought`: the client brings them themselves."""

    COURIER = "courier"
    POINT = "point"
    OWN = "own"
    BY_HAND = "by_hand"
    BROUGHT = "brought"

    @property
    def is_ordered(self) -> bool:
        """A system is asked for it."""
        return self in (WayKind.COURIER, WayKind.POINT)


@dataclass(frozen=True, slots=True)
class Way(Jsonable):
    """What was chosen for a return, by whom. `connection_id` 0 = no account of ours. `service` and `point_code` are the
    carrier's; `price` as it was quoted. `carrier`, `tracking`: what a person wrote for a way that no API knows."""

    kind: WayKind
    connection_id: int = 0
    service: str = ""
    point_code: str = ""
    price: Money | None = None
    carrier: str = ""
    tracking: str = ""
    note: str = ""
    by: int = 0
    name: str = ""
    at: datetime | None = None
