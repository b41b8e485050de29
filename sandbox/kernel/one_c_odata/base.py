"""The objects of an infobase and how they are written: the platform's rules, with hooks for the configuration's."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from .errors import ODataRefused, business
from .schema import EMPTY, NO_DATE, Entity, Prop, Props

Row = dict[str, Any]
Key = tuple[str, ...]
#: (arguments of the virtual table, e.g. Period, as text) -> its rows.
Table = Callable[[Mapping[str, str]], Iterable[Row]]

_GUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class Hooks:
    """What a configuration does around a write. Each may refuse with `business(words)`; nothing is kept then."""

    def before_write(self, entity: Entity, row: Row, old: Row | None) -> None:
        """``row`` as it would be; ``old`` as it was (None: new)."""

    def before_delete(self, entity: Entity, row: Row) -> None: ...

    def written(self, entity: Entity, row: Row, old: Row | None) -> None: ...

    def posting(self, entity: Entity, row: Row) -> None:
        """A document is being posted."""

    def posted(self, entity: Entity, row: Row) -> None: ...


class Base:
    """An infobase. Not guarded: the system's lock is held around every call."""

    def __init__(self, entities: Iterable[Entity], hooks: Hooks, tables: Mapping[tuple[str, str], Table] | None = None):
        self.entities = {entity.name: entity for entity in entities}
        self.hooks = hooks
        #: (entity set, virtual table) -> what gives its rows.
        self.tables = dict(tables or {})
        self.clear()

    def clear(self) -> None:
        """Nothing in it: the first day, before it is filled."""
        self.rows: dict[str, dict[Key, Row]] = {name: {} for name in self.entities}
        self._version = 0
        self._numbers: dict[str, int] = {}

    def remember(self) -> Callable[[], None]:
        """A function that brings back what is in it now, as often as it is called."""
        kept, version, numbers = _copied(self.rows), self._version, dict(self._numbers)

        def back() -> None:
            self.rows, self._version, self._numbers = _copied(kept), version, dict(numbers)

        return back

    # --- reading ------------------------------------------------------------------------------------------------------

    def entity(self, name: str) -> Entity:
        """Raises ODataRefused."""
        if name not in self.entities:
            raise ODataRefused(8, name)
        return self.entities[name]

    def get(self, name: str, key: str | Key) -> Row | None:
        """A row by its reference (or the values of a register's key)."""
        return self.rows[name].get((key,) if isinstance(key, str) else key)

    def read(self, name: str, key: Key) -> Row:
        found = self.get(name, key)
        if found is None:
            raise ODataRefused(9)
        return found

    def where(self, name: str, **wanted: Any) -> list[Row]:
        """Rows with exactly these values, oldest first."""
        return [row for row in self.rows[name].values() if all(row[prop] == value for prop, value in wanted.items())]

    # --- writing ------------------------------------------------------------------------------------------------------

    def create(self, name: str, body: Mapping[str, Any]) -> Row:
        """Raises ODataRefused."""
        entity = self.entity(name)
        row = self._values(entity, body)
        if entity.kind == "document" and body.get("Date") in (None, "", NO_DATE):
            raise ODataRefused(5, "Date")
        if entity.is_object:
            row = {**_blank(entity), **row}
            row["Ref_Key"] = row["Ref_Key"] if row["Ref_Key"] != EMPTY else str(uuid.uuid4())
            label = "Number" if entity.kind == "document" else "Code"
            row[label] = row[label] or self._next_number(name)
        else:
            if missing := [key for key in entity.keys if key not in row]:
                raise ODataRefused(5, ", ".join(missing))
            row = {**_blank(entity), **row}
        key = key_of(entity, row)
        if key in self.rows[name]:
            raise ODataRefused(15)
        self.hooks.before_write(entity, row, None)
        self._keep(entity, key, row)
        self.hooks.written(entity, row, None)
        return row

    def update(self, name: str, key: Key, body: Mapping[str, Any], *, whole: bool, version: str | None) -> Row:
        """PATCH what is named, or PUT (``whole``) all. Raises ODataRefused."""
        entity = self.entity(name)
        old = self.read(name, key)
        self._same_version(old, version)
        given = self._values(entity, body)
        if any(given.get(part, old[part]) != old[part] for part in entity.keys):
            raise ODataRefused(16, ", ".join(entity.keys))
        kept = {part: old[part] for part in (*entity.keys, *entity.own) if part in old}
        row = {**(_blank(entity) if whole else old), **given, **kept}
        if entity.kind == "document" and row["Date"] == NO_DATE:
            raise ODataRefused(5, "Date")
        self.hooks.before_write(entity, row, old)
        self._keep(entity, key, row)
        self.hooks.written(entity, row, old)
        return row

    def delete(self, name: str, key: Key, version: str | None) -> None:
        """For good. Raises ODataRefused."""
        entity, old = self.entity(name), self.read(name, key)
        self._same_version(old, version)
        self.hooks.before_delete(entity, old)
        del self.rows[name][key]

    def post(self, name: str, key: Key, *, undo: bool = False) -> Row:
        """Post a document, or undo that. Raises ODataRefused: of the configuration, when something is not filled in."""
        entity, row = self.entity(name), self.read(name, key)
        if entity.kind != "document":
            raise ODataRefused(11, "Unpost" if undo else "Post")
        if undo:
            self._keep(entity, key, {**row, "Posted": False})
            return self.rows[name][key]
        if row["DeletionMark"]:
            raise business("Помеченный на удаление документ не может быть проведен!")
        for prop in entity.props.values():
            if prop.needed and row[prop.name] == prop.empty:
                raise business(f"Не удалось провести: поле «{prop.navigation or prop.name}» не заполнено")
            if prop.ref and row[prop.name] != EMPTY and self.get(prop.ref, row[prop.name]) is None:
                raise business(f"Не удалось провести: <Объект не найден> в поле «{prop.navigation}»")
        self.hooks.posting(entity, row)
        done = {**row, "Posted": True}
        self._keep(entity, key, done)
        self.hooks.posted(entity, done)
        return done

    # --- the inside ---------------------------------------------------------------------------------------------------

    def _keep(self, entity: Entity, key: Key, row: Row) -> None:
        if entity.is_object:
            self._version += 1
            row["DataVersion"] = base64.b64encode(self._version.to_bytes(4, "big") + bytes(4)).decode()
        self.rows[entity.name][key] = row

    def _next_number(self, name: str) -> str:
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return f"{self._numbers[name]:09d}"

    def _same_version(self, row: Row, version: str | None) -> None:
        if version is not None and version.strip('"') not in ("*", row.get("DataVersion")):
            raise ODataRefused(-1, words="Объект изменен другим пользователем", status=412)

    def _values(self, entity: Entity, body: Mapping[str, Any]) -> Row:
        found: Row = {}
        for name, value in body.items():
            if name in entity.sections:
                found[name] = _section(entity, name, value)
            elif name.startswith("odata.") or name.endswith("@odata.type"):
                continue
            elif name not in entity.props:
                raise ODataRefused(10, name)
            elif name in entity.own:
                raise ODataRefused(16, name)
            else:
                found[name] = _value(entity.props[name], value)
        return found


