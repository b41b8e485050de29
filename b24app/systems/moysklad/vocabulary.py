"""Every code and unit of MoySklad (moysklad.md): states, errors, boxes, times, money, and ids that make a
repeated call one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from b24app.logistics.model import Parcel
from b24app.logistics.money import Money
from b24app.logistics.picking import PACKED
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Status
from b24app.systems.kit.meanings import Meanings
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import moment_of, whole

#: Dates and times are Moscow's, without an offset (§1).
MOSCOW = timezone(timedelta(hours=3))
#: §4: an order's rows are in the list; what is longer is refused. §3: `expand` is not seen in a list of more.
BATCH = 100
MOST_ROWS, MOST_EXPANDED = 1000, 100
#: §5.10: of a file, and of texts.
MOST_FILE = 10 * 1024 * 1024
TEXT, LONG_TEXT = 255, 4096
#: A state that says that the warehouse has stopped; it says nothing about where the goods are.
BLOCKED = "blocked"
PDF = "application/pdf"
#: Fields that we keep in the account (§5.4, §5.7): name -> type.
FIELD_CARRIER, FIELD_STATUS, FIELD_EXPECTED = "b24_carrier", "b24_status", "b24_expected"
FIELD_TYPES = {FIELD_CARRIER: "string", FIELD_STATUS: "string", FIELD_EXPECTED: "text"}
BOXES = "Места"

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "waybill:moysklad")


def sync_id(kind: str, *parts: str) -> str:
    """The client's id of an object: the same for the same, so that a repeated creation finds the first (§1.5)."""
    return str(uuid.uuid5(_SPACE, "\n".join((kind, *parts))))


# --- states -----------------------------------------------------------------------------------------------------------

_NAMES: tuple[tuple[str, str], ...] = (
    (r"отмен|аннулир|cancel", Status.CANCELLED),
    (r"остановлен|приостановлен|заблокирован|\bhold\b|blocked", BLOCKED),
    (r"возвращ[её]н|returned", Status.RETURNED),
    (r"возврат|return", Status.RETURNING),
    (r"утер|потер|lost", Status.LOST),
    (r"не доставлен|недоставлен|не вручен", Status.DELIVERY_FAILED),
    (r"доставлен|вручен|выдан\b|выдана\b|получен|delivered", Status.DELIVERED),
    (r"жд[её]т в|готов[а]? к выдаче|в пункте выдачи|в пвз", Status.READY_FOR_PICKUP),
    (r"у курьера|курьер вы", Status.OUT_FOR_DELIVERY),
    (r"отгруж|отправлен|передан[а]? в|в пути|shipped|transit", Status.IN_TRANSIT),
    (r"собран|упакован|укомплектован|packed", PACKED),
    (r"подтвержд|собира|сборк|комплект|в работе|picking|confirmed", Status.ACCEPTED_AT_WAREHOUSE),
    (r"^нов|^new", Status.CREATED),
)
_TYPES = {"Successful": Status.DELIVERED.value, "Unsuccessful": Status.CANCELLED.value}
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), str(meaning)) for pattern, meaning in _NAMES)


def meaning_of(name: str, state_type: str = "") -> str:
    """What a state is taken for when nobody says otherwise: a `Status`, `packed`, `blocked`, or "". Names come first:
    «Возврат» is Unsuccessful as «Отменен» is (§5.6)."""
    found = next((meaning for pattern, meaning in _PATTERNS if pattern.search(name)), "")
    return found or _TYPES.get(state_type, "")


# --- errors -----------------------------------------------------------------------------------------------------------

