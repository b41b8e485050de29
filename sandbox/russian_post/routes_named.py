"""Named routes: the operations an item runs through by itself. ``where``: ``from``, ``hub`` or ``to``."""

from __future__ import annotations

from typing import Any

from .catalogue import MAIL_TYPES
from .data.offices import POSTAMAT, usual
from .model import Order

Step = dict[str, Any]


def _steps(*moves: str) -> list[Step]:
    """``8/3@hub``: type 8, attribute 3, at the sorting centre."""
    return [{"code": move.split("@")[0], "where": move.split("@")[1]} for move in moves]


_START = _steps("1/2@from", "8/1@from")
_WAY = [*_START, *_steps("8/3@hub", "8/4@hub")]
_ARRIVED = [*_WAY, *_steps("8/2@to")]
_HOME = _steps("8/20@to", "8/3@hub", "8/4@hub", "8/2@from", "2/2@from")

ROUTES: dict[str, list[Step]] = {
    "delivered": [*_ARRIVED, *_steps("8/15@to", "2/8@to")],
    "pickup": [*_ARRIVED, *_steps("8/62@to", "2/1@to")],
    "postamat": [*_WAY, *_steps("8/71@to", "8/9@to", "8/74@to", "2/3@to")],
    # The recipient refuses at the door; it goes back to the sender.
    "returned": [*_ARRIVED, *_steps("8/15@to", "12/6@to", "3/4@to"), *_HOME],
    # Nobody came for it: the storage ran out.
    "unclaimed": [*_ARRIVED, *_steps("8/40@to", "3/1@to"), *_HOME],
    "lost": [*_WAY, *_steps("18/0@hub")],
    "missing": [*_WAY, *_steps("1027/3@hub")],
    "cancelled": _steps("46/0@from"),
    "rejected": _steps("44/2@from"),
    # No such house; it stays until somebody tells the office what to do.
    "address_problem": [*_ARRIVED, *_steps("8/18@to", "12/4@to")],
    "second_attempt": [*_ARRIVED, *_steps("8/15@to", "12/1@to", "8/15@to", "2/8@to")],
    "partial": [*_ARRIVED, *_steps("48/0@to")],
    "missent": [*_START, *_steps("8/3@hub", "5/3@hub", "4/3@hub", "8/2@to", "2/1@to")],
    # An operator's mistake: the delivery is taken back, then really happens.
    "undone": [*_ARRIVED, *_steps("2/1@to", "26/2@to", "2/1@to")],
    # Operations nobody documented, in between what everybody knows.
    "unknown_code": [*_START, *_steps("1999/77@hub"), *_steps("8/99@hub")],
    "stay": [],
}


def default_route(order: Order) -> str:
    """What suits the item: to the door, to a postamat, or to an office."""
    kind = MAIL_TYPES.get(str(order.body.get("mail-type")))
    if kind and kind.door:
        return "delivered"
    ecom = order.body.get("ecom-data")
    office = usual().get(str(ecom.get("delivery-point-index"))) if isinstance(ecom, dict) else None
    return "postamat" if office and office.type == POSTAMAT else "pickup"
