"""The wire to both APIs and nothing else: addresses, tokens, calls, and what a failed call means."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import LIST, Line, document
from b24app.systems.plugin import OpenContext
from b24app.systems.yandex_delivery.errors import problem_of, said

PLATFORM = "api/b2b/platform"
CARGO = "b2b/cargo/integration/v2"
#: A blocked client gets a page of HTML (§A12): calling on would prolong it.
BLOCKED_S = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that could be read: `data` is their JSON, `code` and `text` what its error says."""

    status: int
    data: Any
    code: str = ""
    text: str = ""

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def row(self) -> Mapping[str, Any]:
        return self.data if isinstance(self.data, Mapping) else {}

    @property
    def words(self) -> str:
        return f"HTTP {self.status} {self.code} {self.text}".strip()


class Api:
    """Calls of one account to one of the two APIs. Raises Unavailable, AccountProblem; a write also Uncertain."""

    def __init__(self, context: OpenContext, base: str, prefix: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "ru"}
        self.line = Line(context, base, headers)
        self.token = token
        self._prefix = prefix

    def address(self, path: str) -> str:
        return self.line.address(f"{self._prefix}/{path}")

    def get(self, path: str, label: str, params: Mapping[str, str]) -> Reply:
        return self._call("GET", path, label, params=params)

    def ask(self, path: str, label: str, body: Any = None, params: Mapping[str, str] | None = None) -> Reply:
        """A POST that changes nothing that matters: offers, lists, reads."""
        return self._call("POST", path, label, json=body, params=params or {})

    def write(self, path: str, label: str, body: Any = None, params: Mapping[str, str] | None = None) -> Reply:
        return self._call("POST", path, label, write=True, json=body, params=params or {})

    def file(self, path: str, label: str, body: Any = None, params: Mapping[str, str] | None = None) -> bytes | Reply:
        """A PDF, or the JSON that came instead and says why (§A11)."""
        answer = self.line.file(f"{self._prefix}/{path}", label, verb="POST", json=body, params=params or {})
        if answer.status == 200 and not answer.is_json:
            return answer.body
        return self._read(answer.status, document(answer, label), label)

    def spool(self, path: str, label: str, body: Any, sink: IO[bytes]) -> None:
        """A long list into a file."""
        answer = self.line.send("POST", f"{self._prefix}/{path}", label, json=body, limits=LIST, sink=sink)
        if answer.status != 200:
            reply = self._read(answer.status, document(answer, label), label)
            raise Unavailable(f"{label}: {reply.words}")

    def _call(self, verb: str, path: str, label: str, *, write: bool = False, **what: Any) -> Reply:
        status, data = self.line.json(verb, f"{self._prefix}/{path}", label, write=write, **what)
        return self._read(status, data, label)

    def _read(self, status: int, data: Any, label: str) -> Reply:
        code, text = said(data) if status >= 400 else ("", "")
        if status == 401:
            raise account_refused(code or "unauthorized", text)
        if status == 403 and data is None:
            raise Unavailable(f"{label}: HTTP 403 without JSON: this client is blocked", BLOCKED_S)
        return Reply(status, data, code, text)


def pauses(seconds: Sequence[float]) -> Iterator[float]:
    """Wait that long before each next look at what they are still doing."""
    for pause in seconds:
        time.sleep(pause)
        yield pause


def refusal(reply: Reply) -> Refused:
    """Their no, in our words."""
    return Refused([problem_of(reply.data)])


def must(reply: Reply, label: str) -> Mapping[str, Any]:
    """The object of a read that went well. Raises Unavailable: an odd answer is no proof of anything."""
    if not reply.ok or not isinstance(reply.data, Mapping):
        raise Unavailable(f"{label}: {reply.words}")
    return reply.data


def odd(label: str, reply: Reply) -> Uncertain:
    """A write that was answered well, without what it should have made."""
    return Uncertain(f"{label}: {reply.words}, without what was asked for")
