"""The legs of a chain: a warehouse picks, a carrier carries. Which of a deal's shipments speaks for the goods. Pure.

A shipment of a deal without a chain is a carried leg that follows nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from b24app.logistics.status import Status

#: `Shipment.leg`: what a carrier takes to the client, and what a warehouse picks before that.
CARRIED, PICKED = "", "warehouse"
_CAME_TO_NOTHING = (Status.CANCELLED, Status.REJECTED)


class Legged(Protocol):
    """A shipment, as far as its place in a chain matters. `follows`: id of the warehouse's leg whose goods it carries,
    0 = none."""

    @property
    def id(self) -> int: ...
    @property
    def n(self) -> int: ...
    @property
    def status(self) -> Status: ...
    @property
    def leg(self) -> str: ...
    @property
    def follows(self) -> int: ...


L = TypeVar("L", bound=Legged)


def pieces(shipments: Iterable[L]) -> tuple[L, ...]:
    """One shipment for each load of goods, by n: of a chain the carrier's leg, unless it came to nothing: then the
    goods are still where the warehouse's leg says."""
    every = tuple(shipments)
    picked = {each.id for each in every if each.leg == PICKED}
    alone = [each for each in every if each.leg != PICKED and not (each.follows and each.follows in picked)]
    chains = [_speaks(each, every) for each in every if each.leg == PICKED]
    return tuple(sorted((*alone, *chains), key=lambda each: each.n))


def _speaks(picked: L, every: Sequence[L]) -> L:
    carrier = carrier_of(picked, every)
    return picked if carrier is None or carrier.status in _CAME_TO_NOTHING else carrier


def carrier_of(picked: Legged, every: Iterable[L]) -> L | None:
    """The newest carrier's leg of this warehouse's leg, whatever came of it."""
    mine = [each for each in every if picked.id and each.leg != PICKED and each.follows == picked.id]
    return max(mine, key=lambda each: each.n, default=None)


def picked_of(carried: Legged, every: Iterable[L]) -> L | None:
    """The warehouse's leg whose goods this one carries."""
    mine = (each for each in every if carried.follows and each.leg == PICKED and each.id == carried.follows)
    return next(mine, None)


def beside(one: Legged, every: Iterable[L]) -> tuple[L, ...]:
    """What speaks for the deal's other goods: all but this shipment and the other legs of its chain."""
    mine = one.id if one.leg == PICKED else one.follows
    chain = {one.id, mine}
    return pieces(each for each in every if each.id not in chain and not (mine and each.follows == mine))


def may_be_called_off(status: Status) -> bool:
    """Whether a warehouse may still be told to leave an order: its goods have not left the dock."""
    return status.is_live and not status.has_left


def may_be_cancelled(status: Status, *, at_warehouse: bool) -> bool:
    """Whether a person may have an order cancelled: a carrier's before the parcel was taken (later it is a matter of
    returning, not of cancelling), a warehouse's until its goods have left."""
    return status is Status.CREATED or (at_warehouse and status is not Status.DRAFT and may_be_called_off(status))


def alive(piece: L, every: Sequence[L]) -> tuple[L, ...]:
    """The legs of a chain that could be called off, in the order in which they are: first the carrier's. A shipment
    without a chain is its only leg."""
    if piece.leg != PICKED:
        picked = picked_of(piece, every)
        behind = (picked,) if picked is not None and may_be_called_off(picked.status) else ()
        return ((piece, *behind) if piece.status.is_live else behind) if piece.follows else (piece,)
    return (piece,) if may_be_called_off(piece.status) else ()
