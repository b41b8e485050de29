"""The two kinds of documents that the warehouse works on: their rows and the registers of their states (§4.1, §4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.kernel.one_c_odata import NO_DATE, Base, Row
from sandbox.one_c_wms.data import configuration as names
from sandbox.one_c_wms.data.statuses import CANCELLED, NEW, R_CANCELLED, R_NEW


@dataclass(frozen=True, slots=True)
class Kind:
    """``dimension`` of the register is the document; ``first`` and ``cancelled`` are states."""

    document: str
    rows: str
    register: str
    dimension: str
    first: str
    cancelled: str


ORDER = Kind(names.ORDER, names.ORDER_ROW, names.ORDER_STATUS, "ЗаказНаОтгрузку_Key", NEW, CANCELLED)
RECEIPT = Kind(names.RECEIPT, names.RECEIPT_ROW, names.RECEIPT_STATUS, "ОжидаемаяПриемка_Key", R_NEW, R_CANCELLED)
KINDS = {kind.document: kind for kind in (ORDER, RECEIPT)}
BY_ROW = {kind.rows: kind for kind in KINDS.values()}
BY_REGISTER = {kind.register: kind for kind in KINDS.values()}


def state_of(base: Base, kind: Kind, key: str) -> str:
    """The state in its register; "" = there is no record yet."""
    row = base.get(kind.register, key)
    return "" if row is None else str(row["Статус"])


def put_state(base: Base, kind: Kind, key: str, raw: str) -> None:
    """The warehouse itself moves on: no rule is asked."""
    blank = {kind.dimension: key, **({"ДатаВРаботу": NO_DATE} if kind is RECEIPT else {})}
    base.rows[kind.register].setdefault((key,), blank)["Статус"] = raw


def rows_of(base: Base, kind: Kind, key: str) -> list[Row]:
    return base.where(kind.rows, Владелец_Key=key)
