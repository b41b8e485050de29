"""The component sheet: every macro of `templates/macros/` in every state, in both languages and themes.

Drawn only where the world is emulated (profiles demo and test); nobody's data are on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue

from b24app.clock import Clock
from b24app.frames import pages
from b24app.frames.pages import Viewer
from b24app.frames.words import LANGUAGES, choose_language, words
from b24app.logistics.status import Status
from placements.chips import TONES

PATH = "/components"
PROFILES = ("demo", "test")
THEMES = ("light", "dark")
#: Tokens of static/css/waybill.css that a page may stand on.
COLOURS = (
    *("text", "text-2", "text-3", "link", "primary", "brand", "danger", "page", "card", "sunk", "line", "control"),
    *(f"{tone}-{part}" for tone in ("blue", "green", "amber", "red", "violet", "grey") for part in ("soft", "ink")),
)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One status in both languages."""

    code: str
    tone: str
    icon: str
    ru: str
    en: str


def status_rows() -> tuple[StatusRow, ...]:
    said = {lang: words(lang) for lang in LANGUAGES}
    return tuple(
        StatusRow(status.value, *TONES[status], *(said[lang](f"status.{status.value}") for lang in ("ru", "en")))
        for status in Status
    )


def blueprint(clock: Clock) -> Blueprint:
    bp = Blueprint("components", __name__)

    @bp.get(PATH)
    def component_sheet() -> ResponseReturnValue:
        theme = request.args.get("theme", "")
        viewer = Viewer(asked_language(), "", clock.now())
        html = pages.draw(
            "pages/components.html",
            viewer,
            theme=theme if theme in THEMES else "light",
            statuses=status_rows(),
            colours=COLOURS,
            session_header="",
        )
        return make_response(html)

    return bp


def asked_language() -> str:
    """Of the link (`?lang=`), else of the browser."""
    named = request.args.get("lang", "")
    return choose_language(named or request.accept_languages.best_match(LANGUAGES) or "en")
