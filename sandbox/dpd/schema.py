"""The shapes of DPD's services, read from the short notation in ``data/*.txt`` (contract §2-§8, §15).

One line a type (``name = field type; …``, continued by an indent) and one an operation (``name(child type) -> answer !
fault``). ``?`` 0..1, ``*`` 0..n, nothing 1..1; ``~`` nillable; ``@`` an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
SERVICES = ("geography2", "calculator2", "order2", "tracing", "tracing1-1", "event-tracking", "label-print")
SIMPLE = frozenset({"string", "long", "int", "double", "decimal", "boolean", "date", "dateTime", "base64Binary"})
_OPERATION = re.compile(r"(\w+)\((\w+) (\w+)\) -> (\w+)(\*?) ! (\w+)")
_FIELD = re.compile(r"(@?)(\w+) (\w+)([?*]?)(~?)")


@dataclass(frozen=True, slots=True)
class Field:
    """A child element (or an attribute) of a complex type; ``most`` None = unbounded."""

    name: str
    type: str
    least: int = 1
    most: int | None = 1
    nillable: bool = False
    attribute: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """``child`` is the single child of the wrapper, ``answer`` the ``return`` of the answer."""

    name: str
    child: Field
    answer: Field
    fault: str


@dataclass(frozen=True, slots=True)
class Service:
    code: str
    namespace: str
    name: str
    port_type: str
    types: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)

    @property
    def port(self) -> str:
        return f"{self.port_type}Port"

    @property
    def binding(self) -> str:
        return f"{self.port_type}PortBinding"

    def faults(self) -> list[str]:
        """Every fault that an operation declares, each once."""
        return list(dict.fromkeys(operation.fault for operation in self.operations.values()))


@cache
def service(code: str) -> Service:
    """The shapes of one service. Raises LookupError."""
    if code not in SERVICES:
        raise LookupError(code)
    types: dict[str, tuple[Field, ...]] = {}
    operations: dict[str, Operation] = {}
    head = ["", "", "", ""]
    for line in _lines((_DATA / f"{code}.txt").read_text("utf-8")):
        if line.startswith("service "):
            head = line.split()[1:]
        elif found := _OPERATION.fullmatch(line):
            name, child, kind, answer, many, fault = found.groups()
            back = Field("return", answer, 0, None if many else 1)
            operations[name] = Operation(name, Field(child, kind, 0), back, fault)
        else:
            name, _, fields = line.partition(" = ")
            types[name] = tuple(map(_field, fields.split("; ")))
    return Service(head[0], head[1], head[2], head[3], types, operations)


def _lines(text: str) -> Iterator[str]:
    line = ""
    for row in text.splitlines():
        if row.startswith("#"):
            continue
        if row.startswith(" "):
            line += " " + row.strip()
            continue
        if line:
            yield line
        line = row.strip()
    if line:
        yield line


def _field(text: str) -> Field:
    found = _FIELD.fullmatch(text.strip().rstrip(";"))
    if found is None:
        raise ValueError(f"not a field: {text!r}")
    attribute, name, kind, many, nillable = found.groups()
    return Field(name, kind, 0 if many else 1, None if many == "*" else 1, bool(nillable), bool(attribute))
