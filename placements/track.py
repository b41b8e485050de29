"""The page of a parcel for its client, `/t/<public id>/<link>`: where it is, what to do, without a login or a script.

Whoever has the link sees it; no name, phone or street is on it. What changes the delivery asks for the last digits of
the phone first (`track_changing`). What is said here, a rating or that no messages are wanted, is kept before the
client is thanked, and told to the shop.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request

from b24app.frames import headers
from b24app.frames.parts import PageParts, trace
from b24app.frames.public_links import PublicLinks
from b24app.store import audit, message_stops, ratings, ratings_told
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.ratings import MOST_COMMENT, STARS
from placements.public_entry import door_of, go, later
from placements.public_page import RETURNS, PublicPage
from placements.public_return_view import return_view
from placements.track_changing import TrackChanging
from placements.track_door import Linked, TrackDoor
from placements.track_reading import Track
from placements.track_view import track_view

#: What the page says first, of what was done a moment ago.
_SAYS = ("late", "rated")


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("track", __name__)
    door = TrackDoor(parts)
    desk, changing = Tracking(door), TrackChanging(door)
    root = "/t/<public_id>/<link>"
    bp.add_url_rule(root, "parcel", door.page(desk.parcel), methods=["GET"])
    bp.add_url_rule(f"{root}/rating", "rating", door.page(desk.rate), methods=["POST"])
    bp.add_url_rule(f"{root}/stop", "stop", door.page(desk.stop), methods=["GET"])
    bp.add_url_rule(f"{root}/stop", "stopped", door.page(desk.save_stop), methods=["POST"])
    bp.add_url_rule(f"{root}/open", "open", door.page(changing.digits), methods=["POST"])
    bp.add_url_rule(f"{root}/point", "point", door.page(changing.point), methods=["GET"])
    bp.add_url_rule(f"{root}/point", "save_point", door.page(changing.save_point), methods=["POST"])
    bp.add_url_rule(f"{root}/address", "address", door.page(changing.address), methods=["GET"])
    bp.add_url_rule(f"{root}/address", "save_address", door.page(changing.save_address), methods=["POST"])
    bp.add_url_rule(f"{root}/code", "code", door.page(changing.code), methods=["GET"])
    bp.add_url_rule(f"{root}/day", "day", door.page(changing.day), methods=["GET"])
    bp.add_url_rule(f"{root}/day", "save_day", door.page(changing.save_day), methods=["POST"])
    return bp


@dataclass(frozen=True, slots=True)
class Tracking:
    """The handlers; `opened` in each is a link that is good."""

    door: TrackDoor

    def parcel(self, opened: Linked) -> Response:
        said = request.args.get("said", "")
        return self._shown(opened, said=said if said in _SAYS else "")

    def _shown(self, opened: Linked, status: int = 200, said: str = "", wrong: str = "", typed: str = "") -> Response:
        """`wrong` is about the rating that was sent, `typed` its words."""
        parts, page = self.door.parts, opened.page
        with read_scope(parts.sessions) as session:
            track = self.door.track(session, opened)
        fmt = page.viewer.formats
        view = track_view(track, fmt, parts.carrier(track.system[0], fmt.lang))
        on_map = view.point is not None and view.point.lat is not None and bool(parts.tiles)
        if on_map:
            headers.allow_images(parts.tiles)
        return self.door.draw(
            page, "public/track.html", status, scripts=on_map, track=track, view=view, said=said, wrong=wrong,
            typed=typed, most=MOST_COMMENT, stars=STARS, on_map=on_map, tiles=parts.tiles,
            attribution=parts.attribution, returned=self._returns(page, track),
            return_page=self._return_page(page, opened), others=self._others(page, track),
        )  # fmt: skip

    # --- what is said of it

    def rate(self, opened: Linked) -> Response:
        """Kept, told in the deal, and only then thanked for."""
        page, parts = opened.page, self.door.parts
        stars, words = request.form.get("stars", ""), request.form.get("comment", "").strip()
        wrong = "missing" if stars not in {str(each) for each in STARS} else ""
        wrong = wrong or ("long" if len(words) > MOST_COMMENT else "")
        if wrong:
            return self._shown(opened, 422, wrong=wrong, typed=words[: 2 * MOST_COMMENT])
        if wait_s := door_of(parts, page).may_say(opened.shipment.id):
            return later(self.door.draw(page, "public/track_busy.html", 429), wait_s)
        with session_scope(parts.sessions) as session:
            track = self.door.track(session, opened)
            rated = ratings.rate(session, track.shipment, int(stars), words, page.now) if track.may_rate else None
            told = rated is not None
            lane = None
            if rated is not None:
                lane = ratings_told.tell(session, page.portal, track.shipment, rated, now=page.now, trace_id=trace())
        if lane is not None:
            parts.waker.wake(lane)
        return go(page.to(said="rated") if told else page.to())

    def stop(self, opened: Linked) -> Response:
        """A question: an address that is looked at by a mail program changes nothing."""
        with read_scope(self.door.parts.sessions) as session:
            track = self.door.track(session, opened)
        return self.door.draw(opened.page, "public/track_stop.html", track=track)

    def save_stop(self, opened: Linked) -> Response:
        """Of the phones and the e-mail address of this order, in this portal."""
        page, parts, again = opened.page, self.door.parts, request.form.get("say") == "again"
        if wait_s := door_of(parts, page).may_say(opened.shipment.id):
            return later(self.door.draw(page, "public/track_busy.html", 429), wait_s)
        with session_scope(parts.sessions) as session:
            track = self.door.track(session, opened)
            if again:
                done = [message_stops.allow(session, page.portal.id, each) for each in track.addresses]
            else:
                done = [message_stops.stop(session, page.portal.id, each, now=page.now) for each in track.addresses]
            if any(done):
                act, deal = Act.CLIENT_AGAIN if again else Act.CLIENT_STOP, track.shipment.deal_id
                audit.write(session, page.portal.id, act, page.now, deal_id=deal, detail={"origin": "customer"})
        return go(page.to("/stop"))

    # --- ways to other pages

    def _returns(self, page: PublicPage, track: Track) -> list[object]:
        order, lang = track.returned, page.viewer.lang
        if order is None:
            return []

        def carrier(account: int) -> str:
            return self.door.parts.carrier(order.systems[account][0], lang) if account in order.systems else ""

        return [return_view(order, each, page.viewer.formats, carrier) for each in order.shown]

    def _return_page(self, page: PublicPage, opened: Linked) -> str:
        chosen = f"?lang={page.chosen}" if page.chosen else ""
        return f"/{RETURNS}/{page.public_id}/{opened.link}{chosen}"

    def _others(self, page: PublicPage, track: Track) -> dict[int, str]:
        """Of each other parcel, its own page."""
        links = PublicLinks(self.door.parts.signer.secrets)
        chosen = f"?lang={page.chosen}" if page.chosen else ""
        return {each.id: f"{page.root}/{links.write(page.portal.id, each.id)}{chosen}" for each in track.others}
