"""The wire to one account at one address: calls, and what a failed call means in the house's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.papers import MOST_BYTES
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.plugin import OpenContext
from b24app.wire.http import Answer, Call, Limits, NotJson, NotSent, OutcomeUnknown, Why
from b24app.wire.retry import parse_retry_after

READ = Limits(connect_s=3.0, read_s=10.0, total_s=15.0)
WRITE = Limits(connect_s=3.0, read_s=20.0, total_s=25.0)
#: A list that comes whole may take minutes; nobody waits for it.
LIST = Limits(connect_s=3.0, read_s=60.0, total_s=300.0, max_bytes=512 * 1024 * 1024)
#: A file is larger, and a person waits for it.
FILE = Limits(connect_s=3.0, read_s=20.0, total_s=30.0, max_bytes=MOST_BYTES)
#: How long a call may wait for the account's budget before the lane is given back.
PATIENCE_S = 2.0


def lost(why: str, write: bool, retry_after: float | None = None) -> Unavailable | Uncertain:
    """A write without a clear answer may have happened; a read simply failed."""
    return Uncertain(why) if write else Unavailable(why, retry_after)


class Line:
    """Calls of one account to one base address. Thread-safe: it holds no state of its own.

    `headers` go with every call. `wait_of`: seconds that an answer asks for in a header of its own, where it has no
    `Retry-After`. Errors of all methods: `Unavailable` (nothing was done), `Uncertain` (a write that may have
    happened). Answers below 500 but 429 are returned whatever they say: what they mean is the carrier's own.
    """

    def __init__(
        self,
        context: OpenContext,
        base: str = "",
        headers: Mapping[str, str] | None = None,
        wait_of: Callable[[Answer], float | None] = lambda _answer: None,
    ) -> None:
        self.context = context
        self.base = (base or context.base_url).rstrip("/")
        self._headers = dict(headers or {})
        self._wait_of = wait_of

    def address(self, path: str) -> str:
        """Where a call to `path` goes; a whole address stays as it is."""
        return path if "://" in path else f"{self.base}/{path.lstrip('/')}" if path else self.base

    def typed_path(self, path: str) -> str:
        """Where a path leads that somebody typed into the settings, perhaps as a whole address. Raises AccountProblem
        for another host's: whoever may type it need not know the account's secret, which would go there."""
        address = self.address(path)
        if found := self.by_the_front_door(address) if "://" in path else address:
            return found
        params = {"host": urlsplit(address).hostname or "", "own": urlsplit(self.base).hostname or ""}
        raise AccountProblem(Problem("path_elsewhere", Field.ACCOUNT, Who.ADMIN, params=params))

    def by_the_front_door(self, url: str) -> str | None:
        """An address that an answer names, as it is called from here: behind a proxy a system knows itself by http and
        an inner port. None = another host's, where nothing of the account may go."""
        ours, theirs = urlsplit(self.base), urlsplit(url)
        if not ours.hostname or ours.hostname != theirs.hostname:
            return None
        return urlunsplit(theirs._replace(scheme=ours.scheme, netloc=ours.netloc))

    def send(
        self,
        verb: str,
        path: str,
        label: str,
        *,
        write: bool = False,
        params: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        json: Any = None,
        form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        sink: IO[bytes] | None = None,
        keep_5xx: bool = False,
    ) -> Answer:
        """One call. `write` = it changes something there. `sink` takes the body of a 200 as it comes (it is not in the
        answer then). `keep_5xx`: answers of 500 and above are returned too, for systems that explain themselves there
        (SOAP faults)."""
        call = Call(
            remote=self.context.remote_key,
            verb=verb,
            url=self.address(path),
            label=label,
            limits=limits or (WRITE if write else READ),
            headers={**self._headers, **(headers or {})},
            params=params,
            form=form,
            json=json,
            body=body,
            trace_id=self.context.trace or "",
            patience_s=PATIENCE_S,
            budget=self.context.budget,
            sink=sink,
        )
        try:
            answer = self.context.http.send(call)
        except NotSent as error:
            raise Unavailable(f"{label}: {error}", error.retry_after) from error
        except OutcomeUnknown as error:
            raise lost(f"{label}: {error}", write) from error
        wait = parse_retry_after(answer.headers.get("retry-after"), self.context.clock.now())
        wait = self._wait_of(answer) if wait is None else wait
        if answer.status == 429:
            raise Unavailable(f"{label}: HTTP 429", wait)
        if answer.status >= 500 and not keep_5xx:
            raise lost(f"{label}: HTTP {answer.status}", write, wait)
        return answer

    def json(self, verb: str, path: str, label: str, *, write: bool = False, **what: Any) -> tuple[int, Any]:
        """`(status, their document)`. An answer that is no JSON is lost, except a bare 401, 403 or 404, whose document
        is None then."""
        answer = self.send(verb, path, label, write=write, **what)
        return answer.status, document(answer, label, write)

    def file(self, path: str, label: str, *, most: int = MOST_BYTES, **what: Any) -> Answer:
        """A file of at most `most` bytes, by GET unless `verb` says otherwise. Raises Refused for a larger one, and
        never Uncertain: a print more or less does no harm."""
        verb, limits = str(what.pop("verb", "GET")), replace(FILE, max_bytes=most)
        headers = {"Accept": "application/pdf, application/zip, application/json", **what.pop("headers", {})}
        return fetched(lambda: self.send(verb, path, label, limits=limits, headers=headers, **what))


def fetched(call: Callable[[], Answer]) -> Answer:
    """What a call under the limits of a file is answered with. Raises Refused for one that is too large."""
    try:
        return call()
    except Unavailable as error:
        if isinstance(error.__cause__, OutcomeUnknown) and error.__cause__.why is Why.TOO_LARGE:
            raise Refused([Problem("paper_too_big", Field.ORDER, Who.WAYBILL, their_text=str(error))]) from error
        raise


def document(answer: Answer, label: str, write: bool = False) -> Any:
    """The JSON of an answer; see `Line.json`."""
    try:
        return answer.json()
    except NotJson as error:
        if answer.status in (401, 403, 404):
            return None
        raise lost(f"{label}: {error}", write) from error
