"""The life of an item: postal operations, and what they do to its batch (§8, §14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.russian_post.core import Post, destination_index
from sandbox.russian_post.model import Batch, Event, Order
from sandbox.russian_post.places import Place, by_index

_HUB = ("140980", "Подольск МСЦ")


def move(post: Post, order: Order, step: Mapping[str, Any]) -> None:
    """Add the operation of a step: ``{"code": "8/2", "where": "to" | "hub" | "from"}``. Raises ValueError."""
    number, _, attribute = str(step.get("code", "")).partition("/")
    if not (number.isdigit() and attribute.isdigit()):
        raise ValueError("code must be <OperType>/<OperAttr>, such as 8/2")
    where = str(step.get("where") or "to")
    if where not in ("from", "hub", "to"):
        raise ValueError("where must be from, hub or to")
    happened(post, order, int(number), int(attribute), where)


#: Operations that need no item in anybody's hands.
_ON_PAPER = (13, 20, 26, 27, 28, 37, 45, 46, 47, 59)


def happened(post: Post, order: Order, number: int, attribute: int, where: str = "from") -> Event:
    """Remember an operation, and move the batch on."""
    if number not in _ON_PAPER and order.kind == "order" and not order.batch:
        _handed_in(post, order)
    index, text = _place(post, order, where)
    event = Event(number, attribute, post.time(), index, text)
    order.events.append(event)
    post.note("order.status", order.number, id=order.id, barcode=order.barcode, code=f"{number}/{attribute}")
    _move_batch(post, order, number)
    return event


def _handed_in(post: Post, order: Order) -> None:
    """What the office takes has been checked in: here somebody did it in the cabinet, in one batch a day."""
    day, office = post.moscow().date().isoformat(), str(order.body["postoffice-code"])
    kind, category = str(order.body["mail-type"]), str(order.body["mail-category"])
    key = (order.account.code, office, kind, category, day)
    name = post.handed_in.get(key)
    if name is None:
        name = post.handed_in[key] = post.next_batch_name(order.account)
        batch = Batch(name, order.account, office, kind, category, [kind], day, "FROZEN", post.time())
        batch.electronic_f103 = True
        post.batches[(order.account.code, name)] = batch
    post.batches[(order.account.code, name)].ids.append(order.id)
    order.batch = name


def _place(post: Post, order: Order, where: str) -> tuple[str, str]:
    if where == "hub":
        return _HUB
    index = str(order.body.get("postoffice-code") or "") if where == "from" else destination_index(post, order)
    place = by_index(index)
    return index, _named(place, index)


def _named(place: Place | None, index: str) -> str:
    return f"{place.name} {index}" if place else index


def _move_batch(post: Post, order: Order, number: int) -> None:
    """FROZEN → ACCEPTED when the office takes an item, → SENT once one has left it."""
    batch = post.batches.get((order.account.code, order.batch))
    if batch is None:
        return
    if number == 1 and batch.status == "FROZEN":
        batch.status, batch.status_at = "ACCEPTED", post.time()
    elif number not in (1, 28, 44, 46) and batch.status in ("FROZEN", "ACCEPTED"):
        batch.status, batch.status_at = "SENT", post.time()


def assigned(post: Post, order: Order) -> None:
    """The item has its barcode: operation 28, at the index the barcode begins with (§7.1)."""
    order.events.append(Event(28, 0, post.time(), order.barcode[:6], 'АО "Почта России"'))


def was_sent(post: Post, order: Order) -> bool:
    """The item has really left: what a return needs (§11)."""
    batch = post.batches.get((order.account.code, order.batch))
    return batch is not None and batch.status in ("SENT", "ARCHIVED")
