"""The wire to MoySklad and nothing else (moysklad.md §2–4): headers, sign-in, lists, links, what a failed call means.

A login is sent with each call and not exchanged for a token: issuing one ends all other tokens of that user (§2.1), so
that two programs of one user would lock each other out for ever.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import Line, document, lost
from b24app.systems.kit.portions import portions
from b24app.systems.kit.units import whole
from b24app.systems.moysklad import vocabulary as words
from b24app.systems.moysklad.errors import Said, Unknown, problems, said
from b24app.systems.moysklad.vocabulary import Row, ids_filter
from b24app.systems.plugin import OpenContext
from b24app.wire.http import Answer

#: §2: exactly this; gzip is asked for by the wire itself.
ACCEPT = "application/json;charset=utf-8"
#: §2: links to files live so long, for one that is fetched after a pause.
LINK_S = "600"
_MOVED, _SEE = (301, 302, 307, 308), (302, 303)
_HOOKS_S = 30 * 86_400.0


class Client:
    """Calls of one account. Thread-safe: it holds no state of its own."""

    def __init__(self, context: OpenContext) -> None:
        token, login = context.setting("token"), context.setting("login")
        signed = b64encode(f"{login}:{context.setting('password')}".encode()).decode()
        headers = {"Authorization": f"Bearer {token}" if token else f"Basic {signed}", "Accept": ACCEPT}
        self.line = Line(context, headers=headers, wait_of=_wait)
        #: Links to files need no sign-in, and may lead elsewhere: nothing of ours goes there.
        self._free = Line(context)
        #: Names the account in caches, without its secret.
        self.account = hashlib.sha256(f"{self.line.base}\n{token or login}".encode()).hexdigest()[:24]
        self._cache = context.token_cache

    # --- calls ----------------------------------------------------------------------------------------------------

    def ask(self, verb: str, path: str, label: str, *, write: bool = False, gone: bool = False, **what: Any) -> Any:
        """One call; its document, None for an empty answer. Raises Refused, AccountProblem, Unavailable, and Uncertain
        for a write that may have happened; `gone`: Unknown when there is no such object."""
        answer = self._send(verb, path, label, write, **what)
        if answer.status == 200 and not answer.body:
            return None
        data = document(answer, label, write)
        errors = said(data)
        # A mass answer says of each element what became of it, whatever its status (§1.7).
        if (answer.status < 400 and not errors) or (isinstance(data, list) and data):
            return data
        raise _meant(answer.status, errors, label, write, gone)

    def _send(self, verb: str, path: str, label: str, write: bool, **what: Any) -> Answer:
        """Ids of their web page lead to those of the API by a redirect (§3): the same call again, there."""
        headers = {**self._quiet(), **what.pop("headers", {})} if write else what.pop("headers", {})
        answer = self.line.send(verb, path, label, write=write, headers=headers, **what)
        where = answer.headers.get("location", "")
        if answer.status in _MOVED and where.startswith(f"{self.line.base}/"):
            answer = self.line.send(verb, where, label, write=write, headers=headers, **what)
        return answer

    def object(self, verb: str, path: str, label: str, *, write: bool = False, **what: Any) -> Row:
        """The object that an answer must be."""
        data = self.ask(verb, path, label, write=write, **what)
        if not isinstance(data, Mapping) or not data.get("id"):
            raise lost(f"{label}: an answer without an object", write)
        return data

    def mass(self, path: str, label: str, bodies: Sequence[Row]) -> list[Row]:
        """Make several objects of one type in one call (§5.11), the answers in their order. Raises Refused when one was
        refused; the others are made all the same."""
        data = self.ask("POST", path, label, write=True, json=list(bodies))
        if not isinstance(data, list) or len(data) != len(bodies):
            raise lost(f"{label}: an answer to {len(bodies)} without them", write=True)
        if errors := tuple(each for row in data for each in said(row)):
            raise _meant(200, errors, label, write=True)
        return data

    def rows(self, path: str, label: str, **params: str) -> list[Row]:
        """One page of a list, which must be whole. Raises Unavailable for anything that is no list of objects."""
        rows, size = self._page(path, label, params)
        if size > len(rows):
            raise Unavailable(f"{label}: {len(rows)} of {size}")
        return rows

    def pages(self, path: str, label: str, **params: str) -> Iterator[Row]:
        """All of a list, page after page."""
        offset, size = 0, 1
        while offset < size:
            rows, size = self._page(path, label, {**params, "offset": str(offset)})
            yield from rows
            offset += words.MOST_ROWS

    def _page(self, path: str, label: str, params: Mapping[str, str]) -> tuple[list[Row], int]:
        data = self._read(path, label, params)
        rows = data.get("rows") if isinstance(data, Mapping) else None
        size = whole(words.meta_of(data).get("size"))
        if not isinstance(rows, list) or size is None or not all(isinstance(row, Mapping) for row in rows):
            raise Unavailable(f"{label}: no list")
        return rows, size

    def bare(self, path: str, label: str, params: Mapping[str, str] | Sequence[tuple[str, str]]) -> list[Row]:
        """Of the short reports, which have no envelope."""
        data = self._read(path, label, params)
        if not isinstance(data, list) or not all(isinstance(row, Mapping) for row in data):
            raise Unavailable(f"{label}: no list")
        return data

    def _read(self, path: str, label: str, params: Mapping[str, str] | Sequence[tuple[str, str]]) -> Any:
        """Of a read that must not be refused."""
        try:
            return self.ask("GET", path, label, params=params)
        except Refused as error:
            raise Unavailable(f"{label}: {error}") from error

    def by_ids(self, kind: str, ids: Sequence[str], label: str, expand: str) -> dict[str, Row]:
        """Objects of one type, those in the trash too; ids that nothing has are left out."""
        found: dict[str, Row] = {}
        for some in portions(ids, words.BATCH):
            deleted = ";isDeleted=true;isDeleted=false" if kind != "counterparty" else ""
            asked = {"filter": ids_filter(some) + deleted, "expand": expand, "limit": str(words.MOST_EXPANDED)}
            found |= {str(row.get("id")): row for row in self.rows(f"entity/{kind}", label, **asked)}
        return found

    # --- references, links ----------------------------------------------------------------------------------------

    def ref(self, kind: str, identifier: str, of: str = "") -> Row:
        """A reference; `of` = the document type that a state, a custom field or a print form belongs to."""
        part = {"state": "states", "attributemetadata": "attributes"}.get(kind, kind)
        path = f"{of}/metadata/{part}" if of else kind
        href = f"{self.line.base}/entity/{path}/{identifier}"
        return {"meta": {"href": href, "type": kind, "mediaType": "application/json"}}

    def file(self, verb: str, path: str, label: str, **what: Any) -> bytes:
        """What a link leads to that the call is answered with (§5.10): at most `papers.MOST_BYTES`. Raises Refused."""
        headers = {"Accept": ACCEPT, "X-Lognex-Download-Expiration-Seconds": LINK_S}
        answer = self.line.file(path, label, verb=verb, headers=headers, **what)
        for _ in range(3):
            where = answer.headers.get("location", "")
            if not where or answer.status not in (202, *_SEE):
                break
            line, takes = (self.line, ACCEPT) if where.startswith(f"{self.line.base}/") else (self._free, "*/*")
            answer = line.file(where, label, headers={"Accept": takes})
        if answer.status == 200 and answer.body:
            return answer.body
        errors = said(document(answer, label)) if answer.body else ()
        raise (
            _meant(answer.status, errors, label, write=True)
            if errors
            else Unavailable(f"{label}: HTTP {answer.status}")
        )

    # --- our own writes are no news (§7) --------------------------------------------------------------------------

    def hush(self, url: str) -> None:
        """From now on our writes are not told to addresses that begin as this one, without its secret."""
        self._cache.set(f"moysklad:hooks:{self.account}", url.rpartition("/")[0], _HOOKS_S)

    def _quiet(self) -> Mapping[str, str]:
        prefix = self._cache.get(f"moysklad:hooks:{self.account}")
        return {"X-Lognex-WebHook-DisableByPrefix": prefix} if prefix else {}


def _wait(answer: Answer) -> float | None:
    """Milliseconds on a 429 (§4)."""
    told = whole(answer.headers.get("x-lognex-retry-after"))
    return None if told is None else told / 1000


def _meant(status: int, errors: tuple[Said, ...], label: str, write: bool, gone: bool = False) -> LogisticsError:
    codes = {each.code for each in errors}
    first = errors[0] if errors else Said(status, f"HTTP {status}")
    if codes & words.ACCOUNT_CODES or status == 401:
        return account_refused(str(first.code), first.text)
    if codes & words.LATER_CODES:
        return Unavailable(f"{label}: {first.code}")
    if codes & words.RIGHT_CODES or (status == 403 and not errors):
        problem = Problem("rights_missing", Field.ACCOUNT, Who.ADMIN, their_code=str(first.code), their_text=first.text)
        return AccountProblem(problem)
    if gone and codes & words.UNKNOWN_CODES:
        return Unknown(problems(errors))
    if write:
        return Refused(problems(errors) or (first.problem,))
    return Unavailable(f"{label}: HTTP {status}, {first.code}")
