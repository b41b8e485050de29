"""Batches: building, moving orders in and out, the sending date, check-in, archive (§8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta, timezone
from typing import Any

from sandbox.russian_post.catalogue import CATEGORIES, MAIL_TYPES
from sandbox.russian_post.core import Post
from sandbox.russian_post.errors import Refused, gateway, internal, not_found
from sandbox.russian_post.model import Account, Batch, Order

from . import backlog

Row = dict[str, Any]
_OF_DOMESTIC_PARCELS = ("POSTAL_PARCEL", "ONLINE_PARCEL", "ONLINE_COURIER", "PARCEL_CLASS_1", "ECOM")


def find(post: Post, account: Account, name: str) -> Batch:
    """Raises Refused: shape 3."""
    batch = post.batches.get((account.code, name))
    if batch is None:
        raise not_found("ShipmentBatchTuple", name)
    return batch


def members(post: Post, batch: Batch) -> list[Order]:
    return [post.orders[number] for number in batch.ids if not post.orders[number].deleted]


def build(post: Post, account: Account, body: Any, query: Mapping[str, str]) -> tuple[list[Batch], Row]:
    """``POST /1.0/user/shipment``: the batches made, and shape 2 with descriptions. Raises Refused."""
    ids = backlog.ids_of(body)
    day = _sending_date(post, query)
    made: dict[tuple[str, str, str], Batch] = {}

    def act(number: int) -> str:
        order = _in_backlog(post, account, number)
        if order is None:
            return "NOT_FOUND"
        if day is None:
            return "PAST_DUE_DATE"
        batch = _batch_for(post, order, day, made)
        batch.use_online_balance = query.get("use-online-balance") == "true"
        _put(order, batch)
        return ""

    with post.lock:
        answer = backlog.each(ids, act, described=True)
    return list(made.values()), answer


def _sending_date(post: Post, query: Mapping[str, str]) -> date | None:
    """Today by the client's clock unless told; None: in the past. Raises Refused."""
    try:
        offset = timezone(timedelta(seconds=int(query.get("timezone-offset", 3 * 3600))))
        today = post.now().astimezone(offset).date()
        day = date.fromisoformat(query["sending-date"]) if query.get("sending-date") else today
    except ValueError:
        raise gateway(400, "Failed to convert value of sending-date or timezone-offset") from None
    return day if day >= today else None


def _in_backlog(post: Post, account: Account, number: int) -> Order | None:
    try:
        return backlog.one(post, account, number, batched=False)
    except Refused:
        return None


def _batch_for(post: Post, order: Order, day: date, made: dict[tuple[str, str, str], Batch]) -> Batch:
    """One batch a type, category and acceptance office; domestic parcels share one (``COMBINED``)."""
    kind, category = str(order.body["mail-type"]), str(order.body["mail-category"])
    group = "COMBINED" if kind in _OF_DOMESTIC_PARCELS else kind
    key = (group, "COMBINED" if group == "COMBINED" else category, str(order.body["postoffice-code"]))
    batch = made.get(key)
    if batch is None:
        name = post.next_batch_name(order.account)
        batch = Batch(name, order.account, key[2], key[0], key[1], [], day.isoformat(), status_at=post.time())
        made[key] = post.batches[(order.account.code, name)] = batch
        post.note("batch.made", name, account=order.account.code, mail_type=key[0], postoffice=key[2])
    if kind not in batch.types:
        batch.types.append(kind)
    return batch


def _put(order: Order, batch: Batch) -> None:
    order.batch = batch.name
    batch.ids.append(order.id)


def move_in(post: Post, account: Account, name: str, body: Any) -> Row:
    """``POST /1.0/batch/{name}/shipment`` with ids. Raises Refused."""
    ids = backlog.ids_of(body)
    batch = find(post, account, name)

    def act(number: int) -> str:
        order = _in_backlog(post, account, number)
        if order is None:
            return "NOT_FOUND"
        if code := misfit(batch, order.body):
            return code
        _put(order, batch)
        if order.body["mail-type"] not in batch.types:
            batch.types.append(str(order.body["mail-type"]))
        return ""

    with post.lock:
        return backlog.each(ids, act)


