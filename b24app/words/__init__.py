"""Words of the domain in Russian and English: problems, fields, statuses, timeline entries and notices.

`say(key, lang, **params)` renders one sentence of `<lang>.toml`. Values may be plain, or of the domain: Money, Status,
Incident, a datetime, a list. `[?… {name} …]` is a part that is left out when a value in it is empty.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.status import Incident, Status

LANGUAGES = ("ru", "en")
#: Portals whose people read Russian better than English.
_READS_RUSSIAN = frozenset({"ru", "by", "be", "kz", "uz", "am", "az", "kg", "ge", "ua"})
_FOLDER = Path(__file__).parent
_OPTIONAL = re.compile(r"\[\?(.*?)\]", re.DOTALL)
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "BYN": "Br"}
#: What a problem of a code without words says: a plug-in of somebody else may have codes of its own.
_FALLBACK = "problem.refused_unknown"


def say(key: str, lang: str, /, **params: Any) -> str:
    """The sentence `key` in the language of a portal's `LANG`. Raises KeyError for a key that no catalogue has, except
    for problems of foreign plug-ins, which fall back to a general one."""
    language = language_of(lang)
    entries = _catalogue(language)
    if key not in entries and key.startswith("problem."):
        key = _FALLBACK
    shown = {name: _show(value, language) for name, value in params.items()}
    return _fill(entries[key], shown)


def has(key: str, lang: str = "ru") -> bool:
    return key in _catalogue(language_of(lang))


def keys(lang: str) -> frozenset[str]:
    return frozenset(_catalogue(language_of(lang)))


def say_problem(problem: Problem, lang: str) -> str:
    """What is wrong, and the system's own words beside: `… СДЭК: «…» (код)`."""
    ours = say(f"problem.{problem.code}", lang, **problem.params)
    if not problem.their_text and not problem.their_code:
        return ours
    return f"{ours} {say('problem_quote', lang, text=problem.their_text, code=problem.their_code)}".strip()


def language_of(lang: str) -> str:
    return "ru" if lang.lower()[:2] in _READS_RUSSIAN else "en"


def money_text(money: Money, lang: str) -> str:
    """`1 234,50 ₽` in Russian, `1,234.50 ₽` in English."""
    text = f"{money.amount:,}"
    if language_of(lang) == "ru":
        text = text.replace(",", "\u00a0").replace(".", ",")
    return f"{text}\u00a0{_SIGNS.get(money.currency, money.currency)}"


def _show(value: Any, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):
        return money_text(value, language)
    if isinstance(value, Status | Incident):
        kind = "status" if isinstance(value, Status) else "incident"
        return _catalogue(language)[f"{kind}.{value.value}"]
    if isinstance(value, Problem):
        return say_problem(value, language)
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y %H:%M}" if language == "ru" else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}" if language == "ru" else f"{value:%Y-%m-%d}"
    if isinstance(value, list | tuple):
        return "; ".join(_show(item, language) for item in value)
    return str(value)


def _fill(text: str, shown: Mapping[str, str]) -> str:
    def part(found: re.Match[str]) -> str:
        inside = found.group(1)
        named = [name for _, name, _, _ in Formatter().parse(inside) if name]
        return inside if all(shown.get(name) for name in named) else ""

    kept = _OPTIONAL.sub(part, text)
    return kept.format_map(_Blanks(shown)).strip()


class _Blanks(dict[str, str]):
    """A value that nobody gave is left out: a sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return ""


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> dict[str, str]:
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        return dict(_flat(tomllib.load(file)))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in tree.items():
        rows += [(f"{prefix}{key}", value)] if isinstance(value, str) else _flat(value, f"{prefix}{key}.")
    return rows
