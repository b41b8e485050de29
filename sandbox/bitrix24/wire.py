"""PHP's wire forms: bracketed forms in and out, arrays that are lists or maps, and truth as PHP sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus, unquote_plus

_INT = re.compile(r"(0|-?[1-9][0-9]*)\Z")


def parse_str(query: str) -> dict[str, Any]:
    """PHP's parse_str: ``a[b][]=1`` to nested values; an ``=`` inside a key cuts it, as PHP does (crm §13.2)."""
    pairs = []
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return build(pairs)


def build(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Nest decoded (name, value) pairs."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        path = _path(name)
        if path:
            _put(root, path, value)
    return {name: _listed(value) for name, value in root.items()}


def _path(name: str) -> list[str]:
    name = name.lstrip(" ")
    base, bracket, rest = name.partition("[")
    if not base:
        # A name that begins with a bracket is no array: PHP keeps it with an underscore.
        return [f"_{rest}"] if bracket else []
    base = base.replace(".", "_").replace(" ", "_")
    if not bracket:
        return [base]
    if "]" not in rest:
        return [f"{base}_{rest}"]
    keys = [base]
    text = bracket + rest
    while text.startswith("[") and "]" in text:
        key, _, text = text[1:].partition("]")
        keys.append(key)
    return keys


def _put(node: dict[str, Any], path: list[str], value: Any) -> None:
    for depth, given in enumerate(path):
        key = given
        if key == "" and depth:
            key = str(1 + max((int(k) for k in node if _INT.match(k)), default=-1))
        if depth == len(path) - 1:
            node[key] = value
            return
        child = node.get(key)
        if not isinstance(child, dict):
            child = node[key] = {}
        node = child


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return php_array({key: _listed(child) for key, child in value.items()})


def php_array(mapping: dict[Any, Any]) -> Any:
    """As json_encode shows a PHP array: keys 0..n-1 in order are a list, an empty one is ``[]``, others a map."""
    if all(str(key) == str(index) for index, key in enumerate(mapping)):
        return list(mapping.values())
    return mapping


def encode(data: Any) -> str:
    """PHP's http_build_query: brackets percent-encoded, null left out, booleans as 1 and 0."""
    return "&".join(f"{quote_plus(name)}={quote_plus(text)}" for name, text in flatten(data))


def flatten(data: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(bracketed name, text) pairs of nested data."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, dict | list | tuple):
            yield from flatten(value, name)
        elif value is not None:
            yield name, scalar(value)


def scalar(value: Any) -> str:
    """A scalar as PHP prints it into a form."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def empty(value: Any) -> bool:
    """PHP's empty()."""
    return value in (None, "", "0", 0, False) or value == [] or value == {}


def items_of(value: Any) -> list[Any]:
    """The values of a PHP array, whichever JSON form it has; a scalar becomes a one-element list."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return list(value.values())
    return [] if value is None else [value]


def pairs_of(value: Any) -> list[tuple[str, Any]]:
    """(key, value) of a PHP array, whichever JSON form it has."""
    if isinstance(value, dict):
        return [(str(key), child) for key, child in value.items()]
    if isinstance(value, list):
        return [(str(index), child) for index, child in enumerate(value)]
    return []


def to_int(value: Any) -> int | None:
    """An integer given as a number or as digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INT.match(value.strip()):
        return int(value)
    return None