def misfit(batch: Batch, body: Mapping[str, Any]) -> str:
    """Why an order cannot be in the batch: BatchError's code, or ""."""
    if batch.status != "CREATED":
        return "READONLY_STATE"
    if str(body.get("postoffice-code")) != batch.postoffice:
        return "ILLEGAL_POSTCODE"
    kind = str(body.get("mail-type"))
    if batch.mail_type == "COMBINED":
        return "" if kind in _OF_DOMESTIC_PARCELS else "DIFFERENT_MAIL_TYPE"
    if kind != batch.mail_type:
        return "DIFFERENT_MAIL_TYPE"
    return "" if body.get("mail-category") == batch.mail_category else "DIFFERENT_MAIL_CATEGORY"


def create_inside(post: Post, account: Account, name: str, body: Any) -> Row:
    """``PUT /1.0/batch/{name}/shipment`` with orders; ids are HTTP 400 (§2). Raises Refused."""
    batch = find(post, account, name)
    rows = backlog.rows_of(body)
    with post.lock:
        errors = [
            {"position": position, "error-codes": [{"code": code, "description": code}]}
            for position, row in enumerate(rows)
            if (code := misfit(batch, row))
        ]
        if errors:
            return {"errors": errors}
        answer = backlog.create(post, account, rows, with_barcodes=False, batch=name)
        for number in answer.get("result-ids", ()):
            _put(post.orders[number], batch)
    return answer


def take_out(post: Post, account: Account, body: Any, *, delete: bool) -> Row:
    """``POST /1.0/user/backlog`` (back to new) or ``DELETE /1.0/shipment``. Raises Refused."""

    def act(number: int) -> str:
        try:
            order = backlog.one(post, account, number, batched=True)
        except Refused:
            return "NOT_FOUND"
        batch = post.batches[(account.code, order.batch)]
        if batch.status != "CREATED":
            return "DELIVERY_IN_PROGRESS" if batch.status in ("SENT", "ARCHIVED") else "READONLY_STATE"
        batch.ids.remove(order.id)
        order.batch = ""
        if not batch.ids:
            # An empty batch does not stay.
            del post.batches[(account.code, batch.name)]
        return backlog.remove(post, order) if delete else ""

    with post.lock:
        return backlog.each(backlog.ids_of(body), act)


def change_date(post: Post, account: Account, name: str, year: int, month: int, day: int) -> Row:
    """``POST /1.0/batch/{name}/sending/…``; shape 4. Raises Refused."""
    batch = find(post, account, name)
    try:
        wanted = date(year, month, day)
    except ValueError:
        raise gateway(400, "Illegal date") from None
    with post.lock:
        if batch.status != "CREATED":
            return {"error-code": "READONLY_STATE", "f103-sent": False}
        if wanted < post.moscow().date():
            return {"error-code": "PAST_DUE_DATE", "f103-sent": False}
        batch.sending_date = wanted.isoformat()
    return {"f103-sent": False}


def check_in(post: Post, account: Account, name: str, use_balance: str | None) -> Row:
    """``POST /1.0/batch/{name}/checkin``: no way back; shape 4. Raises Refused (shape 3) for want of money."""
    if use_balance not in (None, "true", "false"):
        raise gateway(400, "useOnlineBalance must be true or false")
    with post.lock:
        batch = find(post, account, name)
        if batch.status != "CREATED":
            return {"error-code": "READONLY_STATE", "f103-sent": False}
        orders = members(post, batch)
        wanted = sum(order.rates["total"] + order.rates["vat"] for order in orders)
        if use_balance == "true":
            _pay(post, account, wanted)
            batch.use_online_balance = True
        elif post.switches.offline_balance_forbidden:
            return {"error-code": "OFFLINE_BALANCE_FORBIDDEN", "f103-sent": False}
        batch.status, batch.status_at, batch.electronic_f103 = "FROZEN", post.time(), True
        post.note("batch.checked_in", name, account=account.code, orders=[order.number for order in orders])
        for order in orders:
            if post.switches.walk_from == "checkin":
                post.begin_walk(order)
    return {"f103-sent": True} if post.switches.checkin_answer == "f103" else {}


