"""Pickup points: what a system says about one, and whether it takes these parcels.

Whatever a system does not say is None: that is "unknown", never "no". Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from b24app.logistics.extras import Extra
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import Parcel, ShipmentRequest
from b24app.logistics.money import Money

Sides = tuple[int, int, int]
OFFICE, LOCKER = "office", "locker"


@dataclass(frozen=True, slots=True)
class Opening(Jsonable):
    """A weekday (1 = Monday) on which the point is open, in minutes after local midnight; both equal = unknown."""

    day: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class SpecialDays(Jsonable):
    """Days, both ends included, on which the week does not hold: closed, or open at other times (None = not said)."""

    first: date
    last: date
    is_open: bool
    opens: int | None = None
    closes: int | None = None


@dataclass(frozen=True, slots=True)
class Hours(Jsonable):
    """When a point is open. A weekday that is missing is closed; an empty `week` = the system does not say. `text` is
    how the system itself writes it."""

    week: tuple[Opening, ...] = ()
    special: tuple[SpecialDays, ...] = ()
    text: str = ""

    def open_on(self, day: date) -> bool | None:
        """None = unknown."""
        said = next((each.is_open for each in self.special if each.first <= day <= each.last), None)
        if said is not None or not self.week:
            return said
        return any(each.day == day.isoweekday() for each in self.week)


@dataclass(frozen=True, slots=True)
class Takes(Jsonable):
    """What a point can do: points alike in all of this are one class. Weight in grams, cells in millimetres.

    `cells_mm`: a parcel must fit into one of them, sides sorted, the longest first; empty = not stated. `cod`: whether
    it collects money at all, `cash` and `card` how. `one_parcel`: an order of several parcels does not go there.
    `partial`: recipients may buy a part and leave the rest.
    """

    kind: str = OFFICE
    active: bool = True
    hands_out: bool | None = None
    cod: bool | None = None
    cash: bool | None = None
    card: bool | None = None
    fitting: bool | None = None
    returns: bool | None = None
    max_weight_g: int | None = None
    max_cod: Money | None = None
    cells_mm: tuple[Sides, ...] = ()
    one_parcel: bool = False
    partial: bool | None = None


@dataclass(frozen=True, slots=True)
class PickupPoint(Jsonable):
    """A place to collect parcels. `lat`/`lon` WGS-84 degrees; None = it cannot be put on a map. `note` tells how to
    find it, `metro` the nearest station."""

    code: str
    name: str
    address: str
    city: str
    takes: Takes = Takes()
    hours: Hours = Hours()
    lat: float | None = None
    lon: float | None = None
    region: str = ""
    postal_code: str = ""
    metro: str = ""
    note: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PointPage(Jsonable):
    """One page of a system's list. `skipped`: records that could not be read, left out. `more`: ask for the next."""

    points: tuple[PickupPoint, ...]
    skipped: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Box(Jsonable):
    """One parcel as a point sees it: grams and millimetres, the longest side first; 0 = unknown."""

    weight_g: int
    sides_mm: Sides = (0, 0, 0)

    @classmethod
    def of(cls, parcel: Parcel) -> Box:
        long, middle, short = sorted((parcel.length_mm, parcel.width_mm, parcel.height_mm), reverse=True)
        return cls(parcel.weight_g, (long, middle, short))


@dataclass(frozen=True, slots=True)
class Needs(Jsonable):
    """What is asked of a point: these parcels, this money (None = nothing to collect), and what the client wants."""

    boxes: tuple[Box, ...] = ()
    cod: Money | None = None
    card: bool = False
    cash: bool = False
    fitting: bool = False
    returns: bool = False
    open_on: date | None = None
    partial: bool = False

    @classmethod
    def of(cls, request: ShipmentRequest) -> Needs:
        """What an order needs of its point: services beside carrying too."""
        wanted = request.extras
        boxes = tuple(map(Box.of, request.parcels))
        return cls(boxes, request.cod, fitting=Extra.FITTING in wanted, partial=Extra.PARTIAL in wanted)


@dataclass(frozen=True, slots=True)
class Misfit(Jsonable):
    """Why a point is not offered; `code` is a key of the pages' words, `params` what they name (grams, millimetres,
    Money)."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def misfits(takes: Takes, needs: Needs) -> tuple[Misfit, ...]:
    """Everything about a point's class that speaks against it, the most final first; empty = nothing known does."""
    found: list[Misfit] = []
    if not takes.active:
        found.append(Misfit("closed"))
    elif takes.hands_out is False:
        found.append(Misfit("no_handout"))
    found += _of_boxes(takes, needs.boxes)
    found += _of_money(takes, needs)
    wanted = {
        "no_fitting": (needs.fitting, takes.fitting),
        "no_partial": (needs.partial, takes.partial),
        "no_returns": (needs.returns, takes.returns),
    }
    found += [Misfit(code) for code, (wants, can) in wanted.items() if wants and can is False]
    return tuple(found)


def _of_boxes(takes: Takes, boxes: tuple[Box, ...]) -> list[Misfit]:
    found: list[Misfit] = []
    heaviest = max((box.weight_g for box in boxes), default=0)
    if takes.max_weight_g is not None and heaviest > takes.max_weight_g:
        found.append(Misfit("weight", {"limit_g": takes.max_weight_g, "weight_g": heaviest}))
    if takes.one_parcel and len(boxes) > 1:
        found.append(Misfit("one_parcel", {"n": len(boxes)}))
    elif takes.cells_mm:
        found += [_too_big(takes, box) for box in boxes if not any(_fits(box, cell) for cell in takes.cells_mm)][:1]
    return found


def _too_big(takes: Takes, box: Box) -> Misfit:
    """Names the one side that is too long for every cell, if there is one; else it is the shape as a whole."""
    room = tuple(max(cell[at] for cell in takes.cells_mm) for at in range(3))
    side = next((side for side, most in zip(box.sides_mm, room, strict=True) if side > most), 0)
    return Misfit("side", {"side_mm": side}) if side else Misfit("shape")


def _fits(box: Box, cell: Sides) -> bool:
    return all(side <= room for side, room in zip(box.sides_mm, cell, strict=True))


def _of_money(takes: Takes, needs: Needs) -> list[Misfit]:
    if needs.cod and takes.cod is False:
        return [Misfit("no_cod", {"cod": needs.cod})]
    if needs.cod and takes.max_cod and _more(needs.cod, takes.max_cod):
        return [Misfit("cod_limit", {"cod": needs.cod, "limit": takes.max_cod})]
    wanted = {"no_card": (needs.card, takes.card), "no_cash": (needs.cash, takes.cash)}
    return [Misfit(code) for code, (wants, can) in wanted.items() if wants and can is False]


def _more(amount: Money, limit: Money) -> bool:
    return amount.currency == limit.currency and amount.minor > limit.minor


def doubts(takes: Takes, needs: Needs) -> tuple[str, ...]:
    """What should be said about a point that is offered: limits nobody stated, one way of paying only."""
    asked = {
        "weight": bool(needs.boxes) and takes.max_weight_g is None,
        "side": bool(needs.boxes) and takes.kind == LOCKER and not takes.cells_mm,
        "cod": bool(needs.cod) and takes.cod is None,
        "card": needs.card and takes.card is None,
        "cash": needs.cash and takes.cash is None,
        "fitting": needs.fitting and takes.fitting is None,
        "returns": needs.returns and takes.returns is None,
        "only_card": bool(needs.cod) and takes.card is True and takes.cash is False,
        "only_cash": bool(needs.cod) and takes.cash is True and takes.card is False,
    }
    return tuple(code for code, so in asked.items() if so)
