"""What a written value becomes: coercion by field type, as crm §1.4, §2.4 and §10 describe."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from sandbox.bitrix24.errors import RestError, bad_field
from sandbox.bitrix24.state.fields import Field
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.userfields import UserField
from sandbox.bitrix24.wire import empty, items_of, pairs_of, to_int

_NUMBER = re.compile(r"\s*-?\d+(\.\d+)?")
_TRUE = ("true", "y", "Y")


def system_value(portal: Portal, field: Field, value: Any) -> Any:
    """The stored form of a system field."""
    if field.multiple:
        return _many(field.name, value, lambda one: _one(portal, field.kind, one))
    if field.kind == "boolean":
        return _yes_no(value)
    if empty(value):
        return field.default if field.default in (0, "N") else None
    return _one(portal, field.kind, value)


def user_value(portal: Portal, field: UserField, value: Any, current: Any) -> Any:
    """The stored form of a user field; ``current`` matters for files only."""
    if field.kind == "file":
        return _file(portal, value, current, multiple=field.multiple)
    if field.multiple:
        return _many(field.name, value, lambda one: _user_one(portal, field, one))
    if field.kind == "boolean":
        return _yes_no(value)
    return None if empty(value) else _user_one(portal, field, value)


def _yes_no(value: Any) -> str:
    # crm §1.4: a number 1 is stored as false, only these words and a real true are true.
    return "Y" if value is True or (isinstance(value, str) and value in _TRUE) else "N"


def _many(name: str, value: Any, convert: Any) -> list[Any]:
    if isinstance(value, list | dict):
        return [convert(one) for one in items_of(value) if not empty(one)]
    if empty(value):
        return []
    kind = "string" if isinstance(value, str) else "int" if isinstance(value, int) else type(value).__name__
    raise RestError("100", f"Expected iterable value for multiple field, but got `{kind}` instead ({name})")


def _one(portal: Portal, kind: str, value: Any) -> Any:
    if kind in ("integer", "user", "crm_contact", "crm_company", "crm_category", "crm_entity", "employee"):
        number = to_int(value)
        return number if number is not None else int(number_of(value))
    if kind == "double":
        return number_of(value)
    if kind in ("datetime", "date"):
        return portal.parse_time(value)
    return str(value)


def number_of(value: Any) -> float | int:
    """A number as PHP reads one: leading digits count, the rest is dropped."""
    if isinstance(value, int | float):
        found: float = value
    else:
        match = _NUMBER.match(str(value))
        found = float(match.group()) if match else 0
    return int(found) if float(found).is_integer() else round(float(found), 4)


def _user_one(portal: Portal, field: UserField, value: Any) -> Any:
    if field.kind == "enumeration":
        number = to_int(value)
        if number not in field.enum_ids():
            raise bad_field(f"Значение поля «{field.label('ru')}» неверное")
        return number
    if field.kind == "address":
        return _address(portal, str(value))
    if field.kind in ("integer", "double", "employee", "date", "datetime"):
        return _one(portal, field.kind, value)
    return str(value)


def _address(portal: Portal, text: str) -> str | None:
    # crm §2.4: an id in the third part is dropped, a plain text gets a fresh location address.
    if text.endswith("_del"):
        return None
    parts = text.split("|")
    if len(parts) >= 2:
        return f"{parts[0]}|{parts[1]}"
    return f"{text}|;|{next(portal.crm.location_ids)}"


def _file(portal: Portal, value: Any, current: Any, *, multiple: bool) -> Any:
    if not multiple:
        return _one_file(portal, value, [current] if current else [])
    kept = [_one_file(portal, one, current or []) for one in items_of(value)]
    return [number for number in kept if number is not None]


def _one_file(portal: Portal, value: Any, current: list[int]) -> int | None:
    if isinstance(value, dict) and "id" in value:
        # crm §10: another file's id clears the field.
        number = to_int(value["id"])
        return number if number in current else None
    if isinstance(value, dict) and "fileData" in value:
        value = value["fileData"]
    parts = items_of(value)
    if len(parts) != 2 or empty(parts[1]):
        return None
    return store_file(portal, str(parts[0]), str(parts[1]))


def store_file(portal: Portal, name: str, content: str) -> int:
    """Keep a base64 file; a corrupted string silently makes a corrupted file (crm §10)."""
    try:
        data = base64.b64decode(content, validate=False)
    except (binascii.Error, ValueError):
        data = content.encode()
    number = next(portal.crm.file_ids)
    portal.crm.files[number] = (name, data)
    return number


def multifield(portal: Portal, current: list[dict[str, Any]], value: Any) -> list[dict[str, Any]]:
    """``fm``: numeric keys change or delete, others add; without ``typeId`` nothing happens (crm §1.4)."""
    if not isinstance(value, list | dict):
        return current
    rows = {row["id"]: dict(row) for row in current}
    for key, given in pairs_of(value):
        if not isinstance(given, dict) or not given.get("typeId"):
            continue
        number = to_int(given.get("id")) or (to_int(key) if isinstance(value, dict) else None)
        _put_multifield(portal, rows, number, given)
    return list(rows.values())


def _put_multifield(portal: Portal, rows: dict[int, dict[str, Any]], number: int | None, given: dict[str, Any]) -> None:
    text = str(given.get("value") or "")
    if number is not None and number in rows:
        if text:
            rows[number] |= {"value": text, "valueType": given.get("valueType") or rows[number]["valueType"]}
        else:
            del rows[number]
    elif text:
        fresh = next(portal.crm.multifield_ids)
        kind = str(given["typeId"]).upper()
        rows[fresh] = {"id": fresh, "typeId": kind, "valueType": given.get("valueType") or "WORK", "value": text}
