"""What a deal's order asks for beside carrying, ticked by a manager; kept with each tick until it is ordered."""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.flows.portions import may_ship, still_left
from b24app.frames import pages
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.store import audit, deal_extras, portals, rates, shipments
from b24app.store.audit import Act
from b24app.store.deal_extras import Chosen
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.deal import in_pipeline, tab_facts, wished
from placements.deal_tab import PLACEMENT
from placements.extras_words import read, told
from placements.tab_extras_view import extras_view

TEMPLATE = "tab/extras.html"
#: The tab's other parts look again: prices are other ones now.
NEWS = "waybill:news"


def blueprint(parts: PageParts) -> Blueprint:
    """The addresses, joined to `parts`."""
    bp = Blueprint("tab_extras", __name__)
    answer_errors(bp)
    desk = ExtrasDesk(parts)
    bp.post("/tab/extras")(desk.save)
    bp.post("/tab/extras/drop")(desk.drop)
    return bp


class ExtrasDesk:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def save(self) -> Response:
        """What is ticked now is asked of whoever carries the deal; one who does not give it does not."""
        return self._keep(read(request.form))

    def drop(self) -> Response:
        """The pipeline says again."""
        return self._keep(None)

    def _keep(self, chosen: Chosen) -> Response:
        """What somebody else chose meanwhile stands, and so does what was ordered: the answer shows it."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()
        before, lane = None, None
        with session_scope(self._parts.sessions) as session:
            if _is_free(session, who):
                before = deal_extras.keep(
                    session, who.portal_id, who.entity_id, chosen,
                    seen=_number("seen"), by=who.user_id, name=who.name, now=now,
                )  # fmt: skip
            if before is not None and before.chosen != chosen:
                self._note(session, who, before.chosen, chosen)
                lane = rates.ask(session, who.portal_id, who.entity_id, asked_by=who.user_id, now=now, trace=trace())
        if lane is not None:
            self._parts.waker.wake(lane)
        return self._drawn(who, overtaken=before is None)

    def _note(self, session: Session, who: PageSession, before: Chosen, after: Chosen) -> None:
        theirs = wished(session, who.portal_id, who.entity_id, _number("category"))
        changes = audit.compared(told(theirs if before is None else before), told(theirs if after is None else after))
        act, now = Act.EXTRAS if after is not None else Act.EXTRAS_DROPPED, self._parts.clock.now()
        audit.write(session, who.portal_id, act, now, by=who.author, deal_id=who.entity_id, changes=changes)

    def _drawn(self, who: PageSession, *, overtaken: bool) -> Response:
        parts = self._parts
        viewer = pages.viewer_of(who, parts.clock.now())
        with read_scope(parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
            category = _number("category")
            facts = in_pipeline(
                session, who.portal_id, tab_facts(session, who.portal_id, who.entity_id, category), category
            )
            free = _is_free(session, who)
        shown = extras_view(facts, parts.manifests, viewer.formats, rights_of(portal.settings, who), free)
        answer = pages.fragment(TEMPLATE, viewer, who, parts.signer, x=shown, overtaken=overtaken)
        answer.headers["HX-Trigger-After-Swap"] = NEWS
        return answer


def _is_free(session: Session, who: PageSession) -> bool:
    """Goods of the deal may still be ordered: nothing of it is under way, or something is left of a split one."""
    pieces = shipments.pieces(shipments.of_deals(session, who.portal_id, [who.entity_id])[who.entity_id])
    return may_ship(pieces) or bool(still_left(pieces))


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
