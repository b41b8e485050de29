"""The shapes of SAP's services, read from the short notation in ``data/*.txt``.

A file holds services: ``service NAME VERSION`` (V2) or ``service GROUP SERVICE`` (V4). Then entities with their flags
(create, update, delete; direct: read by its key; filter; newer: not in the cloud release of 2020), one line a type:
``String(10): Name[flags], …`` with ``*`` key, ``c`` creatable, ``u`` updatable, ``E`` concurrency token, ``n`` newer.
``nav NAME SET many ASSOCIATION here=there``, ``like FILE SET minus …``, ``complex NAME``,
``function NAME SET RESULT: …``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_NAME = re.compile(r"(\w+)(?:\[([*cuEn]+)\])?")
_TYPE = re.compile(r"(\w+)(?:\(([\d,]+)\))?")


@dataclass(frozen=True, slots=True)
class Property:
    """``size``: (length,) of a String, (precision, scale) of a Decimal."""

    name: str
    type: str
    size: tuple[int, ...] = ()
    flags: str = ""

    @property
    def key(self) -> bool:
        return "*" in self.flags


@dataclass(frozen=True, slots=True)
class Navigation:
    """``on``: pairs of (property here, property there)."""

    name: str
    target: str
    many: bool
    association: str
    on: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Entity:
    name: str
    flags: frozenset[str]
    properties: dict[str, Property] = field(default_factory=dict)
    navigations: dict[str, Navigation] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        return [found.name for found in self.properties.values() if found.key]

    @property
    def guarded(self) -> bool:
        """Its writes need If-Match (contract §2)."""
        return any("E" in found.flags for found in self.properties.values())


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    target: str
    result: str
    parameters: tuple[Property, ...]


@dataclass(slots=True)
class Service:
    """``version`` of V2, ``path`` (the last part of the address) of V4."""

    name: str
    version: str = ""
    path: str = ""
    entities: dict[str, Entity] = field(default_factory=dict)
    complexes: dict[str, dict[str, Property]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        return f"com.sap.gateway.srvd_a2x.{self.name}.v0001" if self.path else self.name


@cache
def services(*, newer: bool) -> Mapping[str, Service]:
    """All of them by name. Without ``newer``: what the cloud release of 2020 lacks is not there (contract §3.2)."""
    found = {each.name: each for name in ("outbound", "returns", "orders", "ewm") for each in _read(name)}
    return found if newer else {name: _older(each) for name, each in found.items()}


def _older(service: Service) -> Service:
    """Also what leads there."""
    kept: dict[str, Entity] = {}
    for name, entity in service.entities.items():
        if "newer" in entity.flags:
            continue
        properties = {key: found for key, found in entity.properties.items() if "n" not in found.flags}
        navigations = {
            key: found
            for key, found in entity.navigations.items()
            if "newer" not in service.entities[found.target].flags
        }
        kept[name] = replace(entity, properties=properties, navigations=navigations)
    return replace(service, entities=kept)


def _read(name: str) -> list[Service]:
    found: list[Service] = []
    properties: dict[str, Property] = {}
    for line in _lines((_DATA / f"{name}.txt").read_text("utf-8")):
        word, _, rest = line.partition(" ")
        if word == "service":
            code, _, more = rest.partition(" ")
            found.append(Service(code, more if more.isdigit() else "", "" if more.isdigit() else more))
        elif word == "entity":
            code, *flags = rest.split()
            entity = Entity(code, frozenset(flags))
            found[-1].entities[code], properties = entity, entity.properties
        elif word == "complex":
            properties = found[-1].complexes.setdefault(rest, {})
        elif word == "nav":
            key, target, many, association, *on = rest.split()
            pairs = tuple((left, right) for left, _, right in (each.partition("=") for each in on))
            entity.navigations[key] = Navigation(key, target, many == "*", association, pairs)
        elif word == "like":
            properties.update(_like(rest))
        elif word == "function":
            function = _function(rest)
            found[-1].functions[function.name] = function
        else:
            properties.update((each.name, each) for each in _properties(line))
    return found


def _like(text: str) -> dict[str, Property]:
    given, _, minus = text.partition(" minus ")
    file, _, name = given.partition(" ")
    without = set(minus.split(", "))
    entity = next(each.entities[name] for each in _read(file) if name in each.entities)
    return {key: found for key, found in entity.properties.items() if key not in without}


def _function(text: str) -> Function:
    head, _, given = text.partition(": ")
    name, target, result = head.split()
    parameters = tuple(
        Property(each.split()[0], *_kind(each.split()[1])) for each in re.split(r",\s+(?=[A-Z])", given) if each
    )
    return Function(name, target, result, parameters)


def _properties(line: str) -> Iterator[Property]:
    kind, _, names = line.partition(": ")
    for each in names.split(", "):
        found = _NAME.fullmatch(each)
        if found is None:
            raise ValueError(f"not a property: {each!r}")
        yield Property(found[1], *_kind(kind), found[2] or "")


def _kind(text: str) -> tuple[str, tuple[int, ...]]:
    found = _TYPE.fullmatch(text)
    if found is None:
        raise ValueError(f"not a type: {text!r}")
    return found[1], tuple(map(int, found[2].split(","))) if found[2] else ()


def _lines(text: str) -> Iterator[str]:
    """A line continues with an indent; ``#`` begins a comment."""
    line = ""
    for row in [*text.splitlines(), ""]:
        if row.startswith(" "):
            line += " " + row.strip()
            continue
        if line:
            yield line
        line = "" if row.startswith("#") else row.strip()