#: §2.2, §6: the key itself is refused; no right to this; nothing was done, later; there is no such thing (1085: no
#: employee, but a solution).
ACCOUNT_CODES = frozenset({1048, 1056, 1061})
RIGHT_CODES = frozenset({1016, 1017, 1018, 1045, 1064, 1075, 1092, 13003, 13004, 14010, 30004})
LATER_CODES = frozenset({1049, 1065, 1073, 1074, 1088, 1095})
UNKNOWN_CODES = frozenset({1020, 1021, 1085})
NO_RIGHT_FOR_FIELDS = 14010
#: A custom field that we named is not there (any more).
FIELD_GONE = 14003
_OUR_FAULT = "1002 1005 1006 1007 1012 1037 1039 1040 1047 1052 1059 1062 1084 2010 2011 2012 2013 2014 2021 2024 2027"
MEANINGS = Meanings(
    (
        ("number_taken", Field.NUMBER, Who.WAYBILL, "3006"),
        ("field_empty", Field.ORDER, Who.MANAGER, "3000 3009 3023"),
        ("field_invalid", Field.ORDER, Who.MANAGER, "2016 2028 2029 3002 3003 3005 3008 3015 3016 3040"),
        ("field_invalid", Field.ITEMS, Who.MANAGER, "17003 17007 17008 17016 17018 17022"),
        ("order_unknown", Field.ORDER, Who.ADMIN, "1020 1021"),
        ("account_contract", Field.ACCOUNT, Who.ADMIN, "1043 1070 30006"),
        ("change_refused", Field.ORDER, Who.ADMIN, "3001 3004 17009 17010 17011 17012 17013 17014"),
        ("bad_request", Field.NONE, Who.WAYBILL, _OUR_FAULT),
    )
)  # fmt: skip
#: The field of ours that a parameter of theirs speaks of, by how it begins.
PARAMETERS: tuple[tuple[str, Field, Who], ...] = (
    ("agent", Field.NAME, Who.MANAGER),
    ("phone", Field.PHONE, Who.MANAGER),
    ("email", Field.EMAIL, Who.MANAGER),
    ("shipmentAddress", Field.ADDRESS, Who.MANAGER),
    *((name, Field.ADDRESS, Who.MANAGER) for name in ("addInfo", "postalCode", "comment")),
    *((name, Field.ITEMS, Who.MANAGER) for name in ("positions", "assortment", "quantity", "price", "reserve", "vat")),
    *((name, Field.ACCOUNT, Who.ADMIN) for name in ("organization", "store", "state", "attributes", "template")),
)


# --- units ------------------------------------------------------------------------------------------------------------


def kopecks(money: Money) -> int:
    """Prices are minor units (§1)."""
    return money.minor


def quantity_of(value: Any) -> Decimal:
    """Theirs is a JSON float."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return Decimal(0)
    return Decimal(int(value)) if value == int(value) else Decimal(str(value))


def moment(value: Any) -> datetime | None:
    return moment_of(value, MOSCOW)


def boxes_text(parcels: Sequence[Parcel]) -> str:
    """How boxes stand in the account's field: grams, then millimetres; `;` between. "" when it does not fit."""
    text = "; ".join(f"{box.weight_g} {box.length_mm}x{box.width_mm}x{box.height_mm}" for box in parcels)
    return text if len(text) <= TEXT else ""


def boxes_of(text: Any) -> tuple[Parcel, ...]:
    """What a person wrote there: of each part the first four whole numbers; parts without a weight are left out."""
    found = []
    for part in str(text or "").split(";"):
        numbers = [value for word in re.findall(r"\d+", part) if (value := whole(word)) is not None]
        if numbers and numbers[0] > 0:
            weight, *sides = numbers
            found.append(Parcel(weight, *(sides if len(sides) == 3 else (0, 0, 0))))
    return tuple(found)


# --- their documents --------------------------------------------------------------------------------------------------

Row = Mapping[str, Any]


def id_in(href: Any) -> str:
    """The last part of a link."""
    return str(href or "").partition("?")[0].rstrip("/").rpartition("/")[2]


def meta_of(row: Any) -> Row:
    found = row.get("meta") if isinstance(row, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def id_of(row: Any) -> str:
    """Of an object, or of a reference to it."""
    return id_in(meta_of(row).get("href"))


def rows_in(value: Any) -> list[Row]:
    """Of a collection (`{"meta", "rows"}`), or of a bare list."""
    return rows_of(value.get("rows") if isinstance(value, Mapping) else value)


def field_in(row: Row, name: str) -> Any:
    """The value of a custom field, None when it is empty or not there."""
    return next((each.get("value") for each in rows_in(row.get("attributes")) if each.get("name") == name), None)


def sku_of(row: Row) -> str:
    """The article of a row whose `assortment` was expanded; a variant has only a code (§5.8)."""
    goods = row.get("assortment")
    found = goods if isinstance(goods, Mapping) else {}
    return str(found.get("article") or found.get("code") or "")


def ids_filter(ids: Iterable[str]) -> str:
    """§3: several `=` on one field mean "or"."""
    return ";".join(f"id={each}" for each in ids)


def escaped(text: str) -> str:
    """A value in `filter`."""
    return text.replace(";", "\\;")
