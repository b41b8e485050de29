"""What V2 and V4 share of a query: the address taken apart, options read, rows chosen, cut and sorted (§9.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import filters
from .errors import Refused
from .schema import Entity
from .values import LITERAL, literal

Row = dict[str, Any]
_SEGMENT = re.compile(r"([\w.]+)(?:\((.*)\))?")
_PAIR = re.compile(r"\s*(\w+)\s*=\s*(" + LITERAL.pattern + r")\s*(?:,|$)")
_KNOWN = {
    "$filter", "$select", "$expand", "$top", "$skip", "$orderby", "$format", "$inlinecount", "$count", "$skiptoken",
    "$search",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """``top`` None = no limit of the caller's."""

    filter: str = ""
    select: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    top: int | None = None
    skip: int = 0
    orderby: tuple[tuple[str, bool], ...] = ()
    count: bool = False


def segment(text: str) -> tuple[str, str | None]:
    """``Set('1')`` -> name and key predicate. Raises Refused."""
    found = _SEGMENT.fullmatch(text)
    if found is None:
        raise Refused("/IWBEP/CM_MGW_RT/020", name=text)
    return found[1], found[2]


def key_of(keys: Sequence[str], predicate: str, segment_name: str) -> dict[str, Any]:
    """``'1'`` or ``A='1',B='10'``: exactly the key's properties. Raises Refused."""
    given: dict[str, Any] = {}
    try:
        if "=" not in predicate:
            given = {keys[0]: literal(predicate.strip())}
        else:
            at = 0
            while at < len(predicate):
                pair = _PAIR.match(predicate, at)
                if pair is None:
                    raise ValueError(predicate)  # noqa: TRY301 - the same words as for a bad literal
                given[pair[1]], at = literal(pair[2]), pair.end()
    except ValueError:
        raise Refused("/IWBEP/CM_MGW_RT/027", name=segment_name, value=predicate) from None
    if set(given) != set(keys):
        raise Refused("/IWBEP/CM_MGW_RT/027", name=segment_name, value=predicate)
    return given


def same(row: Row, key: Mapping[str, Any]) -> bool:
    return all(filters.plain(name, row[name]) == filters.plain(name, value) for name, value in key.items())


def options(query: Mapping[str, str]) -> Options:
    """Raises Refused: an option nobody knows, a wrong number."""
    for name in query:
        if name.startswith("$") and name not in _KNOWN:
            raise Refused("/IWBEP/CM_MGW_RT/027", name=name, value=query[name])
    orderby = []
    for part in _list(query.get("$orderby", "")):
        name, _, way = part.partition(" ")
        orderby.append((name, way.strip() == "desc"))
    return Options(
        query.get("$filter", ""),
        _list(query.get("$select", "")),
        _list(query.get("$expand", "")),
        _number(query, "$top"),
        _number(query, "$skiptoken") or _number(query, "$skip") or 0,
        tuple(orderby),
        query.get("$inlinecount") == "allpages" or query.get("$count") == "true",
    )


def choose(rows: list[Row], entity: Entity, wanted: Options, *, v4: bool = False) -> list[Row]:
    """Those that fit, sorted; not cut. Raises Refused."""
    if wanted.filter:
        test = filters.build(wanted.filter, entity, v4=v4)
        rows = [row for row in rows if test(row)]
    for name, backwards in reversed(wanted.orderby):
        known(entity, name)
        rows = sorted(rows, key=_order(name), reverse=backwards)
    return rows


def known(entity: Entity, name: str) -> None:
    """Raises Refused."""
    if name not in entity.properties:
        raise Refused("/IWBEP/CM_MGW_RT/024", name, name=name)


def _order(name: str) -> Callable[[Row], Any]:
    def value(row: Row) -> Any:
        found = row[name]
        return found.timestamp() if isinstance(found, datetime) else 0 if found is None else found

    return value


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _number(query: Mapping[str, str], name: str) -> int | None:
    given = query.get(name)
    if given is None:
        return None
    if not given.isdigit():
        raise Refused("/IWBEP/CM_MGW_RT/027", name=name, value=given)
    return int(given)
