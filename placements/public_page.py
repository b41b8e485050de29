"""What pages for a portal's clients share: whose page it is, its looks, headers of a page that strangers open.

Addresses: `/r/<public id>…` (returns), `/t/<public id>…` (where a parcel is). Nothing of them is framed, kept or found
by search engines, and their address goes nowhere when somebody leaves. No script runs on them, but the one that draws
the map of a point, on the page that has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, request

from b24app.flows.brand import Brand
from b24app.flows.files import PNG
from b24app.frames import headers, pages
from b24app.frames.formats import portal_zone
from b24app.frames.pages import Viewer
from b24app.frames.parts import PageParts
from b24app.frames.public_links import logo_address
from b24app.frames.words import words
from b24app.store import logos, public_ids
from b24app.store.engine import read_scope
from b24app.store.models import Portal, PortalState
from placements.components import asked_language

#: First parts of addresses.
RETURNS, TRACKING = "r", "t"
_THERE = (PortalState.ACTIVE, PortalState.INSTALLING, PortalState.BLOCKED)


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One request for a page of a portal. `chosen`: the language that its address names, "" = the browser's counts.
    `room`: the first part of its address; `start`: where its pages begin, below the portal's."""

    parts: PageParts
    public_id: str
    portal: Portal
    brand: Brand
    now: datetime
    chosen: str = ""
    room: str = RETURNS
    start: str = ""

    @property
    def root(self) -> str:
        return f"/{self.room}/{self.public_id}"

    @property
    def viewer(self) -> Viewer:
        return Viewer(asked_language(), portal_zone(self.portal.language).key, self.now)

    def to(self, path: str = "", **query: str) -> str:
        """An address of this portal's pages, in the language that was chosen."""
        named = {**({"lang": self.chosen} if self.chosen else {}), **query}
        end = f"?{urlencode(named)}" if named else ""
        return f"{self.root}{self.start}{path}{end}"

    @property
    def logo(self) -> str:
        """Where the shop's picture is; "" = it has none."""
        return logo_address("", self.public_id, self.brand.logo)

    def draw(
        self, template: str, status: int = 200, wait_s: int = 0, scripts: bool = False, **context: Any
    ) -> Response:
        """`wait_s`: the browser asks for the page again after so long. `scripts`: ours may run on it."""
        viewer = self.viewer
        other = "en" if viewer.lang == "ru" else "ru"
        # The way to the other language of a page that was sent as a form is its beginning.
        here = request.path if request.method == "GET" else f"{self.root}{self.start}"
        html = pages.draw(
            template,
            viewer,
            page=self,
            brand=self.brand,
            other=other,
            other_name=words(other)("pub.language"),
            other_address=f"{here}?{urlencode({'lang': other})}",
            style=f"/{RETURNS}/{self.public_id}/brand.css?{urlencode({'v': self.brand.colour.lstrip('#')})}",
            **context,
        )
        return guarded(make_response(html, status), wait_s, scripts)


def open_page(parts: PageParts, public_id: str, room: str = RETURNS, start: str = "") -> PublicPage | None:
    """None for an id that no portal has, or one that has left."""
    with read_scope(parts.sessions) as session:
        portal = public_ids.portal_of(session, public_id)
    if portal is None or portal.state not in _THERE:
        return None
    chosen = request.args.get("lang", "")
    brand = Brand.of(portal.settings, portal.domain)
    chosen = chosen if chosen in ("ru", "en") else ""
    return PublicPage(parts, public_id, portal, brand, parts.clock.now(), chosen, room, start)


def nobodys(parts: PageParts) -> Response:
    """The same for an address that never was and for a portal that has left."""
    viewer = Viewer(asked_language(), "", parts.clock.now())
    html = pages.draw("public/lost.html", viewer, page=None, brand=Brand(words(viewer.lang)("pub.title")))
    return guarded(make_response(html, 404))


def guarded(answer: Response, wait_s: int = 0, scripts: bool = False) -> Response:
    if not scripts:
        headers.forbid_scripts()
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    if wait_s:
        answer.headers["Refresh"] = str(wait_s)
    return answer


def colours(brand: Brand) -> str:
    """A portal's own, as a style sheet."""
    return f":root {{ --pub-brand: {brand.colour}; --pub-ink: {brand.ink}; }}\n"


def style(brand: Brand) -> Response:
    """The colours of a portal as a file: most pages carry no style of their own."""
    answer = make_response(colours(brand))
    answer.headers["Content-Type"] = "text/css; charset=utf-8"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def logo(page: PublicPage) -> Response:
    """The shop's picture: nothing but a picture is kept (`flows.logo`), and nothing else is told of it."""
    with read_scope(page.parts.sessions) as session:
        content = logos.content(session, page.portal.id)
    if content is None:
        return make_response("", 404)
    answer = make_response(content)
    answer.headers["Content-Type"] = PNG
    # Its address changes with it.
    kept = request.args.get("v") == page.brand.logo
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
