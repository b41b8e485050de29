"""How a client gets to the page of a parcel: by the link of a message alone. A link that is forged and one of another
portal's get the same answer; so does whoever asks too often, whatever their link is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from b24app.frames import assets, headers, public_links
from b24app.frames.parts import PageParts
from b24app.logistics.status import Status
from b24app.store import shipments
from b24app.store.engine import read_scope
from b24app.store.models import Shipment
from placements.public_entry import door_of, later
from placements.public_page import TRACKING, PublicPage, colours, nobodys, open_page
from placements.track_reading import Track, read


@dataclass(frozen=True, slots=True)
class Linked:
    """A link that is good: the page of its parcel, whose addresses all begin with it."""

    page: PublicPage
    shipment: Shipment
    link: str


@dataclass(frozen=True, slots=True)
class TrackDoor:
    parts: PageParts

    def page(self, draw: Callable[[Linked], Response]) -> Callable[..., Response]:
        """The view that judges the link first."""

        def view(public_id: str, link: str) -> Response:
            page = open_page(self.parts, public_id, TRACKING, f"/{link}")
            if page is None:
                return nobodys(self.parts)
            door = door_of(self.parts, page)
            if wait_s := door.may_look():
                return later(self.draw(page, "public/track_busy.html", 429), wait_s)
            shipment_id = door.links.read(page.portal.id, link)
            with read_scope(self.parts.sessions) as session:
                row = shipments.get(session, page.portal.id, shipment_id) if shipment_id is not None else None
            if row is None:
                return self.draw(page, "public/track_lost.html", 404)
            if not public_links.is_good(Status(row.status), row.status_at, page.now):
                return self.draw(page, "public/track_over.html", 410)
            return draw(Linked(page, row, link))

        return view

    def track(self, session: Session, opened: Linked) -> Track:
        rules = {code: plugin.manifest.changes for code, plugin in self.parts.systems.items()}
        return read(session, opened.page.portal, opened.shipment, rules, opened.page.now)

    def draw(self, page: PublicPage, template: str, status: int = 200, **context: Any) -> Response:
        """The page with all its rules in it: on a bad line each request more is seconds."""
        css = assets.text("css/waybill.css") + assets.text("css/public.css") + colours(page.brand)
        headers.allow_style(css)
        return page.draw(template, status, css=css, **context)
