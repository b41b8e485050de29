"""A deal for an order of the portal's store that has none: made as the portal would make it, and bound to its order
(bitrix24-crm.md §1.4, §3.2, §9.8; pages `crm.item.add`, `crm.item.productrow.set`, `crm.orderentity.add`).

The deal carries our mark and the order's number as its origin, so that one whose answer was lost is found, not made
again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.clients import ORIGINATOR
from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.bitrix24.names import DEAL
from b24app.bitrix24.shop_calls import MOST_ROWS, decimal_of, plain_text

_CONTACT, _COMPANY = 3, 4
#: The order is bound to the deal already.
BOUND = "201650000001"


@dataclass(frozen=True, slots=True)
class Known:
    """What the portal knows of one order. `linked`: the deal it is bound to; `made`: one that we made for it; 0 = none.
    `filled`: that one has product rows. `order` is empty when there is no such order."""

    order: Mapping[str, Any]
    linked: int
    made: int
    filled: bool


def questions(order_id: int) -> list[Command]:
    mine = {"=originatorId": ORIGINATOR, "=originId": _origin(order_id)}
    link = {"=orderId": order_id, "=ownerTypeId": DEAL}
    return [
        Command("o", "sale.order.get", {"id": order_id}),
        Command("l", "crm.orderentity.list", {"select": ["orderId", "ownerId", "ownerTypeId"], "filter": link}),
        Command("d", "crm.item.list", {"entityTypeId": DEAL, "select": ["id", "opportunity"], "filter": mine}),
    ]


def read(order_id: int, answer: BatchAnswer) -> Known:
    """Raises the RestError of what was refused."""
    links = [as_map(each) for each in as_list(as_map(answer.get("l")).get("orderEntity"))]
    linked = next((number(each.get("ownerId")) for each in links if number(each.get("orderId")) == order_id), None)
    items = [as_map(each) for each in as_list(as_map(answer.get("d")).get("items"))]
    made = sorted(number(each.get("id")) or 0 for each in items)
    error = answer.errors.get("o")
    if error is not None and not error.not_found:
        raise error
    order = as_map(as_map(answer.results.get("o")).get("order"))
    filled = any(decimal_of(each.get("opportunity")) for each in items)
    return Known(order, linked or 0, made[0] if made else 0, filled)


def add_deal(order_id: int, order: Mapping[str, Any], title: str, category: int) -> dict[str, Any]:
    """Parameters of `crm.item.add`."""
    fields: dict[str, Any] = {
        "title": title, "categoryId": category, "originatorId": ORIGINATOR, "originId": _origin(order_id),
        "currencyId": plain_text(order.get("currency")) or "RUB",
    }  # fmt: skip
    clients = [as_map(each) for each in as_list(order.get("clients"))]
    ranked = sorted(clients, key=lambda each: each.get("isPrimary") != "Y")
    contacts = [entity for each in ranked if _is(each, _CONTACT) and (entity := number(each.get("entityId")))]
    company = next((number(each.get("entityId")) for each in ranked if _is(each, _COMPANY)), None)
    if contacts:
        fields["contactIds"] = contacts
    if company:
        fields["companyId"] = company
    if responsible := number(order.get("responsibleId")):
        fields["assignedById"] = responsible
    return {"entityTypeId": DEAL, "fields": fields}


def made_deal(result: Any) -> int:
    return number(as_map(as_map(result).get("item")).get("id")) or 0


def bind(order_id: int, deal_id: int, order: Mapping[str, Any], filled: bool) -> list[Command]:
    """The order's goods, unless the deal has some, and the binding. Repeated, they change nothing."""
    rows = _rows(order)
    goods = {"ownerType": "D", "ownerId": deal_id, "productRows": rows}
    link = {"fields": {"orderId": order_id, "ownerTypeId": DEAL, "ownerId": deal_id}}
    fill = [Command("r", "crm.item.productrow.set", goods)] if rows and not filled else []
    return [*fill, Command("b", "crm.orderentity.add", link)]


def _rows(order: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in map(as_map, as_list(order.get("basketItems"))[:MOST_ROWS]):
        price, quantity = decimal_of(each.get("price")), decimal_of(each.get("quantity"))
        if price is None or not quantity:
            continue
        row = {
            "productId": number(each.get("productId")) or 0, "productName": plain_text(each.get("name")) or "—",
            "price": float(price), "quantity": float(quantity), "measureCode": number(each.get("measureCode")) or 796,
            "taxIncluded": "Y", "sort": 10 * (len(found) + 1),
        }  # fmt: skip
        rate = decimal_of(each.get("vatRate"))
        found.append({**row, **({"taxRate": float(rate * 100)} if rate is not None else {})})
    return found


def _is(client: Mapping[str, Any], kind: int) -> bool:
    return number(client.get("entityTypeId")) == kind


def _origin(order_id: int) -> str:
    return f"order-{order_id}"
