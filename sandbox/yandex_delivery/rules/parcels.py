"""The life of a platform order: accepted, checked, moved, cancelled; how it reads (§A7, §A8, §A10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import Refused
from sandbox.yandex_delivery.fields import utc
from sandbox.yandex_delivery.geo import cities
from sandbox.yandex_delivery.model import Account, Body, Parcel, State
from sandbox.yandex_delivery.walks import DESCRIPTIONS

# From the first physical scan on a cancel sends the parcel back; from the courier on there is none (§A10).
PHYSICAL = ("SORTING_CENTER_AT_START",)
TOO_LATE = (
    "DELIVERY_TRANSPORTATION_RECIPIENT", "DELIVERY_ARRIVED_PICKUP_POINT", "DELIVERY_TRANSMITTED_TO_RECIPIENT",
    "DELIVERY_DELIVERED", "PARTICULARLY_DELIVERED", "FINISHED",
)  # fmt: skip
_LAST = ("FINISHED", "RETURN_RETURNED", "SORTING_CENTER_RETURN_RETURNED", "VALIDATING_ERROR")


def accept(yandex: Yandex, account: Account, body: Body, details: Body) -> Parcel:
    """The order exists; it is checked in its time. Under the lock."""
    parcel = Parcel(f"{yandex.new_id()}-udp", account.code, body, details, yandex.time())
    parcel.pickup_code = f"{int(parcel.request_id[:6], 16) % 100000:05d}"
    parcel.courier_order_id = f"LO-{int(parcel.request_id[:8], 16) % 10**9:09d}"
    yandex.parcels[parcel.request_id] = parcel
    yandex.by_number[account.code, parcel.number] = parcel
    facts = yandex.facts(parcel)
    yandex.note(
        "order.accepted", parcel.number, request_id=parcel.request_id, account=account.code, api="platform",
        recipient=facts["recipient"], phone=facts["phone"], point=facts["point"], places=len(body["places"]),
        weight=sum(place["physical_dims"]["weight_gross"] for place in body["places"]),
        price=details["pricing_total"], payment=body["billing_info"]["payment_method"],
    )  # fmt: skip
    set_status(yandex, parcel, "DRAFT")
    set_status(yandex, parcel, "VALIDATING")
    yandex.after(yandex.decision_delay(), lambda: _decide(yandex, parcel))
    return parcel


def _decide(yandex: Yandex, parcel: Parcel) -> None:
    if parcel.stopped or parcel.status != "VALIDATING":
        return
    wanted = yandex.override_for(yandex.facts(parcel), "errors")
    if wanted is not None and wanted.errors[0] == "VALIDATING_ERROR":
        reason = str(wanted.errors[1]) if len(wanted.errors) > 1 else ""
        set_status(yandex, parcel, "VALIDATING_ERROR", reason)
        return
    set_status(yandex, parcel, "CREATED")
    yandex.begin_walk(parcel)


def set_status(yandex: Yandex, parcel: Parcel, code: str, description: str = "", reason: str = "") -> None:
    """Add a state to the history. Under the lock."""
    parcel.states.append(State(code, description or DESCRIPTIONS.get(code, code), yandex.time(), reason))
    parcel.stopped = parcel.stopped or code in _LAST
    if code != "DRAFT":
        yandex.note("order.status", parcel.number, request_id=parcel.request_id, code=code, reason=reason)


def by_id(yandex: Yandex, account: Account, request_id: str) -> Parcel:
    """Raises Refused: nobody's, or another account's."""
    parcel = yandex.parcels.get(request_id)
    if parcel is None:
        raise Refused(404, "not_found", f"Order with ID {request_id} not found")
    if parcel.account != account.code:
        raise Refused(403, "customer_order_not_found", "Customer order not found")
    return parcel


def by_number(yandex: Yandex, account: Account, number: str) -> Parcel:
    """By the seller's number. Raises Refused."""
    parcel = yandex.by_number.get((account.code, number))
    if parcel is None or yandex.time() < parcel.created + yandex.switches.lookup_delay:
        raise Refused(404, "not_found", f"Order with ID {number} not found")
    return parcel


def state_json(state: State) -> Body:
    row: Body = {
        "status": state.status,
        "description": state.description,
        "timestamp": int(state.moment),
        "timestamp_utc": utc(state.moment),
    }
    return row | ({"reason": state.reason} if state.reason else {})


