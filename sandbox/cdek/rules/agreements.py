"""Delivery agreements and intervals: another day, another address (contract §10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_value, empty, error
from sandbox.cdek.geo import recognise
from sandbox.cdek.model import Account, Entity, Order, Request

from . import life, orders
from .tariffs import TO_DOOR, tariffs
from .webhooks import publish

NAMES = {"ACCEPTED": "Принят", "PROCESSING": "Зарегистрирован", "INVALID": "Некорректный", "CANCEL": "Отменен"}
WINDOWS = (("09:00", "14:00"), ("14:00", "18:00"), ("10:00", "18:00"), ("18:00", "22:00"))


def create(cdek: Cdek, account: Account, body: dict[str, Any]) -> tuple[str, Request]:
    """Register an agreement; the newest one wins. Raises Refused."""
    with cdek.lock:
        order = order_of(cdek, account, body)
        _check(body)
        if any(found.status == "ACCEPTED" for found in of_order(cdek, order)):
            raise _refuse(error("v2_similar_request_still_processed"))
        agreement = Entity(cdek.new_uuid(), account, "delivery", dict(body), cdek.time())
        agreement.order_uuids = [order.uuid]
        request = cdek.new_request("CREATE")
        agreement.requests.append(request)
        agreement.statuses.append(cdek.new_status("ACCEPTED", NAMES["ACCEPTED"]))
        cdek.entities[agreement.uuid] = agreement
        cdek.note("agreement.accepted", order.number, uuid=agreement.uuid, date=body["date"])
        cdek.after(cdek.decision_delay(), lambda: _decide(cdek, order, agreement, request))
    return agreement.uuid, request


def _refuse(problem: dict[str, str], kind: str = "CREATE") -> Refused:
    return Refused(problem, envelope="request", request_type=kind)


def order_of(cdek: Cdek, account: Account, query: Mapping[str, Any]) -> Order:
    """By ``order_uuid`` or ``cdek_number``. Raises Refused."""
    if query.get("order_uuid"):
        return orders.by_uuid(cdek, account, str(query["order_uuid"]))
    if query.get("cdek_number"):
        return orders.by_numbers(cdek, account, str(query["cdek_number"]), None)
    raise _refuse(error("v2_order_number_empty"))


def _check(body: Mapping[str, Any]) -> None:
    if not body.get("date"):
        raise _refuse(empty("date"))
    try:
        date.fromisoformat(str(body["date"]))
    except ValueError:
        raise _refuse(bad_value(body["date"], "date")) from None
    if body.get("delivery_point") and body.get("to_location"):
        raise _refuse(error("v2_delivery_address_multivalued"))


def of_order(cdek: Cdek, order: Order) -> list[Entity]:
    return [found for found in cdek.entities.values() if found.kind == "delivery" and order.uuid in found.order_uuids]


def _decide(cdek: Cdek, order: Order, agreement: Entity, request: Request) -> None:
    problem = _problem(cdek, order, agreement.body)
    if problem is not None:
        request.state, request.errors = "INVALID", [problem]
        _move(cdek, agreement, "INVALID")
        return
    request.state = "SUCCESSFUL"
    for other in of_order(cdek, order):
        if other is not agreement and other.status == "PROCESSING":
            _move(cdek, other, "CANCEL")
    _move(cdek, agreement, "PROCESSING")
    _apply(cdek, order, agreement)


def _problem(cdek: Cdek, order: Order, body: Mapping[str, Any]) -> dict[str, str] | None:
    if life.is_final(order) or order.status == "INVALID":
        return error("v2_entity_has_final_status")
    if body["date"] < datetime.fromtimestamp(cdek.time(), UTC).date().isoformat():
        return error("error_validate_dd_date_delivery_before_order_date")
    to_door = _to_door(order, body)
    if to_door and not (body.get("time_from") and body.get("time_to")):
        return error("ve_delivery_time_empty")
    if not to_door:
        office = cdek.offices.get(str(body.get("delivery_point") or order.body.get("delivery_point")))
        if office is None:
            return error("code_invalid")
        if office["type"] == "POSTAMAT":
            return error("v2_impossible_register_date")
        return None if office["location"]["city_code"] == order.to_code else error("v2_city_can_not_be_changed")
    if body.get("to_location"):
        return _city_problem(order, body["to_location"])
    return None


def _city_problem(order: Order, location: Mapping[str, Any]) -> dict[str, str] | None:
    if not any(location.get(name) for name in ("code", "city", "postal_code", "fias_guid")):
        return None
    city = recognise(location)
    if city is None:
        return error("v2_recipient_location_not_recognized")
    return None if city.code == order.to_code else error("v2_city_can_not_be_changed")


def _to_door(order: Order, body: Mapping[str, Any]) -> bool:
    if body.get("to_location"):
        return True
    if body.get("delivery_point"):
        return False
    tariff = tariffs().get(order.body["tariff_code"])
    return tariff is None or tariff.mode in TO_DOOR


def _apply(cdek: Cdek, order: Order, agreement: Entity) -> None:
    body = agreement.body
    if body.get("to_location"):
        order.body["to_location"] = (order.body.get("to_location") or {}) | body["to_location"]
        order.body.pop("delivery_point", None)
    elif body.get("delivery_point"):
        order.body["delivery_point"] = body["delivery_point"]
        order.body.pop("to_location", None)
    link = {"uuid": agreement.uuid, "type": "delivery", "date": body["date"]}
    link |= {name: body[name] for name in ("time_from", "time_to") if body.get(name)}
    order.related = [row for row in order.related if row["type"] != "delivery"] + [link]
    cdek.note("agreement.decided", order.number, uuid=agreement.uuid)
    facts = {"delivery_uuid": agreement.uuid, "date_time": cdek.now_text(), "cdek_number": order.cdek_number}
    facts |= {
        "date": body["date"],
        "source": "EK5_INTEGRATION",
        "type": "DOOR" if _to_door(order, body) else "WAREHOUSE",
    }
    facts |= {name: f"{body[name]}:00" for name in ("time_from", "time_to") if body.get(name)}
    facts |= {name: body[name] for name in ("comment", "delivery_point") if body.get(name)}
    publish(cdek, order.account, "DELIV_AGREEMENT", order.uuid, facts)
    waits = order.status == "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE" and not order.route
    if waits and (cdek.switches.auto_route or order.extra.get("moves")):
        life.start_route(cdek, order, "after_agreement")


def _move(cdek: Cdek, agreement: Entity, code: str) -> None:
    agreement.statuses.append(cdek.new_status(code, NAMES[code]))


def one(cdek: Cdek, account: Account, uuid: str) -> dict[str, Any]:
    """``GET /v2/delivery/{uuid}``. Raises Refused."""
    found = cdek.entities.get(orders.check_uuid(uuid))
    if found is None or found.kind != "delivery":
        raise _refuse(error("v2_entity_not_found", f"Entity is not found by uuid {uuid}"), "GET")
    if found.account != account:
        raise _refuse(error("v2_entity_forbidden"), "GET")
    order = cdek.orders[found.order_uuids[0]]
    entity: dict[str, Any] = {"time_from": "", "time_to": ""} | found.body | {"uuid": uuid, "order_uuid": order.uuid}
    entity |= {"cdek_number": order.cdek_number} if order.cdek_number else {}
    entity["source"] = "EK5_INTEGRATION"
    entity["statuses"] = [{"code": row.code, "name": row.name, "date_time": row.at} for row in found.statuses]
    return {"entity": entity, "requests": [request.as_json() for request in found.requests], "related_entities": []}


def intervals(cdek: Cdek, order: Order) -> dict[str, Any]:
    """Free windows of the next days: none on Sundays."""
    del order
    return {"date_intervals": _days(cdek, {})}


def estimated(cdek: Cdek, body: Mapping[str, Any]) -> dict[str, Any]:
    """``POST /v2/delivery/estimatedIntervals``, before an order exists. Raises Refused."""
    for name in ("date_time", "tariff_code", "to_location"):
        if body.get(name) is None:
            raise Refused(empty(name))
    if not body["to_location"].get("address"):
        raise Refused(empty("to_location.address"))
    if recognise(body["to_location"]) is None:
        raise Refused(error("v2_recipient_location_not_recognized"))
    return {"date_intervals": _days(cdek, {"agreed_count": 3, "total_count": 40})}


def _days(cdek: Cdek, more: Mapping[str, int]) -> list[dict[str, Any]]:
    today = datetime.fromtimestamp(cdek.time(), UTC).date()
    span = [today + timedelta(days=number) for number in range(1, 8)]
    windows = [{"start_time": start, "end_time": end, **more} for start, end in WINDOWS]
    return [{"date": day.isoformat(), "time_intervals": windows} for day in span if day.isoweekday() != 7]
