"""The wire to our HTTP service in a 1C infobase (contract "b24logistics" v1, 1c.md §6): signing in, JSON or XML by the
connection, idempotency keys, and what each error means."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import OrderState, is_ours
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.line import Line, lost
from b24app.systems.kit.meanings import UNKNOWN, Meanings, once
from b24app.systems.kit.one_c_xml import NotXml, build, parse
from b24app.systems.kit.rows import rows_of
from b24app.systems.plugin import OpenContext
from b24app.wire.http import Answer, Limits
from b24app.wire.retry import parse_retry_after

SERVICE = "/hs/b24logistics"
XML = "xml"
#: §6.1: an answer takes at most 30 s; a look-up and a creation together end within the house's 40 s.
READ = Limits(connect_s=3.0, read_s=8.0, total_s=12.0)
WRITE = Limits(connect_s=3.0, read_s=22.0, total_s=25.0)
#: The largest page that the contract allows.
PAGE = 500
#: Codes of §6.2 that mean something of their own, and those of a number that is taken.
NOT_FOUND, STATE_CONFLICT = "NOT_FOUND", "STATE_CONFLICT"
TAKEN = frozenset({"ALREADY_EXISTS", "IDEMPOTENCY_CONFLICT"})
BY_NUMBER = "by-external-id"
_CANCEL = {"reasonCode": "other", "comment": "Отменено в Битрикс24"}
#: Errors after which nothing was done, whatever was asked for.
_LATER = frozenset({"LOCKED", "MAINTENANCE", "TOO_MANY_REQUESTS"})
_KEYS = uuid.UUID("6b1d7c1e-30a4-5a0e-9a57-0d2f9e0d5a01")

Row = Mapping[str, Any]
T = TypeVar("T")


def key_of(*parts: str) -> str:
    """An Idempotency-Key that is the same whenever the same thing is asked for."""
    return str(uuid.uuid5(_KEYS, "\n".join(parts)))


def publication(address: str) -> str:
    """The infobase's address, whichever of its services was typed: without `/hs/…` or `/odata/…`."""
    for inside in ("/hs", "/odata", "/ws"):
        address = address.partition(f"{inside}/")[0].removesuffix(inside)
    return address.rstrip("/")


def basic(context: OpenContext) -> str:
    """The Authorization of the infobase's user: UTF-8 (§6.1)."""
    given = f"{context.setting('login')}:{context.settings.get('password') or ''}"
    return "Basic " + base64.b64encode(given.encode()).decode()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer below 500: `row` are the members of its document, by their JSON names; in XML their values are texts.
    `headers` are lower case."""

    status: int
    row: Row
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def error(self) -> Row:
        """JSON wraps it, XML does not (§6.2)."""
        found = self.row.get("error", self.row)
        return found if isinstance(found, Mapping) else {}

    @property
    def code(self) -> str:
        return "" if self.ok else str(self.error.get("code") or f"http_{self.status}")

    @property
    def details(self) -> Row:
        found = self.error.get("details")
        return found if isinstance(found, Mapping) else {}

    @property
    def following(self) -> str:
        """The cursor of a list's next page, "" = this is the last."""
        return str(self.row.get("nextCursor") or "")

    def listed(self, label: str) -> tuple[list[Row], int]:
        """Rows of a page of a list, and how many could not be read. Raises Unavailable for an answer that is no
        list."""
        rows = self.row.get("items")
        if not self.ok or not isinstance(rows, list):
            raise Unavailable(f"{label}: HTTP {self.status}, no list")
        good = rows_of(rows)
        return good, len(rows) - len(good)

    def parsed(self, parse: Callable[[Row], T | None], label: str) -> T:
        """What a read tells. Raises Unavailable: an answer that is odd is no proof of anything."""
        found = parse(self.row) if self.ok else None
        if found is None:
            raise Unavailable(f"{label}: HTTP {self.status}, {self.code or 'without a state'}")
        return found

    def made(self, parse: Callable[[Row], T | None], label: str) -> T:
        """What a write that went well has made. Raises Uncertain: 202 (§6.1) makes it later, and a look-up finds it
        then."""
        found = parse(self.row)
        if found is None:
            raise Uncertain(f"{label}: HTTP {self.status} without a state")
        return found

    def problems(self, meanings: Meanings) -> tuple[Problem, ...]:
        """One a field that is wrong, else one of the whole; never none. A field's path without its indexes is looked up
        first, then the code; their code is the path as they wrote it."""
        words = str(self.error.get("message") or "")
        found = [_of_field(row, self.code, meanings) for row in rows_of(self.error.get("fields"))]
        return once(found) if found else (meanings.problem(self.code, words),)


def _of_field(row: Row, code: str, meanings: Meanings) -> Problem:
    path, words = str(row.get("path") or ""), str(row.get("message") or "")
    plain = "".join(part.partition("]")[2] if at else part for at, part in enumerate(path.split("[")))
    found = meanings.of(plain)
    ours, place, who = meanings.of(code, words) if found == UNKNOWN else found
    return Problem(ours, place, who, their_code=path or code, their_text=words)


