"""The query of a call, and what it makes of rows: $filter, $select, $expand, $orderby, $top, $skip, $inlinecount."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote

from .base import Base, Row
from .errors import ODataRefused
from .filters import compile_filter
from .schema import EMPTY, Entity, Prop

_KNOWN = {"$format", "$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$inlinecount", "allowedOnly"}


@dataclass(frozen=True, slots=True)
class Answered:
    """Rows as they are shown, and how many there are in all where that was asked for."""

    rows: list[Row]
    count: int | None = None


def options_of(query: str, more: Iterable[str] = ()) -> dict[str, str]:
    """The options of a raw query string; `+` stays a plus (§1.6). Raises ODataRefused (14, 18)."""
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, sign, value = part.partition("=")
        if not part:
            continue
        name = unquote(name, errors="strict")
        if name in found:
            raise ODataRefused(18, name)
        if name not in _KNOWN and name not in more:
            raise ODataRefused(14, name)
        if not sign:
            raise ODataRefused(14, part)
        found[name] = unquote(value, errors="strict")
    return found


def rows_of(base: Base, entity: Entity, rows: Iterable[Row], options: Mapping[str, str]) -> Answered:
    """Raises ODataRefused."""
    shown = _Shown(base, entity, options)
    kept = list(rows)
    if "$filter" in options:
        test = compile_filter(options["$filter"], shown.lookup)
        kept = [row for row in kept if test(row)]
    if "$orderby" in options:
        for term in reversed(options["$orderby"].split(",")):
            name, _, way = term.strip().partition(" ")
            if way not in ("", "asc", "desc"):
                raise ODataRefused(14, "$orderby")
            kept.sort(key=partial(_by, shown, name), reverse=way == "desc")
    count = len(kept) if options.get("$inlinecount") == "allpages" else None
    skip, top = _number(options, "$skip", 0), _number(options, "$top", len(kept))
    return Answered([shown.show(row) for row in kept[skip : skip + top]], count)


def one_of(base: Base, entity: Entity, row: Row, options: Mapping[str, str]) -> Row:
    """A single row as it is shown. Raises ODataRefused."""
    return _Shown(base, entity, options).show(row)


def passes(base: Base, entity: Entity, row: Row, condition: str) -> bool:
    """Whether a virtual table's `Condition` holds. Raises ODataRefused."""
    return compile_filter(condition, _Shown(base, entity, {}).lookup)(row)


def _by(shown: _Shown, name: str, row: Row) -> Any:
    return shown.lookup(row, name)


def _number(options: Mapping[str, str], name: str, usual: int) -> int:
    text = options.get(name)
    if text is None:
        return usual
    if not text.isdecimal():
        raise ODataRefused(14, name)
    return int(text)


class _Shown:
    """How rows of one entity set are looked into and shown."""

    def __init__(self, base: Base, entity: Entity, options: Mapping[str, str]) -> None:
        self._base, self._entity = base, entity
        select = _paths(options.get("$select", ""))
        self._expand = _paths(options.get("$expand", ""))
        for path in (*select, *self._expand):
            self._check(path)
        # A path in `$select` shows nothing by itself: what it leads through is to be expanded too.
        self._select = [path for path in select if len(path) > 1 or path != ("*",)]
        self._all = not self._select
        if self._select:
            self._expand = [path for path in self._expand if any(part[0] == path[0] for part in self._select)]

    def show(self, row: Row) -> Row:
        wanted = {path[0] for path in self._select if len(path) == 1}
        kept = {name: value for name, value in row.items() if self._all or name in wanted}
        for path in self._expand:
            kept[path[0]] = self._expanded(self._entity, row, path)
        return kept

    def lookup(self, row: Mapping[str, Any], path: str) -> Any:
        """The value behind a path of a filter. Raises ODataRefused."""
        entity, at = self._entity, row
        *way, last = path.split("/")
        for step in way:
            entity, at = self._follow(entity, at, step)
        prop = _prop_of(entity, last, at)
        if prop is None:
            raise ODataRefused(10, last)
        value = at.get(last, prop.empty)
        return float(value) if prop.kind == "int" else value

    def _follow(self, entity: Entity, row: Mapping[str, Any], step: str) -> tuple[Entity, Mapping[str, Any]]:
        target = self._target(entity, step)
        key = str(row.get(step + "_Key", EMPTY))
        return target, self._base.get(target.name, key) or {}

    def _target(self, entity: Entity, step: str) -> Entity:
        prop = entity.props.get(step + "_Key")
        if prop is None or not prop.ref:
            raise ODataRefused(10, step)
        return self._base.entity(prop.ref)

    def _check(self, path: Sequence[str]) -> None:
        entity = self._entity
        for at, step in enumerate(path):
            if step == "*":
                return
            if entity.props.get(step + "_Key") is not None:
                entity = self._target(entity, step)
            elif at != len(path) - 1 or not (step in entity.sections or _prop_of(entity, step, {})):
                raise ODataRefused(10, step)

    def _expanded(self, entity: Entity, row: Mapping[str, Any], path: Sequence[str]) -> Any:
        """The object that a reference leads to: whole, or what `$select` names of it; `X/*` expands one level more."""
        target, found = self._follow(entity, row, path[0])
        if not found:
            return None
        chosen = [part[1:] for part in self._select if len(part) > 1 and part[0] == path[0]]
        deeper = [path[1]] if len(path) > 1 and path[1] != "*" else []
        if len(path) > 1 and path[1] == "*":
            deeper = [prop.navigation for prop in target.props.values() if prop.navigation]
        names = {part[0] for part in chosen if len(part) == 1}
        shown = {name: value for name, value in found.items() if not chosen or name in names}
        for step in deeper:
            inner = [part[1] for part in chosen if len(part) > 1 and part[0] == step]
            if chosen and not inner:
                continue
            _, next_row = self._follow(target, found, step)
            shown[step] = {k: v for k, v in next_row.items() if not inner or k in inner} if next_row else None
        return shown


def _paths(text: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip().split("/")) for part in text.split(",") if part.strip()]


def _prop_of(entity: Entity, name: str, row: Mapping[str, Any]) -> Prop | None:
    """A property, or a column of a virtual table (`КоличествоBalance`)."""
    found = entity.props.get(name)
    if found is None:
        base = next((resource for resource in entity.resources if name.startswith(resource)), "")
        suffix = name.removeprefix(base) if base else ""
        if suffix in ("Balance", "Turnover", "Receipt", "Expense") or (base and name in row):
            found = Prop(name, "number")
    return found
