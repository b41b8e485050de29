"""XML of our HTTP-service contract with 1C (1c.md §6.4, §6.10): PascalCase names, one namespace, ordered elements.

Documents come from an address that an administrator typed: no DTD, hence no entities, and bounds of size, depth and
number of elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

NAMESPACE = "urn:b24-logistics:exchange:1"
MOST_BYTES = 16 * 1024 * 1024
MOST_ELEMENTS = 300_000
MOST_DEPTH = 24
#: A list is a wrapper of repeated elements; of scalars they are `Value` (§6.10).
LISTS: Mapping[str, str] = {
    "stops": "Stop",
    "packages": "Package",
    "items": "Item",
    "fields": "Field",
    "findings": "Finding",
    "serials": "Value",
    "photos": "Value",
    "capabilities": "Value",
    "unknownSkus": "Value",
}
#: What XML 1.0 cannot hold at all.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class NotXml(ValueError):  # noqa: N818 - what it is
    """No document of the contract, or a dangerous one."""


def build(root: str, members: Mapping[str, Any]) -> bytes:
    """Elements in the order of `members`, which is the contract's. What has no value (None, "", empty) is left out."""
    inside = "".join(_element(name, value) for name, value in members.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">{inside}</{root}>'.encode()


def _element(name: str, value: Any) -> str:
    if value is None or value == "" or value == {} or value == []:
        return ""
    return _tagged(name[:1].upper() + name[1:], _inside(name, value))


def _inside(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(_element(inner, part) for inner, part in value.items())
    if isinstance(value, list | tuple):
        return "".join(_tagged(LISTS[name], _inside("", one)) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):  # an exponent is no decimal to XSD
        return format(Decimal(str(value)), "f")
    return escape(_UNSPEAKABLE.sub("", str(value)))


def _tagged(tag: str, inside: str) -> str:
    return f"<{tag}>{inside}</{tag}>"


def parse(body: bytes) -> tuple[str, dict[str, Any]]:
    """(name of the root, its members by their JSON names). Values are texts; an element that is missing is missing.
    Elements of other namespaces are skipped. Raises NotXml."""
    if len(body) > MOST_BYTES:
        raise NotXml("too large")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _no_dtd
    parser.EntityDeclHandler = _no_dtd
    try:
        # `Windows line ends` are one to expat; a BOM it knows itself.
        parser.Parse(body, True)
    except NotXml:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: of an encoding that nobody knows
        raise NotXml(f"not well-formed: {error}") from error
    if reader.root is None:
        raise NotXml("no root of ours")
    return reader.root


def _no_dtd(*_what: Any) -> None:
    raise NotXml("a DTD is not allowed")


class _Reader:
    """Puts members together while expat reads."""

    def __init__(self) -> None:
        self.root: tuple[str, dict[str, Any]] | None = None
        #: Of each open element its name (None = foreign), its texts, and its members or rows.
        self._open: list[tuple[str | None, list[str], dict[str, Any], list[Any]]] = []
        self._elements = 0

    def start(self, tag: str, _attributes: Any) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            raise NotXml("too many elements")
        space, _, name = tag.rpartition(" ")
        ours = space == NAMESPACE and (not self._open or self._open[-1][0] is not None)
        if not self._open and not ours:
            raise NotXml(f"not a document of {NAMESPACE}")
        self._open.append((name if ours else None, [], {}, []))

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1][1].append(data)

    def end(self, _tag: str) -> None:
        name, texts, members, rows = self._open.pop()
        if name is None:
            return
        if not self._open:
            self.root = (name, members)
            return
        key = name[:1].lower() + name[1:]
        value: Any = rows if key in LISTS else members or "".join(texts).strip()
        above = self._open[-1]
        parent = "" if above[0] is None else above[0][:1].lower() + above[0][1:]
        if LISTS.get(parent) == name:
            above[3].append(value)
        else:
            above[2][key] = value
