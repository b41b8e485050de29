"""Pictures of what was found in a return: opened through a signed link that works once, in a window of its own."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors
from b24app.store import audit, papers, return_photos, returns
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from placements.file_links import LIFE, FileLinks, as_file
from placements.return_door import let_in

LINKS = FileLinks("/return/photo", "waybill.return.photo.1")


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("return_photos", __name__)
    answer_errors(bp)
    desk = Photos(parts)
    bp.post("/return/<int:return_id>/photo/<key>/link")(desk.link)
    bp.get("/return/photo/<token>")(desk.file)
    return bp


class Photos:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def link(self, return_id: int, key: str) -> Response:
        """`{"url": …}`: where this person finds the picture within two minutes, once."""
        parts, now = self._parts, self._parts.clock.now()
        who, kept = let_in(parts, return_id)
        with session_scope(parts.sessions) as session:
            known = {photo.key for photo in return_photos.of_return(session, who.portal_id, return_id)}
            if key not in known:
                raise PageError(ErrorCode.OUT_OF_DATE, f"no picture {key}")
            given = {"return": return_id, "photo": key}
            made = papers.offer_link(session, who.portal_id, who.user_id, given, now)
            detail = {"title": kept.case.number}
            audit.write(
                session, who.portal_id, Act.RETURN_PHOTO, now, by=who.author, deal_id=kept.case.deal_id, detail=detail
            )
        return pages.renewed(jsonify(url=LINKS.address(parts.signer, who.portal_id, made)), who, parts.signer)

    def file(self, token: str) -> Response:
        """The picture, once. The link is spent before anything else is done."""
        parts, now = self._parts, self._parts.clock.now()
        portal_id, link = LINKS.told(parts.signer, token)
        with session_scope(parts.sessions) as session:
            given = papers.use_link(session, portal_id, link, now, LIFE) or {}
            return_id, key = int(given.get("return", 0)), str(given.get("photo", ""))
            content = return_photos.content(session, portal_id, return_id, key) if key else None
            kept = returns.get(session, portal_id, return_id) if content is not None else None
        if content is None or kept is None:
            raise PageError(ErrorCode.LINK_SPENT, "a link that was used or ran out, or no picture any more")
        return as_file(content, f"{kept.case.number}-{key[:8]}")
