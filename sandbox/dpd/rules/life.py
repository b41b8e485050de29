"""What happens to an order: events and parcel states, for the record and for both inboxes (contract §7, §8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.dpd.geo import City, cities, distance
from sandbox.dpd.model import Order, Piece
from sandbox.dpd.soap import now_moscow
from sandbox.kernel.carrier import Step

from . import inbox

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

#: Nothing moves an order after these.
FINAL = frozenset({"1301", "2501", "2901", "3301", "3302", "3303", "3304", "3305", "3306"})
#: Not picked up yet: it can still be cancelled (§5.3).
CANCELLABLE = frozenset({"", "1001", "1101", "1201", "1401", "1501"})
_BACK = frozenset({"2102", "2203", "2204", "2305", "2309", "3306"})
_DEAD = frozenset({"1301", "2501", "2901"})
#: A parcel state asked for by name comes with this event; T = the variant ends at a point.
_EVENT_OF_STATE = {
    "NewOrderByClient": "1401", "NotDone": "2901", "OnTerminalPickup": "1601", "OnRoad": "2101", "OnTerminal": "1802",
    "Delivering": "2301", "Lost": "3303", "Problem": "2410", "ReturnedFromDelivery": "2407", "NewOrderByDPD": "2102",
}  # fmt: skip
_STATES_BY_WAY = {"OnTerminalDelivery": ("2202", "2201"), "Delivered": ("3304", "3305")}


@dataclass(frozen=True, slots=True)
class Known:
    """One line of the table of events."""

    number: str
    marker: str
    name: str
    state: str


@cache
def known_events() -> Mapping[str, Known]:
    text = (Path(__file__).parents[1] / "data" / "events.txt").read_text("utf-8")
    rows = (line.split("|") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[0]: Known(row[0], row[1], row[2], row[3] if len(row) > 3 else "") for row in rows}


def move(dpd: Dpd, order: Order, step: Step) -> None:
    """`code`: an event's number or a parcel state's name; `reason`, `reason_name`; `parcel`: the index of the only one
    that moves; `partial`: goods came back; `state`: the parcel state, whatever the table says. Raises ValueError."""
    known = {"code", "reason", "reason_name", "parcel", "partial", "state", "wait"}
    if strange := sorted(set(step) - known):
        raise ValueError(f"unknown keys: {', '.join(strange)} (known: {', '.join(sorted(known))})")
    number, state = _event_of(order, str(step.get("code", "")))
    if not order.order_num:
        raise ValueError(f"order {order.number} has no number of DPD's yet: {order.status}")
    found = known_events().get(number) or Known(number, "OrderUnknown", f"Событие {number}", "")
    state = str(step.get("state") or state or found.state)
    pieces = order.pieces if step.get("parcel") is None else [order.pieces[int(step["parcel"])]]
    if number in _BACK and not order.return_num:
        _open_return(dpd, order, pieces)
    for piece in pieces if number >= "16" else pieces[:1]:
        _event(dpd, order, found, step, piece if number >= "16" else None)
        if state:
            _state(dpd, order, state, piece, step)
    order.last_event = number
    if number in _DEAD:
        order.status = "OrderCancelled"
    dpd.note("order.moved", order.number, code=number, order_num=order.order_num)


def _event_of(order: Order, code: str) -> tuple[str, str]:
    if len(code) == 4 and code.isdigit():
        return code, ""
    if code in _STATES_BY_WAY:
        return _STATES_BY_WAY[code][order.variant.endswith("Т")], code
    if code in _EVENT_OF_STATE:
        return _EVENT_OF_STATE[code], code
    raise ValueError(f"code must be a four-digit event number or a parcel state, not {code!r}")


def birth(dpd: Dpd, order: Order) -> None:
    """The order was accepted: `OK` at once, or after an employee finished it."""
    order.order_num = f"RU{next(dpd.order_numbers):09d}"
    order.status, order.error = "OK", ""
    for number in ("1001", "1401"):
        move(dpd, order, {"code": number})


def _open_return(dpd: Dpd, order: Order, pieces: list[Piece]) -> None:
    """DPD makes the return order itself (§10)."""
    order.return_num = f"RU{next(dpd.order_numbers):09d}"
    dpd.note("order.return_created", order.number, order_num=order.order_num, return_num=order.return_num)
    for piece in pieces:
        _state(dpd, order, "NewOrderByDPD", piece, {})


def place_of(order: Order, number: str) -> City:
    """Where an event happens; on the way back the ends change places."""
    at_start = number < "2101" or number in ("2203", "2204", "2309", "3306")
    return cities()[order.from_city if at_start else order.to_city]


def _event(dpd: Dpd, order: Order, found: Known, step: Step, piece: Piece | None) -> None:
    back = found.number in _BACK
    city = place_of(order, found.number)
    moment = datetime.fromtimestamp(dpd.time(), city.zone)
    row: dict[str, Any] = {
        "clientOrderNr": order.number,
        "dpdOrderNr": order.return_num if back and found.number != "2102" else order.order_num,
        "eventNumber": found.number,
        "eventCode": found.marker,
        "eventName": found.name,
        "eventDate": _date_text(dpd, moment),
        "parameter": [
            *_parameters(dpd, order, found.number, city, moment),
            *(_goods(order) if step.get("partial") else []),
        ],
    }
    if piece is not None:
        row |= {"clientParcelNr": piece.number or None, "dpdParcelNr": piece.dpd_number}
    if step.get("reason"):
        row |= {"reasonCode": str(step["reason"]), "reasonName": str(step.get("reason_name", ""))}
    order.events.append(row)
    inbox.put(dpd, order.client, "events", row)


def _date_text(dpd: Dpd, moment: datetime) -> str:
    """Local time, and a string in the schema (§8): its form is not recorded."""
    return moment.strftime("%d.%m.%Y %H:%M:%S" if dpd.switches.event_date == "ru" else "%Y-%m-%dT%H:%M:%S")


def _parameters(dpd: Dpd, order: Order, number: str, city: City, moment: datetime) -> list[dict[str, Any]]:
    found = [_string("PointCity", city.name)]
    hours = (moment.utcoffset() or timedelta()).total_seconds() / 3600
    if dpd.switches.loc_zone == "text":
        found.append(_string("MomentLocZone", f"GMT{hours:+03.0f}:00"))
    elif dpd.switches.loc_zone == "number":
        found.append({"type": "Decimal", "paramName": "MomentLocZone", "valueDecimal": int(hours)})
    if number in _BACK:
        found += [_string("OrderType", "RETURN"), _string("NewOrderNumber", order.return_num)]
    if number == "1802":
        weight = order.body["cargoWeight"]
        found += [{"type": "Decimal", "paramName": name, "valueDecimal": weight} for name in ("Weght", "PayWeght")]
    if number == "2201":
        until = now_moscow(dpd.time()) + timedelta(days=7)
        found.append({"type": "DateTime", "paramName": "FreeStoreDate", "valueDateTime": until})
    return found


def _string(name: str, value: str) -> dict[str, Any]:
    return {"type": "String", "paramName": name, "valueString": value}


def _goods(order: Order) -> list[dict[str, Any]]:
    """What came back of a partial delivery: the last line of goods."""
    lines = order.body.get("unitLoad") or []
    names = {"article", "descript", "declared_value", "parcel_num", "npp_amount", "vat_percent", "without_vat", "count"}
    rows = [
        {name: value for name, value in line.items() if name in names}
        | {"state_name": "Возврат" if line is lines[-1] else "Доставлено"}
        for line in lines
    ]
    return [{"type": "UnitLoad", "paramName": f"UnitLoad{at}", "value": [row]} for at, row in enumerate(rows, start=1)]


def _state(dpd: Dpd, order: Order, state: str, piece: Piece, step: Step) -> None:
    city = place_of(order, order.last_event if not step else str(step.get("code", "")))
    row: dict[str, Any] = {
        "clientOrderNr": order.number,
        "clientParcelNr": piece.number or None,
        "dpdOrderNr": order.order_num,
        "dpdParcelNr": piece.dpd_number,
        "pickupDate": order.pickup,
        "planDeliveryDate": planned(order),
        "newState": state,
        "transitionTime": now_moscow(dpd.time()),
        "terminalCode": f"T{city.rank:02d}",
        "terminalCity": city.name,
    }
    if order.return_num:
        row |= {"dpdOrderReNr": order.return_num, "dpdParcelReNr": f"{piece.dpd_number}R", "isReturn": True}
    if step.get("reason"):
        row |= {"incidentCode": str(step["reason"]), "incidentName": str(step.get("reason_name", ""))}
    if state == "Delivered":
        row["consignee"] = str(order.receiver["contactFio"])
    order.states.append(row)
    inbox.put(dpd, order.client, "states", row)


def planned(order: Order) -> Any:
    """The day of delivery: as changed, or by distance."""
    days = 1 + int(distance(cities()[order.from_city], cities()[order.to_city]) // 700)
    return order.delivery_date or order.pickup + timedelta(days=days)
