"""Labels and acceptance acts: files behind links (§4)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sandbox.apiship.data.statuses import BEFORE
from sandbox.apiship.errors import FieldError, Refused, field, missing
from sandbox.apiship.model import Account, Order, Paper
from sandbox.kernel.pdf import label_pdf

from . import statuses

if TYPE_CHECKING:
    from sandbox.apiship.core import ApiShip


def labels(apiship: ApiShip, account: Account, body: dict[str, Any]) -> dict[str, Any]:
    """One file with a page per place. Raises Refused."""
    identifiers = statuses.ids_of(body)
    problems: list[FieldError] = []
    if not body.get("format"):
        problems.append(missing("format"))
    elif body["format"] != "pdf":
        problems.append(field("format", "Недопустимый формат"))
    if problems:
        raise Refused("040002", problems)
    found: list[Order] = []
    failed = statuses.each(apiship, account, identifiers, lambda order: found.append(_printable(order)))
    pages = [
        (order.provider_number, (f"{place + 1}/{len(order.body['places'])}", *_lines(order)))
        for order in found
        for place in range(len(order.body["places"]))
    ]
    url = _keep(apiship, label_pdf(pages, "A6")) if pages else None
    for order in found:
        apiship.note("label.made", order.number, order_id=order.id)
    return {"url": url, "failedOrders": failed}


def waybills(apiship: ApiShip, account: Account, body: dict[str, Any]) -> dict[str, Any]:
    """A file per carrier. Raises Refused."""
    by_provider: dict[str, list[Order]] = {}

    def take(order: Order) -> None:
        by_provider.setdefault(_printable(order).provider, []).append(order)

    failed = statuses.each(apiship, account, statuses.ids_of(body), take)
    items = []
    for provider, found in by_provider.items():
        pages = [(order.provider_number, _lines(order)) for order in found]
        url = _keep(apiship, label_pdf(pages))
        items.append({"providerKey": provider, "file": url, "orderIds": [order.id for order in found]})
    return {"waybillItems": items, "failedOrders": failed}


def file_of(apiship: ApiShip, name: str) -> bytes | None:
    """The file of a link, or None: nobody's, or too old."""
    paper = apiship.files.get(name)
    fresh = paper is not None and paper.at + apiship.switches.file_seconds > apiship.time()
    return paper.data if paper is not None and fresh else None


def _printable(order: Order) -> Order:
    if order.status in BEFORE - {"uploaded"} or order.canceled is not None:
        raise Refused("040002", [field("orderId", "Заказ не передан в службу доставки")])
    return order


def _lines(order: Order) -> tuple[str, ...]:
    recipient = order.body["recipient"]
    return (order.number, order.provider, recipient["contactName"], recipient["phone"], recipient["addressString"])


def _keep(apiship: ApiShip, data: bytes) -> str:
    name = hashlib.md5(data + str(len(apiship.files)).encode(), usedforsecurity=False).hexdigest() + ".pdf"
    with apiship.lock:
        apiship.files[name] = Paper(data, apiship.time())
    return f"{apiship.base_url}/file/get?file={name}"
