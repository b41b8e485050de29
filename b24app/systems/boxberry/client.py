"""The wire to one Boxberry cabinet (boxberry.md §2): one address, the method and the token among the parameters. The
token travels in queries and in label links: neither leaves this module, and the call log keeps no queries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

from b24app.logistics.errors import Unavailable
from b24app.logistics.papers import PDF
from b24app.systems.boxberry.errors import pause, refused, said, unread
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import LIST, Line, lost
from b24app.systems.kit.rows import rows_of
from b24app.systems.plugin import OpenContext

API = "json.php"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: their document, and the text of a refusal in it ("" = none)."""

    data: Any
    error: str = ""

    def rows(self, label: str) -> list[Mapping[str, Any]]:
        """Raises Unavailable for anything but a list of objects: it proves nothing."""
        rows = rows_of(self.data)
        if self.data != [] and not rows:
            raise Unavailable(f"{label}: no list")
        return rows


class Client:
    def __init__(self, context: OpenContext) -> None:
        self._line = Line(context)
        self._token = context.setting("token")
        self.base = self._line.base
        self.url = self._line.address(API)
        #: Names the cabinet without its secret.
        self.cabinet = hashlib.sha256(f"{self.base}\n{self._token}".encode()).hexdigest()[:24]

    def get(self, method: str, *, write: bool = False, **params: str) -> Reply:
        """Everything in the query: most methods, changing ones too (§2). Raises AccountProblem, Unavailable, and
        Uncertain for a write; another refusal is in the reply."""
        status, data = self._line.json("GET", API, method, write=write, params=self._signed(method, params))
        return self._judged(status, data, method, write)

    def post(self, method: str, body: Mapping[str, Any], *, write: bool = False) -> Reply:
        """The four methods that are posted, as a JSON document (§2)."""
        document = {**self._signed(method, {}), **body}
        status, data = self._line.json("POST", API, method, write=write, json=document)
        return self._judged(status, data, method, write)

    def read(self, method: str, **params: str) -> Reply:
        """A GET whose refusal is no answer: Unavailable."""
        reply = self.get(method, write=False, **params)
        if reply.error:
            raise unread(reply.error, method)
        return reply

    def listing(self, method: str, sink: IO[bytes], **params: str) -> None:
        """A list that only comes whole, into a file. Raises as `read` does; one that is no filled list is a refusal or
        an outage, never an empty directory (§3)."""
        self._line.send("GET", API, method, params=self._signed(method, params), limits=LIST, sink=sink)
        sink.seek(0)
        head = sink.read(4096)
        if not head.lstrip().startswith(b"[{") or head.lstrip()[2:].lstrip().startswith(b'"err"'):
            error = said(_document(head))
            pause(error, method)
            raise unread(error, method)
        sink.seek(0, 2)

    def file(self, name: str, **params: str) -> bytes:
        """A PDF from our own address: what their link says of scheme and host is not followed (§2, §6.4)."""
        answer = self._line.file(f"parcel-files/{name}", f"files.{name}", params={**params, "token": self._token})
        if answer.status == 200 and answer.body.startswith(PDF):
            return answer.body
        error = said(_document(answer.body))
        pause(error, name)
        if error:
            raise refused(error)
        raise Unavailable(f"files.{name}: HTTP {answer.status}, {len(answer.body)} bytes, no PDF", 2.0)

    def _signed(self, method: str, params: Mapping[str, str]) -> dict[str, str]:
        given = {name: value for name, value in params.items() if value != ""}
        return {"method": method, "token": self._token, **given}

    def _judged(self, status: int, data: Any, method: str, write: bool) -> Reply:
        if status in (401, 403):
            raise account_refused(text=f"HTTP {status}")
        if status != 200 or data is None:
            raise lost(f"{method}: HTTP {status}", write)
        error = said(data)
        pause(error, method, write)
        return Reply(data, error)


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def named_in(link: Any, name: str) -> str:
    """A parameter of a link of theirs (`parcel_id`, `upload_id`); "" when it is not there."""
    return next(iter(parse_qs(urlsplit(str(link or "")).query).get(name, [])), "")
