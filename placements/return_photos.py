"""Files of a return, its pictures and the label of the order that brings it: each opened through a signed link that
works once, in a window of its own."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, trace
from b24app.frames.rights import Right
from b24app.store import audit, papers, return_errands, return_labels, return_photos, returns
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.return_labels import Label
from placements.file_links import LIFE, PAPERS, FileLinks, as_file
from placements.return_door import let_in

LINKS = FileLinks("/return/photo", "waybill.return.photo.1")


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("return_photos", __name__)
    answer_errors(bp)
    desk = Photos(parts)
    bp.post("/return/<int:return_id>/photo/<key>/link")(desk.link)
    bp.get("/return/photo/<token>")(desk.file)
    bp.post("/return/<int:return_id>/label/link")(desk.label)
    bp.post("/return/<int:return_id>/label/again")(desk.label_again)
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

    def label(self, return_id: int) -> Response:
        """`{"url": …}`: where this person finds the label of the order that brings the goods back."""
        parts, now = self._parts, self._parts.clock.now()
        who, kept = let_in(parts, return_id)
        with session_scope(parts.sessions) as session:
            ready = [label for label in _labels(session, who.portal_id, return_id).values() if label.is_ready]
            if not ready:
                raise PageError(ErrorCode.OUT_OF_DATE, "no label is ready")
            made = papers.offer_link(session, who.portal_id, who.user_id, {"label": ready[-1].id}, now)
            detail = {"form": ready[-1].form}
            audit.write(
                session, who.portal_id, Act.PAPER_OPENED, now, by=who.author, deal_id=kept.case.deal_id, detail=detail
            )
        return pages.renewed(jsonify(url=PAPERS.address(parts.signer, who.portal_id, made)), who, parts.signer)

    def label_again(self, return_id: int) -> Response:
        """A label that could not be had is asked for once more."""
        parts, now = self._parts, self._parts.clock.now()
        who, kept = let_in(parts, return_id, Right.RETURNS)
        with session_scope(parts.sessions) as session:
            errand_id = max(_labels(session, who.portal_id, return_id), default=0)
            lane = return_labels.ask_again(session, who.portal_id, errand_id, now=now, trace_id=trace())
            if lane is not None:
                detail = {"form": "label"}
                audit.write(
                    session, who.portal_id, Act.PAPER_ASKED, now, by=who.author, deal_id=kept.case.deal_id,
                    detail=detail,
                )  # fmt: skip
        if lane is not None:
            parts.waker.wake(lane)
        return pages.nothing_new(who, parts.signer)


def _labels(session: Session, portal_id: int, return_id: int) -> dict[int, Label]:
    """By errand, of all its orders."""
    errands = return_errands.of_returns(session, portal_id, [return_id])[return_id]
    return return_labels.of_errands(session, portal_id, [each.id for each in errands])
