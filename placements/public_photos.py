"""Pictures that a client sends of what they want to return: drawn anew, without where and with what they were taken
(`flows.pictures`), and into the store, as those of a clerk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from b24app.flows.pictures import NoPictureError, Picture, clean
from b24app.frames.parts import PageParts
from b24app.store import return_photos
from b24app.store.engine import session_scope
from b24app.store.return_photos import CLIENTS, MOST_BYTES, Photo, TooMuchError
from placements.public_entry import Entry, door_of, go
from placements.public_page import PublicPage
from placements.public_return_reading import Order, Shown
from placements.public_return_view import MOST_PHOTOS, may_send_photos

#: What became of it, as the page says afterwards.
SAYS = ("kept", "none", "kind", "big", "points", "broken", "many")
#: A whole form with as many pictures as may be sent, and what stands around them.
_MOST_BODY = MOST_PHOTOS * MOST_BYTES + 64 * 1024


@dataclass(frozen=True, slots=True)
class PublicPhotos:
    parts: PageParts
    entry: Entry
    order_of: Callable[[PublicPage], Order | None]

    def add(self, page: PublicPage) -> Response:
        """What is sent twice is one: a picture is known by its content as it was sent."""
        request.max_content_length = _MOST_BODY
        order = self.order_of(page)
        if order is None:
            return self.entry.shut(page)
        try:
            number, sent = request.form.get("number", ""), request.files.getlist("photo")[: MOST_PHOTOS + 1]
        except RequestEntityTooLarge:
            return go(page.to("/order", photo="big"))
        shown = next((each for each in order.shown if each.kept.case.number == number), None)
        pictures = {_key(content): content for each in sent if (content := each.read(MOST_BYTES + 1))}
        if shown is not None and pictures and pictures.keys() <= set(shown.photos):
            return go(page.to("/order", photo="kept"))
        if shown is None or not may_send_photos(shown) or door_of(self.parts, page).may_show(order.deal_id):
            return go(page.to("/order", photo="many"))
        if wrong := _wrong(pictures, shown):
            return go(page.to("/order", photo=wrong))
        try:
            drawn = {key: clean(content) for key, content in pictures.items() if key not in shown.photos}
        except NoPictureError as error:
            return go(page.to("/order", photo=error.code))
        return go(page.to("/order", photo=self._keep(page, shown, drawn)))

    def _keep(self, page: PublicPage, shown: Shown, pictures: Mapping[str, Picture]) -> str:
        """All or none of them, durable before the client is told so."""
        try:
            with session_scope(self.parts.sessions) as session:
                for key, each in pictures.items():
                    photo = Photo(key, each.media_type, page.now)
                    return_photos.keep(session, page.portal.id, shown.kept.id, photo, each.content, page.now)
        except TooMuchError:
            return "many"
        return "kept"


def _key(content: bytes) -> str:
    return CLIENTS + hashlib.sha256(content).hexdigest()[:32]


def _wrong(pictures: Mapping[str, bytes], shown: Shown) -> str:
    if not pictures:
        return "none"
    if any(len(each) > MOST_BYTES for each in pictures.values()):
        return "big"
    return "many" if len(pictures.keys() | set(shown.photos)) > MOST_PHOTOS else ""
