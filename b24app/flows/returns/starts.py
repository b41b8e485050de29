"""Returns that start by themselves: tracking says that goods come back which nobody asked for. Pure.

What decides is what we have ourselves: a shipment has one return with its key, so that news that is told twice, or
after a person called the return off, starts none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from b24app.flows.picking import got
from b24app.flows.portions import Line, same_product
from b24app.flows.returns.counting import held
from b24app.flows.returns.pieces import naming
from b24app.flows.returns.quantities import Rooms, Told, Wish, by_article, lines_of, rooms_of, same_goods, take_left
from b24app.flows.snapshot import ShipmentView
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Return, ReturnOrigin, ReturnStage, Sold
from b24app.logistics.status import Incident, Status


class Why(StrEnum):
    """Why goods turn back; the `reason` of the return's lines."""

    REFUSED = "refused"
    NOT_COLLECTED = "not_collected"
    PARTLY = "partly_collected"
    CALLED_BACK = "called_back"
    UNDELIVERED = "undelivered"


#: Everything else that a carrier gives as its reason is a delivery that did not work out.
_WHY = {
    Incident.REFUSED.value: Why.REFUSED,
    Incident.STORAGE_EXPIRED.value: Why.NOT_COLLECTED,
    Incident.SENDER_REQUEST.value: Why.CALLED_BACK,
}
#: Where the way back of a parcel stands, ours or a return order's (`OrderState` of `Returns.read_return`).
_STAGES = {
    Status.CREATED: ReturnStage.COLLECTION_BOOKED,
    Status.ACCEPTED_AT_WAREHOUSE: ReturnStage.IN_TRANSIT,
    Status.IN_TRANSIT: ReturnStage.IN_TRANSIT,
    Status.RETURNING: ReturnStage.IN_TRANSIT,
    Status.RETURNED: ReturnStage.RECEIVED,
}
_TRACKED = "tracking:"


@dataclass(frozen=True, slots=True)
class Started:
    """A return to be saved with its shipment's key, and what a person has to say about it."""

    case: Return
    why: Why
    problems: tuple[Problem, ...] = ()


def stage_of(status: Status) -> ReturnStage | None:
    """What the status of a parcel on its way back says about the return; None = nothing."""
    return _STAGES.get(status)


def key_of(number: str) -> str:
    """`Return.key` of what this shipment (our number) began."""
    return f"{_TRACKED}{number}"


def start(
    shipment: ShipmentView,
    deal_id: int,
    number: str,
    sold: Sequence[Sold],
    others: Sequence[Return],
    now: datetime,
    back: Sequence[Told] | None = None,
) -> Started | None:
    """The return that this shipment begins, with our `number` for it; None = none, or it has begun already.

    `shipment` speaks for its goods (`flows.legs.pieces`), `others` are all returns of the deal. `back`: what the
    recipient left, where the system lists it (boxberry.md §7, dpd.md §10); None = it does not, then a person says which
    rows come back. Goods that an open return expects already are not expected twice."""
    why = _why(shipment)
    key = key_of(shipment.number)
    if why is None or any(each.key == key for each in others):
        return None
    rooms = rooms_of(sold, others)
    wishes, problems = _partly(back, rooms) if why is Why.PARTLY else _whole(shipment, rooms, others)
    if not wishes and not problems:
        return None
    lines, wrong = lines_of([replace(wish, reason=why.value) for wish in wishes], rooms) if wishes else ((), [])
    at = ReturnStage.RECEIVED if shipment.status is Status.RETURNED else ReturnStage.IN_TRANSIT
    case = Return(number, deal_id, at, ReturnOrigin.TRACKING, lines, now, key, undelivered=True)
    return Started(case, why, (*problems, *wrong))


def _why(shipment: ShipmentView) -> Why | None:
    if shipment.status is Status.DELIVERED:
        return Why.PARTLY if shipment.incident == Incident.PARTIAL else None
    if shipment.status not in (Status.RETURNING, Status.RETURNED):
        return None
    return _WHY.get(shipment.incident, Why.UNDELIVERED)


def _partly(back: Sequence[Told] | None, rooms: Rooms) -> tuple[tuple[Wish, ...], list[Problem]]:
    if back is None:
        return (), [Problem("return_rows_unknown", Field.ITEMS)]
    return by_article([each for each in back if each.quantity > 0], rooms)


def _whole(shipment: ShipmentView, rooms: Rooms, others: Sequence[Return]) -> tuple[tuple[Wish, ...], list[Problem]]:
    """What the shipment holds, as far as no other return expects it: its portion, what a warehouse packed of it, or all
    goods of the deal. Rows that were written anew are known by their goods. Pieces that another shipment's return still
    holds were sent again since: a person closes that one first."""
    tracked = [line.sold for each in others if each.key.startswith(_TRACKED) and held(each) for line in each.lines]
    left = {row: room.left for row, room in rooms.items()}
    wishes: list[Wish] = []
    again: dict[int, Problem] = {}
    for quantity, rows in _held(shipment, rooms):
        here, rest = take_left(left, rows, quantity)
        wishes += here
        gone = [row for row in rows if rest > 0 and any(same_goods(rooms[row].sold, each) for each in tracked)]
        again |= {row: Problem("return_sent_again", Field.ITEMS, params=naming(rooms[row].sold)) for row in gone}
    return tuple(wishes), list(again.values())


def _held(shipment: ShipmentView, rooms: Rooms) -> list[tuple[Decimal, list[int]]]:
    """How much of what lies in it, and in which rows that may be."""
    if shipment.portion is not None:
        return [(line.quantity, _rows_of(line, rooms)) for line in shipment.portion.lines]
    if shipment.picking is not None and shipment.picking.asked:
        return [(line.quantity, _rows_of(line, rooms)) for line in got(shipment.picking).lines]
    return [(room.sold.quantity, [row]) for row, room in rooms.items()]


def _rows_of(line: Line, rooms: Rooms) -> list[int]:
    if line.row in rooms:
        return [line.row]
    wanted = (line.product_id, line.name.strip())
    return [row for row, room in rooms.items() if same_product(wanted, (room.sold.product_id, room.sold.title))]
