"""Corrections of an order and saved addresses (contract §5.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.dpd import geo
from sandbox.dpd.model import Account, Order, Piece

from . import checks, life

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

Row = Mapping[str, Any]
_CARGO = ("cargoNumPack", "cargoWeight", "cargoVolume", "cargoValue", "cargoCategory")


def parcels(dpd: Dpd, account: Account, request: Row, *, add: bool) -> dict[str, Any]:
    """addParcels, removeParcels: while the parcel was not picked up."""
    number, order_num = request.get("orderNumberInternal") or "", request.get("orderNum") or ""
    order = dpd.of_client(account.client_number, number, order_num)
    if order is None or not order.order_num or not order.live:
        return {"orderNum": order_num or None, "status": "no-data-found", "errorMessage": "Заказ не найден"}
    if order.last_event not in life.CANCELLABLE:
        return {"orderNum": order.order_num, "status": "OrderError", "errorMessage": "Груз уже принят к перевозке"}
    rows = [_add(dpd, order, row) if add else _remove(order, row) for row in request.get("parcel") or []]
    order.body |= {name: request[name] for name in _CARGO if request.get(name) is not None}
    order.body["parcel"] = [piece.body for piece in order.pieces]
    if request.get("cargoNumPack") is None:
        order.body["cargoNumPack"] = len(order.pieces)
    dpd.note("order.changed", order.number, parcels=len(order.pieces), order_num=order.order_num)
    return {"orderNum": order.order_num, "status": "OK", "parcelStatus": rows}


def _add(dpd: Dpd, order: Order, row: Row) -> dict[str, Any]:
    if any(piece.number == row["number"] for piece in order.pieces):
        return {"number": row["number"], "status": "parcel-error", "errorMessage": "Посылка с таким номером уже есть"}
    order.pieces.append(Piece(row["number"], str(next(dpd.parcel_numbers)), dict(row)))
    return {"number": row["number"], "status": "OK"}


def _remove(order: Order, row: Row) -> dict[str, Any]:
    found = [piece for piece in order.pieces if piece.number == row["number"]]
    if not found or len(order.pieces) == 1:
        words = "Нельзя удалить единственную посылку" if found else "Посылка не найдена"
        return {"number": row["number"], "status": "parcel-error", "errorMessage": words}
    order.pieces.remove(found[0])
    return {"number": row["number"], "status": "OK"}


def unit_load(dpd: Dpd, account: Account, request: Row) -> Iterator[dict[str, Any]]:
    """changeUnitLoad: the goods and the money on delivery, until the end of the way."""
    for wanted in request.get("order") or []:
        order = dpd.of_client(account.client_number, order_num=wanted["orderNum"], pickup=wanted.get("datePickup"))
        if order is None:
            yield {"orderNum": wanted["orderNum"], "status": "no-data-found"}
            continue
        fresh = dict(order.body) | {"unitLoad": wanted.get("unitLoad") or []}
        problems = list(checks.goods(fresh)) if not dpd.is_over(order) else ["Заказ завершён"]
        if not problems:
            order.body = fresh
            dpd.note(
                "order.changed", order.number, cod=float(checks.cash_on_delivery(fresh)), order_num=order.order_num
            )
        yield _row(order, problems)


def delivery_date(dpd: Dpd, account: Account, request: Row) -> Iterator[dict[str, Any]]:
    """changeDeliveryDate; event 3201 tells of it."""
    for wanted in request.get("order") or []:
        order = dpd.of_client(account.client_number, order_num=wanted["orderNum"])
        if order is None:
            yield {"orderNum": wanted["orderNum"], "status": "no-data-found"}
            continue
        problems = ["Заказ завершён"] if dpd.is_over(order) else []
        if wanted["newDeliveryDate"] < dpd.today():
            problems.append("Дата доставки ранее текущей даты")
        if not problems:
            order.delivery_date, last = wanted["newDeliveryDate"], order.last_event
            life.move(dpd, order, {"code": "3201"})
            # It is news of the order, not of where the parcel is.
            order.last_event = last
            dpd.note("order.changed", order.number, delivery_date=wanted["newDeliveryDate"].isoformat())
        yield _row(order, problems)


def _row(order: Order, problems: list[str]) -> dict[str, Any]:
    row = {
        "orderNumberInternal": order.number,
        "orderNum": order.order_num,
        "status": "OrderError" if problems else "OK",
    }
    return row | ({"errorMessage": "\n".join(problems)} if problems else {})


def address(dpd: Dpd, account: Account, request: Row, *, update: bool) -> dict[str, Any]:
    """createAddress, updateAddress: a place that cannot be recognised is an `address-error`."""
    fields = request["clientAddress"]
    code = fields.get("code") or ""
    missing = [name for name in ("city", "street", "house") if not (fields.get(name) or "").strip()]
    if not code:
        missing.append("code")
    if missing:
        return _refused(code, f"Не заполнены обязательные поля: {', '.join(missing)}")
    known = (account.client_number, code) in dpd.addresses
    if known is not update:
        return _refused(code, f"Адрес с кодом {code} {'уже существует' if known else 'не найден'}")
    cities, street = geo.of_address(fields), fields["street"]
    if len(cities) != 1 or checks.LOST_STREET in street or checks.HOPELESS_STREET in street:
        return _refused(code, "Адрес не найден" if len(cities) < 2 else "Неоднозначно задан населенный пункт")
    dpd.addresses[account.client_number, code] = dict(fields)
    dpd.note("address.saved", code, client=account.client_number)
    return {"code": code, "status": "OK"}


def _refused(code: str, words: str) -> dict[str, Any]:
    return {"code": code or None, "status": "address-error", "errorMessage": words}
