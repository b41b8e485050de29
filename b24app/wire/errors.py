"""What a call may end in, besides an answer. The difference decides whether a write may be repeated."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """Why nothing was sent, or why the outcome is unknown."""

    BUDGET = "budget"
    BUSY = "busy"
    TOKEN = "token"  # noqa: S105 - a word
    CIRCUIT = "circuit"
    DEADLINE = "deadline"
    GUARD = "guard"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    RESET = "reset"
    READ_TIMEOUT = "read_timeout"
    TOTAL_LIMIT = "total_limit"
    TOO_LARGE = "too_large"
    BAD_ANSWER = "bad_answer"


class WireError(Exception):
    """A call without an answer. `why` is for decisions, `detail` for the log."""

    def __init__(self, why: Why, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{why.value}: {detail}" if detail else why.value)
        self.why = why
        self.detail = detail
        self.retry_after = retry_after


class NotSent(WireError):  # noqa: N818 - words of the house
    """No byte of the request left this machine: it may be repeated, not before `retry_after` seconds if given."""


class OutcomeUnknown(WireError):  # noqa: N818 - words of the house
    """Bytes may have left: the remote may or may not have done it. A write is looked up, never repeated blindly."""


class NotJson(ValueError):  # noqa: N818 - words of the house
    """The answer has no JSON body (an HTML page of a proxy, for instance)."""
