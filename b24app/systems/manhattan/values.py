"""The grammar of mapped values (manhattan.md §6): `=text with ${paths}`, `$path|filter(arg)`, `@index1`, `@each`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from b24app.systems.manhattan.filters import FILTERS, LONGEST_ARGUMENT, MOST_FILTERS, Around, CannotError

EACH, INDEX = "@each", "@index1"
_PATH = re.compile(r"([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*|\[\d+\])*)")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")
_FILTER = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\((.*)\))?\s*", re.DOTALL)
_BARS = re.compile(r"\|(?=\s*[A-Za-z_]\w*\s*(?:\(|\||$))")
_INSERTION = re.compile(r"\$\{([^{}]*)\}")
_ADDRESS = re.compile(r"/[A-Za-z0-9/_.~-]*(?:\$\{[^{}]*\}[A-Za-z0-9/_.~-]*)*")
#: Stands in a query without quotes.
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]+")

#: How an insertion is written: its value, the text before it.
Write = Callable[[Any, str], str]


@dataclass(frozen=True, slots=True)
class Ref:
    """A source path with its filters, as written: `("shipment", "items", 0)`, `(("truncate", "50"), …)`."""

    path: tuple[str | int, ...]
    filters: tuple[tuple[str, str | None], ...]

    @property
    def dotted(self) -> str:
        """Without places in lists; a row of a list is `item`."""
        names = [part for part in self.path if isinstance(part, str)]
        rows = any(isinstance(part, int) for part in self.path)
        return ".".join(["item", *names[2:]]) if rows and len(names) > 2 else ".".join(names)


@lru_cache(maxsize=4096)
def ref_of(text: str) -> Ref:
    """Of what follows the `$`. Raises CannotError."""
    path, filters = _cut(text)
    found = _PATH.fullmatch(path.strip())
    if found is None:
        raise CannotError("path_shape", given=f"${path}")
    steps = [step[1] or int(step[2]) for step in _STEP.finditer(found[2])]
    return Ref((found[1], *steps), filters)


def _cut(text: str) -> tuple[str, tuple[tuple[str, str | None], ...]]:
    path, *rest = _BARS.split(text)
    return path, tuple(_filter(each) for each in rest)


def _filter(text: str) -> tuple[str, str | None]:
    found = _FILTER.fullmatch(text)
    if found is None:
        raise CannotError("filter_shape", text=text.strip())
    return found[1], found[2]


def filters_of(text: str) -> tuple[str, tuple[tuple[str, str | None], ...]]:
    """An answer path and its filters. Raises CannotError."""
    return _cut(text)


def check_filters(filters: Iterable[tuple[str, str | None]], around: Around) -> None:
    """Raises CannotError for a filter that there is not, or an argument that makes no sense; and for too many."""
    for count, (name, argument) in enumerate(filters, start=1):
        if count > MOST_FILTERS:
            raise CannotError("too_many", most=MOST_FILTERS)
        known = FILTERS.get(name)
        if known is None:
            raise CannotError("filter_unknown", name=name, among=", ".join(FILTERS))
        if argument is None and known.takes == "yes":
            raise CannotError("filter_needs", name=name)
        if argument is None:
            continue
        if known.takes == "no" or len(argument) > LONGEST_ARGUMENT or known.wrong(argument, around):
            raise CannotError("filter_argument", name=name, argument=argument[:LONGEST_ARGUMENT])


def filtered(value: Any, filters: Iterable[tuple[str, str | None]], around: Around) -> Any:
    """Raises CannotError."""
    for name, argument in filters:
        around.room.take(value)
        value = FILTERS[name].apply(value, argument or "", around)
    return value


def refs_in(text: str) -> Iterator[Ref]:
    """Every reference of one mapped text. Raises CannotError for one that is not of the grammar."""
    if text.startswith("$"):
        yield ref_of(text[1:])
    elif text.startswith("="):
        if "${" in _INSERTION.sub("", text):
            raise CannotError("insertion_shape")
        for found in _INSERTION.finditer(text):
            yield ref_of(found[1])
    elif text != INDEX:
        raise CannotError("text_shape", text=text[:40])


def look(source: Mapping[str, Any], path: Iterable[str | int]) -> Any:
    """None for what is not there."""
    value: Any = source
    for part in path:
        if isinstance(part, int):
            value = value[part] if isinstance(value, list | tuple) and part < len(value) else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value


def value_of(node: Any, source: Mapping[str, Any], around: Around, write: Write) -> Any:
    """A template filled in. Raises CannotError."""
    around.room.take_some()
    if isinstance(node, str):
        return _of_text(node, source, around, write)
    if isinstance(node, list):
        return [value_of(each, source, around, write) for each in node]
    if not isinstance(node, Mapping):
        return node
    if EACH not in node:
        return {name: value_of(each, source, around, write) for name, each in node.items()}
    ref = ref_of(node[EACH][1:])
    rows = look(source, ref.path)
    if not isinstance(rows, list | tuple | None):
        raise CannotError("no_list", given=f"${ref.dotted}")
    template = {name: each for name, each in node.items() if name != EACH}
    return [
        value_of(template, {**source, "item": row, INDEX: number}, around, write)
        for number, row in enumerate(rows or [], 1)
    ]


def _of_text(text: str, source: Mapping[str, Any], around: Around, write: Write) -> Any:
    if text == INDEX:
        return str(source[INDEX])

    def read(ref: Ref) -> Any:
        value = filtered(look(source, ref.path), ref.filters, around)
        around.room.take(value)
        return value

    if text.startswith("$"):
        return read(ref_of(text[1:]))

    def insert(found: re.Match[str]) -> str:
        around.room.take_some(found.start())
        return write(read(ref_of(found[1])), written[: found.start()])

    written = text[1:]
    return _INSERTION.sub(insert, written)


def in_query(in_quotes: bool) -> Write:
    """For the query language (§2): between quotes a quote is doubled; a list, and what is no plain word, gets quotes of
    its own. Whether lists of plain words are quoted is the profile's choice."""

    def one(value: Any, quoted: bool) -> str:
        text = str(value)
        plain = not quoted and _PLAIN.fullmatch(text) is not None
        return text if plain else "'" + text.replace("'", "''") + "'"

    def write(value: Any, before: str) -> str:
        if isinstance(value, list | tuple):
            return ",".join(one(each, in_quotes) for each in value)
        shown = "" if value is None else value
        return str(shown).replace("'", "''") if before.count("'") % 2 else one(shown, quoted=False)

    return write


def plain(value: Any, before: str) -> str:  # noqa: ARG001 - the shape of Write
    """For texts that are no query."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)


def is_path(text: str) -> bool:
    """Whether it is the path of an address, with or without insertions: on the system's own host, and nowhere above."""
    return _ADDRESS.fullmatch(text) is not None and not text.startswith("//") and ".." not in text


def in_address(value: Any, before: str) -> str:  # noqa: ARG001 - the shape of Write
    """For the path of an address: nothing leaves its place in it."""
    return quote(plain(value, ""), safe="")
