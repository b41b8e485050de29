"""What any checked document is made of: tables, texts, choices; every fault with its place. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from b24app.systems.kit.json_lines import Path

#: Levels of a document, which is filled in as deep; paths that are tried for one value.
DEEPEST, MOST_PATHS = 32, 20


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is a key of `vocabulary.FAULTS`."""

    path: Path
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[Any, Path], None]


class Checks:
    """Collects what is wrong."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def say(self, path: Path, code: str, **params: Any) -> None:
        self.faults.append(Fault(path, code, params))

    def kind(self, path: Path, want: str) -> None:
        self.say(path, "kind", want=want)

    def table(self, data: Any, path: Path, known: Mapping[str, Check], needs: Collection[str] = ()) -> None:
        """An object with these members and no others."""
        if not isinstance(data, Mapping):
            self.kind(path, "object")
            return
        for name in needs:
            if name not in data:
                self.say(path, "missing", name=name)
        for name, value in data.items():
            if name in known:
                known[name](value, (*path, name))
            else:
                self.unknown(name, (*path, name), known)

    def few(self, value: Any, path: Path) -> None:
        """Of a list of paths each is looked for in each row."""
        if isinstance(value, list) and len(value) > MOST_PATHS:
            self.say(path, "too_many", most=MOST_PATHS)

    def too_deep(self, path: Path) -> bool:
        if len(path) <= DEEPEST:
            return False
        self.say(path[:DEEPEST], "too_deep")
        return True

    def unknown(self, name: str, path: Path, among: Collection[str]) -> None:
        meant = get_close_matches(name, among, 1)
        if meant:
            self.say(path, "meant", name=name, meant=meant[0])
        else:
            self.say(path, "unknown", name=name, among=", ".join(among))

    def among(self, *values: Any) -> Check:
        def check(value: Any, path: Path) -> None:
            if isinstance(value, bool | dict | list) or value not in values:
                self.say(path, "among", value=str(value)[:40], among=", ".join(map(str, values)))

        return check

    def typed(self, want: str, is_it: Callable[[Any], bool]) -> Check:
        def check(value: Any, path: Path) -> None:
            if not is_it(value):
                self.kind(path, want)

        return check

    def text(self, value: Any, path: Path) -> None:
        self.typed("text", lambda each: isinstance(each, str) and bool(each))(value, path)

    def texts(self, value: Any, path: Path) -> None:
        self.typed("texts", lambda each: isinstance(each, list) and all(isinstance(row, str) for row in each))(
            value, path
        )
