"""Drawing pages and fragments: one call that knows the person's language, zone and session. Fragment and page share a
template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, Response, jsonify, make_response, render_template
from markupsafe import Markup

from b24app.frames import assets, headers, htmx, typed
from b24app.frames.errors import PageError
from b24app.frames.formats import Formats, zone_or_default
from b24app.frames.session import PageSession, SessionSigner, header_json
from b24app.frames.words import words
from b24app.words import has, say

SESSION_HEADER = "X-Waybill-Session"


@dataclass(frozen=True, slots=True)
class Viewer:
    """How this person reads: language, zone, and the moment of the page."""

    lang: str
    zone: str
    now: datetime

    @property
    def formats(self) -> Formats:
        return Formats(words(self.lang), ZoneInfo(zone_or_default(self.zone, self.lang)), self.now)


def viewer_of(session: PageSession, now: datetime) -> Viewer:
    return Viewer(session.lang, session.zone, now)


def draw(template: str, viewer: Viewer, **context: object) -> str:
    formats = viewer.formats
    return render_template(template, lang=viewer.lang, t=formats.words, fmt=formats, **context)


def page(
    template: str,
    viewer: Viewer,
    session: PageSession | None,
    signer: SessionSigner,
    status: int = 200,
    **context: object,
) -> Response:
    """A whole page, framed by the session's portal alone, with the token in its body."""
    if session:
        headers.allow_framing(session.origin)
    return make_response(page_text(template, viewer, session, signer, **context), status)


def page_text(
    template: str, viewer: Viewer, session: PageSession | None, signer: SessionSigner, **context: object
) -> str:
    """The page itself: all there is of it for an answer whose headers are on their way already."""
    header = header_json(signer.write(session)) if session else ""
    return draw(template, viewer, session_header=header, **context)


def fragment(template: str, viewer: Viewer, session: PageSession, signer: SessionSigner, **context: object) -> Response:
    """A part of a page; its header carries the renewed token."""
    return renewed(make_response(draw(template, viewer, **context)), session, signer)


def renewed(response: Response, session: PageSession, signer: SessionSigner) -> Response:
    response.headers[SESSION_HEADER] = signer.write(session)
    return response


def nothing_new(session: PageSession, signer: SessionSigner) -> Response:
    """204: what the page shows is so; the header carries the renewed token."""
    return renewed(make_response("", 204), session, signer)


def error_page(error: PageError, lang: str, support: str, origin: str = "") -> Response:
    """The contract's words as a page of their own."""
    if origin:
        headers.allow_framing(origin)
    return make_response(error_text(error, lang, support), error.rule.status)


def error_text(error: PageError, lang: str, support: str) -> str:
    """The page itself, for an answer whose headers are on their way already."""
    return render_template(
        "pages/message.html",
        lang=lang,
        t=words(lang),
        code=error.code.value,
        support=support,
        entry=error.entry,
        session_header="",
    )


def error_answer(error: PageError, lang: str, support: str) -> Response:
    """The contract's words for the page's script."""
    t, key = words(lang), f"error.{error.code.value}"
    answer = jsonify(
        error_code=error.code.value,
        act=error.rule.act.value,
        title=t(f"{key}.title"),
        text=t(f"{key}.text", entry=error.entry),
        support=t("error.support", code=support) if support else "",
        field=error.field,
    )
    answer.status_code = error.rule.status
    return answer


def icon(name: str, size: int = 0) -> Markup:
    """A symbol of the page's sprite; `size` 16, 24, 32 or 0 for the usual 20."""
    kind = f"wb-i wb-i--{size}" if size else "wb-i"
    return Markup('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>').format(kind, name)


def setup(app: Flask) -> None:
    """Gives templates their helpers, every answer its headers and every request its bounds."""
    helpers: dict[str, Callable[..., object]] = {"asset": assets.address, "icon": icon, "say": say, "has_words": has}
    app.jinja_env.globals.update(helpers)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    assets.install(app)
    headers.install(app)
    htmx.install(app)
    typed.install(app)
