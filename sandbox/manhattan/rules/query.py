"""The query language (§2): `=`, `~`, `in (…)`, `and`; and what else a search may ask for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.manhattan.errors import Refused, refuse

Row = dict[str, Any]
_TOKEN = re.compile(r"\s*(?:'(?P<quoted>(?:[^']|'')*)'|(?P<sign>[=~(),])|(?P<word>[^\s'=~(),]+))")
_KNOWN = ("Query", "Size", "Page", "Sort", "Template", "Sorted", "Limit", "Offset")


@dataclass(frozen=True, slots=True)
class Condition:
    attribute: str
    sign: str
    values: tuple[str, ...]

    def holds(self, row: Mapping[str, Any]) -> bool:
        found = _text(_at(row, self.attribute))
        if self.sign == "~":
            return self.values[0].casefold() in found.casefold()
        return found in self.values


def parse(text: str, attributes: Collection[str], in_quotes: str) -> list[Condition]:
    """Raises Refused for anything that the language has not, and for attributes that the entity has not."""
    tokens = list(_tokens(text))
    found: list[Condition] = []
    at = 0
    while True:
        condition, at = _condition(tokens, at, text, in_quotes)
        if condition.attribute.partition(".")[0] not in attributes:
            raise refuse("FWCORE::QUERY", f"attribute {condition.attribute}")
        found.append(condition)
        if at == len(tokens):
            return found
        if tokens[at][0] != "word" or tokens[at][1].lower() != "and":
            raise refuse("FWCORE::QUERY", text)
        at += 1


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise refuse("FWCORE::QUERY", text)
        kind = str(match.lastgroup)
        value = match[kind]
        yield kind, value.replace("''", "'") if kind == "quoted" else value
        at = match.end()


def _condition(tokens: Sequence[tuple[str, str]], at: int, text: str, in_quotes: str) -> tuple[Condition, int]:
    """`=` was seen with quoted values only, `~` with plain ones, `in` both ways by the switch (§2)."""

    def take(*kinds: str) -> str:
        nonlocal at
        if at >= len(tokens) or tokens[at][0] not in kinds:
            raise refuse("FWCORE::QUERY", text)
        at += 1
        return tokens[at - 1][1]

    attribute = take("word")
    sign = take("sign", "word").lower()
    if sign == "=":
        return Condition(attribute, sign, (take("quoted"),)), at
    if sign == "~":
        return Condition(attribute, sign, (take("quoted", "word"),)), at
    if sign != "in" or take("sign") != "(":
        raise refuse("FWCORE::QUERY", text)
    kinds = {"both": ("quoted", "word"), "plain": ("word",), "quoted": ("quoted",)}[in_quotes]
    values = [take(*kinds)]
    while (closing := take("sign")) == ",":
        values.append(take(*kinds))
    if closing != ")":
        raise refuse("FWCORE::QUERY", text)
    return Condition(attribute, sign, tuple(values)), at


@dataclass(frozen=True, slots=True)
class Search:
    """One search, read and checked."""

    conditions: tuple[Condition, ...]
    size: int
    page: int
    sort: tuple[tuple[str, bool], ...]
    template: Mapping[str, Any] | None

    def of(self, rows: Sequence[Row]) -> tuple[list[Row], int]:
        """The page, and how many there are in all."""
        kept = [row for row in rows if all(condition.holds(row) for condition in self.conditions)]
        for attribute, falling in reversed(self.sort):
            kept.sort(key=lambda row, name=attribute: _text(_at(row, name)), reverse=falling)  # type: ignore[misc]
        start = self.page * self.size
        shown = kept[start : start + self.size]
        return [only(row, self.template) for row in shown] if self.template else shown, len(kept)


def read_search(body: Mapping[str, Any], attributes: Collection[str], in_quotes: str) -> Search:
    """The case of member names does not matter (§2). Raises Refused."""
    names = {name.lower(): name for name in _KNOWN}
    if strange := [name for name in body if name.lower() not in names]:
        raise refuse("FWCORE::ATTRIBUTE", strange[0])
    data = {names[name.lower()]: value for name, value in body.items()}
    query = data.get("Query")
    if query is not None and not isinstance(query, str):
        raise refuse("FWCORE::TYPE", "Query")
    conditions = parse(query, attributes, in_quotes) if query and query.strip() else []
    template = data.get("Template")
    if template is not None and not isinstance(template, dict):
        raise refuse("FWCORE::TYPE", "Template")
    size = _whole(data, "Size", _whole(data, "Limit", 50))
    page = _whole(data, "Page", _whole(data, "Offset", 0) // max(size, 1))
    return Search(tuple(conditions), size, page, tuple(_sorts(data.get("Sort"))), template)


def _whole(data: Mapping[str, Any], name: str, default: int) -> int:
    """Numbers, also as texts."""
    value = data.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not str(value).isdigit():
        raise refuse("FWCORE::TYPE", name)
    return int(value)


def _sorts(given: Any) -> Iterator[tuple[str, bool]]:
    for row in given if isinstance(given, list) else [] if given is None else [given]:
        if not isinstance(row, dict) or not isinstance(row.get("attribute"), str):
            raise Refused([("FWCORE::TYPE", "Sort has a value of a wrong type")])
        yield row["attribute"], row.get("direction") == "desc"


def only(row: Row, template: Mapping[str, Any]) -> Row:
    """The members that a template names; below them too."""
    found: Row = {}
    for name, below in template.items():
        if name in row:
            found[name] = _below(row[name], below)
    return found


def _below(value: Any, template: Any) -> Any:
    shape = template[0] if isinstance(template, list) and template else template
    if not isinstance(shape, dict) or not shape:
        return value
    if isinstance(value, list):
        return [only(each, shape) for each in value]
    return only(value, shape) if isinstance(value, dict) else value


def _at(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
