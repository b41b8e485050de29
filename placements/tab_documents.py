"""Documents of a deal's orders in systems that keep some (warehouses, 1C): listed, opened by a link that works once,
and put there by a person.

No handler waits for anybody: lists and files are read in the account's lane, and what is put there is an intent of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from flask import Blueprint, Response, jsonify, make_response, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from b24app.flows import files
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.logistics.papers import PaperForm
from b24app.logistics.status import Status
from b24app.store import audit, filed, papers, portals, shipments
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Filed, FiledState, PaperStatus, Shipment
from placements.tab_documents_view import DocumentsPanel, Order, Print, documents_panel

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
TEMPLATE = "tab/documents.html"
#: A link is followed at once.
LIFE = timedelta(minutes=2)
SALT = "waybill.document.1"
#: Statuses of orders that have no documents any more, or not yet.
NO_ORDER = (Status.DRAFT, Status.SUBMITTING, Status.REJECTED)
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


def keeps_documents(parts: PageParts, session: Session, portal_id: int, deal_id: int) -> list[Shipment]:
    """The deal's orders at systems that keep documents, the newest first."""
    known = [row for row in portals.connections(session, portal_id) if row.system in parts.systems]
    accounts = {row.id for row in known if parts.systems[row.system].manifest.gives(filed.PORT, row.settings)}
    if not accounts:
        return []
    owned = shipments.of_deals(session, portal_id, [deal_id])[deal_id]
    return [row for row in reversed(owned) if row.connection_id in accounts and _has_order(row)]


