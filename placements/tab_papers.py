"""Documents of the tab: have a form made, and open a ready one through a signed link that works once.

A form is made in the carrier's lane; the tab watches it as it watches everything else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from b24app.flows.papers import Merged, merged
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.logistics.papers import PaperForm
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store import audit, papers, portals, return_labels, shipments
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.deal import tab_facts
from b24app.store.models import PaperStatus, Shipment
from placements.file_links import LIFE, PAPERS, pdf
from placements.tab_papers_view import papers_view

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
TEMPLATE = "tab/papers.html"
_SPOILT = Problem("paper_refused", Field.ORDER, Who.CARRIER)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("tab_papers", __name__)
    answer_errors(bp)
    desk = Papers(parts)
    bp.post("/tab/papers/<int:shipment_id>/<form>")(desk.ask)
    bp.post("/tab/paper/<int:paper_id>/link")(desk.link)
    bp.get("/paper/<token>")(desk.file)
    return bp


class Papers:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def ask(self, shipment_id: int, form: str) -> Response:
        """Have a form made; pressing twice changes nothing."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT, Right.SHIP)
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            shipment = _own(session, who, shipment_id)
            if form not in {each.code for each in self._forms(session, shipment)}:
                raise PageError(ErrorCode.BAD_INPUT, f"no form {form}")
            if not shipment.remote_id or Status(shipment.status) in (Status.REJECTED, Status.CANCELLED):
                raise PageError(ErrorCode.OUT_OF_DATE, "no order to print")
            lane = papers.ask(session, shipment, form, asked_by=who.user_id, now=now, trace_id=trace())
            if lane is not None:
                detail = {"form": form}
                audit.write(
                    session, who.portal_id, Act.PAPER_ASKED, now, by=who.author, deal_id=who.entity_id, detail=detail
                )
        if lane is not None:
            parts.waker.wake(lane)
        return self._panel(who, shipment_id)

    def link(self, paper_id: int) -> Response:
        """`{"url": …}`: where this person finds the file within two minutes, once."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT)
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            paper = papers.get(session, who.portal_id, paper_id)
            if paper is None or paper.deal_id != who.entity_id or paper.status != PaperStatus.READY:
                raise PageError(ErrorCode.OUT_OF_DATE, "the paper is gone, or not ready")
            made = papers.offer_link(session, who.portal_id, who.user_id, {"papers": [paper.id]}, now)
            detail = {"form": paper.form}
            audit.write(
                session, who.portal_id, Act.PAPER_OPENED, now, by=who.author, deal_id=who.entity_id, detail=detail
            )
        return pages.renewed(jsonify(url=PAPERS.address(parts.signer, who.portal_id, made)), who, parts.signer)

    def file(self, token: str) -> Response:
        """The file, once; many papers as one PDF. The link is spent before anything else is done."""
        parts, now = self._parts, self._parts.clock.now()
        portal_id, link = PAPERS.told(parts.signer, token)
        with session_scope(parts.sessions) as session:
            given = papers.use_link(session, portal_id, link, now, LIFE) or {}
            if "label" in given:
                return _label(session, portal_id, int(given["label"]))
            files = papers.contents(session, portal_id, given.get("papers", ()))
            kept = [each for each in given.get("papers", ()) if each in files]
            name = _name(session, portal_id, kept) if kept else ""
        if not kept:
            raise PageError(ErrorCode.LINK_SPENT, "a link that was used or ran out, or a paper that is kept no longer")
        found = merged([files[each] for each in kept]) if len(kept) > 1 else Merged(files[kept[0]])
        with session_scope(parts.sessions) as session:
            unreadable = [kept[each] for each in found.unreadable]
            papers.opened(session, portal_id, [each for each in kept if each not in set(unreadable)], now)
            papers.spoilt(session, portal_id, unreadable, _SPOILT.to_json(), now)
        if not found.content:
            raise PageError(ErrorCode.LINK_SPENT, "none of the files is a PDF")
        return pdf(found.content, name)

    def _forms(self, session: Session, shipment: Shipment) -> tuple[PaperForm, ...]:
        plugin = self._parts.plugin_of(portals.connection(session, shipment.portal_id, shipment.connection_id))
        return plugin.manifest.papers if plugin else ()

    def _panel(self, who: PageSession, shipment_id: int) -> Response:
        parts = self._parts
        viewer = pages.viewer_of(who, parts.clock.now())
        with read_scope(parts.sessions) as session:
            facts = tab_facts(session, who.portal_id, who.entity_id)
            forms = self._forms(session, _own(session, who, shipment_id))
        shipment = next((each for each in facts.shipments if each.id == shipment_id), None)
        carrier = parts.carrier(shipment.system if shipment else "", who.lang)
        shown = papers_view(facts, shipment, viewer.formats, carrier, forms, may_ask=True)
        return pages.fragment(TEMPLATE, viewer, who, parts.signer, papers=shown)


def _label(session: Session, portal_id: int, label_id: int) -> Response:
    """The label of a return order. Raises PageError(LINK_SPENT) for one that is kept no longer."""
    found = return_labels.get(session, portal_id, label_id)
    file = return_labels.content(session, portal_id, label_id)
    if found is None or not file:
        raise PageError(ErrorCode.LINK_SPENT, "a label that is kept no longer")
    label, errand = found
    return pdf(file, _NOT_IN_NAMES.sub("_", f"{label.form}-{errand.order_number or errand.number}") + ".pdf")


def _own(session: Session, who: PageSession, shipment_id: int) -> Shipment:
    """A shipment of the session's own deal. Raises PageError(OUT_OF_DATE)."""
    found = shipments.by_ids(session, who.portal_id, [shipment_id]).get(shipment_id)
    if found is None or found.deal_id != who.entity_id:
        raise PageError(ErrorCode.OUT_OF_DATE, f"no shipment {shipment_id} of this deal")
    return found


def _name(session: Session, portal_id: int, paper_ids: Sequence[int]) -> str:
    """`label_a6-1573840216.pdf`, `label_a6-31.pdf` for 31 files: ASCII, nothing of a person."""
    paper = papers.get(session, portal_id, paper_ids[0])
    assert paper is not None  # noqa: S101 - its file was just read
    [row] = shipments.by_ids(session, portal_id, [paper.shipment_id]).values()
    which = (row.order_number or row.number) if len(paper_ids) == 1 else str(len(paper_ids))
    return _NOT_IN_NAMES.sub("_", f"{paper.form}-{which}") + ".pdf"
