"""Orders: creation, reading, change, deletion, refusal, client return (contract §4, §6)."""

from __future__ import annotations

import copy
import random
import string
import uuid as uuid_module
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_type, bad_value, empty, error
from sandbox.cdek.geo import cities
from sandbox.cdek.model import Account, Order, Request

from . import life, prints, tariffs
from .accept import check_order
from .decide import decide

Accepted = tuple[str, Request]
_UNPATCHABLE = ("additional_order_types", "date_invoice", "shipper_name", "shipper_address", "is_client_return",
                "developer_key", "print", "widget_token")  # fmt: skip


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
        _later(cdek, order, request, lambda: _decide_creation(cdek, order, request))
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


def _later(cdek: Cdek, order: Order, request: Request, action: Callable[[], None]) -> None:
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
        _apply(order, verdict)
        life.set_status(cdek, order, "CREATED")
        if order.body.get("print"):
            prints.with_order(cdek, order)
    _note_decided(cdek, order, request)
    if not verdict.errors:
        _set_off(cdek, order)


def _set_off(cdek: Cdek, order: Order) -> None:
    override = cdek.override_for(order, take="route")
    if override is not None:
        order.extra["moves"] = True
        life.start_route(cdek, order, override.route)
    elif cdek.switches.auto_route:
        life.start_route(cdek, order)


def _apply(order: Order, verdict: Any) -> None:
    start, end = verdict.start, verdict.end
    order.from_code, order.to_code = start.code, end.code
    if verdict.delivery_point:
        order.body["delivery_point"] = verdict.delivery_point
    tariff = tariffs.tariffs()[order.body["tariff_code"]]
    cost = tariffs.price(tariff, start, end, order.body["packages"])
    order.extra["delivery_detail"] = {"delivery_sum": cost, "total_sum": round(cost + _insurance(order), 2)}


def _insurance(order: Order) -> float:
    declared = sum(
        item["cost"] * item["amount"] for package in order.body["packages"] for item in package.get("items") or []
    )
    return float(declared) * 0.0075


def _note_decided(cdek: Cdek, order: Order, request: Request) -> None:
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


def patch(cdek: Cdek, account: Account, body: dict[str, Any]) -> Accepted:
    """A change before anything moved (§6.6). Raises Refused."""
    with cdek.lock:
        order = _patched_order(cdek, account, body)
        if order.status not in ("ACCEPTED", "CREATED"):
            raise _refuse("UPDATE", error("v2_update_forbidden"))
        if order.pending("UPDATE"):
            raise _refuse("UPDATE", error("v2_similar_request_still_processed"))
        merged = _merged(cdek, order, body)
        request = cdek.new_request("UPDATE")
        order.requests.append(request)
        cdek.note("order.change_accepted", order.number, uuid=order.uuid)
        _later(cdek, order, request, lambda: _decide_change(cdek, order, request, merged))
    return order.uuid, request


def _patched_order(cdek: Cdek, account: Account, body: Mapping[str, Any]) -> Order:
    for name in ("type", "recipient"):
        if body.get(name) is None:
            raise _refuse("UPDATE", empty(name))
    if body.get("uuid"):
        return by_uuid(cdek, account, str(body["uuid"]), request_type="UPDATE")
    if body.get("cdek_number"):
        return by_numbers(cdek, account, str(body["cdek_number"]), None)
    raise _refuse("UPDATE", error("v2_order_number_empty"))


