"""PEK's error envelope (pek.md §1.1), mostly inside HTTP 200, as Problems: a field's path and their words are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.problem import Problem
from b24app.systems.kit.meanings import once
from b24app.systems.kit.units import whole
from b24app.systems.pek.vocabulary import MEANINGS, TOO_MANY, rows_of


@dataclass(frozen=True, slots=True)
class Said:
    """One envelope. `status` is theirs, not HTTP's; `fields` are (path, words)."""

    title: str
    message: str = ""
    status: int | None = None
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def unknown(self) -> bool:
        """No such cargo."""
        return self.status == 404

    @property
    def too_many(self) -> bool:
        return self.status == 429 or bool(TOO_MANY.search(f"{self.title} {self.message}"))

    @property
    def problems(self) -> tuple[Problem, ...]:
        if not self.fields:
            return (MEANINGS.problem(self.title[:80], self.message or self.title),)
        return once(MEANINGS.problem(path, words) for path, words in self.fields)


def said(data: Any, http: int = 200) -> Said | None:
    """The envelope of an answer, if it is one; `{"error": "words"}` alone is none unless HTTP says so too."""
    error = data.get("error") if isinstance(data, Mapping) else None
    if isinstance(error, Mapping):
        fields = tuple((str(row.get("Key") or ""), _words(row.get("Value"))) for row in rows_of(error.get("fields")))
        return Said(str(error.get("title") or ""), str(error.get("message") or ""), whole(error.get("status")), fields)
    return Said(f"HTTP {http}", str(error or ""), http) if http >= 400 else None


def _words(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
