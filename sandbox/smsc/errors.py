"""SMSC's refusals: numbers with a source (§5), words in its own style."""

from __future__ import annotations

from typing import Any

PARAMETERS, SIGN_IN, NO_MONEY, BLOCKED, DATE, FORBIDDEN, BAD_PHONE, UNREACHABLE, TOO_OFTEN = range(1, 10)

WORDS = {
    PARAMETERS: "parameters error",
    SIGN_IN: "authorise error",
    NO_MONEY: "no money",
    BLOCKED: "ip blocked",
    DATE: "invalid date format",
    FORBIDDEN: "message is denied",
    BAD_PHONE: "invalid number",
    UNREACHABLE: "can't to deliver",
    TOO_OFTEN: "duplicate request, wait a minute",
}


class Refused(Exception):  # noqa: N818 - words of the house
    """SMSC says no. ``id`` of the message for errors 3, 6, 7, 8 of a message (§5)."""

    def __init__(self, code: int, words: str = "", message: int = 0) -> None:
        super().__init__(words or WORDS[code])
        self.code, self.message = code, message

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {"error": str(self), "error_code": self.code}
        return found | ({"id": self.message} if self.message else {})
