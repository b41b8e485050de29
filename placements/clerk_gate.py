"""Who asks on a clerk's phone, and how it is refused.

The phone's page is no frame: it has a cookie of its own, so every request that changes something has to come from that
very page."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from b24app.frames.parts import PageParts
from b24app.frames.words import LANGUAGES, choose_language, words
from b24app.store import clerk_phones
from b24app.store.clerk_phones import Phone
from b24app.store.engine import read_scope, session_scope

log = logging.getLogger(__name__)
#: Only the page's own script can send it: a form or a picture of somebody else's page cannot.
HEADER = "X-Waybill-Clerk"
LANG_COOKIE = "waybill-clerk-lang"
#: Requests of one phone, and wrong codes from one address, in a minute.
MOST_ASKED, MOST_WRONG = 900, 20
#: Of a request that says nothing of what the phone shows.
AS_BEFORE = -1
_LIFE = timedelta(days=400)  # browsers keep no cookie longer; the store signs off sooner
#: What the phone is told: a code of the `clerk.error.*` words, and the HTTP status.
STATUS = {
    "not_paired": 401,
    "foreign": 403,
    "gone": 404,
    "too_late": 409,
    "not_now": 409,
    "too_big": 413,
    "bad_input": 422,
    "bad_picture": 422,
    "too_many": 429,
    "full": 507,
}


class ClerkError(Exception):
    """`code` of `STATUS`; `why` is for the log, `params` for the words."""

    def __init__(self, code: str, why: str = "", **params: object) -> None:
        super().__init__(f"{code}: {why}" if why else code)
        self.code, self.why, self.params = code, why, params


def answer_errors(blueprint: Blueprint) -> None:
    """Errors as JSON that the phone shows, with its words in the phone's language."""

    @blueprint.errorhandler(ClerkError)
    def _answer(error: ClerkError) -> Response:
        log.info("clerk's phone refused at %s: %s", request.endpoint, error)
        return refusal(error, STATUS[error.code])


def refusal(error: ClerkError, status: int) -> Response:
    t, key = words(language()), f"clerk.error.{error.code}"
    answer = jsonify(error_code=error.code, title=t(f"{key}.title"), text=t(f"{key}.text", **error.params))
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    if status == STATUS["too_many"]:
        answer.headers["Retry-After"] = "60"
    return answer


def language() -> str:
    """Of the page that asks; else what was chosen on this phone, or what its browser speaks."""
    named = request.args.get("lang") or request.headers.get("X-Waybill-Lang") or request.cookies.get(LANG_COOKIE) or ""
    if named in LANGUAGES:
        return named
    return choose_language(request.accept_languages.best_match(["ru", "en"]) or "en")


class Limits:
    """So many in a minute, by name; the process's own memory, which holds a bounded number of names."""

    _KEPT = 4096

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._guard = threading.Lock()

    def spent(self, name: str, now: datetime) -> bool:
        with self._guard:
            return self._seen.get(self._key(name, now), 0) >= self._most

    def note(self, name: str, now: datetime) -> None:
        key = self._key(name, now)
        with self._guard:
            self._seen[key] = self._seen.pop(key, 0) + 1
            while len(self._seen) > self._KEPT:
                self._seen.popitem(last=False)

    @staticmethod
    def _key(name: str, now: datetime) -> tuple[str, int]:
        return name, int(now.timestamp()) // 60


class Gate:
    """Reads the phone of a request, and writes its cookie."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._asked, self.wrong = Limits(MOST_ASKED), Limits(MOST_WRONG)

    @property
    def open_air(self) -> bool:
        """Plain http, which only a demo and tests have: there `__Host-` and Secure would keep the cookie away."""
        plain = urlsplit(self._parts.public_url).scheme == "http"
        return plain and self._parts.knobs.get("WAYBILL_PROFILE", "production") in ("demo", "test")

    @property
    def cookie(self) -> str:
        return "waybill-clerk" if self.open_air else "__Host-waybill-clerk"

    def demand_own(self, script: bool) -> None:
        """Raises ClerkError(foreign) for what another site's page asks; `script`: the page's script alone may ask."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin", "")
        if site is not None:
            own = site == "same-origin"
        else:
            public = urlsplit(self._parts.public_url)
            own = origin in (f"{public.scheme}://{public.netloc}", request.host_url.rstrip("/"))
        safe = request.method in ("GET", "HEAD")
        if (script and request.headers.get(HEADER) != "1") or not (own or (safe and site is None)):
            raise ClerkError("foreign", f"{site or origin or 'no origin'}")

    def phone(self, looks_at: int | None = AS_BEFORE, script: bool = True) -> Phone:
        """The phone that asks, by its token alone, and what it shows from now on (None = the list). Raises
        ClerkError(not_paired | foreign | too_many)."""
        self.demand_own(script)
        now, token = self._parts.clock.now(), request.cookies.get(self.cookie, "")
        with read_scope(self._parts.sessions) as session:
            phone = clerk_phones.by_token(session, token, now) if token else None
        if phone is None:
            raise ClerkError("not_paired")
        name = str(phone.id)
        if self._asked.spent(name, now):
            raise ClerkError("too_many")
        self._asked.note(name, now)
        at = phone.looks_at if looks_at == AS_BEFORE else looks_at
        if clerk_phones.due(phone, at, now):
            with session_scope(self._parts.sessions) as session:
                clerk_phones.seen(session, phone, at, now)
        return phone

    def keep(self, answer: Response, token: str) -> None:
        """Lets the browser keep the phone's token where no script can read it."""
        answer.set_cookie(
            self.cookie, token, max_age=int(_LIFE.total_seconds()), httponly=True, samesite="Strict",
            secure=not self.open_air, path="/",
        )  # fmt: skip

    def drop(self, answer: Response) -> None:
        answer.delete_cookie(self.cookie, httponly=True, samesite="Strict", secure=not self.open_air, path="/")
