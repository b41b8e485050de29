"""Answers of REST v2: one call's envelope, a batch's many (bitrix24-app.md §3.2, §3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24app.bitrix24.encoding import Command, as_map
from b24app.bitrix24.errors import RestError, from_json
from b24app.wire.errors import NotJson, OutcomeUnknown, Why
from b24app.wire.http import Answer

#: Our own code for a command that the portal neither ran nor refused.
NOT_RUN = "WAYBILL_NOT_RUN"


@dataclass(frozen=True, slots=True)
class Operating:
    """Execution time of one method as the portal counts it: seconds used, seconds until the oldest drop out."""

    method: str
    used_s: float
    resets_in_s: float


@dataclass(frozen=True, slots=True)
class Envelope:
    """One answer. `next` is the offset of the next page, None on the last one."""

    result: Any
    total: int | None = None
    next: int | None = None
    time: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """Per key either a result or an error, for every command that was asked (a command cut off gets `NOT_RUN`)."""

    results: Mapping[str, Any]
    errors: Mapping[str, RestError]
    totals: Mapping[str, int] = field(default_factory=dict)
    nexts: Mapping[str, int] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        """The result of a command. Raises its RestError."""
        if key in self.errors:
            raise self.errors[key]
        return self.results[key]

    def merged(self, other: BatchAnswer) -> BatchAnswer:
        """Both answers as one; keys must differ."""
        return BatchAnswer(
            {**self.results, **other.results},
            {**self.errors, **other.errors},
            {**self.totals, **other.totals},
            {**self.nexts, **other.nexts},
        )


def open_answer(answer: Answer, method: str) -> Envelope:
    """Raises RestError for a refusal, OutcomeUnknown for something that is no answer of the REST API."""
    try:
        data = answer.json()
    except NotJson as error:
        raise _no_json(answer, method) from error
    if not isinstance(data, Mapping):
        raise OutcomeUnknown(Why.BAD_ANSWER, f"HTTP {answer.status}: JSON without an envelope")
    if "error" in data and data.get("result") is None:
        refusal = from_json(data, method, answer.status)
        asked = answer.headers.get("retry-after", "")
        refusal.retry_after = float(asked) if asked.isdigit() else None
        raise refusal
    if "result" not in data:
        raise OutcomeUnknown(Why.BAD_ANSWER, f"HTTP {answer.status}: JSON without a result")
    return Envelope(data["result"], number(data.get("total")), number(data.get("next")), as_map(data.get("time")))


def open_batch(envelope: Envelope, commands: Sequence[Command]) -> BatchAnswer:
    """Sort a batch's answer by command."""
    whole = as_map(envelope.result)
    results, refused = as_map(whole.get("result")), as_map(whole.get("result_error"))
    found: dict[str, Any] = {}
    errors: dict[str, RestError] = {}
    for command in commands:
        if command.key in refused:
            errors[command.key] = _refusal(refused[command.key], command.method)
        elif command.key in results:
            found[command.key] = results[command.key]
        else:
            errors[command.key] = RestError(NOT_RUN, "the batch ended before it", command.method)
    return BatchAnswer(found, errors, _numbers(whole.get("result_total")), _numbers(whole.get("result_next")))


def operating_times(envelope: Envelope, method: str, commands: Sequence[Command] = ()) -> list[Operating]:
    """What the answer says of execution time: of the call itself, and of every command (the largest per method).

    Whether a batch is charged as a whole or per command is contradictory (bitrix24-app.md §3.4), so both are kept.
    Portals without these keys (many box ones) give an empty list.
    """
    now = _float(envelope.time.get("finish"))
    found = [_operating(method, envelope.time, now)]
    times = as_map(as_map(envelope.result).get("result_time")) if commands else {}
    found += [_operating(command.method, as_map(times.get(command.key)), now) for command in commands]
    worst: dict[str, Operating] = {}
    for entry in found:
        if entry is not None and entry.used_s >= worst.get(entry.method, entry).used_s:
            worst[entry.method] = entry
    return list(worst.values())


def inner_error(result: Any, method: str) -> None:
    """Placement methods may put a refusal inside `result` (bitrix24-app.md §5.1). Raises RestError."""
    if isinstance(result, Mapping) and "error" in result:
        raise from_json(result, method, 200)


def number(value: Any) -> int | None:
    """An int that may come as a string or a float; None for anything else, and for one that no database holds."""
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):  # JSON's 1e999 is no int either
        return None
    return found if -(2**63) <= found < 2**63 else None


def _no_json(answer: Answer, method: str) -> RestError | OutcomeUnknown:
    """A page of something before the portal. Below 500 it refused; from 500 on nobody knows what it had passed on."""
    if 400 <= answer.status < 500:
        return RestError("CONNECTION_ERROR", f"HTTP {answer.status} without JSON", method, answer.status)
    return OutcomeUnknown(Why.BAD_ANSWER, f"HTTP {answer.status}, {len(answer.body)} bytes without JSON")


def _refusal(data: Any, method: str) -> RestError:
    return from_json(data, method, 200) if isinstance(data, Mapping) else RestError("", str(data), method, 200)


def _operating(method: str, time: Mapping[str, Any], now: float | None) -> Operating | None:
    used, resets = _float(time.get("operating")), _float(time.get("operating_reset_at"))
    if used is None:
        return None
    at = _float(time.get("finish")) or now
    return Operating(method, used, resets - at if resets is not None and at is not None else 60.0)


def _float(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _numbers(value: Any) -> dict[str, int]:
    found = {key: number(item) for key, item in as_map(value).items()}
    return {key: item for key, item in found.items() if item is not None}
