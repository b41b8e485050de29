"""What may stand in a document of the contract "b24logistics" (1c.md §6): shapes, and what is wrong with one.

A shape is ordered: its order is the order of the XML elements (§6.10). JSON and XML are read by the same shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

Complaint = dict[str, str]
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_INN = re.compile(r"\d{10}|\d{12}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One member. ``type``: text, int, number, bool, moment, date, phone, inn, object, list, values (of scalars).

    ``item`` names the XML element of one row of a list. ``least``/``above`` bound numbers, ``least`` also the length of
    a list. ``decimals`` are as many as may be written; ``most`` is the length of a text.
    """

    type: str = "text"
    required: bool = False
    most: int = 255
    among: tuple[Any, ...] = ()
    shape: Shape | None = None
    item: str = ""
    least: float | None = None
    above: float | None = None
    decimals: int | None = None


Shape = Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Doc:
    """A whole document: the root of its XML and its members."""

    root: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Said:
    """What a method answers: ``data`` by the shape of its document; bytes go as they are with ``kind``. ``gives``:
    another document than the method's usual one."""

    data: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    gives: Doc | None = None


def text(most: int = 255, *, required: bool = False, among: tuple[str, ...] = ()) -> Kind:
    return Kind("text", required, most, among)


def part(shape: Shape, *, required: bool = False) -> Kind:
    return Kind("object", required, shape=shape)


def rows(item: str, shape: Shape, *, required: bool = False) -> Kind:
    """A list of objects; a required one holds at least one."""
    return Kind("list", required, shape=shape, item=item, least=1 if required else None)


MOMENT, DATE, BOOL, TEXT = Kind("moment"), Kind("date"), Kind("bool"), Kind()
VALUES = Kind("values")
SIZE_CM = Kind("int", above=0)
WEIGHT_KG = Kind("number", above=0, decimals=3)
MONEY = Kind("number", least=0, decimals=2)
COMMENT = text(1000)

# --- §6.10: shared by the transport and the warehouse part ------------------------------------------------------------

ADDRESS: Shape = {
    "text": text(required=True), "postalCode": text(), "country": text(2), "region": text(), "city": text(),
    "street": text(), "house": text(), "building": text(), "apartment": text(), "fiasId": text(),
    "lat": Kind("number"), "lon": Kind("number"), "comment": COMMENT,
}  # fmt: skip
WINDOW: Shape = {"from": MOMENT, "to": MOMENT}
CONTACT: Shape = {"name": text(), "phone": Kind("phone"), "email": text()}
PARTY: Shape = {
    "kind": text(required=True, among=("person", "company")), "name": text(required=True), "inn": Kind("inn"),
    "kpp": text(), "phone": Kind("phone"),
}  # fmt: skip
PACKAGE: Shape = {
    "no": Kind("int", required=True, above=0), "barcode": text(),
    "weightKg": Kind("number", required=True, above=0, decimals=3),
    "lengthCm": SIZE_CM, "widthCm": SIZE_CM, "heightCm": SIZE_CM,
}  # fmt: skip
ITEM: Shape = {
    "line": Kind("int", required=True, above=0), "sku": text(required=True), "name": text(required=True),
    "qty": Kind("number", required=True, above=0, decimals=3), "unit": text(), "weightKg": WEIGHT_KG, "price": MONEY,
    "vatRate": Kind("int", among=(0, 5, 7, 10, 20, 22)), "packageNo": Kind("int", above=0), "barcode": text(),
    "serials": VALUES,
}  # fmt: skip
CANCEL = Doc(
    "CancelRequest",
    {
        "reasonCode": text(required=True, among=("customer_refused", "wrong_data", "no_stock", "other")),
        "comment": COMMENT,
        "expectedRevision": Kind("int", above=0),
    },
)
_FIELD: Shape = {"path": TEXT, "rule": TEXT, "message": text(1000)}
ERROR = Doc(
    "Error",
    {
        "code": TEXT, "message": text(1000), "requestId": TEXT, "retryable": BOOL, "fields": rows("Field", _FIELD),
        "details": part({"id": TEXT, "status": TEXT}),
    },
)  # fmt: skip
HEALTH = Doc(
    "Health",
    {
        "service": TEXT, "contract": TEXT, "time": MOMENT,
        "infobase": part({"configuration": TEXT, "version": TEXT, "platform": TEXT}),
        "capabilities": VALUES, "user": TEXT,
    },
)  # fmt: skip
#: What every object tells of where it is (§6.5, §6.8).
STATE: Shape = {
    "id": TEXT, "externalId": TEXT, "number": TEXT, "date": MOMENT, "status": TEXT, "statusText": TEXT,
    "rawStatus": TEXT, "revision": Kind("int"), "statusAt": MOMENT,
}  # fmt: skip
#: §6.1 Time: the answer of a call that takes longer.
ACCEPTED: Shape = {"externalId": TEXT, "accepted": BOOL}


