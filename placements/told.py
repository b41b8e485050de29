"""A message to a client did not go, or may not have gone: a person has it sent once more, or lets it rest."""

from __future__ import annotations

from flask import Blueprint, Response, request

from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.session import PageSession
from b24app.store import audit, message_again, messages
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from placements.asking import is_key
from placements.deal_tab import PLACEMENT
from placements.return_door import let_in
from placements.told_view import RIGHT


def blueprint(parts: PageParts) -> Blueprint:
    """The addresses, joined to `parts`."""
    bp = Blueprint("told", __name__)
    answer_errors(bp)
    desk = Told(parts)
    bp.post("/tab/told/<int:message_id>/again")(desk.again)
    bp.post("/tab/told/rest")(desk.rest)
    bp.post("/return/<int:return_id>/told/<int:message_id>/again")(desk.again_of_return)
    return bp


class Told:
    """The handlers. The page draws itself anew when it sees what became of it."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def again(self, message_id: int) -> Response:
        """One press, one message: a second press finds the first one's on its way."""
        who = session_of(self._parts, PLACEMENT, RIGHT)
        return self._again(who, message_id, deal_id=who.entity_id)

    def again_of_return(self, return_id: int, message_id: int) -> Response:
        """The same on the page of a return."""
        who, kept = let_in(self._parts, return_id, RIGHT)
        return self._again(who, message_id, deal_id=kept.case.deal_id, return_id=kept.id)

    def _again(self, who: PageSession, message_id: int, *, deal_id: int, return_id: int | None = None) -> Response:
        parts, key = self._parts, request.form.get("key", "")
        if not is_key(key):
            raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            message = messages.get(session, who.portal_id, message_id)
            if message is None or message.deal_id != deal_id or (return_id and message.return_id != return_id):
                raise PageError(ErrorCode.OUT_OF_DATE, f"no message {message_id} of this deal")
            lane = message_again.again(
                session, who.portal_id, message_id, by=who.user_id, name=who.name, now=now, trace_id=trace()
            )
            if lane is not None:
                detail = {"key": key, "title": message.moment}
                audit.write(session, who.portal_id, Act.TOLD_AGAIN, now, by=who.author, deal_id=deal_id, detail=detail)
        if lane is not None:
            parts.waker.wake(lane)
        return pages.nothing_new(who, parts.signer)

    def rest(self) -> Response:
        """The client knows it otherwise: nobody has to be reminded any more."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, RIGHT)
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            if message_again.leave(session, who.portal_id, who.entity_id, now):
                audit.write(session, who.portal_id, Act.TOLD_REST, now, by=who.author, deal_id=who.entity_id)
        return pages.nothing_new(who, parts.signer)
