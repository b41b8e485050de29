"""SMSC's refusals: HTTP 200 with `{"error": words, "error_code": n}` (docs/systems/smsc.md §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.smsc.vocabulary import (
    BAD_PHONE,
    FORBIDDEN,
    NO_MONEY,
    SIGN_IN,
    UNREACHABLE,
    WAITS,
    number,
)

#: Our problem, its field, and who can put it right.
_REFUSED = {
    FORBIDDEN: ("sms_text", Field.NONE, Who.ADMIN),
    BAD_PHONE: ("sms_phone", Field.PHONE, Who.MANAGER),
    UNREACHABLE: ("sms_phone", Field.PHONE, Who.MANAGER),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's document. `code` None = it is no refusal."""

    label: str
    data: Any

    @property
    def row(self) -> Mapping[str, Any]:
        return self.data if isinstance(self.data, Mapping) else {}

    @property
    def code(self) -> int | None:
        """A refusal whose number cannot be read is one all the same."""
        if "error_code" not in self.row and "error" not in self.row:
            return None
        found = number(self.row.get("error_code"))
        return found if found is not None else 0

    @property
    def words(self) -> str:
        return str(self.row.get("error") or "").strip()

    def error(self) -> LogisticsError:
        """What the refusal of a message means. Nothing was sent: they say so by refusing."""
        general = self.general()
        if general is not None:
            return general
        ours, field, who = _REFUSED.get(self.code or 0, ("sms_refused", Field.NONE, Who.ADMIN))
        return Refused([Problem(ours, field, who, str(self.code), self.words)])

    def unread(self) -> LogisticsError:
        """… of a question: one that is refused otherwise tells nothing of the message."""
        return self.general() or Unavailable(f"{self.label}: {self.code} {self.words}".strip())

    def general(self) -> LogisticsError | None:
        """Refusals that are about the account or the moment, and not about what was asked."""
        code = self.code
        if code == SIGN_IN:
            return AccountProblem(Problem("sms_account", Field.ACCOUNT, Who.ADMIN, str(code), self.words))
        if code == NO_MONEY:
            return AccountProblem(no_money(str(code), self.words))
        if code is not None and code in WAITS:
            return Unavailable(f"{self.label}: {code} {self.words}".strip(), WAITS[code])
        return None


def no_money(code: str = "", text: str = "") -> Problem:
    return Problem("sms_no_money", Field.ACCOUNT, Who.ADMIN, code, text)
