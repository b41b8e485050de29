"""How MoySklad speaks HTTP (§2, §4): gzip or 415, who calls, the budget of one user, errors, headers."""

from __future__ import annotations

import base64
import binascii
import gzip
import hmac
import json
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

from sandbox.kernel.gate import CALL_KEY
from sandbox.kernel.unknown import with_unknown_fields

from .core import MoySklad
from .errors import CODES, MORE, Refused
from .model import USERS, User
from .rules.reading import Reader, parsed
from .rules.saving import Saver
from .rules.view import API, View

ACCEPT = "application/json;charset=utf-8"
_MOST_BODY, _LONGEST_URL = 20 * 1024 * 1024, 8192
_HEAVY = {f"{API}/report/stock/all": 5, f"{API}/report/stock/bystore": 5}
_UNKNOWN = "sandboxUnknownField"
#: §2.2: these say why a login was refused. Headers have no Cyrillic.
_LOGIN = {1056: "Authentication failed", 1048: "Too many attempts", 1061: "No access to the API"}


class Caller:
    """The present call: who, on which account's data, through which address."""

    def __init__(self, sklad: MoySklad, user: User) -> None:
        self.user, self.base = user, sklad.base_of(user)
        # An href may name the address that was asked or the one that answers give.
        self.host = request.host_url.rstrip("/")
        self.reader = Reader(sklad, self.base, tuple(dict.fromkeys((self.host, sklad.base_url))))
        quiet = tuple(request.headers.getlist("X-Lognex-WebHook-DisableByPrefix"))
        self.saver = Saver(sklad, self.reader, user, quiet)
        self.view = View(self.base, self.host)


def caller() -> Caller:
    return cast(Caller, g.caller)


def note(**facts: Any) -> None:
    """Add facts to the journal row of this call."""
    request.environ[CALL_KEY].update(facts)


def body() -> Any:
    """The JSON that was sent, None for an empty body. Raises Refused."""
    data = request.get_data()
    if not data:
        return None
    if request.mimetype != "application/json":
        raise Refused(1037, status=415)
    if len(data) > _MOST_BODY:
        raise Refused(1044)
    return parsed(data)


def answer(sklad: MoySklad, data: Any, status: int = 200, **headers: str) -> Response:
    if sklad.switches.unknown_fields:
        data = with_unknown_fields(data, _UNKNOWN)
    text = json.dumps(data, ensure_ascii=False).encode()
    found = Response(gzip.compress(text, 1), status, content_type=ACCEPT)
    found.headers["Content-Encoding"] = "gzip"
    found.headers.extend(headers)
    return found


def each(sklad: MoySklad, rows: list[Any], work: Callable[[Any], Any]) -> Response:
    """§5.11: each on its own, the answers in the same order."""
    done = []
    for row in rows:
        try:
            done.append(work(row))
        except Refused as problem:
            done.append(problem.as_json())
    refused = any("errors" in row for row in done) and sklad.switches.mass_status
    return answer(sklad, done, 412 if refused else 200)


def guard(app: Flask, sklad: MoySklad) -> None:
    """What every call under the API's path passes first, and what is on every answer."""

    app.before_request(partial(_enter, sklad))

    @app.teardown_request
    def leave(_problem: BaseException | None) -> None:
        with sklad.lock:
            for name in g.pop("busy", ()):
                sklad.busy[name] -= 1

    @app.after_request
    def budget(response: Response) -> Response:
        if "user" in g:
            response.headers.extend(_budget(sklad, g.user))
        return response

    app.register_error_handler(Refused, lambda problem: _refused(sklad, problem))
    for status in (404, 405):
        app.register_error_handler(status, lambda problem: _strange(sklad, problem))


def _enter(sklad: MoySklad) -> Response | None:
    sklad.settle()
    if not request.path.startswith(API):
        return None
    if len(request.full_path) > _LONGEST_URL:
        return Response(b"", 414)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(b"", 415)
    if sklad.switches.maintenance:
        raise Refused(1074)
    # Their own examples are curl's, which sends */*.
    if request.headers.get("Accept", "*/*").lower() not in ("*/*", ACCEPT):
        raise Refused(1062)
    user = _user(sklad)
    note(client=user.login)
    _spend(sklad, user)
    g.busy = _take_place(sklad, user)
    g.caller = Caller(sklad, user)
    if sklad.switches.hold_seconds:
        sklad.context.stopping.wait(sklad.switches.hold_seconds)
    return None


def _refused(sklad: MoySklad, problem: Refused) -> Response:
    note(code=problem.code)
    if problem.code not in _LOGIN:
        return answer(sklad, problem.as_json(), problem.status)
    status = problem.status if problem.code == 1056 else sklad.switches.login_status
    said = {"X-Lognex-Auth": str(problem.code), "X-Lognex-Auth-Message": _LOGIN[problem.code]}
    return answer(sklad, problem.as_json(), status, **said)


