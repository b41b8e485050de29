"""Taking orders, telling what became of them, cancelling (contract §5.1-§5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.dpd.core import echo, facts_of
from sandbox.dpd.model import Account, Order, Piece
from sandbox.dpd.soap import now_moscow

from . import checks, life

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

Row = Mapping[str, Any]
_PENDING, _DUPLICATE, _ERROR = "OrderPending", "OrderDuplicate", "OrderError"


def create(dpd: Dpd, account: Account, request: Row) -> list[dict[str, Any]]:
    """createOrder, createOrder2: one row an order."""
    return [_create_one(dpd, account, request["header"], order) for order in request.get("order") or []]


def _create_one(dpd: Dpd, account: Account, header: Row, body: Row) -> dict[str, Any]:
    number = echo(body["orderNumberInternal"])
    if _taken(dpd, account, number, header):
        return _row(number, _DUPLICATE, error=f"Заказ с номером {number} уже существует")
    found = checks.look(dpd, account.client_number, header, body)
    wished, words = _wished(dpd, body)
    if found.problems or wished in (_ERROR, _DUPLICATE):
        return _row(number, wished or _ERROR, error=words or "\n".join(found.problems))
    order = Order(account.client_number, number, dict(header), dict(body), dpd.time(), header["datePickup"])
    order.from_city, order.to_city = found.from_city, found.to_city
    order.pieces = _pieces(dpd, body)
    dpd.orders.append(order)
    _note(dpd, order)
    if found.pending or wished == _PENDING:
        order.status = _PENDING
        verdict = words or ("Адрес получателя не найден" if found.hopeless or not order.to_city else "")
        dpd.after(dpd.decision_delay(), lambda: _decide(dpd, order, verdict))
    else:
        life.birth(dpd, order)
        dpd.begin_walk(order)
    return _row(number, order.status, order)


def _taken(dpd: Dpd, account: Account, number: str, header: Row) -> bool:
    day = header["datePickup"] if dpd.switches.number_per_date else None
    found = dpd.of_client(account.client_number, number, pickup=day)
    if found is None or found.status == _ERROR:
        return False
    return found.live or dpd.switches.cancelled_occupies_number


def _wished(dpd: Dpd, body: Row) -> tuple[str, str]:
    """(status, words) that an override wants of this order: a status of theirs, or a text, which is an `OrderError`."""
    override = dpd.override_for(facts_of(body), "errors")
    if override is None:
        return "", ""
    first = override.errors[0]
    row = first if isinstance(first, Mapping) else {"code": first}
    code, words = str(row.get("code", "")), str(row.get("message", ""))
    if code in (_PENDING, _DUPLICATE, _ERROR):
        return code, words or ("Заказ отклонён" if code == _ERROR else "")
    return _ERROR, words or code


def _pieces(dpd: Dpd, body: Row) -> list[Piece]:
    given = body.get("parcel") or [{"number": ""}] * body["cargoNumPack"]
    return [Piece(row["number"], str(next(dpd.parcel_numbers)), dict(row)) for row in given]


def _note(dpd: Dpd, order: Order) -> None:
    receiver = order.receiver
    facts = {"recipient": receiver["contactFio"], "phone": receiver["contactPhone"], "client": order.client}
    cod = checks.cash_on_delivery(order.body)
    facts |= {"weight": float(order.body["cargoWeight"]), "service": order.body["serviceCode"], "cod": float(cod)}
    dpd.note("order.accepted", order.number, **facts)
    if order.variant.startswith("Д"):
        dpd.note(
            "courier.accepted", order.number, date=order.pickup.isoformat(), period=order.header["pickupTimePeriod"]
        )


def _decide(dpd: Dpd, order: Order, verdict: str) -> None:
    """An employee looked at a pending order."""
    if order.status != _PENDING:
        return
    if verdict:
        order.status, order.error = _ERROR, verdict
        dpd.note("order.rejected", order.number, error=verdict)
        return
    dpd.note("order.decided", order.number)
    life.birth(dpd, order)
    dpd.begin_walk(order)


def _row(number: str, status: str, order: Order | None = None, error: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {"orderNumberInternal": number, "status": status}
    if order is not None and order.order_num:
        row["orderNum"] = order.order_num
    return row | ({"errorMessage": error} if error else {})


def status(dpd: Dpd, account: Account, request: Row) -> Iterator[dict[str, Any]]:
    """getOrderStatus."""
    for wanted in request.get("order") or []:
        number = echo(wanted["orderNumberInternal"])
        order = dpd.of_client(account.client_number, number, pickup=wanted.get("datePickup"))
        if order is None:
            yield _row(number, "no-data-found")
        else:
            yield _row(number, order.status, order, order.error)


def cancel(dpd: Dpd, account: Account, request: Row) -> Iterator[dict[str, Any]]:
    """cancelOrder: free until the parcel was picked up."""
    for wanted in request.get("cancel") or []:
        number, order_num = wanted.get("orderNumberInternal") or "", wanted.get("orderNum") or ""
        order = dpd.of_client(account.client_number, number, order_num, wanted.get("pickupdate"))
        if order is None:
            yield {"orderNumberInternal": echo(number) or None, "orderNum": order_num or None, "status": "NotFound"}
            continue
        yield _row(order.number, *_cancelled(dpd, order))


def _cancelled(dpd: Dpd, order: Order) -> tuple[str, Order, str]:
    if order.status == "OrderCancelled":
        return "CanceledPreviously", order, ""
    if order.status == _ERROR:
        return "Error", order, "Заказ не был создан"
    if order.last_event in life.FINAL:
        return "Error", order, "Заказ завершён и не может быть отменён"
    if order.last_event not in life.CANCELLABLE:
        return "CallDPD", order, "Груз принят к перевозке, обратитесь в контактный центр DPD"
    if order.order_num:
        life.move(dpd, order, {"code": "2901"})
    order.status = "OrderCancelled"
    dpd.note("order.cancelled", order.number, order_num=order.order_num, client=order.client)
    return "Canceled", order, ""


def create_async(dpd: Dpd, account: Account, request: Row) -> dict[str, Any]:
    """createOrderAsync: the same, told later."""
    task = next(dpd.task_ids)
    dpd.tasks[account.client_number, task] = (dpd.time() + dpd.decision_delay(), create(dpd, account, request))
    return {"taskId": task, "taskDate": now_moscow(dpd.time())}


def result(dpd: Dpd, account: Account, request: Row) -> Sequence[dict[str, Any]]:
    """createOrderResult: nothing until the task is done."""
    ready, rows = dpd.tasks.get((account.client_number, request["taskId"]), (0.0, []))
    return rows if dpd.time() >= ready else []
