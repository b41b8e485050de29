"""Easy returns (§11): for a shipment of the account that was really sent, or separate ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.russian_post.core import Post, destination_index
from sandbox.russian_post.errors import gateway, return_error
from sandbox.russian_post.model import Account, Order

from . import life

Row = dict[str, Any]
_ADDRESS = ("address-type", "index", "place", "region")


def of_direct(post: Post, account: Account, body: Any) -> Row:
    """``PUT /1.0/returns``; shape 5. Raises Refused."""
    if not isinstance(body, dict) or not isinstance(body.get("direct-barcode"), str):
        raise gateway(400, "direct-barcode is required")
    _check_kind(body.get("mail-type"))
    with post.lock:
        direct = post.by_barcode.get(body["direct-barcode"])
        ours = direct is not None and direct.account == account and direct.kind == "order"
        if direct is None or not ours or not life.was_sent(post, direct):
            return {"errors": [return_error("DIRECT_SHIPMENT_NOT_FOUND")]}
        if not account.easy_return:
            return {"errors": [return_error("EASY_RETURN_DISABLED")]}
        if str(direct.body["mail-type"]) in post.switches.no_return_types:
            return {"errors": [return_error("EASY_RETURN_NOT_SUPPORTED")]}
        existing = of_item(post, direct)
        if existing is not None and post.switches.return_again != "same":
            return {"errors": [return_error("RETURN_ALREADY_EXIST")]}
        made = existing or _made(post, account, _reversed(post, direct), direct=direct)
        return {"return-barcode": made.barcode}


def of_item(post: Post, direct: Order) -> Order | None:
    """The return that an item has."""
    return next((row for row in post.orders.values() if row.direct == direct.barcode and not row.deleted), None)


def _check_kind(kind: object) -> None:
    """Both are accepted (§11); none is required by the form of the request."""
    if kind not in ("EASY_RETURN", "UNDEFINED"):
        raise gateway(400, f"JSON parse error: illegal mail-type {kind}")


def _reversed(post: Post, direct: Order) -> Row:
    body = direct.body
    return {
        "order-num": direct.number, "mail-type": "EASY_RETURN", "mail-category": "ORDINARY", "mass": body["mass"],
        "recipient-name": direct.account.company, "sender-name": body["recipient-name"],
        "index-to": str(body["postoffice-code"]), "postoffice-code": destination_index(post, direct),
    }  # fmt: skip


def _made(post: Post, account: Account, body: Row, direct: Order | None = None) -> Order:
    order = Order(post.next_id(), account, body, post.next_barcode(), post.time(), kind="return")
    order.direct = direct.barcode if direct else ""
    order.rates = {"total": 0, "vat": 0}
    post.add(order)
    life.assigned(post, order)
    post.note(
        "return.accepted", order.number or order.barcode, barcode=order.barcode, account=account.code,
        direct=order.direct, recipient=body["recipient-name"], sender=body["sender-name"], index_from=body[
            "postoffice-code"], index_to=body["index-to"], insr_value=body.get("insr-value", 0),
    )  # fmt: skip
    post.begin_walk(order)
    return order


def separate(post: Post, account: Account, body: Any) -> list[Row]:
    """``PUT /1.0/returns/return-without-direct``. Raises Refused."""
    if not isinstance(body, list):
        raise gateway(400, "JSON parse error: array expected")
    for row in body:
        _check_types(row)
    with post.lock:
        return [{"position": position} | _separate(post, account, row) for position, row in enumerate(body)]


def _check_types(row: Any) -> None:
    if not isinstance(row, dict):
        raise gateway(400, "JSON parse error: object expected")
    for name in ("mail-type", "sender-name", "recipient-name", "address-from"):
        if not row.get(name):
            raise gateway(400, f"Required field is missing: {name}")
    _check_kind(row["mail-type"])
    for name in ("address-from", "address-to"):
        address = row.get(name)
        if address is not None and not (isinstance(address, dict) and all(map(address.get, _ADDRESS))):
            raise gateway(400, f"{name} needs address-type, index, place and region")
    if any(not isinstance(row["address-from"][name], str) for name in _ADDRESS):
        raise gateway(400, "JSON parse error: string expected in address-from")
    declared = row.get("insr-value")
    if declared is not None and (not isinstance(declared, int) or isinstance(declared, bool) or declared < 0):
        raise gateway(400, "JSON parse error: insr-value")


def _separate(post: Post, account: Account, row: Mapping[str, Any]) -> Row:
    if not account.easy_return:
        return {"errors": [return_error("FREE_ER_ADDRESS_NOT_ENABLED")]}
    office = str(row.get("postoffice-code") or account.points[0])
    if office not in account.points:
        return {"errors": [return_error("ILLEGAL_POSTOFFICE_CODE")]}
    declared = row.get("insr-value") or 0
    body = {
        "order-num": str(row.get("order-num") or ""), "mail-type": "EASY_RETURN",
        "mail-category": "WITH_DECLARED_VALUE" if declared else "ORDINARY", "insr-value": declared,
        "mass": 1000, "recipient-name": str(row["recipient-name"]), "sender-name": str(row["sender-name"]),
        "index-to": office, "postoffice-code": str(row["address-from"]["index"]),
    }  # fmt: skip
    return {"return-barcode": _made(post, account, body).barcode}


def edit(post: Post, account: Account, barcode: str, body: Any) -> Row:
    """``POST /1.0/returns/{barcode}``; shape 5. Raises Refused."""
    with post.lock:
        order = _own(post, account, barcode)
        if order is None:
            return return_error("RETURN_SHIPMENT_NOT_FOUND")
        _check_types(body)
        order.body |= {"sender-name": str(body["sender-name"]), "recipient-name": str(body["recipient-name"])}
        order.version += 1
    return {"return-barcode": barcode}


def delete(post: Post, account: Account, barcode: str | None) -> Row | None:
    """``DELETE /1.0/returns/delete-separate-return``; None: done. Raises Refused."""
    if not barcode:
        raise gateway(400, "Required request parameter 'barcode' is not present")
    with post.lock:
        order = _own(post, account, barcode)
        if order is None or order.direct:
            return return_error("RETURN_SHIPMENT_NOT_FOUND")
        if len(order.events) > 1:
            return return_error("ILLEGAL_RETURN_SHIPMENT_STATE")
        life.happened(post, order, 46, 0)
        order.deleted = True
        post.note("return.cancelled", order.number or barcode, barcode=barcode)
    return None


def _own(post: Post, account: Account, barcode: str) -> Order | None:
    order = post.by_barcode.get(barcode)
    fits = order is not None and order.account == account and order.kind == "return" and not order.deleted
    return order if fits else None


def reliability(body: Any) -> Any:
    """``POST /1.0/unreliable-recipient``: an object for an object, an array for an array (both recorded)."""
    rows = body if isinstance(body, list) else [body]
    if any(not isinstance(row, dict) for row in rows):
        raise gateway(400, "JSON parse error: object expected")
    names = ("raw-address", "raw-full-name", "raw-telephone")
    done = [{name: row[name] for name in names if name in row} | {"unreliability": "RELIABLE"} for row in rows]
    return done if isinstance(body, list) else done[0]
