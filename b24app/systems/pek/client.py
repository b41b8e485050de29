"""The wire to PEK and nothing else: Basic auth (login and an API key), POST with JSON, errors inside HTTP 200."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import Line, lost
from b24app.systems.pek.errors import Said, said
from b24app.systems.plugin import OpenContext

#: 100 calls a minute (pek.md §1): above it everything waits for the next minute.
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """Their document, or their refusal."""

    data: Any
    error: Said | None = None

    def document(self) -> Any:
        """Raises Refused."""
        if self.error is not None:
            raise Refused(self.error.problems)
        return self.data

    def facts(self) -> Any:
        """Of a read that must not be refused. Raises Unavailable."""
        if self.error is not None:
            raise Unavailable(f"{self.error.status} {self.error.title[:80]}")
        return self.data


class Client:
    """Calls of one account. Thread-safe: it holds no state of its own."""

    def __init__(self, context: OpenContext) -> None:
        login, key = context.setting("login"), context.setting("key")
        signed = b64encode(f"{login}:{key}".encode()).decode()
        self.line = Line(context, headers={"Authorization": f"Basic {signed}"})
        #: Names the account in caches, without its key.
        self.account = (self.line.base, login)

    def ask(self, path: str, label: str, body: Any = None, *, write: bool = False) -> Reply:
        """One call. Raises AccountProblem, Unavailable, and Uncertain for a write that may have happened."""
        status, data = self.line.json("POST", f"{path}/", label, write=write, json={} if body is None else body)
        return self.read(status, data, label, write)

    def read(self, status: int, data: Any, label: str, write: bool = False) -> Reply:
        if status in (401, 403) and data is None:
            raise account_refused(f"HTTP {status}", "no right to this method" if status == 403 else "")
        if data is None:
            # An HTML page instead of the method (§1.1): nothing was done.
            raise Unavailable(f"{label}: HTTP {status}, no such method")
        error = said(data, status)
        if error is None:
            return Reply(data)
        if error.too_many:
            raise Unavailable(f"{label}: too many calls", MINUTE_S)
        if error.status == 401:
            raise account_refused("401", error.title)
        if error.status is not None and error.status >= 500:
            raise lost(f"{label}: {error.status} {error.title[:80]}", write)
        return Reply(data, error)
