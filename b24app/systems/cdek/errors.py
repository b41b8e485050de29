"""CDEK's four error envelopes (cdek.md §2.2) as Problems, their own words kept. The HTTP status is never trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.cdek import vocabulary
from b24app.systems.kit import rows
from b24app.systems.kit.meanings import Meanings, once

NOT_FOUND = frozenset({"v2_entity_not_found", "v2_entity_not_found_im_number", "v2_order_not_found"})
FOREIGN = frozenset({"v2_entity_forbidden", "v2_order_forbidden"})
TOKEN = frozenset({"v2_token_expired", "v2_authorization_incorrect", "unauthorized"})
ACCOUNT = frozenset({"invalid_client", "ve_payer_contract_status_incorrect", "ve_contract_with_id_not_exists"})
STILL_PROCESSED = "v2_similar_request_still_processed"

ERRORS = Meanings(vocabulary.ERRORS, vocabulary.ERROR_FAMILIES)
WARNINGS = Meanings(vocabulary.WARNINGS, unknown=("warning_unknown", Field.ORDER, Who.ADMIN))
#: Which of our fields a message such as `[to_location.address] is empty` speaks of.
_PLACES = Meanings(patterns=vocabulary.PLACES, unknown=("", Field.NONE, Who.MANAGER))


@dataclass(frozen=True, slots=True)
class Said:
    """One error or warning of theirs, as received."""

    code: str
    text: str


def said(data: Any) -> list[Said]:
    """All errors of an answer, whatever its envelope: `requests[].errors`, `errors`, OAuth's, the framework's."""
    if not isinstance(data, Mapping):
        return []
    found = [*_rows(data.get("errors"))]
    for request in rows_of(data.get("requests")):
        found += request_errors(request)
    error = data.get("error")
    if isinstance(error, str) and error and not found:
        # OAuth says {"error": code, "error_description"}; the framework {"status", "error": phrase, "message"}.
        code = f"http_{data['status']}" if "status" in data and "path" in data else error
        found = [Said(code, str(data.get("error_description") or data.get("message") or error))]
    return found


def request_errors(request: Mapping[str, Any]) -> list[Said]:
    """Errors of one entry of `requests[]`."""
    return list(_rows(request.get("errors")))


def request_warnings(requests: Iterable[Mapping[str, Any]]) -> tuple[Problem, ...]:
    found = [warning for request in requests for warning in _rows(request.get("warnings"))]
    return tuple(WARNINGS.problem(warning.code, warning.text) for warning in found)


def _rows(value: Any) -> Iterator[Said]:
    for row in rows_of(value):
        code, text = str(row.get("code") or ""), str(row.get("message") or "")
        if code or text:
            yield Said(code.strip(), text)


def rows_of(value: Any) -> list[Mapping[str, Any]]:
    """A list of objects from what should be one; anything else is left out."""
    return [value] if isinstance(value, Mapping) else rows.rows_of(value)


def problem_of(error: Said) -> Problem:
    """What to show for one of their errors."""
    code, field, who = ERRORS.of(error.code)
    if field is Field.NONE:
        _, named, by = _PLACES.of(error.text)
        field, who = (named, by) if named is not Field.NONE else (field, who)
    return Problem(code, field, who, their_code=error.code, their_text=error.text)


def problems_of(errors: Iterable[Said]) -> tuple[Problem, ...]:
    """Each once, in their order."""
    return once(map(problem_of, errors))


def codes_of(errors: Iterable[Said]) -> set[str]:
    return {error.code for error in errors}