def info(parcel: Parcel, *, slim: bool = False) -> Body:
    """``request/info``. The price is not in it (§A6)."""
    row: Body = {"request_id": parcel.request_id, "state": state_json(parcel.states[-1])}
    row["sharing_url"] = f"https://dostavka.yandex.ru/route/{parcel.request_id.removesuffix('-udp')}"
    row["courier_order_id"] = parcel.courier_order_id
    if parcel.body["last_mile_policy"] == "self_pickup":
        row["self_pickup_node_code"] = {"type": "code", "code": parcel.pickup_code}
    if slim:
        return row
    goods = parcel.body["items"]
    total = sum(item["billing_details"]["unit_price"] * item["count"] for item in goods)
    request = parcel.body | {"available_actions": available_actions(parcel)}
    return row | {"request": request, "full_items_price": total}


def available_actions(parcel: Parcel) -> dict[str, bool]:
    """What may still be changed: less and less as the status advances (§A7)."""
    point = parcel.body["last_mile_policy"] == "self_pickup"
    alive = not parcel.stopped and not parcel.cancelling and not parcel.has_been(*TOO_LATE, "CANCELLED")
    early = alive and not parcel.has_been("DELIVERY_AT_START", "SORTING_CENTER_TRANSMITTED")
    start = alive and not parcel.has_been(*PHYSICAL)
    ready = alive and parcel.has_been("CREATED")
    return {
        "update_dates_available": ready,
        "update_address_available": ready and early and not point,
        "update_courier_to_pickup_available": ready and early and not point,
        "update_pickup_to_courier_available": ready and early and point,
        "update_pickup_to_pickup_available": ready and early and point,
        "update_items": ready and start,
        "update_recipient": ready and early,
        "update_places": ready and start,
    }


def actual(parcel: Parcel) -> Body:
    """``request/actual_info``: local times with the offset of the recipient's city."""
    interval = parcel.details["delivery_interval"]
    zone = timezone(timedelta(hours=_offset(parcel)))
    start, end = (datetime.fromtimestamp(interval[key], UTC).astimezone(zone) for key in ("min", "max"))
    hours = {"from": start.timetz().isoformat("minutes"), "to": end.timetz().isoformat("minutes")}
    return {"delivery_date": start.date().isoformat(), "delivery_interval": hours}


def _offset(parcel: Parcel) -> int:
    from .edits import city_of_parcel

    return cities()[city_of_parcel(parcel)].utc_offset


def cancel(yandex: Yandex, account: Account, request_id: str) -> Body:
    """``request/cancel``: started, refused (in HTTP 200), or long done (§A10)."""
    with yandex.lock:
        parcel = by_id(yandex, account, request_id)
        if parcel.cancelling or parcel.has_been("CANCELLED"):
            return {"status": "SUCCESS", "reason": "already_cancelled", "description": "Заказ уже отменен"}
        if parcel.stopped or parcel.has_been(*TOO_LATE):
            words = "Отмена невозможна: заказ передан на доставку"
            return {"status": "ERROR", "reason": "cancel_not_available", "description": words}
        parcel.cancelling = True
        yandex.after(yandex.switches.cancel_seconds, lambda: _cancelled(yandex, parcel))
        return {"status": "CREATED", "reason": "", "description": "Отмена заказа запущена"}


def _cancelled(yandex: Yandex, parcel: Parcel) -> None:
    physical = parcel.has_been(*PHYSICAL)
    parcel.cancelling = False
    # Whatever walk was under way is over.
    parcel.walk += 1
    set_status(yandex, parcel, "CANCELED_IN_PLATFORM")
    set_status(yandex, parcel, "CANCELLED", reason="SHOP_CANCELLED")
    yandex.note("order.cancelled", parcel.number, request_id=parcel.request_id, paid=physical)
    if physical and yandex.switches.auto_route:
        yandex.walk(parcel, "cancelled_back")
    elif not physical:
        parcel.stopped = True


def requests_info(
    yandex: Yandex, account: Account, ids: list[str], start: float | None, end: float | None
) -> list[Any]:
    """``requests/info``: by ids, by time of creation, or both; what is unknown is left out."""
    rows = []
    wanted = set(ids)
    for parcel in yandex.parcels.values():
        if parcel.account != account.code or (wanted and parcel.request_id not in wanted):
            continue
        if (start is not None and parcel.created < start) or (end is not None and parcel.created > end):
            continue
        rows.append(info(parcel))
    return rows
