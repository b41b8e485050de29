"""Documents of a deal's orders in systems that keep some (warehouses, 1C): listed, opened by a link that works once,
and put there by a person.

No handler waits for anybody: lists and files are read in the account's lane, and what is put there is an intent of it.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from b24app.flows import files
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.store import audit, filed, papers
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Filed, FiledState, PaperStatus, Shipment
from placements.file_links import DOCUMENTS, LIFE, as_file
from placements.tab_documents_reading import Owned, owned_by, read_panel
from placements.tab_documents_view import DocumentsPanel
from placements.uploads import uploaded

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
TEMPLATE = "tab/documents.html"
#: So much of a file that is too large is still read: a browser that is cut off would only say that the network failed.
_READ = 3 * files.MOST_BYTES


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("tab_documents", __name__)
    answer_errors(bp)
    desk = Documents(parts)
    bp.post("/tab/documents")(desk.look)
    bp.post("/tab/documents/again")(desk.again)
    bp.get("/tab/documents/version")(desk.version)
    bp.post("/tab/documents/<int:shipment_id>/paper/<int:paper_id>")(desk.attach)
    bp.post("/tab/documents/<int:shipment_id>/upload")(desk.upload)
    bp.post("/tab/document/<int:filed_id>/fetch")(desk.fetch)
    bp.post("/tab/document/<int:filed_id>/send")(desk.send)
    bp.post("/tab/document/<int:filed_id>/link")(desk.link)
    bp.get("/document/<token>")(desk.file)
    return bp


class Documents:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    # --- looking ------------------------------------------------------------------------------------------------------

    def look(self) -> Response:
        """The panel comes into view: what was not read within the last minute is read."""
        return self._look(again=False)

    def again(self) -> Response:
        return self._look(again=True)

    def _look(self, again: bool) -> Response:
        who, now = session_of(self._parts, PLACEMENT), self._parts.clock.now()

        def ask(session: Session) -> list[LaneRef | None]:
            orders = owned_by(self._parts, session, who.portal_id, who.entity_id).orders
            return [filed.ask_look(session, each, again=again, now=now, trace=trace()) for each in orders]

        self._write(ask)
        return self._drawn(who, self._panel(who))

    def version(self) -> Response:
        """Has anything come since version `v`? 204, or the panel."""
        who = session_of(self._parts, PLACEMENT)
        shown = self._panel(who)
        if shown.version == request.args.get("v"):
            return pages.nothing_new(who, self._parts.signer)
        return self._drawn(who, shown)

    # --- opening ------------------------------------------------------------------------------------------------------

    def fetch(self, filed_id: int) -> Response:
        """Have the file fetched; pressing twice changes nothing."""
        who, now = session_of(self._parts, PLACEMENT), self._parts.clock.now()

        def ask(session: Session) -> list[LaneRef | None]:
            one, shipment = self._own_document(session, who, filed_id)
            return [filed.ask_file(session, one, shipment.connection_id, now=now, trace=trace())]

        self._write(ask)
        return self._drawn(who, self._panel(who))

    def link(self, filed_id: int) -> Response:
        """`{"url": …}`: where this person finds the file within two minutes, once."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT)
        now = parts.clock.now()
        with session_scope(parts.sessions) as session:
            one, _ = self._own_document(session, who, filed_id)
            if one.state != FiledState.READY:
                raise PageError(ErrorCode.OUT_OF_DATE, "the document is not there yet")
            made = papers.offer_link(session, who.portal_id, who.user_id, {"filed": one.id}, now)
            self._note(session, who, Act.DOCUMENT_OPENED, one.name)
        return pages.renewed(jsonify(url=DOCUMENTS.address(parts.signer, who.portal_id, made)), who, parts.signer)

    def file(self, token: str) -> Response:
        """The file, once. The link is spent before anything else is done."""
        portal_id, link = DOCUMENTS.told(self._parts.signer, token)
        now = self._parts.clock.now()
        with session_scope(self._parts.sessions) as session:
            given = papers.use_link(session, portal_id, link, now, LIFE) or {}
            one = filed.get(session, portal_id, int(given.get("filed", 0)))
            content = filed.content(session, portal_id, one.id) if one is not None else None
            if one is not None and content:
                filed.opened(session, portal_id, one.id, now)
            name = one.name if one is not None else ""
        if not content:
            raise PageError(ErrorCode.LINK_SPENT, "a link that was used or ran out, or a file that is kept no longer")
        return as_file(content, name)

    # --- putting there ------------------------------------------------------------------------------------------------

    def attach(self, shipment_id: int, paper_id: int) -> Response:
        """A print of the deal goes to this order."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()

        def send(session: Session) -> list[LaneRef | None]:
            owned = owned_by(self._parts, session, who.portal_id, who.entity_id)
            target = _order_of(owned, shipment_id)
            paper = papers.get(session, who.portal_id, paper_id)
            if paper is None or paper.deal_id != who.entity_id or paper.status != PaperStatus.READY:
                raise PageError(ErrorCode.OUT_OF_DATE, "the paper is gone, or not ready")
            row = next((each for each in owned.shipments if each.id == paper.shipment_id), None)
            form = owned.form(self._parts, row, paper.form) if row is not None else None
            if row is None or form is None:
                raise PageError(ErrorCode.OUT_OF_DATE, f"no form {paper.form}")
            lane = filed.attach_paper(session, target, row, paper, form, by=who.name, now=now, trace=trace())
            if lane is not None:
                self._note(session, who, Act.DOCUMENT_SENT, form.code)
            return [lane]

        self._write(send)
        return self._drawn(who, self._panel(who))

    def upload(self, shipment_id: int) -> Response:
        """A person's own file goes to this order: what it is, is decided by its content."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()
        file, name, wrong = self._uploaded()
        kind = files.media_type(file)
        wrong = wrong or ("empty" if not file else "" if kind else "kind")
        if wrong:
            with read_scope(self._parts.sessions) as session:
                self._own_order(session, who, shipment_id)
            return self._drawn(who, self._panel(who), (shipment_id, wrong))

        def send(session: Session) -> list[LaneRef | None]:
            target = self._own_order(session, who, shipment_id)
            named = files.safe_name(name, kind)
            lane = filed.attach_file(session, target, named, kind, file, by=who.name, now=now, trace=trace())
            if lane is not None:
                self._note(session, who, Act.DOCUMENT_ADDED, named)
            return [lane]

        self._write(send)
        return self._drawn(who, self._panel(who))

    def _uploaded(self) -> tuple[bytes, str, str]:
        """The file, its name, and what is wrong with it."""
        file, name, wrong = uploaded(files.MOST_BYTES, _READ)
        return (b"", "", "large") if len(file) > files.MOST_BYTES else (file, name, wrong)

    def send(self, filed_id: int) -> Response:
        """A person's file that did not get there, once more."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()

        def again(session: Session) -> list[LaneRef | None]:
            one, target = self._own_document(session, who, filed_id)
            if one.state != FiledState.OURS:
                raise PageError(ErrorCode.OUT_OF_DATE, "it is there already")
            lane = filed.again(session, target, one, by=who.name, now=now, trace=trace())
            if lane is not None:
                self._note(session, who, Act.DOCUMENT_SENT, one.name)
            return [lane]

        self._write(again)
        return self._drawn(who, self._panel(who))

    # --- pieces -------------------------------------------------------------------------------------------------------

    def _write(self, act: Callable[[Session], list[LaneRef | None]]) -> None:
        with session_scope(self._parts.sessions) as session:
            lanes = act(session)
        for lane in lanes:
            if lane is not None:
                self._parts.waker.wake(lane)

    def _own_order(self, session: Session, who: PageSession, shipment_id: int) -> Shipment:
        return _order_of(owned_by(self._parts, session, who.portal_id, who.entity_id), shipment_id)

    def _own_document(self, session: Session, who: PageSession, filed_id: int) -> tuple[Filed, Shipment]:
        """A document of the session's own deal. Raises PageError(OUT_OF_DATE)."""
        one = filed.get(session, who.portal_id, filed_id)
        if one is None or one.deal_id != who.entity_id:
            raise PageError(ErrorCode.OUT_OF_DATE, f"no document {filed_id} of this deal")
        return one, self._own_order(session, who, one.shipment_id)

    def _note(self, session: Session, who: PageSession, act: Act, name: str) -> None:
        now, detail = self._parts.clock.now(), {"document": name}
        audit.write(session, who.portal_id, act, now, by=who.author, deal_id=who.entity_id, detail=detail)

    def _panel(self, who: PageSession) -> DocumentsPanel:
        formats = pages.viewer_of(who, self._parts.clock.now()).formats
        with read_scope(self._parts.sessions) as session:
            return read_panel(self._parts, session, who, formats)

    def _drawn(self, who: PageSession, shown: DocumentsPanel, wrong: tuple[int, str] = (0, "")) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(TEMPLATE, viewer, who, self._parts.signer, v=shown, wrong=wrong)


def _order_of(owned: Owned, shipment_id: int) -> Shipment:
    """An order of the session's own deal at a system that keeps documents. Raises PageError(OUT_OF_DATE)."""
    found = next((each for each in owned.orders if each.id == shipment_id), None)
    if found is None:
        raise PageError(ErrorCode.OUT_OF_DATE, f"no order {shipment_id} with documents in this deal")
    return found
