"""An HTTP service of a 1C infobase that implements the contract "b24logistics" v1 (1c.md §6): signing in, formats,
idempotency, errors, health, paging. What a method does is the system's (1C:TMS, 1C:WMS).

``/<publication>/hs/b24logistics/v1/…``; a publication is an infobase of its own: its users see its objects only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from . import one_c_http_formats as formats
from .gate import CALL_KEY
from .one_c import Infobases
from .one_c_http_errors import Refused, platform_page
from .one_c_http_shapes import HEALTH, Complaint, Doc, Said, complaint, is_uuid, moment
from .one_c_http_state import KEEP_S, Exchange, OneCSwitches, Stored
from .one_c_users import User, signed_in

ROOT = "hs/b24logistics"
MOSCOW = timezone(timedelta(hours=3))
_MOST_BODY = 15 * 1024 * 1024

Method = Callable[..., Any]
Register = Callable[[Method], Method]


class HttpService:
    """Methods of one system under ``/<publication>/hs/b24logistics``; publications are those of ``users``."""

    def __init__(
        self,
        carrier: Infobases[Any],
        users: Sequence[User],
        infobase: Mapping[str, str],
        capabilities: Sequence[str],
    ) -> None:
        self.carrier, self.users = carrier, users
        self._infobase, self._capabilities = infobase, capabilities
        self.app = Flask(f"sandbox.{carrier.code}")
        self.app.before_request(self._sign_in)
        self.app.register_error_handler(Refused, self._refused)
        self.app.register_error_handler(HTTPException, lambda problem: _platform(problem.code or 500))
        self.app.register_error_handler(Exception, self._broken)
        self.get("/v1/health", HEALTH)(self._health)

    @property
    def switches(self) -> OneCSwitches:
        return self.carrier.switches

    @property
    def exchange(self) -> Exchange:
        return self.carrier.exchange

    # --- methods ------------------------------------------------------------------------------------------------------

    def get(self, path: str, gives: Doc | None = None) -> Register:
        return self._method("GET", path, None, gives)

    def post(self, path: str, takes: Doc, gives: Doc | None = None) -> Register:
        """The method is called with the document that was sent; nobody has checked it yet (`check`)."""
        return self._method("POST", path, takes, gives)

    def put(self, path: str, gives: Doc | None = None) -> Register:
        """The method is called with the raw body."""
        return self._method("PUT", path, None, gives)

    def delete(self, path: str) -> Register:
        return self._method("DELETE", path, None, None)

    def _method(self, verb: str, path: str, takes: Doc | None, gives: Doc | None) -> Register:
        def register(method: Method) -> Method:
            def view(publication: str, **where: Any) -> Response:  # noqa: ARG001 - the user is of it
                _note(user=user().login)
                self._may_serve(path)
                if verb == "POST" and takes is not None:
                    return self._once(lambda: method(self._sent(takes), **where), gives)
                if verb == "PUT":
                    self._may_write()
                    return self._answer(method(request.get_data(), **where), gives)
                if verb == "DELETE":
                    self._may_write()
                return self._answer(method(**where), gives)

            name = f"{verb} {path}"
            self.app.add_url_rule(
                f"/<publication>/{ROOT}{path}", name, view, methods=[verb], provide_automatic_options=False
            )
            return method

        return register

    # --- before a method ----------------------------------------------------------------------------------------------

    def _sign_in(self) -> Response | None:
        """The platform's part (§2.1): it knows users before it knows addresses."""
        self.carrier.settle()
        parts = request.path.strip("/").split("/", 1)
        hidden = self.switches.unpublished and parts[-1].startswith(ROOT)
        if hidden or all(found.base != parts[0] for found in self.users):
            return _platform(404)
        found = signed_in(self.users, parts[0], request.headers.get("Authorization", ""))
        if found is None:
            page = _platform(401)
            page.headers["WWW-Authenticate"] = 'Basic realm="1C:Enterprise 8.3", charset="UTF-8"'
            return page
        g.user = found
        return None if found.service or not parts[-1].startswith(ROOT) else _platform(404)

    def _may_serve(self, path: str) -> None:
        """The extension's part. Raises Refused."""
        if user().token and request.headers.get("X-Api-Token") != user().token:
            raise Refused("UNAUTHORIZED")
        if self.switches.maintenance and path != "/v1/health":
            raise Refused("MAINTENANCE", retry_after=300)
        if self.switches.too_many > 0:
            self.switches.too_many -= 1
            raise Refused("TOO_MANY_REQUESTS", retry_after=30)
        if not user().may_exchange and path != "/v1/health":
            raise Refused("FORBIDDEN")
        if request.method != "GET" or not path.endswith("/content"):
            formats.wanted(request.headers.get("Accept", ""))

    def _may_write(self) -> None:
        if self.switches.locked > 0:
            self.switches.locked -= 1
            raise Refused("LOCKED")

    def _sent(self, takes: Doc) -> dict[str, Any]:
        return formats.read(request.get_data(), request.content_type or "", takes, strict=self.switches.strict)

    def _once(self, method: Callable[[], Any], gives: Doc | None) -> Response:
        """A POST under its key (§6.1): the key is looked at before the body is."""
        kind = formats.media_of(request.content_type or "")
        body = request.get_data()
        if len(body) > _MOST_BODY:
            raise Refused("TOO_LARGE")
        key = (user().base, request.headers.get("Idempotency-Key", "").lower())
        if not key[1]:
            raise Refused("IDEMPOTENCY_KEY_REQUIRED")
        if not is_uuid(key[1]):
            raise Refused("IDEMPOTENCY_KEY_REQUIRED", "Idempotency-Key должен быть UUID")
        fingerprint = f"{request.method} {request.path} {hashlib.sha256(body).hexdigest()}"
        with self.carrier.lock:
            known = self.exchange.stored.get(key)
            if known is not None and known.at + KEEP_S > self.carrier.time():
                return self._replay(known, fingerprint)
            if key in self.exchange.running:
                raise Refused("LOCKED", "Предыдущий запрос с этим ключом еще выполняется")
            self.exchange.running.add(key)
        exchange = self.exchange
        try:
            self._may_write()
            _note(media=kind)
            said = self._answer(method(), gives)
            if said.status_code < 300:
                headers = {name: said.headers[name] for name in ("Content-Type", "Location") if name in said.headers}
                exchange.stored[key] = Stored(
                    fingerprint, self.carrier.time(), said.status_code, headers, said.get_data()
                )
            return said
        finally:
            exchange.running.discard(key)

    def _replay(self, known: Stored, fingerprint: str) -> Response:
        if known.fingerprint != fingerprint:
            raise Refused("IDEMPOTENCY_CONFLICT")
        _note(replayed=True)
        said = Response(known.body, known.status, known.headers)
        said.headers["Idempotent-Replayed"] = "true"
        return _traced(said)

    # --- after it -----------------------------------------------------------------------------------------------------

    def _answer(self, said: Any, gives: Doc | None) -> Response:
        said = said if isinstance(said, Said) else Said(said)
        if isinstance(said.data, bytes):
            return _traced(Response(said.data, said.status, dict(said.headers), content_type=said.kind))
        doc = said.gives or gives
        if said.data is None or doc is None:
            return _traced(Response(b"", said.status, dict(said.headers)))
        return self._written(doc, said.data, said.data, said.status, said.headers)

    def _written(
        self, doc: Doc, members: Mapping[str, Any], json_data: Any, status: int, headers: Mapping[str, str]
    ) -> Response:
        kind, body = formats.write(
            doc, members, json_data, formats.wanted(request.headers.get("Accept", ""), otherwise="json"),
            unknown_fields=self.switches.unknown_fields, bom=self.switches.json_bom, crlf=self.switches.xml_crlf,
        )  # fmt: skip
        return _traced(Response(body, status, dict(headers), content_type=kind))

    def _refused(self, problem: Refused) -> Response:
        _note(code=problem.code, fields=[row["path"] for row in problem.fields])
        row = problem.as_row(_request_id())
        headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
        return self._written(formats.ERROR, row, {"error": row}, problem.status, headers)

    def _broken(self, problem: Exception) -> Response:
        """The outer try of the extension did not catch it: the platform's page, not JSON (§2.1)."""
        _note(failed=f"{type(problem).__name__}: {problem}")
        return _platform(500)

    def _health(self) -> dict[str, Any]:
        return {
            "service": "b24logistics", "contract": "1.0", "time": self.wire_time(), "infobase": dict(self._infobase),
            "capabilities": list(self._capabilities), "user": user().login,
        }  # fmt: skip

    # --- for methods --------------------------------------------------------------------------------------------------

    def check(self, takes: Doc, data: Mapping[str, Any], *more: Complaint) -> None:
        """Raises Refused 422 with everything that is wrong."""
        formats.check(takes, data, more, strict=self.switches.strict)

    def wire_time(self, at: float | None = None) -> str:
        """``2026-10-05T12:40:00+03:00``."""
        found = datetime.fromtimestamp(self.carrier.time() if at is None else at, MOSCOW)
        return found.isoformat(timespec="seconds")

    def page(self, rows: Sequence[Any], key: Callable[[Any], str]) -> dict[str, Any]:
        """§6.1 Paging of rows in a lasting order; ``key`` is what the cursor remembers of the last one. Raises
        Refused."""
        limit, cursor = request.args.get("limit", "100"), request.args.get("cursor", "")
        if not limit.isdigit() or not 1 <= int(limit) <= 500:
            raise Refused("VALIDATION_FAILED", fields=[complaint("limit", "range", "Допустимо от 1 до 500")])
        start = 0
        if cursor:
            last = formats.opened(cursor)
            start = next((at for at, row in enumerate(rows) if key(row) > last), len(rows))
        shown = list(rows[start : start + int(limit)])
        more = start + len(shown) < len(rows)
        return {"items": shown, "nextCursor": formats.sealed(key(shown[-1])) if shown and more else None}


