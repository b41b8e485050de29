"""In which line of a JSON text each of its values begins."""

from __future__ import annotations

import json
import re
from typing import Any

Path = tuple[str | int, ...]
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class Doubled(ValueError):  # noqa: N818 - words of the house
    """An object names one member twice."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(str(path))
        self.path, self.line = path, line


def lines_of(text: str) -> dict[Path, int]:
    """Line (from 1) by path, of a text that `json.loads` takes. Raises Doubled."""
    found: dict[Path, int] = {}
    #: Of each open object or array: its path, and the member that is next (a name, or a number).
    open_: list[tuple[Path, str | int | None]] = []
    line, at, naming = 1, 0, False
    for token in _TOKEN.finditer(text):
        line += text.count("\n", at, token.start())
        at, sign = token.start(), token.group()
        if sign == ":":
            naming = False
        elif sign == ",":
            path, member = open_[-1]
            naming = not isinstance(member, int)
            open_[-1] = (path, member + 1 if isinstance(member, int) else None)
        elif sign in "}]":
            open_.pop()
            naming = False
        elif naming:
            path = open_[-1][0]
            open_[-1] = (path, json.loads(sign))
            here = (*path, json.loads(sign))
            if here in found:
                raise Doubled(here, line)
            found[here] = line
        else:
            here = _here(open_)
            found.setdefault(here, line)
            if sign in "{[":
                open_.append((here, None if sign == "{" else 0))
                naming = sign == "{"
    return found


def _here(open_: list[tuple[Path, Any]]) -> Path:
    return (*open_[-1][0], open_[-1][1]) if open_ else ()


def line_at(lines: dict[Path, int], path: Path) -> int:
    """Of the value, else of what it would be in."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def place_of(path: Path) -> str:
    """`operations.status.fields[2]`."""
    said = ""
    for part in path:
        said += f"[{part}]" if isinstance(part, int) else f".{part}" if said else part
    return said
