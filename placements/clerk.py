"""The clerk's phone: pairing by a QR code, the page that receives returns, its service worker and what it asks.

The page stands outside of the portal's frame (the mobile client has no frames) and works without a network: what it is
made of is kept by a service worker, what was scanned by the browser's database until the server has confirmed it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, make_response, redirect, request

from b24app.frames import assets, headers
from b24app.frames.pages import Viewer, draw
from b24app.frames.parts import PageParts
from b24app.frames.words import LANGUAGES, words
from b24app.store import clerk_phones
from b24app.store.clerk_phones import Phone
from b24app.store.engine import read_scope, session_scope
from placements import clerk_api
from placements.clerk_gate import LANG_COOKIE, ClerkError, Gate, answer_errors, language

_STATIC = Path(__file__).resolve().parents[1] / "static"
#: In the order in which they begin.
SCRIPTS = (
    "clerk-codes", "clerk-count", "clerk-kept", "clerk-ask", "clerk-send", "clerk-sound", "clerk-camera", "clerk-photo",
    "clerk-say", "clerk-list", "clerk-return", "clerk-strange", "clerk-do", "clerk-input", "clerk",
)  # fmt: skip
STYLES = ("css/waybill.css", "css/app.css", "css/clerk.css")
ICON = "clerk-icon.svg"
#: Words that the page's scripts say.
_SAID = "clerk.js."
#: What the phone's own browser is called, for the list of phones: the first that its user agent names.
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"))
_BROWSERS = (("YaBrowser", "Yandex"), ("SamsungBrowser", "Samsung"), ("Edg", "Edge"), ("Firefox", "Firefox"),
             ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("clerk", __name__)
    answer_errors(bp)
    gate = Gate(parts)
    page = ClerkPages(parts, gate)
    bp.get("/clerk/")(page.shell)
    bp.get("/clerk/sw.js")(page.worker)
    bp.get("/clerk/app.webmanifest")(page.manifest)
    bp.get("/clerk/pair/<code>")(page.offered)
    bp.post("/clerk/pair/<code>")(page.pair)
    clerk_api.routes(bp, parts, gate)
    return bp


class ClerkPages:
    """The handlers of whole pages."""

    def __init__(self, parts: PageParts, gate: Gate) -> None:
        self._parts, self._gate = parts, gate

    def shell(self) -> Response:
        """The page without anybody's data: it is kept on the phone, and asks for the rest."""
        lang = language()
        headers.stand_alone()
        answer = make_response(self._shell(lang))
        if request.args.get("lang") in LANGUAGES:
            answer.set_cookie(
                LANG_COOKIE, lang, max_age=400 * 86400, samesite="Strict", secure=not self._gate.open_air,
                path="/clerk", httponly=True,
            )  # fmt: skip
        return answer

    def worker(self) -> Response:
        """The service worker, with what it has to keep in its first line: it changes whenever one of these does."""
        names = (*(f"js/{name}.js" for name in SCRIPTS), *STYLES, ICON)
        kept = [assets.address(name) for name in names]
        shell = hashlib.sha256("".join(self._shell(lang) for lang in LANGUAGES).encode()).hexdigest()[:10]
        begin = f"const KEPT = {json.dumps(kept)}, SHELL = {json.dumps(shell)};\n"
        answer = make_response(begin + (_STATIC / "js/clerk-sw.js").read_text(encoding="utf-8"))
        answer.headers["Content-Type"] = "text/javascript; charset=utf-8"
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    def manifest(self) -> Response:
        """Lets the page be put on the phone's home screen, where browsers keep its data for good."""
        t = words(language())
        icon = {"src": assets.address(ICON), "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}
        answer = make_response(
            json.dumps(
                {
                    "name": t("clerk.app_name"), "short_name": t("clerk.app_short"), "start_url": "/clerk/",
                    "scope": "/clerk/", "display": "standalone", "background_color": "#eef2f4", "icons": [icon],
                    "theme_color": "#eef2f4",
                },
                ensure_ascii=False,
            )
        )  # fmt: skip
        answer.headers["Content-Type"] = "application/manifest+json; charset=utf-8"
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    # --- pairing ------------------------------------------------------------------------------------------------------

    def offered(self, code: str) -> Response:
        """Whose the phone will be, and the button. Nothing is used up by looking: messengers look at links."""
        with read_scope(self._parts.sessions) as session:
            phone = clerk_phones.waiting(session, code, self._now(code))
        return self._pair_page(phone, 200 if phone else 410)

    def pair(self, code: str) -> Response:
        self._gate.demand_own(script=False)
        device = device_of(request.user_agent.string)
        now = self._now(code)
        with session_scope(self._parts.sessions) as session:
            paired = clerk_phones.pair(session, code, device, now)
        if paired is None:
            self._gate.wrong.note(self._from(), now)
            return self._pair_page(None, 410)
        answer = make_response(redirect("/clerk/", 303))
        self._gate.keep(answer, paired.token)
        return answer

    def _shell(self, lang: str) -> str:
        viewer = self._viewer(lang)
        known = viewer.formats.words.entries
        said = {key.removeprefix(_SAID): entry for key, entry in known.items() if key.startswith(_SAID)}
        return draw("pages/clerk.html", viewer, session_header="", scripts=SCRIPTS, said=said, styles=STYLES)

    def _pair_page(self, phone: Phone | None, status: int) -> Response:
        headers.stand_alone()
        if phone is None:
            self._gate.wrong.note(self._from(), self._parts.clock.now())
        viewer = self._viewer(language())
        text = draw("pages/clerk_pair.html", viewer, session_header="", phone=phone, styles=STYLES)
        answer = make_response(text, status)
        # Otherwise the form's own POST would not say where it comes from.
        answer.headers["Referrer-Policy"] = "same-origin"
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    def _now(self, code: str) -> datetime:
        """Raises ClerkError(too_many) for an address that tries codes."""
        now = self._parts.clock.now()
        if self._gate.wrong.spent(self._from(), now) or len(code) > 64:
            raise ClerkError("too_many", "codes are tried")
        return now

    def _from(self) -> str:
        return request.remote_addr or ""

    def _viewer(self, lang: str) -> Viewer:
        return Viewer(lang, "", self._parts.clock.now())


def device_of(agent: str) -> str:
    """`Android, Chrome`: enough for a manager to tell one phone from the next."""
    found = [next((name for sign, name in signs if sign in agent), "") for signs in (_SYSTEMS, _BROWSERS)]
    return ", ".join(filter(None, found))
