"""What lies in the warehouses, what live orders reserve and live receipts bring; the registers' virtual tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from sandbox.kernel.one_c_odata import EMPTY, Row
from sandbox.kernel.one_c_odata.base import Table
from sandbox.one_c_wms.data import configuration as names
from sandbox.one_c_wms.data.goods import WAREHOUSES, first_day, goods
from sandbox.one_c_wms.data.statuses import CANCELLED, R_CANCELLED, R_DONE, SHIPPED
from sandbox.one_c_wms.model import plain

if TYPE_CHECKING:
    from sandbox.one_c_wms.core import OneCWms

#: (article, warehouse) -> pieces.
Sums = Mapping[tuple[str, str], float]


def on_hand(wms: OneCWms, base: str, sku: str, warehouse: str) -> tuple[float, float]:
    """(good, damaged) pieces."""
    good, damaged = first_day(sku, warehouse)
    more, worse = wms.moved.get((base, sku, warehouse), (0.0, 0.0))
    return good + more, damaged + worse


def change(wms: OneCWms, base: str, sku: str, warehouse: str, good: float, damaged: float) -> None:
    before = wms.moved.get((base, sku, warehouse), (0.0, 0.0))
    wms.moved[base, sku, warehouse] = (before[0] + good, before[1] + damaged)


def reserved(wms: OneCWms, base: str) -> Sums:
    """By live orders."""
    found: dict[tuple[str, str], float] = {}
    for order in wms.orders.values():
        if order.base == base and order.raw not in (SHIPPED, CANCELLED):
            for line in order.lines:
                found[line.sku, order.warehouse] = found.get((line.sku, order.warehouse), 0) + line.ordered
    return found


def expected(wms: OneCWms, base: str) -> Sums:
    """With live receipts."""
    found: dict[tuple[str, str], float] = {}
    for receipt in wms.receipts.values():
        if receipt.base == base and receipt.raw not in (R_DONE, R_CANCELLED):
            for line in receipt.lines:
                found[line.sku, receipt.warehouse] = found.get((line.sku, receipt.warehouse), 0) + line.expected
    return found


def tables(wms: OneCWms, base: str) -> Mapping[tuple[str, str], Table]:
    """The virtual tables of an infobase (§2.2, §4.3)."""
    found: Mapping[tuple[str, str], Callable[[OneCWms, str], Iterable[Row]]] = {
        (names.REST, "Balance"): _rest,
        (names.PLACES, "Balance"): _places,
        (names.SHIPPED_FACTS, "Turnovers"): _shipped,
        (names.RECEIVED_FACTS, "Turnovers"): _received,
    }
    return {key: partial(_table, wms, base, rows) for key, rows in found.items()}


def _table(
    wms: OneCWms, base: str, rows: Callable[[OneCWms, str], Iterable[Row]], _arguments: Mapping[str, str]
) -> Iterable[Row]:
    return rows(wms, base)


def _rest(wms: OneCWms, base: str) -> Iterator[Row]:
    held, coming = reserved(wms, base), expected(wms, base)
    for sku in goods():
        for warehouse in WAREHOUSES:
            good, damaged = on_hand(wms, base, sku, warehouse)
            going, soon = held.get((sku, warehouse), 0), coming.get((sku, warehouse), 0)
            if good or going or soon:
                yield _balance(sku, "Кондиция", warehouse, good, soon, going)
            if damaged:
                yield _balance(sku, "Брак", warehouse, damaged, 0, 0)


def _places(_wms: OneCWms, _base: str) -> Iterator[Row]:
    for warehouse in WAREHOUSES:
        yield {
            "Контейнер_Key": names.ref_of(names.CONTAINERS, warehouse), "Ячейка_Key": EMPTY,
            "КоличествоBalance": 1, "КоличествоПриходBalance": 0, "КоличествоРасходBalance": 0,
        }  # fmt: skip


def _shipped(wms: OneCWms, base: str) -> Iterator[Row]:
    for order in wms.orders.values():
        for line in order.lines:
            if order.base == base and line.shipped:
                yield {
                    "ЗаказНаОтгрузку_Key": order.key, "Номенклатура_Key": names.ref_of(names.GOODS, line.sku),
                    "КоличествоОтгруженоTurnover": plain(line.shipped),
                }  # fmt: skip


def _received(wms: OneCWms, base: str) -> Iterator[Row]:
    for receipt in wms.receipts.values():
        for line in receipt.lines:
            if receipt.base == base and line.received:
                yield {
                    "ОжидаемаяПриемка_Key": receipt.key, "Номенклатура_Key": names.ref_of(names.GOODS, line.sku),
                    "КоличествоПринятоTurnover": plain(line.received),
                }  # fmt: skip


def _balance(sku: str, condition: str, warehouse: str, there: float, coming: float, going: float) -> Row:
    return {
        "КлючАналитикиУчетаНоменклатуры_Key": names.ref_of(names.ANALYTICS, f"{sku} {condition}"),
        "Контейнер_Key": names.ref_of(names.CONTAINERS, warehouse),
        "КоличествоBalance": plain(there), "КоличествоПриходBalance": plain(coming),
        "КоличествоРасходBalance": plain(going),
    }  # fmt: skip
