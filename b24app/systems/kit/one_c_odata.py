"""The standard OData interface of a 1C infobase (1c.md §2.2): version 3, JSON, Cyrillic names. What is asked for is
percent-encoded as UTF-8 with `%20` for a blank (§1.6), and each error means what it does there."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any
from urllib.parse import quote
from uuid import UUID
from xml.parsers import expat

from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.line import LIST, Line, lost
from b24app.systems.kit.meanings import Meanings
from b24app.systems.kit.one_c_http import basic, publication
from b24app.systems.plugin import OpenContext
from b24app.wire.http import Answer, Limits

ROOT = "/odata/standard.odata"
READ = Limits(connect_s=3.0, read_s=8.0, total_s=12.0)
WRITE = Limits(connect_s=3.0, read_s=15.0, total_s=20.0)
EMPTY = "00000000-0000-0000-0000-000000000000"
#: So many alternatives go into one filter: addresses stay well below 8 KB.
MOST_OR = 20

#: Codes that an administrator has to see to: an object, property or method is not published, or closed to the user.
_ADMIN = frozenset({"8", "10", "11", "20"})
_MISSING = "9"
_TYPES = frozenset({"EntityType", "ComplexType"})
_SAFE = "$?=&(),'/:;*"

Row = Mapping[str, Any]


# --- what goes into an address ----------------------------------------------------------------------------------------


def guid(key: str) -> str:
    """A reference in a filter. Raises ValueError for what is none."""
    return f"guid'{UUID(key)}'"


def text(value: str) -> str:
    """A text in a filter."""
    return "'" + value.replace("'", "''") + "'"


def moment(at: datetime) -> str:
    """As a property has it: the infobase's own time, without a zone (`at` is in it already)."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def any_of(name: str, literals: Iterable[str]) -> str:
    """`name eq a or name eq b`; whoever asks keeps to MOST_OR (`kit.portions`)."""
    return " or ".join(f"{name} eq {literal}" for literal in literals)


def is_key(value: object) -> bool:
    """A reference that refers to something."""
    try:
        return str(UUID(str(value))) != EMPTY
    except ValueError:
        return False


class Declined(Unavailable):
    """A read that the interface understood and does not do so (`code`): perhaps another way of asking helps."""

    def __init__(self, label: str, code: str, words: str) -> None:
        super().__init__(f"{label}: {code} {words}")
        self.code = code


# --- the client -------------------------------------------------------------------------------------------------------


class OData:
    """Calls of one connection. All raise `Unavailable` (nothing was done) and `AccountProblem`; writes also `Refused`
    (by `meanings`, over their code and words) and `Uncertain`."""

    def __init__(self, context: OpenContext, meanings: Meanings) -> None:
        headers = {"Authorization": basic(context), "Accept": "application/json"}
        self.line = Line(context, publication(context.base_url) + ROOT, headers)
        self._meanings = meanings

    def rows(
        self,
        entity: str,
        label: str,
        *,
        where: str = "",
        select: Sequence[str] = (),
        expand: Sequence[str] = (),
        top: int = 0,
    ) -> list[Row]:
        """Rows of an entity set; `entity` may be one of its virtual tables (`table`)."""
        options = {
            "$format": "json",
            "$filter": where,
            "$select": ",".join(select),
            "$expand": ",".join(expand),
            "$top": str(top) if top else "",
        }
        query = "&".join(f"{name}={_quoted(value)}" for name, value in options.items() if value)
        data = self._call("GET", f"{_address(entity)}?{query}", label)
        found = data.get("value")
        if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
            raise Unavailable(f"{label}: an answer without rows")
        return found

    def one(self, entity: str, key: str, label: str, expand: Sequence[str] = ()) -> Row | None:
        """An object by its reference; None when the infobase says that there is none."""
        more = f"&$expand={_quoted(','.join(expand))}" if expand else ""
        data = self._call("GET", f"{_address(entity)}({guid(key)})?$format=json{more}", label, missing_is_none=True)
        if data and not is_key(data.get("Ref_Key")):
            raise Unavailable(f"{label}: an answer without an object")
        return data or None

    def create(self, entity: str, body: Row, label: str) -> Row:
        """A new object (or record of a register): as the infobase shows it."""
        return self._call("POST", f"{_address(entity)}?$format=json", label, body=body)

    def patch(self, entity: str, key: str, body: Row, label: str, version: str = "") -> Row:
        """Change what `body` names. `key` is what stands in the brackets: see `by`. `version` is the object's
        `DataVersion` as it was read: one that somebody changed since is left alone (Unavailable)."""
        path = f"{_address(entity)}({_quoted(key)})?$format=json"
        return self._call("PATCH", path, label, body=body, headers={"If-Match": version} if version else {})

    def delete(self, entity: str, key: str, label: str) -> None:
        """For good. One that is gone already is gone."""
        self._call("DELETE", f"{_address(entity)}({guid(key)})?$format=json", label, write=True, missing_is_none=True)

    def post(self, entity: str, key: str, label: str) -> Row:
        """Post a document; the configuration may refuse."""
        path = f"{_address(entity)}({guid(key)})/Post?PostingModeOperational=false&$format=json"
        return self._call("POST", path, label, write=True)

    def published(self, wanted: Iterable[str]) -> dict[str, frozenset[str]]:
        """Which of these entity sets (or types of rows, `…_RowType`) are published, and their properties. The document
        may be as large as the whole configuration: it is read as it comes."""
        with tempfile.TemporaryFile() as sink:
            answer = self.line.send("GET", "$metadata", "odata.metadata", limits=LIST, sink=sink, keep_5xx=True)
            if answer.status != 200:
                self._read(answer, "odata.metadata", False, False)
                raise Unavailable(f"odata.metadata: HTTP {answer.status}")
            sink.seek(0)
            return _sets(sink, frozenset(wanted))

    # --- one call -----------------------------------------------------------------------------------------------------

    def _call(
        self,
        verb: str,
        path: str,
        label: str,
        *,
        body: Row | None = None,
        headers: Mapping[str, str] | None = None,
        write: bool = False,
        missing_is_none: bool = False,
    ) -> dict[str, Any]:
        write = write or body is not None
        headers = {
            **({"Content-Type": "application/json; charset=utf-8"} if body is not None else {}),
            **(headers or {}),
        }
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        limits = WRITE if write else READ
        answer = self.line.send(
            verb, path, label, write=write, body=sent, headers=headers, limits=limits, keep_5xx=True
        )
        return self._read(answer, label, write, missing_is_none)

    def _read(self, answer: Answer, label: str, write: bool, missing_is_none: bool) -> dict[str, Any]:
        data = _document(answer.body)
        if 200 <= answer.status < 300:
            if answer.status == 204 or (write and not answer.body):
                return {}
            if data is None or "odata.error" in data:
                raise lost(f"{label}: HTTP {answer.status} without a document", write)
            return data
        code, words = _error(data)
        if missing_is_none and code == _MISSING:
            return {}
        raise self._failure(answer.status, code, words, label, write)

    def _failure(self, status: int, code: str, words: str, label: str, write: bool) -> LogisticsError:
        if status in (401, 403) or code in _ADMIN:
            # The platform's own page (401) says nothing of use.
            said = code or f"http_{status}"
            return AccountProblem(Problem("account_refused", Field.ACCOUNT, Who.ADMIN, said, words))
        if status >= 500 and not code:
            return lost(f"{label}: HTTP {status}", write)
        if not code or status == 412:
            # Of the web server or a proxy before 1C; or somebody changed the object meanwhile: nothing was done.
            return Unavailable(f"{label}: HTTP {status}")
        if write:
            return Refused([self._meanings.problem(code, words)])
        return Declined(label, code, words)