class OneCHttp:
    """Calls of one connection. Raises `Unavailable` (nothing was done), `Uncertain` (a write that may have happened),
    `AccountProblem`; any other refusal is in the reply."""

    def __init__(self, context: OpenContext) -> None:
        self._context = context
        self._xml = context.setting("format") == XML
        headers = {"Authorization": basic(context), "Accept": self._media}
        if token := context.setting("api_token"):
            headers["X-Api-Token"] = token
        self.line = Line(context, publication(context.base_url) + SERVICE, headers)

    @property
    def _media(self) -> str:
        return "application/xml" if self._xml else "application/json"

    def get(self, path: str, label: str, **params: str) -> Reply:
        return self._call("GET", path, label, params=params)

    def post(self, path: str, label: str, root: str, members: Row, key: str, *, repeatable: bool = False) -> Reply:
        """`root` names the document in XML, `members` are in the contract's order. `repeatable`: a lost answer may
        simply be asked for again, so that it is never `Uncertain`."""
        body = build(root, members) if self._xml else _json(members)
        headers = {"Content-Type": f"{self._media}; charset=utf-8", "Idempotency-Key": key}
        return self._call("POST", path, label, write=not repeatable, limits=WRITE, body=body, headers=headers)

    def cancel(self, path: str, label: str) -> Reply:
        """Of the object at this path. One that is cancelled already is the same answer (§6.7)."""
        return self.post(f"{path}/cancel", label, "CancelRequest", _CANCEL, key_of("cancel", path.rpartition("/")[2]))

    def content(self, path: str, label: str) -> Reply | bytes:
        """A file; the reply when there is none."""
        answer = self.line.file(path, label, headers={"Accept": "*/*", **self._traced()}, keep_5xx=True)
        if answer.status == 200:
            return answer.body
        return self._reply(answer, label, False)

    def pages(self, path: str, label: str, most: int, **params: str) -> Iterator[tuple[list[Row], int]]:
        """What `Reply.listed` says of each page of a list, at most `most` pages."""
        return (reply.listed(label) for reply in self.replies(path, label, most, **params))

    def replies(self, path: str, label: str, most: int, **params: str) -> Iterator[Reply]:
        """The pages of a list themselves, for what stands beside their rows."""
        for _ in range(most):
            reply = self.get(path, label, **params)
            yield reply
            if not reply.following:
                return
            params["cursor"] = reply.following

    def health(self, part: str) -> str:
        """Which configuration it is, as the service says itself (§6.3). Raises Refused when the base does not publish
        it, or not this part of it (`tms`, `wms`)."""
        answer = self.line.send("GET", "v1/health", "health", headers=self._traced(), limits=READ, keep_5xx=True)
        absent = answer.status in (404, 405) and document(answer) is None
        reply = Reply(answer.status, {}) if absent else self._reply(answer, "health", False)
        if not reply.ok or reply.row.get("service") != "b24logistics":
            raise Refused([Problem("one_c_no_service", Field.ACCOUNT, Who.ADMIN, reply.code)])
        parts, base = reply.row.get("capabilities"), reply.row.get("infobase")
        if not isinstance(parts, list) or part not in parts:
            raise Refused([Problem("one_c_no_service", Field.ACCOUNT, Who.ADMIN, their_text=f"{parts}")])
        known = base if isinstance(base, Mapping) else {}
        return f"{known.get('configuration') or ''} {known.get('version') or ''}".strip()

    # --- one call -----------------------------------------------------------------------------------------------------

    def _call(self, verb: str, path: str, label: str, *, write: bool = False, **what: Any) -> Reply:
        headers = {**self._traced(), **what.pop("headers", {})}
        limits = what.pop("limits", READ)
        answer = self.line.send(verb, path, label, write=write, headers=headers, limits=limits, keep_5xx=True, **what)
        return self._reply(answer, label, write)

    def _traced(self) -> dict[str, str]:
        return {"X-Request-Id": self._context.trace or str(uuid.uuid4())}

    def _reply(self, answer: Answer, label: str, write: bool) -> Reply:
        row = document(answer)
        reply = Reply(answer.status, row or {}, answer.headers)
        if reply.ok:
            if row is None and answer.status != 204:
                raise lost(f"{label}: HTTP {answer.status} without a document of ours", write)
            return reply
        words = str(reply.error.get("message") or "")
        if reply.status in (401, 403):
            # The platform says it in HTML, the extension in its own words (§6.2).
            raise AccountProblem(Problem("account_refused", Field.ACCOUNT, Who.ADMIN, reply.code, words))
        wait = parse_retry_after(answer.headers.get("retry-after"), self._context.clock.now())
        if reply.code in _LATER:
            raise Unavailable(f"{label}: {reply.code}", wait)
        if reply.status >= 500:
            raise lost(f"{label}: {reply.code}", write, wait)
        if row is None and reply.status in (404, 405):
            # The platform itself: the service, or this part of it, is not published. No proof that something is absent.
            raise Unavailable(f"{label}: HTTP {reply.status} of the platform, is the service published?")
        return reply


def adopted(request: ShipmentRequest, found: OrderState | None, taken: Reply, meanings: Meanings) -> OrderState:
    """What our number belongs to already, if it was made of this very request. Raises Refused when it was not, and
    Uncertain while it cannot be seen yet."""
    if found is None:
        raise Uncertain(f"{taken.code}: the number belongs to what cannot be seen yet")
    if not is_ours(request, found):
        raise Refused(taken.problems(meanings))
    return found


def document(answer: Answer) -> Row | None:
    """The members of an answer's document, JSON (a BOM before it, §10.6) or XML by what it begins with; None when it is
    neither."""
    text = answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        if text[:1] == b"<":
            return parse(text)[1]
        data = json.loads(text)
    except (NotXml, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _json(members: Row) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