def moment_in(name: str) -> float | None:
    """A moment of the query; None when it is not there. Raises Refused."""
    # A `+` that was not encoded arrives as a blank.
    value = request.args.get(name, "")
    try:
        found = moment(value) if value else None
    except ValueError:
        found = None
    if value and found is None:
        raise Refused("VALIDATION_FAILED", fields=[complaint(name, "format", "Ожидается дата со смещением")])
    return found.timestamp() if found else None


def user() -> User:
    """Of the present call."""
    return cast(User, g.user)


def base_url() -> str:
    """Of the service, as the present call reached it."""
    return f"{request.host_url}{user().base}/{ROOT}"


def fault_words(status: int, _environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like: the platform answers, in HTML."""
    return platform_page(status)


def note_key(key: str) -> None:
    """What the journal row of this call is counted by."""
    _note(key=key)


def _note(**facts: Any) -> None:
    request.environ[CALL_KEY].update(facts)


def _platform(status: int) -> Response:
    _note(platform=status)
    kind, body = platform_page(status)
    return Response(body, status, content_type=kind)


def _request_id() -> str:
    return request.headers.get("X-Request-Id", "")[:64]


def _traced(said: Response) -> Response:
    if _request_id():
        said.headers["X-Request-Id"] = _request_id()
    return said