def listing(root: str, shape: Shape, item: str = "Item") -> Doc:
    """A page of a list (§6.1 Paging)."""
    return Doc(root, {"items": rows(item, shape), "nextCursor": TEXT})


# --- what is wrong ----------------------------------------------------------------------------------------------------


def complaints(shape: Shape, data: Any, path: str = "", *, strict: bool = True) -> list[Complaint]:
    """Everything wrong with a document; null counts as absent. ``strict``: unknown members are complained of too."""
    if not isinstance(data, Mapping):
        return [complaint(path, "type", "Ожидается объект")]
    lead = f"{path}." if path else ""
    found = [complaint(lead + name, "unknown", "Нет такого поля") for name in data if strict and name not in shape]
    for name, kind in shape.items():
        value = data.get(name)
        if value is None or value == "":
            found += [complaint(lead + name, "required", "Поле не заполнено")] if kind.required else []
        else:
            found += _of_value(lead + name, value, kind, strict)
    return found


def complaint(path: str, rule: str, message: str) -> Complaint:
    return {"path": path, "rule": rule, "message": message}


def _of_value(path: str, value: Any, kind: Kind, strict: bool) -> Iterator[Complaint]:
    if not _is(value, kind.type):
        yield complaint(path, "type", f"Неверный тип, ожидается {kind.type}")
        return
    if kind.type == "object" and kind.shape is not None:
        yield from complaints(kind.shape, value, path, strict=strict)
    if kind.type == "list" and kind.shape is not None:
        if kind.least and len(value) < kind.least:
            yield complaint(path, "min_items", f"Нужно не меньше {int(kind.least)}")
        for at, row in enumerate(value):
            yield from complaints(kind.shape, row, f"{path}[{at}]", strict=strict)
    if rule := _rule_broken(value, kind):
        yield complaint(path, rule, f"Недопустимое значение: {str(value)[:60]}")


def _rule_broken(value: Any, kind: Kind) -> str:
    if kind.among and value not in kind.among:
        return "enum"
    if kind.type == "text" and len(value) > kind.most:
        return "length"
    if kind.type in ("int", "number"):
        if (kind.above is not None and value <= kind.above) or (kind.least is not None and value < kind.least):
            return "range"
        if kind.decimals is not None and -int(Decimal(str(value)).normalize().as_tuple().exponent) > kind.decimals:
            return "decimals"
    return "" if _formats(value, kind.type) else "format"


def _formats(value: Any, kind: str) -> bool:
    if kind == "phone":
        return bool(_PHONE.fullmatch(value))
    if kind == "inn":
        return bool(_INN.fullmatch(value))
    try:
        if kind == "moment":
            return moment(value) is not None
        if kind == "date":
            return len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False
    return True


def moment(value: str) -> datetime | None:
    """ISO 8601 with an offset (§6.1 Dates); None without one. Raises ValueError."""
    found = datetime.fromisoformat(value)
    return found if found.tzinfo is not None and "T" in value else None


def is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _is(value: Any, kind: str) -> bool:
    if kind == "values":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind == "bool":
        return isinstance(value, bool)
    types: Mapping[str, tuple[type, ...]] = {"int": (int,), "number": (int, float), "object": (dict,), "list": (list,)}
    return isinstance(value, types.get(kind, (str,))) and not isinstance(value, bool)
