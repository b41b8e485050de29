"""A call and its answer, as every adapter speaks of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from b24app.wire.errors import NotJson


@dataclass(frozen=True, slots=True)
class RemoteKey:
    """Who is called: `kind` (portal, oauth, or a system's code) and `name` (member_id, host, connection id).

    Circuits, budgets and the log are kept per remote, so a name never holds a secret.
    """

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in seconds of real time: to connect, between two received bytes, and of the whole call from connecting to
    the last byte of the answer. `max_bytes` bounds the decoded body."""

    connect_s: float
    read_s: float
    total_s: float
    max_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to send (`wait_s` 0), or how long to wait before asking again."""

    wait_s: float = 0.0

    @property
    def granted(self) -> bool:
        return self.wait_s <= 0


class Budget(Protocol):
    """What a remote allows us. Never raises and never waits."""

    def take(self, people: bool) -> Grant:
        """Charge one call. `people`: somebody looks at the screen, so the reserve may be used."""

    def give_back(self) -> None:
        """The granted call is over, or was not sent after all (only budgets of concurrency care)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. A body is at most one of `form`, `json`, `body`.

    `label` names it in the log (a method's name, no ids of people). `patience_s`: how long the call may wait for budget
    here; after it, NotSent with `retry_after`. `send_by` is a reading of Clock.monotonic: past it the request is not
    begun (checked when the connection stands, before its first byte). `sink` takes the body of a 200 as it comes, so
    that a long list is never in memory; the answer's own body is empty then.
    """

    remote: RemoteKey
    verb: str
    url: str
    label: str
    limits: Limits
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None
    json: Any = None
    body: bytes | None = None
    trace_id: str = ""
    people: bool = False
    patience_s: float = 0.0
    send_by: float | None = None
    budget: Budget | None = None
    sink: IO[bytes] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, of any status. Header names are lower case; `ms` is the time of the whole call."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    ms: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def is_json(self) -> bool:
        """By content, not by header: gateways mislabel both ways."""
        return self.body[:64].lstrip()[:1] in (b"{", b"[")

    def json(self) -> Any:
        """Raises NotJson."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise NotJson(f"HTTP {self.status}, {len(self.body)} bytes, not JSON") from error
