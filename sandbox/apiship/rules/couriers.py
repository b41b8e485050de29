"""Courier calls (§4): a carrier sends somebody for orders that were made."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sandbox.apiship.data.carriers import PROVIDERS
from sandbox.apiship.errors import FieldError, Refused, field
from sandbox.apiship.model import Account, CourierCall

from . import orders, shapes

if TYPE_CHECKING:
    from sandbox.apiship.core import ApiShip


def call(apiship: ApiShip, account: Account, body: dict[str, Any]) -> dict[str, Any]:
    """Raises Refused; a day that the carrier cannot do is an ``error`` inside a good answer (spec)."""
    problems = shapes.problems_of("", body, shapes.COURIER, apiship.switches.strict)
    if problems:
        raise Refused("040002", problems)
    if body["providerKey"] not in account.providers:
        raise Refused("040005")
    if problems := _of_orders(apiship, account, body):
        raise Refused("040002", problems)
    day = date.fromisoformat(body["date"])
    if day < apiship.now().date():
        raise Refused("040002", [field("date", "Дата не может быть в прошлом")])
    with apiship.lock:
        identifier = next(apiship.numbers)
        if day.isoweekday() == 7:
            return {"id": identifier, "error": "Курьер не может приехать в выбранную дату"}
        made = CourierCall(identifier, account, body, str(next(apiship.provider_numbers)), apiship.time())
        apiship.calls[identifier] = made
    apiship.note("courier.accepted", str(identifier), provider=body["providerKey"], orders=body["orderIds"])
    return {
        "id": identifier,
        "providerNumber": made.provider_number,
        "additionalProviderNumber": None,
        "created": apiship.wire_time(made.created),
    }


def _of_orders(apiship: ApiShip, account: Account, body: dict[str, Any]) -> list[FieldError]:
    found = []
    for index, identifier in enumerate(body["orderIds"]):
        order = orders.of_account(apiship, account, identifier)
        if order.provider != body["providerKey"]:
            found.append(field(f"orderIds.{index}", "Заказ другой службы доставки"))
        elif order.canceled is not None or not order.provider_number:
            found.append(field(f"orderIds.{index}", "Заказ не передан в службу доставки"))
    return found


def cancel(apiship: ApiShip, account: Account, identifier: int) -> dict[str, Any]:
    """Raises Refused."""
    with apiship.lock:
        made = apiship.calls.get(identifier)
        if made is None or made.account != account:
            raise Refused("040016")
        if made.canceled is not None:
            raise Refused("040082")
        if not PROVIDERS[made.body["providerKey"]].cancels_courier:
            raise Refused("040307")
        made.canceled = apiship.time()
    apiship.note("courier.cancelled", str(identifier))
    return {"id": identifier, "canceled": apiship.wire_time(made.canceled)}
