"""SAP's errors of OData V2 and V4 (sap-ewm.md §2) as Problems: their code and words are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from b24app.logistics.errors import LogisticsError, Refused, Unavailable
from b24app.logistics.problem import Problem
from b24app.systems.sap_ewm.vocabulary import LOCKED, LOCKED_S, MEANINGS
from b24app.wire.http import Answer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """One error of theirs. `status` is HTTP's."""

    status: int
    code: str
    text: str

    @property
    def missing(self) -> bool:
        """There is no such object; the service itself answered so."""
        return self.status == 404

    @property
    def stale(self) -> bool:
        """If-Match names an older version (§1.5)."""
        return self.status in (412, 428)

    @property
    def locked(self) -> bool:
        return self.status in (409, 423) or self.code in LOCKED

    @property
    def problem(self) -> Problem:
        return MEANINGS.problem(self.code, self.text)


class SapSays(Exception):  # noqa: N818 - their answer, which each port understands in its own way
    """They answered with an error: nothing was done."""

    def __init__(self, said: Said, label: str) -> None:
        super().__init__(f"{label}: HTTP {said.status} {said.code}")
        self.said = said

    def refusal(self) -> LogisticsError:
        """Of a write."""
        return refusal([self.said], f"{self}")

    def silence(self) -> Unavailable:
        """Of a read that must not be refused."""
        return Unavailable(f"{self}: {self.said.text[:120]}")


def refusal(said: Sequence[Said], why: str) -> LogisticsError:
    """What errors of a write mean, of which there is one at least: locked or changed meanwhile = later, else no."""
    if any(each.locked or each.stale for each in said):
        return Unavailable(why, LOCKED_S)
    return Refused([each.problem for each in said])


def read_error(answer: Answer) -> Said | None:
    """None = a page, or nothing that says what is wrong."""
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    error = document.get("error") if isinstance(document, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    return Said(answer.status, str(error.get("code") or f"HTTP {answer.status}"), _words(error.get("message")))


def _words(message: Any) -> str:
    """V2 has them as `{"lang", "value"}`."""
    return str(message.get("value") or "") if isinstance(message, Mapping) else str(message or "")


def reading(what: Callable[[], T]) -> T:
    """What a read answers, which may not be refused."""
    try:
        return what()
    except SapSays as says:
        raise says.silence() from says


def writing(what: Callable[[], T]) -> T:
    """What a write answers; an error of theirs = nothing was done."""
    try:
        return what()
    except SapSays as says:
        raise says.refusal() from says
