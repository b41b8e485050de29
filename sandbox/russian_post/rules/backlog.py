"""Orders in the backlog: creation, search, edit, deletion (§7)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.russian_post.core import Post, facts_of
from sandbox.russian_post.data import offices
from sandbox.russian_post.errors import Refused, gateway, id_error, internal, not_found, order_error
from sandbox.russian_post.model import Account, Order
from sandbox.russian_post.places import by_index

from . import checks, life, tariff

Row = dict[str, Any]


def rows_of(body: Any) -> list[Any]:
    """The array that was sent. Raises Refused."""
    if not isinstance(body, list):
        raise gateway(400, "JSON parse error: array expected")
    for row in body:
        checks.check_types(row)
    return body


def create(post: Post, account: Account, body: Any, *, with_barcodes: bool, batch: str = "") -> Row:
    """``PUT /1.0/user/backlog``, ``/2.0/…``: every order by itself; shape 1 for those that failed. Raises Refused."""
    made: list[Order] = []
    errors: list[Row] = []
    rows = rows_of(body)
    with post.lock:
        for position, row in enumerate(rows):
            if codes := _refusals(post, account, row, rows):
                errors.append({"position": position, "error-codes": codes})
            else:
                made.append(_accept(post, account, row, batch))
    answer: Row = {}
    if made or not errors:
        answer["result-ids"] = [order.id for order in made]
    if made and with_barcodes:
        answer["orders"] = [_with_barcode(order) for order in made]
    return answer | ({"errors": errors} if errors else {})


def _with_barcode(order: Order) -> Row:
    row: Row = {"barcode": order.barcode, "order-num": order.number, "result-id": order.id}
    return row | ({"group-name": order.group} if order.group else {})


def _refusals(post: Post, account: Account, row: Mapping[str, Any], rows: list[Any]) -> list[dict[str, str]]:
    codes = checks.problems(post, account, row)
    if row.get("group-name") or row.get("add-to-mmo"):
        codes += _grouping(post, account, row, rows)
    if not codes and (wanted := post.override_for(facts_of(row), "errors")):
        codes = [
            order_error(given) if isinstance(given, str) else order_error(given["code"], given.get("details", ""))
            for given in wanted.errors
        ]
    return codes


def _grouping(post: Post, account: Account, row: Mapping[str, Any], rows: list[Any]) -> list[dict[str, str]]:
    """Pieces of one group go to one recipient by one product, and the account may do it at all."""
    name = row.get("group-name")
    if not account.mmo or not name:
        return [order_error("GROUPING_TO_MMO_ERROR")]
    mine = [other for other in rows if other.get("group-name") == name]
    mine += [order.body for order in in_backlog(post, account) if order.group == name]
    same = ("mail-type", "mail-category", "index-to", "recipient-name", "postoffice-code")
    differs = any(other.get(field) != row.get(field) for other in mine for field in same)
    return [order_error("GROUPING_TO_MMO_ERROR")] if differs else []


def _accept(post: Post, account: Account, row: Mapping[str, Any], batch: str) -> Order:
    order = Order(post.next_id(), account, copy.deepcopy(dict(row)), post.next_barcode(), post.time(), batch=batch)
    price(post, order)
    post.add(order)
    life.assigned(post, order)
    post.note(
        "order.accepted", order.number, id=order.id, barcode=order.barcode, account=account.code,
        recipient=str(row["recipient-name"]), phone=str(row.get("tel-address", "")), mail_type=row["mail-type"],
        mail_category=row["mail-category"], mass=row["mass"], index_to=str(row.get("index-to", "")),
        point=facts_of(row)["point"] if row.get("ecom-data") else "", payment=row.get("payment"),
        insr_value=row.get("insr-value"), group=order.group,
    )  # fmt: skip
    if post.switches.walk_from == "creation":
        post.begin_walk(order)
    return order


def price(post: Post, order: Order) -> None:
    """Work out (again) what the item costs."""
    body = order.body
    start, end = by_index(str(body["postoffice-code"])), _end(post, body)
    if start is None or end is None:
        raise internal("no route for an accepted order")
    flags = frozenset(name for name, value in body.items() if value is True)
    item = tariff.Item(
        start, end, body["mail-type"], body["mail-category"], body["mass"], tariff.sides_of(body),
        int(body.get("insr-value") or 0), flags, body.get("sms-notice-recipient") == 1,
    )  # fmt: skip
    parts = tariff.rates(item)
    order.rates = {
        "parts": parts, "total": sum(parts.values()), "vat": tariff.vat(post, sum(parts.values())),
        "days": tariff.days(item), "weight-pay": tariff.charged_grams(item),
    }  # fmt: skip


def _end(post: Post, body: Mapping[str, Any]) -> Any:
    index = (body.get("ecom-data") or {}).get("delivery-point-index")
    if index and (office := offices.by_index(str(index), post.switches.extra_points)):
        return office.place
    return by_index(str(body.get("index-to") or ""))


# --- reading ----------------------------------------------------------------------------------------------------------


def own(post: Post, account: Account) -> list[Order]:
    return [
        order for order in post.orders.values()
        if order.account == account and not order.deleted and order.kind == "order"
    ]  # fmt: skip


def in_backlog(post: Post, account: Account) -> list[Order]:
    return [order for order in own(post, account) if not order.batch]


def in_batches(post: Post, account: Account) -> list[Order]:
    return [order for order in own(post, account) if order.batch]


def search(post: Post, account: Account, query: str | None, *, batched: bool) -> list[Order]:
    """By our number or the barcode; ``[]`` for none. Raises Refused without a query."""
    if not query:
        raise gateway(400, "Required request parameter 'query' is not present")
    candidates = list(post.by_number.get((account.code, query), ()))
    if (found := post.by_barcode.get(query)) and found.account == account:
        candidates.append(found)
    own = [order for order in candidates if order.kind == "order" and bool(order.batch) is batched]
    # Nobody says whether returns are found, and where: beside what has left, if at all.
    shows = batched and post.switches.returns_searched
    back = [order for order in candidates if shows and order.kind == "return"]
    return [order for order in own + back if not order.deleted]


def by_group(post: Post, account: Account, name: str, *, batched: bool) -> list[Order]:
    rows = in_batches(post, account) if batched else in_backlog(post, account)
    return [order for order in rows if order.group == name]


def one(post: Post, account: Account, number: int, *, batched: bool) -> Order:
    """Raises Refused: shape 3."""
    order = post.orders.get(number)
    fits = order is not None and order.account == account and not order.deleted and order.kind == "order"
    if order is None or not fits or bool(order.batch) is not batched:
        raise not_found("ShipmentTuple" if batched else "ComplexOrderV2", number)
    return order


# --- change and deletion ----------------------------------------------------------------------------------------------


def edit(post: Post, account: Account, number: int, body: Any) -> Row:
    """``PUT /1.0/backlog/{id}`` with a full order. Raises Refused; shape 1 for what is wrong."""
    checks.check_types(body)
    with post.lock:
        order = one(post, account, number, batched=False)
        # What was read may be sent back with changes: fields that only answers have are not kept.
        fresh = {name: value for name, value in body.items() if name in checks.KNOWN}
        if codes := checks.problems(post, account, fresh):
            return {"errors": [{"position": 0, "error-codes": codes}]}
        before = dict(order.body)
        order.body = copy.deepcopy(fresh)
        price(post, order)
        order.version += 1
        if order.number != str(before.get("order-num", "")):
            post.by_number[(account.code, str(before.get("order-num", "")))].remove(order)
            post.by_number.setdefault((account.code, order.number), []).append(order)
        post.note("order.changed", order.number, id=order.id, version=order.version)
    return {}


def ids_of(body: Any) -> list[int]:
    """The array of ids that was sent. Raises Refused."""
    if not isinstance(body, list) or any(isinstance(row, bool) or not isinstance(row, int) for row in body):
        if isinstance(body, list) and any(isinstance(row, list) for row in body):
            raise internal("Cannot deserialize instance of Long out of START_ARRAY token")
        raise gateway(400, "JSON parse error: array of ids expected")
    return body


def each(ids: list[int], act: Callable[[int], str], *, described: bool = False) -> Row:
    """Shape 2: ``act`` answers an error code or "" for done."""
    done: list[int] = []
    errors: list[Row] = []
    for position, number in enumerate(ids):
        if code := act(number):
            errors.append(id_error(position, code, described=described))
        else:
            done.append(number)
    answer: Row = {"result-ids": done} if done or not errors else {}
    return answer | ({"errors": errors} if errors else {})


def delete(post: Post, account: Account, body: Any) -> Row:
    """``DELETE /1.0/backlog``. Raises Refused."""

    def act(number: int) -> str:
        try:
            order = one(post, account, number, batched=False)
        except Refused:
            return "NOT_FOUND"
        return remove(post, order)

    with post.lock:
        return each(ids_of(body), act)


def remove(post: Post, order: Order) -> str:
    """The order is gone; its barcode's assignment is taken back."""
    life.happened(post, order, 46, 0)
    order.deleted = True
    post.note("order.cancelled", order.number, id=order.id, barcode=order.barcode)
    return ""