def _merged(cdek: Cdek, order: Order, body: Mapping[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(order.body)
    merged |= {name: value for name, value in body.items() if name not in (*_UNPATCHABLE, "uuid", "cdek_number")}
    for point, location in (("shipment_point", "from_location"), ("delivery_point", "to_location")):
        if body.get(point) and not body.get(location):
            merged.pop(location, None)
        elif body.get(location) and not body.get(point):
            merged.pop(point, None)
            merged[location].setdefault("address", "-")
    if body.get("packages") is not None:
        merged["packages"] = _replaced_packages(cdek, order, body["packages"])
    if problems := check_order(merged):
        raise Refused(problems, envelope="request", request_type="UPDATE")
    return merged


def _replaced_packages(cdek: Cdek, order: Order, packages: Any) -> list[dict[str, Any]]:
    if not isinstance(packages, list) or not all(isinstance(package, dict) for package in packages):
        raise _refuse("UPDATE", bad_type("packages"))
    known = {package["number"]: package["package_id"] for package in order.body["packages"]}
    out = []
    for package in packages:
        if package.get("package_id") is None and package.get("number") in known:
            raise _refuse("UPDATE", error("v2_package_id_is_empty"))
        if package.get("package_id") is not None and package["package_id"] not in known.values():
            raise _refuse("UPDATE", bad_value(package["package_id"], "package_id"))
        out.append({"package_id": cdek.new_uuid()} | package)
    return out


def _decide_change(cdek: Cdek, order: Order, request: Request, merged: dict[str, Any]) -> None:
    before = order.body
    if order.status != "CREATED":
        request.state, request.errors = "INVALID", [error("v2_update_forbidden")]
    else:
        order.body = merged
        verdict = decide(cdek, order)
        request.warnings = verdict.warnings
        request.state, request.errors = ("INVALID", verdict.errors) if verdict.errors else ("SUCCESSFUL", [])
        if verdict.errors:
            order.body = before
        else:
            _apply(order, verdict)
            _renumber(cdek, order, before)
    _note_decided(cdek, order, request)


def _renumber(cdek: Cdek, order: Order, before: Mapping[str, Any]) -> None:
    number = order.body.get("number")
    if number and number != before.get("number"):
        cdek.by_number[(order.account.client_id, order.number)].remove(order)
        order.number = number
        cdek.by_number.setdefault((order.account.client_id, number), []).append(order)


def delete(cdek: Cdek, account: Account, uuid: str) -> Accepted:
    """Deletion of an order that has not moved (§6.7). Late refusals come by the request."""
    with cdek.lock:
        order = by_uuid(cdek, account, uuid, request_type="DELETE")
        if order.pending("DELETE"):
            raise _refuse("DELETE", error("v2_similar_request_still_processed"))
        request = cdek.new_request("DELETE")
        order.requests.append(request)
        cdek.note("order.delete_accepted", order.number, uuid=order.uuid)
        _later(cdek, order, request, lambda: _decide_deletion(cdek, order, request))
    return order.uuid, request


def _decide_deletion(cdek: Cdek, order: Order, request: Request) -> None:
    if order.status != "CREATED":
        request.state, request.errors = "INVALID", [error("error_validate_order_delete_status")]
    else:
        request.state = "SUCCESSFUL"
        order.route = []
        life.set_status(cdek, order, "REMOVED")
        order.removed = True
        cdek.note("order.deleted", order.number, uuid=order.uuid)
    _note_decided(cdek, order, request)


def refuse(cdek: Cdek, account: Account, uuid: str) -> Accepted:
    """The sender's refusal before handing over (§6.8): NOT_DELIVERED, reason 11, and a return order."""
    with cdek.lock:
        order = by_uuid(cdek, account, uuid, request_type="CREATE_REFUSAL")
        if life.is_final(order) or order.status == "INVALID":
            code = "v2_entity_invalid" if order.status == "INVALID" else "v2_entity_has_final_status"
            raise _refuse("CREATE_REFUSAL", error(code))
        if order.pending("CREATE_REFUSAL"):
            raise _refuse("CREATE_REFUSAL", error("v2_similar_request_still_processed"))
        request = cdek.new_request("CREATE_REFUSAL")
        order.requests.append(request)
        cdek.note("order.refusal_accepted", order.number, uuid=order.uuid)
        _later(cdek, order, request, lambda: _decide_refusal(cdek, order, request))
    return order.uuid, request


def _decide_refusal(cdek: Cdek, order: Order, request: Request) -> None:
    if life.is_final(order) or order.status == "INVALID":
        request.state, request.errors = "INVALID", [error("v2_entity_has_final_status")]
    else:
        request.state = "SUCCESSFUL"
        order.route = []
        life.set_status(cdek, order, "NOT_DELIVERED", reason="11")
    _note_decided(cdek, order, request)


def client_return(cdek: Cdek, account: Account, uuid: str, body: Mapping[str, Any]) -> Accepted:
    """The buyer sends the goods back after receipt (§6.9). ``entity.uuid`` is the return order's."""
    kind = "CREATE_CLIENT_RETURN"
    with cdek.lock:
        order = by_uuid(cdek, account, uuid, request_type=kind)
        code = body.get("tariff_code")
        if code is None:
            raise _refuse(kind, empty("tariff_code"))
        if code not in tariffs.tariffs():
            raise _refuse(kind, error("v2_invalid_tariff"))
        if order.type != 1 or order.status != "DELIVERED" or order.is_return:
            raise _refuse(kind, error("v2_bad_request", "Client return is available for delivered orders of type 1"))
        request = Request(cdek.new_uuid(), kind, cdek.now_text(), "ACCEPTED")
        order.requests.append(request)
        made = life.spawn(
            cdek, order, is_return=False, link="client_return_order", back="client_direct_order", tariff=code
        )
        _later(cdek, order, request, lambda: setattr(request, "state", "SUCCESSFUL"))
    return made.uuid, request


def _refuse(kind: str, problem: dict[str, str]) -> Refused:
    return Refused(problem, envelope="request", request_type=kind)


def resolved_city(code: int | None) -> dict[str, Any]:
    """The resolved part of a location in an order's answer."""
    if code is None:
        return {}
    row = cities()[code].as_row()
    return {name: value for name, value in row.items() if name != "payment_limit"}
