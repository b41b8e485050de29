"""Statuses of many orders at once (§5): by ids, since a moment, within an interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.apiship.errors import FieldError, Refused, field
from sandbox.apiship.model import Account, Order
from sandbox.apiship.view import newest_first, order_info, status_common

from . import orders

if TYPE_CHECKING:
    from sandbox.apiship.core import ApiShip

MOST_IDS = 100
Row = dict[str, Any]


def ids_of(body: Row) -> list[Any]:
    """``orderIds``, at most a hundred (spec). Raises Refused."""
    identifiers = body.get("orderIds")
    problems: list[FieldError] = []
    if not isinstance(identifiers, list) or not identifiers:
        problems.append(field("orderIds", "Атрибут `orderIds` обязателен"))
    elif len(identifiers) > MOST_IDS:
        problems.append(field("orderIds", f"Не более {MOST_IDS} заказов"))
    if problems:
        raise Refused("040002", problems)
    return list(identifiers or [])


def each(
    apiship: ApiShip, account: Account, identifiers: Iterable[Any], use: Callable[[Order], None]
) -> list[dict[str, Any]]:
    """``use`` every order; those that cannot be are ``failedOrders``."""
    failed = []
    for identifier in identifiers:
        try:
            use(orders.of_account(apiship, account, int(identifier) if str(identifier).isdigit() else 0))
        except Refused as problem:
            message = problem.fields[0]["message"] if problem.fields else problem.as_json()["message"]
            failed.append({"orderId": identifier, "message": message})
    return failed


def of_ids(apiship: ApiShip, account: Account, body: Row) -> Row:
    found: list[Row] = []
    failed = each(apiship, account, ids_of(body), lambda order: found.append(status_common(apiship, order)))
    return {"succeedOrders": found, "failedOrders": failed}


def moment(text: str) -> float:
    """Of ``2015-07-30T13:14:37+03:00``. Raises Refused."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Refused("040002", [field("date", "Некорректный формат даты")])
    return at.timestamp()


def changed(apiship: ApiShip, account: Account, since: float, until: float = float("inf")) -> list[Order]:
    """The account's orders that got a status in that time, oldest change first."""
    mine = [order for order in apiship.orders.values() if order.account == account and order.deleted is None]
    found = [order for order in mine if any(since <= status.at <= until for status in order.statuses)]
    return sorted(found, key=lambda order: (max(s.at for s in order.statuses if s.at <= until), order.id))


def histories(apiship: ApiShip, found: Iterable[Order], since: float, until: float = float("inf")) -> list[Row]:
    return [{"orderInfo": order_info(order), "statuses": newest_first(apiship, order, since, until)} for order in found]
