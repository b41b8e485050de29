"""What an address under ``/odata/standard.odata/`` names: an entity set, one row of it, a method, a virtual table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .base import Base, Key, is_date
from .errors import ODataRefused
from .schema import Entity, Prop

_SEGMENT = re.compile(r"(?P<name>[^/()]+)(?:\((?P<inner>.*)\))?", re.DOTALL)
_ARGUMENT = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?P<value>(?:\w+)?'(?:[^']|'')*'|[^,']+)\s*(?:,|$)")
TABLES = ("Balance", "Turnovers", "BalanceAndTurnovers", "SliceLast", "SliceFirst")


@dataclass(frozen=True, slots=True)
class Target:
    """``key`` None: the whole set. ``part``: its tabular section. ``call``: `Post`, `$count`, a virtual table."""

    entity: Entity
    key: Key | None = None
    part: str = ""
    call: str = ""
    arguments: dict[str, str] = field(default_factory=dict)


def parse(base: Base, path: str) -> Target:
    """Raises ODataRefused."""
    first, rest = _cut(path)
    match = _SEGMENT.fullmatch(first)
    if match is None or not first:
        raise ODataRefused(6, path)
    entity, part = _named(base, match["name"])
    inner = match["inner"]
    if part and inner is not None:
        return Target(entity, _row_key(inner), part)
    key = None if inner is None else _key(entity, inner)
    if not rest:
        return Target(entity, key, part)
    call = _SEGMENT.fullmatch(rest)
    if call is None:
        raise ODataRefused(6, path)
    return Target(entity, key, part, call["name"], _arguments(call["inner"] or ""))


def _cut(path: str) -> tuple[str, str]:
    """At the first slash outside of quotes."""
    quoted = False
    for at, sign in enumerate(path):
        if sign == "'":
            quoted = not quoted
        elif sign == "/" and not quoted:
            return path[:at], path[at + 1 :].strip("/")
    return path, ""


def _named(base: Base, name: str) -> tuple[Entity, str]:
    if name in base.entities:
        return base.entities[name], ""
    plain = name.removesuffix("_RecordType")
    if plain in base.entities and not base.entities[plain].is_object:
        return base.entities[plain], ""
    whole, _, section = name.rpartition("_")
    if whole in base.entities and section in base.entities[whole].sections:
        return base.entities[whole], section
    raise ODataRefused(8, name)


def _key(entity: Entity, inner: str) -> Key:
    if "=" not in inner.partition("'")[0]:
        if len(entity.keys) != 1:
            raise ODataRefused(7, ", ".join(entity.keys))
        return (_literal(entity.props[entity.keys[0]], inner.strip()),)
    given = _arguments(inner)
    if missing := [name for name in entity.keys if name not in given]:
        raise ODataRefused(7, ", ".join(missing))
    if strange := [name for name in given if name not in entity.keys]:
        raise ODataRefused(10, strange[0])
    return tuple(_literal(entity.props[name], given[name]) for name in entity.keys)


def _row_key(inner: str) -> Key:
    given = _arguments(inner)
    if set(given) != {"Ref_Key", "LineNumber"}:
        raise ODataRefused(7, "Ref_Key, LineNumber")
    return _literal(Prop("Ref_Key", "guid"), given["Ref_Key"]), given["LineNumber"].strip()


def _arguments(inner: str) -> dict[str, str]:
    found, at = {}, 0
    while at < len(inner):
        match = _ARGUMENT.match(inner, at)
        if match is None:
            raise ODataRefused(6, inner)
        found[match["name"]] = match["value"].strip()
        at = match.end()
    return found


def _literal(prop: Prop, text: str) -> str:
    """``guid'…'``, ``datetime'…'`` or ``'…'``, as the property's type wants. Raises ODataRefused (6)."""
    lead = {"guid": "guid'", "date": "datetime'"}.get(prop.kind, "'")
    if not (text.startswith(lead) and text.endswith("'") and len(text) > len(lead)):
        raise ODataRefused(6, text)
    value = text[len(lead) : -1].replace("''", "'")
    if prop.kind == "guid":
        if not re.fullmatch(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", value):
            raise ODataRefused(4, text)
        return value.lower()
    if prop.kind == "date" and not is_date(value):
        raise ODataRefused(4, text)
    return value


def date_argument(text: str) -> str:
    """The moment in ``datetime'…'``."""
    return _literal(Prop("Period", "date"), text)


def text_argument(text: str) -> str:
    """The words in ``'…'``, where a quote is doubled."""
    return _literal(Prop("Condition", "string"), text)
