"""How Boxberry speaks HTTP: one address, the method among the parameters, three encodings of a POST, HTTP 200 for
everything (contract §2, §3)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from flask import Response, request

from sandbox.kernel.gate import CALL_KEY
from sandbox.kernel.unknown import with_unknown_fields

from .core import Boxberry
from .errors import invalid

_UNKNOWN = "sandbox_unknown_field"
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Call:
    """A call: its method and token, and the other parameters, nested."""

    verb: str
    method: str
    token: str
    params: Mapping[str, Any]


def read_call() -> Call:
    """The present call in whichever encoding. Raises Refused for a body that is none of them."""
    given: dict[str, Any] = nested(request.args.items(multi=True))
    if request.method == "POST":
        given |= _body()
    method, token = str(given.pop("method", "") or ""), str(given.pop("token", "") or "")
    note(key=method or request.path, api_method=method, params=sorted(given))
    return Call(request.method, method, token, given)


def _body() -> dict[str, Any]:
    """A JSON object, or a form: flat, with brackets, or with ``sdata`` as a JSON text."""
    if (request.mimetype or "").endswith("json"):
        found = _parsed(request.get_data())
        if not isinstance(found, dict):
            raise invalid("JSON")
        return found
    fields = nested(request.form.items(multi=True))
    if isinstance(fields.get("sdata"), str):
        fields["sdata"] = _parsed(fields["sdata"].encode())
    return fields


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data or b"null")
    except ValueError:
        raise invalid("JSON") from None


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """``a[b][0]=x`` as PHP reads it; a level whose keys are 0, 1, 2… is a list."""
    out: dict[str, Any] = {}
    for name, value in pairs:
        match = _KEY.fullmatch(name)
        if match is None:
            raise invalid(name)
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        level = out
        for at, part in enumerate(path[:-1]):
            inner = level.setdefault(part or str(len(level)), {})
            if not isinstance(inner, dict):
                raise invalid(path[at])
            level = inner
        level[path[-1] or str(len(level))] = value
    return {name: _listed(value) for name, value in out.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(each) for name, each in value.items()}
    return list(inner.values()) if [*inner] == [str(at) for at in range(len(inner))] else inner


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def answer(boxberry: Boxberry, data: Any) -> Response:
    """HTTP 200 with JSON. Rows that are drawn one by one are written one by one."""
    switches = boxberry.switches
    if switches.unknown_fields:
        extended = partial(with_unknown_fields, name=_UNKNOWN)
        data = map(extended, data) if _is_stream(data) else extended(data)
    if not _is_stream(data):
        return Response(json.dumps(data, ensure_ascii=switches.escape_unicode), 200, _JSON)
    escape = switches.escape_unicode
    parts = [json.dumps(row, ensure_ascii=escape).encode() for row in data]
    return Response(b"[" + b",".join(parts) + b"]", 200, _JSON)


def _is_stream(data: Any) -> bool:
    return not isinstance(data, dict | list)


def too_often(boxberry: Boxberry, token: str, method: str) -> bool:
    """§2.1: counts the call against the token's last second of the sandbox's clock."""
    own = method == "PointsDescription"
    most = boxberry.switches.rate_limit_points if own else boxberry.switches.rate_limit
    now = boxberry.clock.time()
    row = boxberry.recent(f"{token}/{own}")
    while row and not now - 1 < row[0] <= now:
        row.popleft()
    if len(row) >= most:
        return True
    row.append(now)
    return False


def limit_answer(boxberry: Boxberry) -> Response | None:
    """What is answered above the limit is unknown (§2.1): a text (None), HTTP 429 or nothing at all."""
    kind = boxberry.switches.rate_answer
    if kind == "429":
        return Response("Too Many Requests", 429, {"Retry-After": "1"}, content_type="text/plain")
    return Response(b"", 200, _JSON) if kind == "empty" else None


def token_of(environ: WSGIEnvironment) -> str:
    """Whose call it is, for faults and the journal. A body is only looked into for its token."""
    found: list[str] | None = parse_qs(environ.get("QUERY_STRING", "")).get("token")
    if found:
        return found[0]
    stream = environ["wsgi.input"]
    data: bytes = stream.read()
    stream.seek(0)
    match = re.search(rb'token(?:=|"\s*:\s*")([0-9a-zA-Z]+)', data)
    return match[1].decode() if match else ""


def fault_words(status: int, _environ: WSGIEnvironment) -> tuple[str, bytes]:
    """An outage is a page of the web server before the API, never JSON."""
    phrase = HTTPStatus(status).phrase
    return "text/html", f"<html><body><h1>{status} {phrase}</h1><hr>nginx</body></html>".encode()
