"""Which REST methods the program names in its code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("b24app", "install", "placements")
# Where a method's name stands: Command(key, METHOD, …), client.call(METHOD, …), ground.ask(METHOD, …), Read(METHOD, …).
POSITIONS = {"Command": 1, "call": 0, "ask": 0, "Read": 0}


def named() -> dict[str, list[str]]:
    """Name -> places. A name put together at run time has `*` where the unknown part is."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for name, line in _in_file(path):
            found.setdefault(name, []).append(f"{path.relative_to(ROOT)}:{line}")
    return found


def _in_file(path: Path) -> Iterator[tuple[str, int]]:
    text = path.read_text()
    # Each test process collects by these names; most files call nothing of the kind, and reading them takes seconds.
    if not any(f"{function}(" in text for function in POSITIONS):
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        position = POSITIONS.get(function)
        given = [*node.args, *(word.value for word in node.keywords if word.arg == "method")]
        if position is None or not given:
            continue
        name = _text(given[min(position, len(given) - 1)])
        # Other people's call() and ask() take something else; a method has dots, or is one of the few without.
        if name and ("." in name or function == "Command"):
            yield name, node.lineno


def strings() -> dict[str, list[str]]:
    """Every text constant of the program -> places: also of names that are handed on, kept in tables or put first in a
    tuple. Docstrings are not calls."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_text())
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                found.setdefault(node.value, []).append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def unnamed() -> list[str]:
    """Commands whose method stands neither there nor in a `Read`, which names it and hands it on (`read.method`)."""
    found = []
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Command":
                given = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "method")]
                if not given or not (_text(given[0]) or ast.unparse(given[0]) == "read.method"):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return ""


def covered(name: str, pattern: str) -> bool:
    """Whether a called method is what a name in the code stands for; the server ignores case."""
    return fnmatchcase(name.lower(), pattern.lower())
