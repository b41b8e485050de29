"""Payments and deliveries of a deal as a manager may see them (crm §9.8, §11)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, missing
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.lists import matches, ordered
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules.rights import EDIT, READ
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import to_int

from .owners import owner_item, readable


def _owner(call: Call, right: str) -> tuple[int, int]:
    owner = (call.need_int("entityTypeId"), call.need_int("entityId"))
    try:
        owner_item(call, *owner, right)
    except RestError as problem:
        # These methods answer code 0 with a text (crm §11).
        raise RestError(0, problem.text) from None
    return owner


def _payment(call: Call, right: str) -> Row:
    row = call.portal.crm.payments.get(call.need_int("id"))
    if row is None or not readable(call, row["_owner"], right):
        raise RestError(0, "Оплата не найдена")
    return row


def _shown(row: Row) -> Row:
    return {key: value for key, value in row.items() if not key.startswith("_") and key != "products"}


@method("crm.item.payment.add", scope="crm")
def payment_add(call: Call) -> Any:
    owner = _owner(call, EDIT)
    item = call.portal.crm.tables[owner[0]].rows[owner[1]]
    row: Row = {
        "accountNumber": f"{owner[1]}/{1 + len(call.portal.crm.payments.of(owner))}", "paid": "N", "datePaid": None,
        "empPaidId": None, "sum": 0, "currency": item.get("currencyId"), "paySystemId": 1, "paySystemName": "Наличные",
        "products": [],
    }  # fmt: skip
    return call.portal.crm.payments.add_to(owner, row)


@method("crm.item.payment.list", scope="crm")
def payment_list(call: Call) -> Any:
    rows = [_shown(row) for row in call.portal.crm.payments.of(_owner(call, READ))]
    return ordered([row for row in rows if matches(row, call.opt_map("filter"))], call.opt_map("order"), "id")


@method("crm.item.payment.get", scope="crm")
def payment_get(call: Call) -> Any:
    return _shown(_payment(call, READ))


@method("crm.item.payment.update", scope="crm")
def payment_update(call: Call) -> Any:
    row, fields = _payment(call, EDIT), call.need_map("fields")
    if "paySystemId" in fields:
        row["paySystemId"] = to_int(fields["paySystemId"]) or row["paySystemId"]
    return True


@method("crm.item.payment.pay", "crm.item.payment.unpay", scope="crm")
def payment_pay(call: Call) -> Any:
    row = _payment(call, EDIT)
    paid = call.method.endswith(".pay")
    row["paid"] = "Y" if paid else "N"
    row["datePaid"] = call.portal.now() if paid else None
    row["empPaidId"] = call.user.id if paid else None
    return True


@method("crm.item.payment.delete", scope="crm")
def payment_delete(call: Call) -> Any:
    call.portal.crm.payments.remove(_payment(call, EDIT)["id"])
    return True


@method("crm.item.payment.product.add", scope="crm")
def payment_product_add(call: Call) -> Any:
    payment = call.portal.crm.payments.get(call.need_int("paymentId"))
    row = call.portal.crm.product_rows.get(call.need_int("rowId"))
    quantity = call.params.get("quantity")
    if quantity is None:
        raise missing("quantity")
    if payment is None or row is None or row["_owner"] != payment["_owner"]:
        raise RestError(0, "Товарная позиция не найдена")
    number = 1 + len(payment["products"])
    payment["products"].append(
        {"id": number, "paymentId": payment["id"], "rowId": row["id"], "quantity": float(quantity)}
    )
    payment["sum"] += row["price"] * float(quantity)
    return number


@method("crm.item.payment.product.list", scope="crm")
def payment_product_list(call: Call) -> Any:
    row = call.portal.crm.payments.get(call.need_int("paymentId"))
    if row is None or not readable(call, row["_owner"]):
        raise RestError(0, "Оплата не найдена")
    return list(row["products"])


@method("crm.item.delivery.list", scope="crm")
def delivery_list(call: Call) -> Any:
    _owner(call, READ)
    return []


@method("crm.orderentity.list", scope="crm")
def order_entity_list(_call: Call) -> Any:
    return {"orderEntity": []}
