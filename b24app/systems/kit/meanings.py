"""A carrier's error codes or words as our Problems: a table, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from b24app.logistics.problem import Field, Problem, Who

Meaning = tuple[str, Field, Who]
#: A code or text that no table lists. Such ones are listed on the health page (`runners/connection/saving.py`).
UNKNOWN: Meaning = ("refused_unknown", Field.ORDER, Who.ADMIN)


class Meanings:
    """`table`: (our problem, field, who can fix it, their codes, separated by spaces); `patterns`: the same with a
    regular expression over the code and the text, tried in their order after the codes. Case does not matter."""

    def __init__(
        self,
        table: Iterable[tuple[str, Field, Who, str]] = (),
        patterns: Iterable[tuple[str, Field, Who, str]] = (),
        unknown: Meaning = UNKNOWN,
    ) -> None:
        self._exact = {
            code.casefold(): (ours, field, who) for ours, field, who, codes in table for code in codes.split()
        }
        self._patterns = [
            (re.compile(pattern, re.IGNORECASE), (ours, field, who)) for ours, field, who, pattern in patterns
        ]
        self._unknown = unknown

    def of(self, code: str, text: str = "") -> Meaning:
        exact = self._exact.get(code.strip().casefold())
        if exact is not None:
            return exact
        said = f"{code} {text}".strip()
        return next((meaning for pattern, meaning in self._patterns if pattern.search(said)), self._unknown)

    def problem(self, code: str, text: str = "") -> Problem:
        """Their code and words are kept as received."""
        ours, field, who = self.of(code, text)
        return Problem(ours, field, who, their_code=code, their_text=text)


def once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each once, in their order."""
    return tuple({problem.key: problem for problem in problems}.values())
