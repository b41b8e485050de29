"""Courier pick-ups (contract §9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_value, empty, error, warning
from sandbox.cdek.geo import City, cities, recognise
from sandbox.cdek.model import Account, Entity, Order, Request

from . import orders
from .tariffs import FROM_DOOR, tariffs

NAMES = {"ACCEPTED": "Принят", "CREATED": "Создан", "REMOVED": "Удален", "READY_FOR_APPOINTMENT": "Готов к назначению",
         "APPOINTED_COURIER": "Назначен курьер", "DONE": "Завершен", "PROBLEM_DETECTED": "Обнаружена проблема",
         "PROCESSING_REQUIRED": "Требует обработки", "INVALID": "Некорректный"}  # fmt: skip
FINAL = ("REMOVED", "DONE", "INVALID")
CONSOLIDATED_TARIFF = 158
MAX_DAYS, EARLIEST, LATEST, LATE_HOUR = 31, "09:00", "22:00", 15
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def create(cdek: Cdek, account: Account, body: dict[str, Any]) -> tuple[str, Request]:
    """Phase one; the intake gets its number by the clock. Raises Refused."""
    with cdek.lock:
        order = _order(cdek, account, body)
        city = _city(body, order)
        if problems := [*_missing(body, order), *_bad_times(cdek, body, city)]:
            raise _refuse(*problems)
        _check_free(cdek, account, body, order)
        intake = Entity(cdek.new_uuid(), account, "intake", dict(body), cdek.time())
        intake.order_uuids = [order.uuid] if order else []
        intake.extra["city"] = city.code
        request = cdek.new_request("CREATE")
        if _is_late(cdek, body, city):
            request.warnings.append(warning("v2_late_intake"))
        intake.requests.append(request)
        intake.statuses.append(cdek.new_status("ACCEPTED", NAMES["ACCEPTED"]))
        cdek.entities[intake.uuid] = intake
        cdek.note("intake.accepted", intake.uuid, order=order.number if order else None, date=body["intake_date"])
        cdek.after(cdek.decision_delay(), lambda: _decide(cdek, intake, request, order))
    return intake.uuid, request


def _refuse(*problems: dict[str, str], kind: str = "CREATE") -> Refused:
    return Refused(list(problems), envelope="request", request_type=kind)


def _order(cdek: Cdek, account: Account, body: Mapping[str, Any]) -> Order | None:
    if body.get("order_uuid"):
        return orders.by_uuid(cdek, account, str(body["order_uuid"]), request_type="CREATE")
    if body.get("cdek_number"):
        return orders.by_numbers(cdek, account, str(body["cdek_number"]), None)
    return None


def _city(body: Mapping[str, Any], order: Order | None) -> City:
    location = body.get("from_location")
    if location:
        found = recognise(location)
    elif order is not None:
        # While the order is being decided, only its own address tells.
        found = cities()[order.from_code] if order.from_code else recognise(order.body.get("from_location") or {})
    else:
        raise _refuse(error("v2_order_number_empty"))
    if found is None:
        raise _refuse(error("v2_sender_location_not_recognized"))
    return found


def _missing(body: Mapping[str, Any], order: Order | None) -> list[dict[str, str]]:
    wanted = ["intake_date", "intake_time_from", "intake_time_to"]
    if order is None:
        wanted += ["name", "sender", "from_location"]
    problems = [empty(name) for name in wanted if not body.get(name)]
    location = body.get("from_location")
    if location and not location.get("address"):
        problems.append(empty("from_location.address"))
    return problems


def _bad_times(cdek: Cdek, body: Mapping[str, Any], city: City) -> list[dict[str, str]]:
    for name in ("intake_time_from", "intake_time_to", "lunch_time_from", "lunch_time_to"):
        if body.get(name) and not _TIME.fullmatch(str(body[name])):
            return [bad_value(body[name], name)]
    try:
        day = date.fromisoformat(str(body.get("intake_date")))
    except ValueError:
        return [bad_value(body.get("intake_date"), "intake_date")] if body.get("intake_date") else []
    today = _local(cdek, city).date()
    start, end = str(body.get("intake_time_from", "")), str(body.get("intake_time_to", ""))
    rules = (
        (day < today, "ve_ci_pickup_date_expired"),
        (day > today + timedelta(days=MAX_DAYS), "ve_ci_pickup_date_too_large"),
        (start < EARLIEST, "ve_ci_pickup_time_too_small"),
        (end > LATEST, "ve_ci_pickup_time_too_large"),
        (end <= start, "ve_ci_pickup_time_to_before_from"),
    )
    return [error(code) for broken, code in rules if broken]


def _local(cdek: Cdek, city: City) -> datetime:
    return datetime.fromtimestamp(cdek.time(), UTC).astimezone(ZoneInfo(city.time_zone))


def _is_late(cdek: Cdek, body: Mapping[str, Any], city: City) -> bool:
    local = _local(cdek, city)
    return local.hour >= LATE_HOUR and body["intake_date"] == local.date().isoformat()


def _check_free(cdek: Cdek, account: Account, body: Mapping[str, Any], order: Order | None) -> None:
    for other in cdek.entities.values():
        if other.kind != "intake" or other.account != account or other.status in FINAL:
            continue
        if order is not None and order.uuid in other.order_uuids:
            raise _refuse(error("v2_intake_exists_by_order"))
        mine, theirs = body.get("from_location") or {}, other.body.get("from_location") or {}
        same_place = mine.get("address") and mine.get("address") == theirs.get("address")
        if same_place and body["intake_date"] == other.body["intake_date"]:
            raise _refuse(error("v2_intake_exists_by_date_address"))


def _decide(cdek: Cdek, intake: Entity, request: Request, order: Order | None) -> None:
    if intake.status in FINAL:
        return
    tariff = tariffs().get(order.body["tariff_code"]) if order else None
    if tariff is not None and tariff.mode not in FROM_DOOR and tariff.code != CONSOLIDATED_TARIFF:
        request.state, request.errors = "INVALID", [error("ve_tariff_mode_not_from_door")]
        move(cdek, intake, "INVALID")
    else:
        request.state = "SUCCESSFUL"
        intake.extra["intake_number"] = cdek.next_intake_number()
        move(cdek, intake, "CREATED")
    cdek.note("intake.decided", intake.uuid, state=request.state)


def move(cdek: Cdek, intake: Entity, code: str) -> None:
    """A new status of a pick-up. Raises ValueError for an unknown one."""
    if code not in NAMES:
        raise ValueError(f"no such intake status: {code}")
    intake.statuses.append(cdek.new_status(code, NAMES[code]))


def one(cdek: Cdek, account: Account, uuid: str, request_type: str = "GET") -> Entity:
    """Raises Refused."""
    found = cdek.entities.get(orders.check_uuid(uuid, request_type))
    if found is None or found.kind != "intake":
        raise _refuse(error("v2_entity_not_found", f"Entity is not found by uuid {uuid}"), kind=request_type)
    if found.account != account:
        raise _refuse(error("v2_entity_forbidden"), kind=request_type)
    return found


def of_order(cdek: Cdek, account: Account, order_uuid: str) -> list[dict[str, Any]]:
    order = orders.by_uuid(cdek, account, order_uuid)
    found = [row for row in cdek.entities.values() if row.kind == "intake" and order.uuid in row.order_uuids]
    return [as_json(cdek, row) for row in found]


def remove(cdek: Cdek, account: Account, uuid: str) -> Request:
    """Raises Refused in a final status."""
    with cdek.lock:
        intake = one(cdek, account, uuid, "DELETE")
        if intake.status in FINAL:
            raise _refuse(error("v2_entity_has_final_status"), kind="DELETE")
        move(cdek, intake, "REMOVED")
        request = cdek.new_request("DELETE", "SUCCESSFUL")
        intake.requests.append(request)
        return request


def change_status(cdek: Cdek, account: Account, body: Mapping[str, Any]) -> tuple[str, Request]:
    """``PATCH /v2/intakes``: only PROCESSING_REQUIRED with an additional status. Raises Refused."""
    status = body.get("status") or {}
    if not body.get("uuid"):
        raise _refuse(empty("uuid"), kind="UPDATE")
    if status.get("code") != "PROCESSING_REQUIRED":
        raise _refuse(bad_value(status.get("code"), "status.code"), kind="UPDATE")
    if status.get("add_status") not in ("CALL_REQUIRED", "DOC_REQUIRED"):
        raise _refuse(bad_value(status.get("add_status"), "status.add_status"), kind="UPDATE")
    with cdek.lock:
        intake = one(cdek, account, str(body["uuid"]), "UPDATE")
        if intake.status not in ("PROCESSING_REQUIRED", "READY_FOR_APPOINTMENT", "APPOINTED_COURIER"):
            raise _refuse(error("v2_update_forbidden"), kind="UPDATE")
        move(cdek, intake, "PROCESSING_REQUIRED")
        request = cdek.new_request("UPDATE", "SUCCESSFUL")
        intake.requests.append(request)
        return intake.uuid, request


def available_days(cdek: Cdek, body: Mapping[str, Any]) -> dict[str, Any]:
    """``POST /v2/intakes/availableDays``: no Sundays. Raises Refused."""
    if not body.get("from_location"):
        raise Refused(empty("from_location"))
    city = recognise(body["from_location"])
    if city is None:
        raise Refused(error("v2_sender_location_not_recognized"))
    today = _local(cdek, city).date()
    span = [today + timedelta(days=number) for number in range(8)]
    return {"date": [day.isoformat() for day in span if day.isoweekday() != 7], "all_days": False}


def as_json(cdek: Cdek, intake: Entity) -> dict[str, Any]:
    row: dict[str, Any] = {"weight": 100, "length": 1, "width": 1, "height": 1} | intake.body | {"uuid": intake.uuid}
    for uuid in intake.order_uuids:
        order = cdek.orders[uuid]
        row |= {"order_uuid": uuid} | ({"cdek_number": order.cdek_number} if order.cdek_number else {})
    if "intake_number" in intake.extra:
        row["intake_number"] = intake.extra["intake_number"]
    city = cities()[intake.extra["city"]]
    place = {"code": city.code, "city": city.name, "region": city.region, "region_code": city.region_code}
    row["from_location"] = dict(intake.body.get("from_location") or {}) | place | {"country_code": "RU"}
    row["statuses"] = [{"code": found.code, "name": found.name, "date_time": found.at} for found in intake.statuses]
    return row
