"""Words of pages in the person's language: `templates/words/<lang>/*.toml`, one flat key a sentence, one file a page.

A value is a text with `{params}`, or a table of plural forms (`one few many other`) chosen by `n` with CLDR rules.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

LANGUAGES = ("ru", "en")
_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "words"
# Portals whose people read Russian better than English; every other language gets English.
_READS_RUSSIAN = frozenset({"ru", "by", "kz", "uz", "am", "az", "kg", "ge", "ua"})

Entry = str | Mapping[str, str]


class MissingWordError(KeyError):
    """A page asked for a sentence that no catalogue has; a test keeps this from reaching a person."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences."""

    lang: str
    entries: Mapping[str, Entry]

    def __call__(self, key: str, /, **params: Any) -> str:
        entry = self.entries.get(key)
        if entry is None:
            raise MissingWordError(f"{self.lang}: {key}")
        return self._form(entry, params).format(**params)

    def has(self, key: str) -> bool:
        return key in self.entries

    def _form(self, entry: Entry, params: Mapping[str, Any]) -> str:
        if isinstance(entry, str):
            return entry
        form = Locale.parse(self.lang).plural_form(params["n"])
        return entry.get(form) or entry["other"]


def choose_language(lang: str) -> str:
    """Ours for the portal's `LANG` ("ru", "en", "br", "kz" …)."""
    return "ru" if lang.lower()[:2] in _READS_RUSSIAN else "en"


@lru_cache(maxsize=len(LANGUAGES))
def words(lang: str) -> Words:
    entries: dict[str, Entry] = {}
    for path in sorted((_FOLDER / lang).glob("*.toml")):
        found = dict(_flat(tomllib.loads(path.read_text(encoding="utf-8")), ""))
        if twice := entries.keys() & found.keys():
            raise ValueError(f"{path.name} says again: {', '.join(sorted(twice))}")
        entries |= found
    return Words(lang, entries)


_PLURALS = frozenset({"one", "few", "many", "other"})


def _flat(tree: Mapping[str, Any], prefix: str) -> list[tuple[str, Entry]]:
    rows: list[tuple[str, Entry]] = []
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, str) or _PLURALS.issuperset(value):
            rows.append((path, value))
        else:
            rows.extend(_flat(value, f"{path}."))
    return rows