def _copied(tables: Mapping[str, Mapping[Key, Row]]) -> dict[str, dict[Key, Row]]:
    # Values of a row, tabular sections too, are replaced and never changed in place.
    return {name: {key: dict(row) for key, row in rows.items()} for name, rows in tables.items()}


def key_of(entity: Entity, row: Mapping[str, Any]) -> Key:
    return tuple(str(row[name]) for name in entity.keys)


def _blank(entity: Entity) -> Row:
    row: Row = {name: prop.empty for name, prop in entity.props.items()}
    return row | {name: [] for name in entity.sections}


def _section(entity: Entity, name: str, value: Any) -> list[Row]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ODataRefused(4, name)
    return [_section_row(entity.sections[name], row) for row in value]


def _section_row(props: Props, row: Mapping[str, Any]) -> Row:
    if "LineNumber" not in row:
        raise ODataRefused(5, "LineNumber")
    if strange := [name for name in row if name not in props]:
        raise ODataRefused(10, strange[0])
    blank = {name: prop.empty for name, prop in props.items()}
    return blank | {name: _value(props[name], value) for name, value in row.items()}


def _value(prop: Prop, value: Any) -> Any:
    """In the form that is kept. Raises ODataRefused for another type."""
    if value is None:
        return prop.empty
    if prop.kind == "bool" and isinstance(value, bool):
        return value
    if prop.kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if prop.kind == "int" and not isinstance(value, bool) and re.fullmatch(r"-?\d{1,18}", str(value)):
        return str(value)
    if isinstance(value, str) and (prop.kind == "string" or (prop.kind == "guid" and _GUID.fullmatch(value))):
        return value.lower() if prop.kind == "guid" else value
    if prop.kind == "date" and isinstance(value, str) and is_date(value):
        return value
    raise ODataRefused(4, prop.name)


def is_date(value: str) -> bool:
    """``2026-10-05T12:40:00``, without a zone and without parts of a second."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
