"""Orders: creation, reading, change, deletion, refusal, client return (contract §4, §6)."""

from __future__ import annotations

import copy
import random
import string
import uuid as uuid_module
from collections.abc import Callable
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_value, error
from sandbox.cdek.geo import cities
from sandbox.cdek.model import Account, Order, Request

from . import life, prints, tariffs
from .accept import check_order
from .decide import decide

Accepted = tuple[str, Request]


def create(cdek: Cdek, account: Account, body: dict[str, Any]) -> Accepted:
    """Phase one of a creation; phase two follows by the clock. Raises Refused."""
    if problems := check_order(body):
        raise Refused(problems, envelope="request", request_type="CREATE")
    with cdek.lock:
        uuid = cdek.new_uuid()
        stored = _normalised(cdek, body)
        order = Order(uuid, account, stored, cdek.time(), number=str(body.get("number") or uuid))
        order.is_client_return = bool(body.get("is_client_return"))
        request = cdek.new_request("CREATE")
        order.requests.append(request)
        cdek.add_order(order)
        _note_accepted(cdek, order)
        life.set_status(cdek, order, "ACCEPTED")
        later(cdek, order, request, lambda: _decide_creation(cdek, order, request))
    return uuid, request


def _normalised(cdek: Cdek, body: dict[str, Any]) -> dict[str, Any]:
    """What CDEK keeps: the body, with repeated articles renamed and ids given to the packages (§6.1)."""
    stored = copy.deepcopy(body)
    for package in stored["packages"]:
        package["package_id"] = cdek.new_uuid()
        seen: set[str] = set()
        for item in package.get("items") or []:
            if item["ware_key"] in seen:
                item["ware_key"] += "_" + "".join(_dice(cdek.rng) for _ in range(7))
            seen.add(item["ware_key"])
    return stored


def _dice(rng: random.Random) -> str:
    return rng.choice(string.ascii_lowercase + string.digits)


def _note_accepted(cdek: Cdek, order: Order) -> None:
    body = order.body
    cdek.note(
        "order.accepted",
        order.number,
        uuid=order.uuid,
        account=order.account.client_id,
        recipient=body["recipient"]["name"],
        phone=body["recipient"]["phones"][0]["number"],
        tariff_code=body["tariff_code"],
        weight=sum(package["weight"] for package in body["packages"]),
        packages=len(body["packages"]),
        delivery_point=body.get("delivery_point"),
        address=(body.get("to_location") or {}).get("address"),
    )


def later(cdek: Cdek, order: Order, request: Request, action: Callable[[], None]) -> None:
    """Run ``action`` after the decision delay, and after whatever the order still waits for."""
    override = cdek.override_for(order, take="delay")
    delay = override.delay if override and override.delay is not None else cdek.decision_delay()
    if any(other.pending for other in order.requests if other is not request):
        request.state = "WAITING"
    order.busy_until = max(order.busy_until, cdek.time()) + delay

    def guarded() -> None:
        # A reset may have come between.
        if order.uuid in cdek.orders:
            action()

    cdek.at(order.busy_until, guarded)


def _decide_creation(cdek: Cdek, order: Order, request: Request) -> None:
    verdict = decide(cdek, order)
    request.warnings = verdict.warnings
    if verdict.errors:
        request.state, request.errors = "INVALID", verdict.errors
        life.set_status(cdek, order, "INVALID")
    else:
        request.state = "SUCCESSFUL"
        order.cdek_number = cdek.next_cdek_number()
        cdek.by_cdek_number[order.cdek_number] = order
        apply_verdict(order, verdict)
        life.set_status(cdek, order, "CREATED")
        if order.body.get("print"):
            prints.with_order(cdek, order)
    note_decided(cdek, order, request)
    if not verdict.errors:
        _set_off(cdek, order)


def _set_off(cdek: Cdek, order: Order) -> None:
    override = cdek.override_for(order, take="route")
    if override is not None:
        order.extra["moves"] = True
        life.start_route(cdek, order, override.route)
    elif cdek.switches.auto_route:
        life.start_route(cdek, order)