def _strange(sklad: MoySklad, problem: Any) -> Response:
    """Loud for whoever reads the journal: what is not there was called."""
    note(unknown=True)
    if problem.code == 405:
        return answer(sklad, Refused(1039, request.method).as_json(), 405)
    return answer(sklad, Refused(1002, request.url).as_json(), 400)


# --- who calls --------------------------------------------------------------------------------------------------------


def login_of(environ: WSGIEnvironment) -> str:
    """For the journal and for faults: the account of a Basic login, empty otherwise."""
    kind, _, rest = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    try:
        return base64.b64decode(rest).decode().partition(":")[0].partition("@")[2] if kind == "Basic" else ""
    except (ValueError, binascii.Error):
        return ""


def _user(sklad: MoySklad) -> User:
    kind, _, rest = request.headers.get("Authorization", "").partition(" ")
    with sklad.lock:
        if kind == "Basic":
            g.by_login = True
            user = _by_login(sklad, rest)
        elif kind == "Bearer":
            user = _by_token(sklad, rest)
        else:
            raise Refused(1056, "Неправильный пароль или имя пользователя или ключ авторизации")
    if not user.api:
        raise Refused(1061)
    g.user = user
    return user


def _by_login(sklad: MoySklad, text: str) -> User:
    try:
        login, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        login = password = ""
    if sklad.wrong_logins.get(login, 0) >= sklad.switches.login_attempts:
        raise Refused(1048)
    found = next((user for user in USERS if user.login == login and user.password), None)
    if found is None or not hmac.compare_digest(found.password.encode(), password.encode()):
        sklad.wrong_logins[login] = sklad.wrong_logins.get(login, 0) + 1
        raise Refused(1056, "Неправильный пароль или имя пользователя или ключ авторизации")
    sklad.wrong_logins.pop(login, None)
    return found


def _by_token(sklad: MoySklad, token: str) -> User:
    fixed = {user.token: user for user in USERS if user.token and user.token not in sklad.dead_tokens}
    login = next((login for login, issued in sklad.tokens.items() if issued == token), "")
    found = fixed.get(token) or next((user for user in USERS if user.login == login), None)
    if found is None or not token:
        raise Refused(1056, "Неправильный пароль или имя пользователя или ключ авторизации")
    return found


# --- budgets ----------------------------------------------------------------------------------------------------------


def _weight(sklad: MoySklad, user: User) -> int:
    return sklad.switches.solution_weight if user.is_solution else sklad.switches.user_weight


def _recent(sklad: MoySklad, user: User) -> deque[tuple[float, int]]:
    rows = sklad.spent.setdefault(user.login, deque())
    while rows and rows[0][0] <= sklad.time() - sklad.switches.rate_seconds:
        rows.popleft()
    return rows


def _spend(sklad: MoySklad, user: User) -> None:
    weight = _HEAVY.get(request.path) if request.method == "GET" else None
    with sklad.lock:
        rows = _recent(sklad, user)
        weight = weight or _weight(sklad, user)
        if sum(units for _, units in rows) + weight > sklad.switches.rate_units:
            raise Refused(1049)
        rows.append((sklad.time(), weight))


def _take_place(sklad: MoySklad, user: User) -> tuple[str, str]:
    names = (user.login, user.account)
    most = (sklad.switches.parallel_user, sklad.switches.parallel_account)
    with sklad.lock:
        if any(sklad.busy.get(name, 0) >= limit for name, limit in zip(names, most, strict=True)):
            raise Refused(1073)
        for name in names:
            sklad.busy[name] = sklad.busy.get(name, 0) + 1
    return names


def _budget(sklad: MoySklad, user: User) -> dict[str, str]:
    """§4: on every answer; parallel limits are not in them."""
    with sklad.lock:
        rows, weight = _recent(sklad, user), _weight(sklad, user)
        left = (sklad.switches.rate_units - sum(units for _, units in rows)) // weight
        wait = max(0, round((rows[0][0] + sklad.switches.rate_seconds - sklad.time()) * 1000)) if rows else 0
    found = {
        "X-RateLimit-Limit": str(sklad.switches.rate_units // weight),
        "X-RateLimit-Remaining": str(max(0, left)),
        "X-Lognex-Retry-TimeInterval": str(round(sklad.switches.rate_seconds * 1000)),
        "X-Lognex-Reset": str(wait if left <= 0 else 0),
    }
    return found | ({"X-Lognex-Retry-After": str(wait)} if left <= 0 else {})


def fault_words(status: int, _environ: WSGIEnvironment) -> tuple[str, bytes]:
    """What a status fault looks like: the code that belongs to it (§6)."""
    code = {429: 1049, 503: 1074, 401: 1056, 403: 1016, 404: 1021}.get(status, 1999)
    row = {"error": CODES[code][1].format("", ""), "code": code, "moreInfo": MORE.format(code)}
    return "application/json;charset=utf-8", json.dumps({"errors": [row]}, ensure_ascii=False).encode()
