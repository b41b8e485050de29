"""Finding items by a filter, fast where an id is in it (crm §1.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.bitrix24.errors import invalid_value
from sandbox.bitrix24.rest.lists import fits, ordered, split_key
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row, Table
from sandbox.bitrix24.wire import items_of, pairs_of, to_int

from . import items

Test = Callable[[Row], bool]
_TIMES = ("datetime", "date")


class Finder:
    """Filters and orders items of one type. Raises INVALID_ARG_VALUE for fields that do not exist."""

    def __init__(self, portal: Portal, entity_type_id: int, *, original: bool = False) -> None:
        self._portal = portal
        self._table = portal.crm.tables[entity_type_id]
        self._system = items.fields_of(portal, entity_type_id)
        entity = portal.crm.uf_entity(entity_type_id)
        self._user = portal.crm.userfields.of(entity)
        self._names = {name: name for name in self._user} if original else portal.crm.userfields.names(entity)[0]

    def find(self, conditions: Any, order: Mapping[str, Any]) -> list[Row]:
        test = self._test(conditions)
        # The vendor's own SDK orders the first page of every list by ID, this one too.
        order = {"id" if name == "ID" else name: way for name, way in order.items()}
        self._check_order(order)
        rows = [row for row in candidates(self._table, conditions) if test(row)]
        plain = {self._names.get(name, name): way for name, way in order.items()}
        if plain and list(plain) != ["id"]:
            return ordered(rows, plain, "id")
        return rows[::-1] if str(plain.get("id", "ASC")).upper() == "DESC" else rows

    def _check_order(self, order: Mapping[str, Any]) -> None:
        for name, way in order.items():
            if name not in self._system and name not in self._names:
                raise invalid_value(f"Invalid order: field '{name}' is not allowed in order")
            if str(way).upper() not in ("ASC", "DESC"):
                text = f"allowed sort directions are ASC, DESC. But got '{way}' for field '{name}'"
                raise invalid_value(f"Invalid order: {text}")

    def _test(self, conditions: Any) -> Test:
        tests: list[Test] = []
        either = False
        for key, wanted in pairs_of(conditions):
            if key == "logic":
                either = str(wanted).upper() == "OR"
            elif key.isdigit() and isinstance(wanted, dict | list):
                tests.append(self._test(wanted))
            else:
                tests.append(self._condition(key, wanted))
        if either:
            return lambda row: any(test(row) for test in tests)
        return lambda row: all(test(row) for test in tests)

    def _condition(self, key: str, wanted: Any) -> Test:
        prefix, name = split_key(key)
        real = self._names.get(name, name)
        kind = self._user[real].kind if real in self._user else self._system[name].kind if name in self._system else ""
        if not kind:
            raise invalid_value(f"Invalid filter: field '{name}' is not allowed in filter")
        if kind in _TIMES:
            wanted = self._times(name, wanted)
        elif kind == "boolean" and real in self._user:
            # crm §1.3: a boolean user field is 1 or 0 in a filter, never Y or N.
            return lambda row: fits("1" if row.get(real) == "Y" else "0", prefix, wanted)
        if "%" in prefix and kind == "crm_status":
            return lambda _row: False
        return lambda row: fits(row.get(real), prefix, wanted)

    def _times(self, name: str, wanted: Any) -> Any:
        if wanted in ("", None):
            return wanted
        if isinstance(wanted, dict | list):
            return [self._times(name, one) for one in items_of(wanted)]
        found = self._portal.parse_time(wanted)
        if found is None:
            raise invalid_value(f"Invalid filter: field '{name}' has invalid value")
        return found


def candidates(table: Table, conditions: Any, key: str = "id") -> list[Row]:
    """The rows that a condition on the id leaves over, in the order of ids; all of them without one."""
    for name, wanted in pairs_of(conditions):
        prefix, field = split_key(name)
        if field != key:
            continue
        if prefix in ("", "=", "@"):
            return table.some(number for number in map(to_int, items_of(wanted)) if number is not None)
        if prefix in (">", ">=") and (number := to_int(wanted)) is not None:
            return table.after(number, inclusive=prefix == ">=")
    return table.after(-1)
