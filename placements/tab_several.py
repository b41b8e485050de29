"""Several shipments of a deal from its tab: a person chooses what leaves now; the rest waits for them or for the stage.

Choosing needs the deal's rows as they are: they are read with the person's own key. Shipping is a job of the portal's
lane, which reads the deal itself; the page asks after it.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.fields import names_of
from b24app.bitrix24.own_fields import titles_of
from b24app.flows.cutting import goods_of
from b24app.flows.legs import may_be_called_off, may_be_cancelled
from b24app.flows.portions import PartWish, left
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store import audit, intents, lanes, parting, portals, shipments
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.deal import tab_facts
from b24app.store.faces.deal_facts import (
    ProblemFacts,
    TabFacts,
)
from b24app.store.models import Job, JobState, Shipment
from placements.asking import is_key, new_key, pressed
from placements.deal_tab import PLACEMENT, Tab
from placements.person import own_client, read_deal
from placements.problem_words import problem_view
from placements.tab_several_view import PartForm, left_line, may_split, newest, read_form

FORM, WAITING, ANSWER = "tab/several_form.html", "tab/several_wait.html", "tab/several_answer.html"
CANCEL = "cancel"


def blueprint(parts: PageParts) -> Blueprint:
    """The addresses, joined to `parts`."""
    bp = Blueprint("tab_several", __name__)
    answer_errors(bp)
    desk = Several(parts)
    bp.post("/tab/several")(desk.opened)
    bp.post("/tab/several/ship")(desk.ship)
    bp.get("/tab/several/ready")(desk.ready)
    bp.post("/tab/several/<int:shipment_id>/cancel")(desk.cancel)
    return bp


class Several:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._tab = Tab(parts)

    def opened(self) -> Response:
        """The form with what may still be shipped, as the person's own key reads the deal now."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        with read_scope(parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
            names = names_of(portals.field_map(session, who.portal_id), portal.settings)
            mine = rights_of(portal.settings, who)
        client = own_client(parts, portal, who, request.form.get("AUTH_ID", ""))
        deal = read_deal(client, who.entity_id, names).deal
        with read_scope(parts.sessions) as session:
            facts = tab_facts(session, who.portal_id, who.entity_id, deal.category)
        whole = goods_of(deal)
        taken = [each for each in facts.shipments if each.status.is_live or each.status is Status.DELIVERED]
        rest = left(whole, [whole if each.portion is None else each.portion.lines for each in taken])
        if not may_split(facts, mine) or not rest:
            raise PageError(ErrorCode.OUT_OF_DATE, "nothing to split any more")
        formats = pages.viewer_of(who, parts.clock.now()).formats
        form = PartForm(tuple(left_line(line, formats) for line in rest), newest(facts))
        return self._draw(who, FORM, form=form, key=new_key())

    def ship(self) -> Response:
        """What was chosen leaves as a shipment of its own: one press, one shipment."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        key, now = request.form.get("key", ""), parts.clock.now()
        if not is_key(key):
            raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
        press = f"part:{key}"  # the page's other buttons have the same key
        lines, form = read_form(request.form, pages.viewer_of(who, now).formats)
        if form.error:
            return self._draw(who, FORM, form=form, key=key)
        with session_scope(parts.sessions) as session:
            lane = lanes.portal_lane(session, who.portal_id)
            if pressed(session, who.portal_id, who.entity_id, press, now):
                job_id = 0
            else:
                wish = PartWish(lines, form.seen)
                job = parting.start(
                    session, who.portal_id, lane, who.entity_id, wish, by=who.user_id, now=now, trace_id=trace()
                )
                job_id = job.id
                detail = {"key": press}
                audit.write(session, who.portal_id, Act.PART, now, by=who.author, deal_id=who.entity_id, detail=detail)
        if not job_id:
            return self._tab.drawn_anew(who)
        parts.waker.wake(lane)
        return self._draw(who, WAITING, job_id=job_id)

    def ready(self) -> Response:
        """What came of it: the tab with the new shipment, or why there is none; 204 while nothing came yet."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        number = request.args.get("job", "")
        with read_scope(parts.sessions) as session:
            job = parting.asked(session, who.portal_id, who.entity_id, int(number) if number.isdigit() else 0)
            facts = tab_facts(session, who.portal_id, who.entity_id)
            settings = portals.get(session, who.portal_id).settings
            titles = titles_of(portals.field_map(session, who.portal_id), settings)
        if job is not None and job.state in (JobState.WAITING, JobState.RUNNING):
            return pages.nothing_new(who, parts.signer)
        if job is None or job.result.get("number"):
            return self._tab.drawn_anew(who)
        return self._answer(who, job, facts, titles)

    def _answer(self, who: PageSession, job: Job, facts: TabFacts, titles: dict[str, str]) -> Response:
        """Nothing was shipped; the person is told why, and may choose again."""
        now = self._parts.clock.now()
        formats = pages.viewer_of(who, now).formats
        carrier = self._parts.carrier(facts.system, who.lang)
        found = [Problem.from_json(each) for each in job.result.get("problems", ())]
        views = tuple(problem_view(ProblemFacts(each, now, None), formats, carrier, titles) for each in found)
        why = "problems" if views else str(job.result.get("why") or "failed")
        return self._draw(who, ANSWER, why=why, problems=views)

    def cancel(self, shipment_id: int) -> Response:
        """One of several orders is cancelled; the others go on."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.CANCEL)
        press, now = f"cancel:{shipment_id}:{request.form.get('key', '')}", parts.clock.now()
        with session_scope(parts.sessions) as session:
            shipment = shipments.get(session, who.portal_id, shipment_id)
            if shipment is None or shipment.deal_id != who.entity_id:
                raise PageError(ErrorCode.OUT_OF_DATE, f"no shipment {shipment_id} of this deal")
            busy = intents.open_kinds(session, who.portal_id, shipment_id)
            if CANCEL in busy or pressed(session, who.portal_id, who.entity_id, press, now):
                return self._tab.fragment(who)
            at_warehouse = shipment.picking is not None
            if busy or not may_be_cancelled(Status(shipment.status), at_warehouse=at_warehouse):
                raise PageError(ErrorCode.OUT_OF_DATE, "it moved, or something is being done with it")
            along = _behind(session, shipment)
            lane = intents.add(session, shipment, CANCEL, along, now=now, trace_id=trace(), people=True)
            detail = {"key": press, "title": shipment.order_number or shipment.number}
            audit.write(session, who.portal_id, Act.CANCEL, now, by=who.author, deal_id=who.entity_id, detail=detail)
        parts.waker.wake(lane)
        return self._tab.fragment(who)

    def _draw(self, who: PageSession, template: str, **more: object) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(template, viewer, who, self._parts.signer, **more)


def _behind(session: Session, shipment: Shipment) -> dict[str, int]:
    """The warehouse's order goes along with its carrier's, once that one is cancelled."""
    picked = shipments.get(session, shipment.portal_id, shipment.follows) if shipment.follows else None
    inside = picked is not None and may_be_called_off(Status(picked.status))
    return {intents.ALONG: picked.id} if picked is not None and inside else {}