def by(**parts: str) -> str:
    """What stands in the brackets for a record of a register: `by(Заказ_Key=guid(key))`."""
    return ",".join(f"{name}={literal}" for name, literal in parts.items())


def table(register: str, name: str, **arguments: str) -> str:
    """A virtual table as an entity set: `Balance`, `Turnovers`, `SliceLast`. A `Condition` is a filter, quoted here."""
    given = {key: text(value) if key == "Condition" else value for key, value in arguments.items() if value}
    return f"{register}/{name}({by(**given)})"


def _address(entity: str) -> str:
    return quote(entity, safe=_SAFE)


def _quoted(value: str) -> str:
    # `&` and `+` inside a text are no separators; `quote` writes a blank as %20.
    return quote(value, safe="$,'()/:*=")


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _error(data: Row | None) -> tuple[str, str]:
    """(code, words); empty when it is not the interface that speaks."""
    row = (data or {}).get("odata.error")
    if not isinstance(row, Mapping):
        return "", ""
    said = row.get("message")
    words = said.get("value") if isinstance(said, Mapping) else said
    return str(row.get("code") or ""), re.sub(r"\s+", " ", str(words or "")).strip()


def _sets(file: IO[bytes], wanted: frozenset[str]) -> dict[str, frozenset[str]]:
    """Raises Unavailable for what is no metadata."""
    reader = _Metadata(wanted)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _no_dtd
    try:
        parser.ParseFile(file)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding that nobody knows
        raise Unavailable(f"odata.metadata: not readable: {error}") from error
    if not reader.root.endswith("Edmx"):
        raise Unavailable("odata.metadata: not a description of OData")
    return {name: frozenset(reader.props.get(name, ())) for name in reader.sets}


def _no_dtd(*_what: Any) -> None:
    raise ValueError("a DTD is not allowed")


class _Metadata:
    """Entity sets and the properties of their types, of those that are wanted (a type is named as its set, §2.2)."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._type = ""
        self.root = ""
        self.sets: set[str] = set()
        self.props: dict[str, set[str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.root = self.root or tag
        local, name = tag.rpartition(":")[2], attributes.get("Name", "")
        if local == "EntitySet" and name in self._wanted:
            self.sets.add(name)
        elif local in _TYPES:
            self._type = name if name in self._wanted else ""
            if local == "ComplexType" and self._type:  # rows of a tabular section have no set of their own
                self.sets.add(name)
        elif local in ("Property", "NavigationProperty") and self._type:
            self.props.setdefault(self._type, set()).add(name)

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] in _TYPES:
            self._type = ""
