"""The life of an order: statuses, problems, automatic routes, return orders (contract §6.8, §6.9, §11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.cdek.core import Cdek, wire_time
from sandbox.cdek.geo import City, cities
from sandbox.cdek.model import Order, Request, Status

from . import tariffs as tariff_rules
from .decide import FINAL, cash_on_delivery
from .routes import ROUTES, default_route
from .status_codes import OFFICELESS, status_code
from .webhooks import publish

# Reasons that leave nothing to send back: lost, disposed of (§11.2).
_NO_RETURN = ("26", "27")


def set_status(
    cdek: Cdek, order: Order, code: str, *, reason: str | None = None, city_code: int | None = None
) -> Status:
    """Add a status and tell the subscribers. Raises ValueError for a code CDEK does not have."""
    with cdek.lock:
        known = status_code(code)
        if known is None:
            raise ValueError(f"no such status: {code}")
        city = _city_of(order, known.code, city_code)
        place: dict[str, Any] = {"city_code": city.code, "city_uuid": city.uuid} if city else {}
        status = cdek.new_status(known.code, known.name, city.name if city else "Офис СДЭК", reason=reason, **place)
        order.statuses.append(status)
        _learn(cdek, order, known.code, reason)
        cdek.note("order.status", order.number, uuid=order.uuid, code=known.code, reason=reason)
        publish(cdek, order.account, "ORDER_STATUS", order.uuid, status_attributes(order, status))
        if known.code == "NOT_DELIVERED" and reason not in _NO_RETURN and not order.is_return:
            create_return(cdek, order)
    return status


def roll_back(cdek: Cdek, order: Order) -> Status:
    """Mark the newest status as rolled back (``deleted``) and tell the subscribers."""
    with cdek.lock:
        status = order.statuses[-1]
        status.deleted = True
        publish(cdek, order.account, "ORDER_STATUS", order.uuid, status_attributes(order, status))
    return status


def status_attributes(order: Order, status: Status) -> dict[str, Any]:
    """``attributes`` of an ORDER_STATUS push; codes in the webhook's spelling."""
    known = status_code(status.code)
    attributes: dict[str, Any] = {
        "is_return": order.is_return,
        "is_reverse": False,
        "is_client_return": order.is_client_return,
        "number": order.number,
        "related_entities": [
            {"type": row["type"], "uuid": row["uuid"], "cdek_number": row.get("cdek_number", "")}
            for row in order.related
            if row["type"] in ("direct_order", "client_direct_order")
        ],
        "code": known.pushed if known else status.code,
        "status_code": known.number if known else "1000",
        "status_date_time": status.at,
        "city_name": status.city,
        "deleted": status.deleted,
    }
    if order.cdek_number:
        attributes["cdek_number"] = order.cdek_number
    if status.reason:
        attributes["status_reason_code"] = status.reason
    if status.city_code:
        attributes["city_code"] = str(status.city_code)
    return attributes


def add_problem(cdek: Cdek, order: Order, code: str) -> None:
    """A delivery problem (§11.4); the status stays as it is."""
    with cdek.lock:
        row = {"code": code, "create_date": cdek.now_text()}
        order.problems.append(row)
        cdek.note("order.problem", order.number, uuid=order.uuid, code=code)
        facts = {"cdek_number": order.cdek_number, "number": order.number} | row
        publish(cdek, order.account, "DELIV_PROBLEM", order.uuid, facts)


def start_route(cdek: Cdek, order: Order, route: str | Sequence[Mapping[str, Any]] | None = None) -> None:
    """Let the order move on by itself: a named route, given steps, or what suits its tariff."""
    with cdek.lock:
        chosen = route if route is not None else default_route(order)
        order.route = steps_of(cdek, chosen)
        _arm(cdek, order)


