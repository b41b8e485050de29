"""What the emulated Boxberry remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """A cabinet. ``reception`` is where it hands parcels over unless an order says otherwise."""

    token: str
    name: str
    reception: str


ACCOUNTS = (
    Account("b0b0b0b0000000000000000000000001", "ООО Ромашка", "010"),
    Account("b0b0b0b0000000000000000000000002", "ООО Лютик", "04854"),
    Account("b0b0b0b0000000000000000000000003", "ООО Долги", "010"),
)
#: Blocked from the first day.
BLOCKED_FROM_START = ACCOUNTS[2].token


@dataclass(slots=True)
class Status:
    """One line of the history; ``moment`` is epoch seconds. There are no codes: ``name`` is all."""

    name: str
    moment: float
    comment: str = ""


@dataclass(slots=True)
class Place:
    """One box: grams, centimetres (None = not stated)."""

    weight: int
    x: int | None
    y: int | None
    z: int | None
    barcode: str = ""


@dataclass(slots=True)
class Parcel:
    """An order. ``sdata`` is what was sent, checked; amounts are kopecks. ``stage`` is a value of `rules.statuses`."""

    token: str
    number: str
    track: str
    created: float
    vid: int
    point: str
    reception: str
    city: str
    postal: str
    address: str
    fio: str
    phone: str
    email: str
    price: int
    payment: int
    delivery: int
    places: list[Place]
    items: list[dict[str, Any]]
    issue: int
    notice: str
    barcode: str
    sdata: dict[str, Any]
    statuses: list[Status] = field(default_factory=list)
    stage: str = "created"
    act: str = ""
    deleted: bool = False
    partial: bool = False
    left: dict[str, int] = field(default_factory=dict)
    storage_until: str = ""
    walk: int = 0

    @property
    def parcel_id(self) -> str:
        return self.track[3:]

    @property
    def status(self) -> str:
        return self.statuses[-1].name if self.statuses else ""

    @property
    def grams(self) -> int:
        return sum(place.weight for place in self.places)


@dataclass(slots=True)
class Act:
    """A transfer act: final. ``made`` is epoch seconds."""

    id: str
    token: str
    tracks: tuple[str, ...]
    made: float