def apply_verdict(order: Order, verdict: Any) -> None:
    start, end = verdict.start, verdict.end
    order.from_code, order.to_code = start.code, end.code
    if verdict.delivery_point:
        order.body["delivery_point"] = verdict.delivery_point
    tariff = tariffs.tariffs()[order.body["tariff_code"]]
    cost = tariffs.price(tariff, start, end, order.body["packages"])
    order.extra["delivery_detail"] = {"delivery_sum": cost, "total_sum": round(cost + _insurance(order), 2)}


def weigh(order: Order, grams: int) -> None:
    """What a scale says of each parcel goes before what the sender wrote."""
    known = cities()
    if order.from_code not in known or order.to_code not in known:
        raise ValueError("nothing is weighed before the order is decided")
    start, end = known[order.from_code], known[order.to_code]
    weighed = [{**package, "weight": grams} for package in order.body["packages"]]
    cost = tariffs.price(tariffs.tariffs()[order.body["tariff_code"]], start, end, weighed)
    order.extra["weighed"] = grams
    order.extra["delivery_detail"] |= {"delivery_sum": cost, "total_sum": round(cost + _insurance(order), 2)}


def _insurance(order: Order) -> float:
    declared = sum(
        item["cost"] * item["amount"] for package in order.body["packages"] for item in package.get("items") or []
    )
    return float(declared) * 0.0075


def note_decided(cdek: Cdek, order: Order, request: Request) -> None:
    cdek.note(
        "order.decided",
        order.number,
        uuid=order.uuid,
        request=request.type,
        state=request.state,
        cdek_number=order.cdek_number,
        codes=[found["code"] for found in request.errors],
    )


def by_uuid(cdek: Cdek, account: Account, uuid: str, *, request_type: str = "GET") -> Order:
    """The account's order. Raises Refused: malformed uuid, unknown or removed, foreign."""
    order = cdek.orders.get(check_uuid(uuid, request_type))
    if order is None or order.removed:
        raise Refused(
            error("v2_entity_not_found", f"Entity is not found by uuid {uuid}"),
            status=cdek.switches.unknown_uuid_status,
            envelope="request",
            request_type=request_type,
        )
    if order.account != account:
        raise Refused(error("v2_entity_forbidden"), envelope="request", request_type=request_type)
    return order


def check_uuid(uuid: str, request_type: str = "GET") -> str:
    try:
        return str(uuid_module.UUID(uuid)) if len(uuid) == 36 else _no_uuid(uuid, request_type)
    except ValueError:
        return _no_uuid(uuid, request_type)


def _no_uuid(uuid: str, request_type: str) -> str:
    raise Refused(bad_value(uuid, "uuid"), envelope="request", request_type=request_type)


def by_numbers(cdek: Cdek, account: Account, cdek_number: str | None, im_number: str | None) -> Order:
    """Look an order up by CDEK's number or by the client's. Raises Refused."""
    if cdek_number:
        order = cdek.by_cdek_number.get(cdek_number)
        if order is None or order.removed or order.account != account:
            text = f"Entity is not found by number {cdek_number}"
            raise Refused(error("v2_entity_not_found", text), envelope="request")
        return order
    if not im_number:
        raise Refused(error("v2_parameters_empty"), envelope="request")
    seen_before = cdek.time() - cdek.switches.lookup_delay
    same = cdek.by_number.get((account.client_id, im_number), [])
    found = [order for order in same if not order.removed and order.created <= seen_before]
    if not found:
        text = f"Entity is not found by number {im_number}"
        raise Refused(error("v2_entity_not_found_im_number", text), envelope="request")
    return found[0 if cdek.switches.lookup_prefers == "first" else -1]


def resolved_city(code: int | None) -> dict[str, Any]:
    """The resolved part of a location in an order's answer."""
    if code is None:
        return {}
    row = cities()[code].as_row()
    return {name: value for name, value in row.items() if name != "payment_limit"}
