"""How PEK speaks HTTP (§1): Basic auth, the budget of calls, JSON in and out, HTML pages, gzip, Cyrillic keys."""

from __future__ import annotations

import base64
import binascii
import gzip
import hmac
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request, Response, request

from sandbox.kernel.gate import CALL_KEY
from sandbox.kernel.unknown import with_unknown_fields

from .core import Pek
from .errors import Page, Refused, page
from .model import ACCOUNTS, Account

Handler = Callable[[Pek, Account, Any], Any]
PREFIX = "/api/v1"
UNKNOWN = "sandboxUnknownField"
_GZIP_FROM = 1024
# The documentation prints these keys with a Cyrillic first or fourth letter (§11.7).
_CYRILLIC = {"cargos": "сargos", "code": "сode", "barcode": "barсode", "callStatus": "сallStatus",
             "callStatusDateTime": "сallStatusDateTime"}  # fmt: skip


class Raw(str):
    """A body that is sent as it is."""

    __slots__ = ()


class Streamed:
    """A JSON body in pieces, never whole in memory."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self.pieces = pieces


def create_app(pek: Pek, posts: dict[str, Handler], gets: dict[str, Handler]) -> Flask:
    """``posts`` and ``gets``: path under ``/api/v1`` with both slashes -> handler, called under the lock."""
    app = Flask("sandbox.pek")

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    def call(path: str) -> Response:
        del path
        pek.settle()
        try:
            with pek.lock:
                account = _account(pek, request)
                handler = _handler(pek, request, posts, gets)
                _spend(pek, account)
                return _answer(pek, handler(pek, account, _body(request)))
        except Page as refusal:
            return Response(page(refusal.status), refusal.status, content_type="text/html; charset=utf-8")
        except Refused as refusal:
            note(refused=refusal.title, fields=list(refusal.fields))
            real = pek.switches.http_errors or (refusal.status == 429 and pek.switches.rate_answer == "429")
            headers = {"Retry-After": "60"} if refusal.status == 429 and real else None
            return _json(pek, refusal.envelope(), refusal.status if real else 200, headers)

    return app


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def login_of(environ: WSGIEnvironment) -> str:
    """The login of a call, for the journal and for faults; empty when there is none."""
    return _credentials(environ.get("HTTP_AUTHORIZATION", ""))[0]


def fault_words(status: int, environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like at PEK: pages for 401, 403, 404, the envelope otherwise (§1.1)."""
    del environ
    if status in (401, 403, 404):
        return "text/html; charset=utf-8", page(status).encode()
    words = Refused("Внутренняя ошибка", "Обратитесь в службу поддержки", status=status).envelope()
    return "application/json; charset=utf-8", json.dumps(words, ensure_ascii=False).encode()


def _credentials(header: str) -> tuple[str, str]:
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        login, _, key = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return login, key


def _account(pek: Pek, call: Request) -> Account:
    """Raises Page(401): no Basic header, an unknown login, a key that is not (or no longer) this login's."""
    login, key = _credentials(call.headers.get("Authorization", ""))
    account = next((found for found in ACCOUNTS if found.login == login), None)
    live = [] if account is None else [own for own in account.keys if own not in pek.switches.dead_keys]
    if account is None or not any(hmac.compare_digest(own.encode(), key.encode()) for own in live):
        raise Page(401)
    return account


def _handler(pek: Pek, call: Request, posts: dict[str, Handler], gets: dict[str, Handler]) -> Handler:
    """Raises Page: 404 for what does not exist, with this verb or slash; 403 for what this login may not use."""
    path = call.path
    if not pek.switches.slash_required and not path.endswith("/"):
        path += "/"
    table = {"POST": posts, "GET": gets}.get(call.method, {})
    handler = table.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
    if handler is None:
        # Loud for whoever reads the journal: the program called what PEK (or this sandbox) does not have.
        note(unknown=True)
        raise Page(404)
    if path.removeprefix(PREFIX) in pek.switches.forbidden:
        raise Page(403)
    return handler


def _spend(pek: Pek, account: Account) -> None:
    """100 calls a minute, all methods together (§1). A refused call counts too."""
    limit, now = pek.switches.rate_limit, pek.time()
    calls = pek.calls.setdefault(account.login, deque())
    while calls and not now - 60 < calls[0] <= now:
        calls.popleft()
    calls.append(now)
    if limit and len(calls) > limit:
        raise Refused("Превышено количество запросов", f"Не более {limit} запросов в минуту", status=429)


def _body(call: Request) -> Any:
    """Raises Refused for what is no JSON, or is sent as something else."""
    data = call.get_data()
    if not data:
        return None
    if "json" not in (call.headers.get("Content-Type") or ""):
        raise Refused("Неверный заголовок Content-Type", "Ожидается application/json")
    try:
        return json.loads(data)
    except ValueError:
        raise Refused("Ошибка разбора запроса", "Тело запроса не является корректным JSON") from None


def as_object(body: Any) -> dict[str, Any]:
    """Raises Refused: most methods take an object."""
    if not isinstance(body, dict):
        raise Refused("Ошибка разбора запроса", "Ожидается объект")
    return body


def _answer(pek: Pek, data: Any) -> Response:
    if isinstance(data, Raw):
        return _packed(str(data).encode(), 200, None)
    if isinstance(data, Streamed):
        return _stream(data)
    return _json(pek, data, 200, None)


def _json(pek: Pek, data: Any, status: int, headers: dict[str, str] | None) -> Response:
    if pek.switches.unknown_fields:
        data = with_unknown_fields(data, UNKNOWN)
    return _packed(json.dumps(data, ensure_ascii=False).encode(), status, headers)


def _packed(body: bytes, status: int, headers: dict[str, str] | None) -> Response:
    sent = dict(headers or {})
    if len(body) >= _GZIP_FROM and _takes_gzip():
        body = gzip.compress(body, 3)
        sent["Content-Encoding"] = "gzip"
    return Response(body, status, sent, content_type="application/json; charset=utf-8")


def _stream(data: Streamed) -> Response:
    packed = _takes_gzip()
    headers = {"Content-Encoding": "gzip"} if packed else {}
    pieces = (piece.encode() for piece in data.pieces)
    body = _gzipped(pieces) if packed else pieces
    return Response(body, 200, headers, content_type="application/json; charset=utf-8")


def _gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(3, zlib.DEFLATED, 31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _takes_gzip() -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def cyrillic(pek: Pek, row: dict[str, Any], *names: str) -> dict[str, Any]:
    """The row with the named keys as the documentation prints them, when that is switched on."""
    if not pek.switches.cyrillic_keys:
        return row
    return {(_CYRILLIC[name] if name in names else name): value for name, value in row.items()}