def _pay(post: Post, account: Account, wanted: int) -> None:
    available = post.balance(account) if account.online_balance else 0
    if wanted > available:
        text = f"Error in EXTERNAL_SYSTEMS. Requested {wanted} but available {available}"
        raise Refused(400, {"code": "1024", "desc": text})
    post.balances[account.code] = available - wanted


def open_ones(post: Post, account: Account, query: Mapping[str, str]) -> list[Batch]:
    """``GET /1.0/batch``: only those in CREATED (issue LP #22). Raises Refused."""
    found = [
        batch
        for batch in post.batches.values()
        if batch.account == account
        and batch.status == "CREATED"
        and query.get("mailType", batch.mail_type) == batch.mail_type
        and query.get("mailCategory", batch.mail_category) == batch.mail_category
    ]
    return paged(found, query, key=lambda batch: int(batch.name))


def paged(rows: list[Any], query: Mapping[str, str], key: Any) -> list[Any]:
    """``size``, ``sort`` (asc or desc), ``page`` from 0. Raises Refused."""
    if query.get("sort", "asc") not in ("asc", "desc"):
        raise gateway(400, "sort must be asc or desc")
    try:
        size, page = int(query.get("size", 100)), int(query.get("page", 0))
    except ValueError:
        raise gateway(400, "size and page must be numbers") from None
    if size <= 0 or page < 0:
        raise gateway(400, "size and page must be positive")
    ordered = sorted(rows, key=key, reverse=query.get("sort") == "desc")
    return ordered[page * size : (page + 1) * size]


def archive(post: Post, account: Account, body: Any) -> list[Row]:
    """``PUT /1.0/archive``."""
    return [_archived(post, account, str(name), back=False) for name in _names(body)]


def revert(post: Post, account: Account, body: Any) -> list[Row]:
    """``POST /1.0/archive/revert``."""
    return [_archived(post, account, str(name), back=True) for name in _names(body)]


def _names(body: Any) -> list[Any]:
    if not isinstance(body, list) or any(not isinstance(name, (str, int)) for name in body):
        raise gateway(400, "JSON parse error: array of batch names expected")
    return body


def _archived(post: Post, account: Account, name: str, *, back: bool) -> Row:
    with post.lock:
        batch = post.batches.get((account.code, name))
        if batch is None or (batch.status == "ARCHIVED") is not back:
            return {"batch-name": name, "error-code": "NOT_FOUND"}
        batch.status, batch.status_at = ("SENT" if back else "ARCHIVED"), post.time()
    return {"batch-name": name}


def batch_of_forms(post: Post, account: Account, name: str) -> Batch:
    """A batch whose documents are asked for: unknown → 500, not checked in → 400 (§3, §9). Raises Refused."""
    batch = post.batches.get((account.code, name))
    if batch is None:
        raise internal(f"Batch {name} not found")
    if not batch.electronic_f103:
        raise gateway(400, f"Batch {name} is not checked in")
    return batch


def titles(batch: Batch) -> tuple[str, str]:
    """``mail-type-text`` and ``mail-category-text``."""
    if batch.mail_type == "COMBINED":
        return "Комбинированная партия", "Комбинированная"
    kind = MAIL_TYPES.get(batch.mail_type)
    return (kind.title if kind else batch.mail_type), CATEGORIES[batch.mail_category][1].capitalize()