def steps_of(cdek: Cdek, route: str | Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Steps of a named or given route. Raises ValueError for an unknown name or a bad step."""
    if isinstance(route, str):
        named = cdek.switches.routes.get(route) or ROUTES.get(route)
        if named is None:
            raise ValueError(f"no such route: {route} (there are: {', '.join(sorted(ROUTES))})")
        route = named
    steps = [dict(step) for step in route]
    for step in steps:
        code = step.get("code")
        if (code is None and not {"problem", "failed_call"} & set(step)) or (code and status_code(str(code)) is None):
            raise ValueError(f"a step needs a known status code, a problem or a failed_call: {step}")
    return steps


def on_read(cdek: Cdek, order: Order) -> None:
    """Count a reading: a step that waits for reads may be due."""
    if order.reads_left > 0:
        order.reads_left -= 1
        if order.reads_left == 0:
            _step(cdek, order)


def _arm(cdek: Cdek, order: Order) -> None:
    if not order.route:
        return
    step = order.route[0]
    if "reads" in step:
        order.reads_left = int(step["reads"])
        return
    armed = order.route
    seconds = float(step.get("seconds", cdek.switches.step_seconds))

    def due() -> None:
        # A route that was replaced meanwhile must not be moved by the old timer.
        if order.route is armed and not order.removed:
            _step(cdek, order)

    cdek.after(seconds, due)


def _step(cdek: Cdek, order: Order) -> None:
    step, order.route = order.route[0], order.route[1:]
    if "problem" in step:
        add_problem(cdek, order, str(step["problem"]))
    if "failed_call" in step:
        calls = order.extra.setdefault("calls", {"failed_calls": [], "rescheduled_calls": []})
        calls["failed_calls"].append({"date_time": cdek.now_text(), "reason_code": int(step["failed_call"])})
    if "code" in step:
        reason = step.get("reason_code")
        city_code = step.get("city_code")
        set_status(cdek, order, step["code"], reason=str(reason) if reason else None, city_code=city_code)
    _arm(cdek, order)


def _city_of(order: Order, code: str, city_code: int | None) -> City | None:
    if city_code is not None:
        return cities().get(city_code)
    if code in OFFICELESS:
        return None
    at_start = code in ("RECEIVED_AT_SHIPMENT_WAREHOUSE",) or "SENDER" in code
    chosen = order.from_code if at_start else order.to_code
    return cities().get(chosen) if chosen else None


def _learn(cdek: Cdek, order: Order, code: str, reason: str | None) -> None:
    now = datetime.fromtimestamp(cdek.time(), UTC)
    if code == "RECEIVED_AT_SHIPMENT_WAREHOUSE" and order.from_code and order.to_code:
        tariff = tariff_rules.tariffs()[order.body["tariff_code"]]
        days = tariff_rules.days(tariff, cities()[order.from_code], cities()[order.to_code])[1]
        planned = (now + timedelta(days=days)).date().isoformat()
        order.extra["planned_delivery_date"] = planned
        new_value = {"type": "DATE", "value": planned}
        facts = {"modification_type": "PLANED_DELIVERY_DATE_CHANGED", "new_value": new_value}
        publish(cdek, order.account, "ORDER_MODIFIED", order.uuid, facts)
    elif code in ("ACCEPTED_AT_PICK_UP_POINT", "POSTOMAT_POSTED"):
        days = 7 if code == "ACCEPTED_AT_PICK_UP_POINT" else 3
        order.extra["keep_free_until"] = wire_time((now + timedelta(days=days)).timestamp())
    elif code == "TAKEN_BY_COURIER":
        courier = {"name": "Смирнов Олег", "car_model": "", "registration_mark": "", "phone": "+79990000000, доб. 123"}
        visit: dict[str, Any] = {"task_type": "DELIVERY", "cdek_number": order.cdek_number, "courier": courier}
        publish(cdek, order.account, "COURIER_INFO", order.uuid, visit)
    elif code in ("DELIVERED", "POSTOMAT_RECEIVED"):
        _hand_over(order, now, partial=reason == "20")


def _hand_over(order: Order, now: datetime, *, partial: bool) -> None:
    cash = cash_on_delivery(order.body)
    detail = order.extra.setdefault("delivery_detail", {"delivery_sum": 0.0, "total_sum": 0.0})
    detail |= {"date": now.astimezone(UTC).date().isoformat(), "recipient_name": order.body["recipient"]["name"]}
    if cash:
        detail |= {"payment_sum": cash, "payment_info": [{"type": "CARD", "sum": cash}]}
    items = [item for package in order.body["packages"] for item in package.get("items") or []]
    for index, item in enumerate(items):
        # Partial delivery: the last row of goods goes back.
        item["delivery_amount"] = 0 if partial and index == len(items) - 1 else item["amount"]


def leave(order: Order, left: Mapping[str, int] | None) -> None:
    """How much of each article the recipient left. Raises ValueError for what the order does not hold."""
    items = [item for package in order.body["packages"] for item in package.get("items") or []]
    rest = dict(left or {})
    for item in items:
        back = min(item["amount"], rest.get(item["ware_key"], 0))
        rest[item["ware_key"]] = rest.get(item["ware_key"], 0) - back
        item["delivery_amount"] = item["amount"] - back
        if left is None:
            del item["delivery_amount"]
    if any(rest.values()):
        raise ValueError(f"left: the order holds no such goods: {rest}")


def create_return(cdek: Cdek, direct: Order) -> Order:
    """The return order that CDEK makes for an undelivered parcel; it runs by itself where routes do."""
    return spawn(cdek, direct, is_return=True, link="return_order", back="direct_order", tariff=None)


def spawn(cdek: Cdek, direct: Order, *, is_return: bool, link: str, back: str, tariff: int | None) -> Order:
    """An order in the opposite direction, linked both ways, ready at once."""
    with cdek.lock:
        uuid = cdek.new_uuid()
        body = _reversed_body(direct, tariff)
        made = Order(uuid, direct.account, body, cdek.time(), number=uuid)
        made.is_return, made.is_client_return = is_return, not is_return
        made.cdek_number = cdek.next_cdek_number()
        made.from_code, made.to_code = direct.to_code, direct.from_code
        made.requests.append(Request(cdek.new_uuid(), "CREATE", cdek.now_text(), "SUCCESSFUL"))
        made.related.append(_link(direct, back, cdek))
        cdek.add_order(made)
        cdek.by_cdek_number[made.cdek_number] = made
        direct.related.append(_link(made, link, cdek))
        cdek.note("order.return_created", direct.number, uuid=uuid, direct=direct.uuid, cdek_number=made.cdek_number)
        set_status(cdek, made, "ACCEPTED")
        set_status(cdek, made, "CREATED")
        if cdek.switches.auto_route or direct.extra.get("moves"):
            made.extra["moves"] = True
            start_route(cdek, made, "return")
    return made


def _reversed_body(direct: Order, tariff: int | None) -> dict[str, Any]:
    body = direct.body
    sender = body.get("sender") or {"name": direct.account.company, "phones": [{"number": direct.account.phone}]}
    new = {"type": direct.type, "tariff_code": tariff or 136, "sender": body["recipient"], "recipient": sender}
    new["packages"] = [dict(package) for package in body["packages"]]
    for old, fresh in (("delivery_point", "shipment_point"), ("shipment_point", "delivery_point")):
        if body.get(old):
            new[fresh] = body[old]
    for old, fresh in (("to_location", "from_location"), ("from_location", "to_location")):
        if body.get(old):
            new[fresh] = body[old]
    return new


def _link(order: Order, kind: str, cdek: Cdek) -> dict[str, Any]:
    row = {"uuid": order.uuid, "type": kind, "create_time": cdek.now_text()}
    return row | ({"cdek_number": order.cdek_number} if order.cdek_number else {})


def is_final(order: Order) -> bool:
    return order.status in FINAL
