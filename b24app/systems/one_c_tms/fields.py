"""Which attribute of the base's document holds what (1c.md §5): lines that an administrator writes, for nothing of TMS
is public. Pure.

    Вес = cargo.weightKg
    Склад_Key = "0a000400-0000-4000-8000-000000000001"
    Маршрут[stops].Адрес = address.text | warehouseRef
    ГрузовыеМеста[cargo.packages].Вес = weightKg

On the right are paths of the contract's transport request (§6.4), alternatives apart by `|`, or a value in quotes. A
tabular section names the list that its rows come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
_LINE = re.compile(r"(?:(\w+)\[([\w.]+)\]\.)?(\w+)\s*=\s*(.+)")
_QUOTED = re.compile(r'"([^"]*)"')
_PATH = re.compile(r"\w+(?:\[-?\d+\])?(?:\.\w+(?:\[-?\d+\])?)*")
_STEP = re.compile(r"(\w+)(?:\[(-?\d+)\])?")


@dataclass(frozen=True, slots=True)
class Line:
    """`attribute` of the document, or of a row of its tabular `section`, which is filled from `list`. `paths`: the
    first that has a value; `constant` None = there is none."""

    attribute: str
    paths: tuple[str, ...] = ()
    constant: str | None = None
    section: str = ""
    list: str = ""


class Fields:
    """`strange` are lines that cannot be read."""

    def __init__(self, text: str) -> None:
        self.lines: list[Line] = []
        self.strange: list[str] = []
        for written in filter(None, map(str.strip, text.splitlines())):
            line = _line(written)
            if line is None:
                self.strange.append(written)
            else:
                self.lines.append(line)

    @property
    def sections(self) -> dict[str, str]:
        """Tabular section -> the list that fills it."""
        return {line.section: line.list for line in self.lines if line.section}

    def build(self, document: Row) -> dict[str, Any]:
        """The attributes of the base's document, for the contract's request. What has no value is left out."""
        built = {line.attribute: value for line in self.lines if not line.section
                 and (value := _filled(line, document)) is not None}  # fmt: skip
        for section, source in self.sections.items():
            rows = value_at(document, source)
            built[section] = [
                {"LineNumber": number, **self._row(section, row)}
                for number, row in enumerate(rows if isinstance(rows, list) else [], 1)
            ]
        return built

    def _row(self, section: str, row: Row) -> dict[str, Any]:
        own = [line for line in self.lines if line.section == section]
        return {line.attribute: value for line in own if (value := _filled(line, row)) is not None}

    def values(self, shown: Row, path: str) -> list[Any]:
        """What the base's document holds of a path of the contract: `stops[1].contact.name` is one value,
        `cargo.packages.weightKg` one a row; [] when nothing is mapped to it."""
        for line in self.lines:
            if not line.section and path in line.paths and line.attribute in shown:
                return [shown[line.attribute]]
        for line in self.lines:
            rows = shown.get(line.section) if line.section else None
            if isinstance(rows, list) and any(f"{line.list}.{each}" == path for each in line.paths):
                return [row.get(line.attribute) for row in rows if isinstance(row, Mapping)]
        return []

    def needed(self, entity: str) -> dict[str, set[str]]:
        """Types of `$metadata` -> the properties that they must have."""
        found: dict[str, set[str]] = {entity: set(self.sections)}
        for line in self.lines:
            name = f"{entity}_{line.section}_RowType" if line.section else entity
            found.setdefault(name, set()).add(line.attribute)
        return found


def _line(written: str) -> Line | None:
    match = _LINE.fullmatch(written)
    if match is None:
        return None
    section, source, attribute, right = match.groups()
    if quoted := _QUOTED.fullmatch(right.strip()):
        return Line(attribute, constant=quoted[1], section=section or "", list=source or "")
    paths = tuple(path.strip() for path in right.split("|"))
    if not all(map(_PATH.fullmatch, paths)):
        return None
    return Line(attribute, paths, section=section or "", list=source or "")


def _filled(line: Line, document: Row) -> Any:
    if line.constant is not None:
        return line.constant
    found = (value_at(document, path) for path in line.paths)
    return next((value for value in found if value is not None and value != ""), None)


def value_at(document: Any, path: str) -> Any:
    """None when the document has nothing there."""
    found = document
    for name, index in _steps(path):
        found = found.get(name) if isinstance(found, Mapping) else None
        if index is not None:
            found = _at(found, index)
    return found


def _steps(path: str) -> Iterator[tuple[str, int | None]]:
    for part in path.split("."):
        name, index = _STEP.fullmatch(part).groups()  # type: ignore[union-attr]  # `_PATH` has seen it
        yield name, None if index is None else int(index)


def _at(rows: Any, index: int) -> Any:
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return None
    return rows[index] if -len(rows) <= index < len(rows) else None
