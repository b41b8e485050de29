"""DPD's refusals: a status and Russian text, line by line (dpd.md §5.1, §13). There are no codes."""

from __future__ import annotations

from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.dpd.vocabulary import CANCEL_REFUSALS, REFUSALS
from b24app.systems.kit.meanings import Meanings, once

_CREATION = Meanings(patterns=REFUSALS)
_CANCELLING = Meanings(patterns=CANCEL_REFUSALS, unknown=("cancel_refused", Field.ORDER, Who.CARRIER))


def problems_of(status: str, text: str) -> tuple[Problem, ...]:
    """One a line; the status is kept as their code."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return (Problem("refused", Field.ORDER, Who.CARRIER, their_code=status),)
    found = [_CREATION.of("", line) for line in lines]
    made = [
        Problem(*meaning, their_code=status, their_text=line) for meaning, line in zip(found, lines, strict=True)
    ]  # fmt: skip
    return once(made)


def cancel_problem(status: str, text: str) -> Problem:
    return _CANCELLING.problem(status, text)
