"""The error shapes of both APIs (yandex-delivery.md §A12, §B8) as Problems, their own words kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.meanings import Meanings, once
from b24app.systems.kit.rows import rows_of
from b24app.systems.yandex_delivery import vocabulary

_REFUSALS = Meanings(vocabulary.CODES, vocabulary.TEXTS)
_WARNINGS = Meanings(vocabulary.WARNINGS, unknown=("warning_unknown", Field.ORDER, Who.MANAGER))


def said(data: Any) -> tuple[str, str]:
    """`(code, words)` of an error in whichever of the shapes: `{code, message}`, `{error: text}`, `{error: {message,
    details}}`, `{code, message, error_details}`, `{code, details: {debug_message}}`. Empty for none of them."""
    if not isinstance(data, Mapping):
        return "", ""
    error, details = data.get("error"), data.get("error_details")
    code, words = str(data.get("code") or ""), [str(data.get("message") or "")]
    if isinstance(error, Mapping):
        words = [str(error.get("message") or ""), *_texts(error.get("details"))]
    elif error:
        words.append(str(error))
    words += _texts(details)
    if isinstance(data.get("details"), Mapping):
        words.append(str(data["details"].get("debug_message") or ""))
    return code, "; ".join(filter(None, words))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


def problem_of(data: Any) -> Problem:
    """What to show for an answer that refuses."""
    code, text = said(data)
    return _REFUSALS.problem(code, text)


def problems_of(rows: Any) -> tuple[Problem, ...]:
    """`error_messages[]` of a claim."""
    return once(problem_of(row) for row in rows_of(rows))


def warnings_of(rows: Any) -> tuple[Problem, ...]:
    return once(_WARNINGS.problem(*said(row)) for row in rows_of(rows))


def child(value: Any, *names: str) -> Mapping[str, Any]:
    """The object at that path; an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
