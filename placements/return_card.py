"""A return's card in the portal that somebody has deleted is made anew, once a person says so."""

from __future__ import annotations

from flask import Blueprint, Response

from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, trace
from b24app.frames.rights import Right
from b24app.store import audit, portals, return_items, returns
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from placements.return_door import let_in


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("return_card", __name__)
    answer_errors(bp)

    @bp.post("/return/<int:return_id>/card")
    def anew(return_id: int) -> Response:
        """204 once it is kept; the page watches what becomes of it. 409 where the card is there, or none can be."""
        who, _ = let_in(parts, return_id, Right.RETURNS)
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            kept = returns.present(session, who.portal_id, return_id)
            portal = portals.get(session, who.portal_id)
            lane = return_items.make_anew(session, portal, kept, now=now, trace_id=trace())
            if lane is None:
                raise PageError(ErrorCode.OUT_OF_DATE, f"return {return_id} has its card")
            detail = {"title": kept.case.number}
            audit.write(
                session, who.portal_id, Act.RETURN, now, by=who.author, deal_id=kept.case.deal_id, detail=detail
            )
        parts.waker.wake(lane)
        return pages.nothing_new(who, parts.signer)

    return bp