def _has_order(row: Shipment) -> bool:
    return bool(row.remote_id) and Status(row.status) not in NO_ORDER


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
            orders = keeps_documents(self._parts, session, who.portal_id, who.entity_id)
            return [filed.ask_look(session, each, again=again, now=now, trace=trace()) for each in orders]

        self._write(ask)
        return self._drawn(who, self._panel(who))

    def version(self) -> Response:
        """Has anything come since version `v`? 204, or the panel."""
        who = session_of(self._parts, PLACEMENT)
        shown = self._panel(who)
        if shown.version == request.args.get("v"):
            return pages.renewed(make_response("", 204), who, self._parts.signer)
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
        url = f"/document/{parts.signer.seal(SALT, {'portal': who.portal_id, 'link': made})}"
        return pages.renewed(jsonify(url=url), who, parts.signer)

    def file(self, token: str) -> Response:
        """The file, once. The link is spent before anything else is done."""
        portal_id, link = self._told(token)
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

    def _told(self, token: str) -> tuple[int, int]:
        try:
            told = self._parts.signer.unseal(SALT, token)
        except PageError as error:
            raise PageError(ErrorCode.LINK_SPENT, error.why) from error
        return int(told["portal"]), int(told["link"])

    # --- putting there ------------------------------------------------------------------------------------------------

    def attach(self, shipment_id: int, paper_id: int) -> Response:
        """A print of the deal goes to this order."""
        who, now = session_of(self._parts, PLACEMENT, Right.SHIP), self._parts.clock.now()

        def send(session: Session) -> list[LaneRef | None]:
            target = self._own_order(session, who, shipment_id)
            paper = papers.get(session, who.portal_id, paper_id)
            if paper is None or paper.deal_id != who.entity_id or paper.status != PaperStatus.READY:
                raise PageError(ErrorCode.OUT_OF_DATE, "the paper is gone, or not ready")
            row = shipments.get(session, who.portal_id, paper.shipment_id)
            form = self._forms(session, row).get(paper.form) if row is not None else None
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
        request.max_content_length = _READ
        if (request.content_length or 0) > _READ:
            return b"", "", "large"
        try:
            sent = request.files.get("file")
        except RequestEntityTooLarge:
            return b"", "", "large"
        if sent is None:
            return b"", "", "empty"
        with closing(sent):
            file = sent.stream.read(files.MOST_BYTES + 1)
        return (b"", "", "large") if len(file) > files.MOST_BYTES else (file, sent.filename or "", "")

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
        """An order of the session's own deal at a system that keeps documents. Raises PageError(OUT_OF_DATE)."""
        orders = keeps_documents(self._parts, session, who.portal_id, who.entity_id)
        found = next((each for each in orders if each.id == shipment_id), None)
        if found is None:
            raise PageError(ErrorCode.OUT_OF_DATE, f"no order {shipment_id} with documents in this deal")
        return found

    def _own_document(self, session: Session, who: PageSession, filed_id: int) -> tuple[Filed, Shipment]:
        """A document of the session's own deal. Raises PageError(OUT_OF_DATE)."""
        one = filed.get(session, who.portal_id, filed_id)
        if one is None or one.deal_id != who.entity_id:
            raise PageError(ErrorCode.OUT_OF_DATE, f"no document {filed_id} of this deal")
        return one, self._own_order(session, who, one.shipment_id)

    def _forms(self, session: Session, row: Shipment) -> dict[str, PaperForm]:
        account = portals.connection(session, row.portal_id, row.connection_id)
        plugin = self._parts.systems.get(account.system) if account else None
        return {form.code: form for form in plugin.manifest.papers} if plugin else {}

    def _note(self, session: Session, who: PageSession, act: Act, name: str) -> None:
        now, detail = self._parts.clock.now(), {"document": name}
        audit.write(session, who.portal_id, act, now, by=who.author, deal_id=who.entity_id, detail=detail)

    def _panel(self, who: PageSession) -> DocumentsPanel:
        parts, viewer = self._parts, pages.viewer_of(who, self._parts.clock.now())
        with read_scope(parts.sessions) as session:
            rows = keeps_documents(parts, session, who.portal_id, who.entity_id)
            accounts = {row.id: row for row in portals.connections(session, who.portal_id)}
            orders = [
                Order(
                    row.id,
                    row.order_number or row.number,
                    accounts[row.connection_id].title,
                    parts.carrier(accounts[row.connection_id].system, who.lang),
                )
                for row in rows
            ]
            known = filed.of_shipments(session, who.portal_id, [row.id for row in rows])
            may_send = Right.SHIP in rights_of(portals.get(session, who.portal_id).settings, who)
            prints = self._prints(session, who) if rows and may_send else []
        return documents_panel(orders, known, prints, viewer.formats, may_send)

    def _prints(self, session: Session, who: PageSession) -> list[Print]:
        """Ready prints of the deal's orders."""
        owned = {row.id: row for row in shipments.of_deals(session, who.portal_id, [who.entity_id])[who.entity_id]}
        found = []
        for paper in papers.of_shipments(session, who.portal_id, list(owned)):
            row = owned[paper.shipment_id]
            form = self._forms(session, row).get(paper.form)
            if form is not None and paper.status == PaperStatus.READY and paper.remote_id == row.remote_id:
                parcels = len((row.request or {}).get("parcels", ())) or 1
                found.append(Print(paper.id, row.order_number or row.number, form, paper.asked_at, parcels))
        return found

    def _drawn(self, who: PageSession, shown: DocumentsPanel, wrong: tuple[int, str] = (0, "")) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(TEMPLATE, viewer, who, self._parts.signer, v=shown, wrong=wrong)


def as_file(content: bytes, name: str) -> Response:
    """A file for a window of its own. PDFs and pictures are shown; everything else is only saved, and never taken for
    a page: no name or type of theirs is believed."""
    kind = files.media_type(content)
    shown = kind in files.SHOWN
    answer = make_response(content)
    answer.headers["Content-Type"] = kind if shown else files.ANY
    answer.headers["Content-Disposition"] = files.disposition(files.safe_name(name, kind), shown)
    # A `sandbox` policy would stop browsers' own viewers, and is what a file that is only saved should meet.
    policy = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    answer.headers["Content-Security-Policy"] = policy if shown else f"sandbox; default-src 'none'; {policy}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
