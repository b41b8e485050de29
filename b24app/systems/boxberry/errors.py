"""Boxberry's refusals: HTTP 200 with one of four shapes, no codes (boxberry.md §3). The text decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import AccountProblem, Refused, Unavailable
from b24app.logistics.problem import Problem
from b24app.systems.boxberry.vocabulary import ACCOUNT, BROKEN, BUSY, QUOTED, REFUSALS
from b24app.systems.kit.line import lost
from b24app.systems.kit.meanings import UNKNOWN

NO_WORDS = "err"


def said(data: Any) -> str:
    """The text of a refusal, "" for a success. `{"err": false}` is the success of changes; `{"err": "…"}`,
    `[{"err": "…"}]`, `{"err": true, "message": "…"}` and `{"error": true, "message": "…"}` are refusals."""
    if isinstance(data, list) and data and isinstance(data[0], Mapping) and "err" in data[0]:
        return said(data[0])
    if not isinstance(data, Mapping):
        return ""
    for flag in (data.get("err"), data.get("error")):
        if isinstance(flag, str) and flag.strip():
            return flag.strip()
        if flag is True or flag == 1:
            return str(data.get("message") or "").strip() or NO_WORDS
    return ""


def code_of(text: str) -> str:
    """Our problem for a text; `refused_unknown` where no table knows it."""
    return REFUSALS.of("", text)[0]


def problem_of(text: str) -> Problem:
    """Their words are kept. A text that we do not know is its own code, without the values it quotes."""
    ours, field, who = REFUSALS.of("", text)
    code = QUOTED.sub("«…»", text)[:80] if ours == UNKNOWN[0] else ""
    return Problem(ours, field, who, their_code=code, their_text=text)


def refused(text: str) -> Refused:
    """A refusal of a write: nothing was done."""
    return Refused([problem_of(text)])


def unread(text: str, label: str) -> Unavailable:
    """A refusal of a read is no answer to what was asked. What it quotes may be about a person."""
    return Unavailable(f"{label}: {QUOTED.sub('«…»', text)[:200]}")


def pause(text: str, label: str, write: bool = False) -> None:
    """Raises AccountProblem for a refused key, Unavailable above their limit: nothing was done. What broke inside of
    them is a lost call. Else nothing."""
    code = code_of(text)
    if code == ACCOUNT:
        raise AccountProblem(problem_of(text))
    if code == BUSY:
        raise Unavailable(f"{label}: overloaded", 1.0)
    if code == BROKEN:
        raise lost(f"{label}: broken inside", write)
