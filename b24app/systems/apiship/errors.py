"""ApiShip's one error shape (apiship.md §7) as Problems: a code, words, and the fields that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.problem import Problem
from b24app.systems.apiship.vocabulary import MEANINGS
from b24app.systems.kit.meanings import UNKNOWN, once
from b24app.systems.kit.rows import rows_of


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer below 500: `data` is their document."""

    status: int
    data: Any

    @property
    def row(self) -> Mapping[str, Any]:
        return self.data if isinstance(self.data, Mapping) else {}

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Six digits, or what the status says when there is no document."""
        return "" if self.ok else str(self.row.get("code") or f"http_{self.status}")

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(str(row.get("field") or "") for row in rows_of(self.row.get("errors")))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """One a field that is wrong, else one of the whole; never none. Their code is the field's path where there is
        one: the six digits say only that something is wrong."""
        general = " ".join(str(self.row[name]) for name in ("message", "description") if self.row.get(name))
        rows = rows_of(self.row.get("errors"))
        if not rows or self.code not in _BY_FIELD:
            text = " ".join([general, *(str(row.get("message") or "") for row in rows)]).strip()
            return (MEANINGS.problem(self.code, text),)
        return once(self._of_field(str(row.get("field") or self.code), str(row.get("message") or "")) for row in rows)

    def _of_field(self, field: str, words: str) -> Problem:
        found = MEANINGS.problem(field, words)
        of_code = MEANINGS.of(self.code)
        if found.code == UNKNOWN[0] and of_code != UNKNOWN:
            return MEANINGS.problem(self.code, f"{field}: {words}")
        return found


#: Codes whose `errors` say what is wrong.
_BY_FIELD = frozenset({"040000", "040001", "040002", "040003", "040088", "040089"})
