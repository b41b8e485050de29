"""The six error shapes of the Post (russian-post.md §3) as Problems, their own words kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.problem import Problem
from b24app.systems.kit.meanings import once
from b24app.systems.russian_post.vocabulary import REFUSALS, TOO_LATE


@dataclass(frozen=True, slots=True)
class Said:
    """One error as received; `position` is that of the order or id in what was sent."""

    code: str
    text: str = ""
    position: int = 0


def said(data: Any) -> list[Said]:
    """All errors of an answer: `errors` of orders with several codes each (1), of ids (2), of returns (5), of quotes as
    bare codes (6); one error as the whole answer: the service's (3), a batch's (4), the gateway's."""
    if not isinstance(data, Mapping):
        return []
    errors = data.get("errors")
    if isinstance(errors, list):
        return [found for row in errors for found in _of_row(row)]
    if data.get("error-code") or data.get("code"):
        return list(_of_row(data))
    if "status" in data or "error" in data:
        return [Said(str(data.get("status") or ""), str(data.get("message") or data.get("error") or ""))]
    return []


def _of_row(row: Any) -> Iterator[Said]:
    if isinstance(row, str):
        yield Said(row)
    if not isinstance(row, Mapping):
        return
    position = row.get("position")
    for each in row["error-codes"] if isinstance(row.get("error-codes"), list) else [row]:
        code = str(each.get("error-code") or each.get("code") or "")
        words = (each.get(name) for name in ("error-description", "description", "desc"))
        text = next((str(word) for word in words if word), "")
        details = str(each.get("details") or each.get("error-details") or "")
        yield Said(code, f"{text}: {details}" if details else text, position if isinstance(position, int) else 0)


def problem_of(error: Said) -> Problem:
    return replace(REFUSALS.problem(error.code, error.text), their_text=error.text or error.code)


def problems_of(errors: list[Said]) -> tuple[Problem, ...]:
    return once(map(problem_of, errors))


def refuse_if(data: Any) -> None:
    """Raises Refused when the answer holds errors."""
    if errors := said(data):
        raise Refused(problems_of(errors))


def too_late(errors: list[Said], code: str) -> Refused | None:
    """Of a frozen batch, with what was to be done: `too_late_to_cancel` or `too_late_to_change`."""
    late = next((error for error in errors if error.code in TOO_LATE), None)
    return Refused([replace(problem_of(late), code=code)]) if late else None
