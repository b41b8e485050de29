"""Public documents of the Market's card: privacy policy and licence agreement, with this deployment's real numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue

from b24app.clock import Clock
from b24app.frames import pages
from b24app.frames.formats import NBSP
from b24app.frames.pages import Viewer
from placements.components import asked_language

#: Day of the present wording; a change of the words changes it.
IN_FORCE = date(2026, 11, 30)
SECTIONS = {
    "privacy": ("what", "where", "long", "erase", "others", "rights", "contact"),
    "licence": ("what", "pay", "you", "we", "limits", "end", "change", "contact"),
}
PATHS = tuple(f"/legal/{document}" for document in SECTIONS)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Who runs this server and how many days it keeps things. `carriers`: names by language, in order."""

    vendor_name: str
    vendor_email: str
    vendor_address: str
    call_log_days: int
    inbox_days: int
    attempts_days: int
    audit_days: int
    carriers: tuple[dict[str, str], ...] = ()


def blueprint(deployment: Deployment, clock: Clock) -> Blueprint:
    bp = Blueprint("legal", __name__)

    def legal_page(document: str) -> ResponseReturnValue:
        lang = asked_language()
        viewer = Viewer(lang, "", clock.now())
        return make_response(
            pages.draw(
                "pages/legal.html",
                viewer,
                document=document,
                sections=SECTIONS[document],
                facts=deployment,
                vendor=deployment.vendor_name or viewer.formats.words("legal.unnamed"),
                carriers=", ".join(each.get(lang) or each["en"] for each in deployment.carriers),
                day=format_date(IN_FORCE, "d MMMM y", locale=lang).replace(" ", NBSP),
                session_header="",
            )
        )

    for document in SECTIONS:
        bp.add_url_rule(f"/legal/{document}", document, legal_page, defaults={"document": document})
    return bp
