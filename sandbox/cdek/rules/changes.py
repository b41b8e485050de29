"""What may happen to an order after its creation: change, deletion, refusal, client return (contract §6.6–§6.9)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_type, bad_value, empty, error
from sandbox.cdek.model import Account, Order, Request

from . import life, tariffs
from .accept import check_order
from .decide import decide
from .orders import Accepted, apply_verdict, by_numbers, by_uuid, later, note_decided

_UNPATCHABLE = ("additional_order_types", "date_invoice", "shipper_name", "shipper_address", "is_client_return",
                "developer_key", "print", "widget_token")  # fmt: skip


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
        later(cdek, order, request, lambda: _decide_change(cdek, order, request, merged))
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
            apply_verdict(order, verdict)
            _renumber(cdek, order, before)
    note_decided(cdek, order, request)


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
        if not cdek.switches.stuck_deletes:
            later(cdek, order, request, lambda: _decide_deletion(cdek, order, request))
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
    note_decided(cdek, order, request)


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
        later(cdek, order, request, lambda: _decide_refusal(cdek, order, request))
    return order.uuid, request


def _decide_refusal(cdek: Cdek, order: Order, request: Request) -> None:
    if life.is_final(order) or order.status == "INVALID":
        request.state, request.errors = "INVALID", [error("v2_entity_has_final_status")]
    else:
        request.state = "SUCCESSFUL"
        order.route = []
        life.set_status(cdek, order, "NOT_DELIVERED", reason="11")
    note_decided(cdek, order, request)


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
        later(cdek, order, request, lambda: setattr(request, "state", "SUCCESSFUL"))
    return made.uuid, request


def _refuse(kind: str, problem: dict[str, str]) -> Refused:
    return Refused(problem, envelope="request", request_type=kind)
