"""The Delivery tab of a deal (contracts/bitrix24-app.md §5.4): its opening, live part and wishes.

Shown is what our store knows; the portal is asked only at the opening (may this person read the deal?) and when the
person re-reads an
unshipped deal. An action appends one row to the portal's lane and returns: the tab then watches it being served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response, request

from b24app.bitrix24.fields import names_of
from b24app.bitrix24.own_fields import titles_of
from b24app.bitrix24.transport import PortalClient
from b24app.flows.returns.rules import ReturnRules
from b24app.frames import headers, pages
from b24app.frames.beside import Beside
from b24app.frames.client_links import ClientLinks
from b24app.frames.early import in_two_pieces
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import (
    PageParts,
    answer_errors,
    answers_head,
    drawn_late,
    frame_language,
    known_portal,
    prove,
    read_post,
    session_of,
    welcome,
)
from b24app.frames.rights import rights_of
from b24app.frames.session import PageSession
from b24app.store import portals, return_process, stock
from b24app.store.engine import read_scope
from b24app.store.faces.deal import in_pipeline, tab_facts, tab_version
from b24app.store.faces.deal_facts import TabFacts
from b24app.store.models import Portal
from placements.asking import ask, new_key
from placements.person import Reading, read_deal
from placements.preview import preview
from placements.tab_collect import ways_at
from placements.tab_documents_reading import keeps_documents
from placements.tab_scene import TAKES
from placements.tab_several_view import chosen
from placements.tab_view import TabView, dated, tab_view

PLACEMENT = "CRM_DEAL_DETAIL_TAB"
PAGE, TEMPLATE = "pages/deal_tab.html", "parts/deal_tab.html"


def blueprint(parts: PageParts) -> Blueprint:
    """The tab's addresses, joined to `parts`."""
    bp = Blueprint("deal_tab", __name__)
    answer_errors(bp)
    answers_head(bp, "/tab", "tab")
    tab = Tab(parts)
    bp.post("/tab")(tab.opened)
    bp.get("/tab/version")(tab.version)
    bp.post("/tab/read")(tab.reread)
    bp.post("/tab/<wish>")(tab.wish)
    return bp


@dataclass(frozen=True, slots=True)
class Known:
    """What a handler has read already, so that the view does not read it again. `fields`: role -> name of the portal's
    field; `version`: the facts' own."""

    portal: Portal | None = None
    fields: Mapping[str, str] | None = None
    facts: TabFacts | None = None
    version: str = ""


class Tab:
    """The handlers of the tab."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def opened(self) -> Response:
        """The portal opens the tab. The page's head is out before the portal has answered: from then on whatever
        happens is told in the page."""
        parts, post = self._parts, read_post()
        proof = prove(parts, post)
        if post.entity_id is None:
            raise PageError(ErrorCode.DEAL_NOT_SAVED)
        deal_id = post.entity_id
        with read_scope(parts.sessions) as session:
            portal = known_portal(session, post.member_id)
            fields = portals.field_map(session, portal.id)
        client = parts.person(portal, post.auth_id, proof.info.user_id)
        names, scopes = names_of(fields, portal.settings), portal.scopes
        asked = Beside(lambda: read_deal(client, deal_id, names, scopes))

        def whole() -> str:
            with read_scope(parts.sessions) as session:
                facts = tab_facts(session, portal.id, deal_id)
            reading = asked.result()
            who = welcome(parts, portal, post, proof, reading.person, PLACEMENT, deal_id)
            view = self._view(who, reading, Known(portal, fields, facts))
            viewer = pages.viewer_of(who, parts.clock.now())
            return pages.page_text(PAGE, viewer, who, parts.signer, view=view, key=new_key())

        headers.allow_framing(proof.origin)
        headers.allow_images(parts.tiles)
        head = pages.draw(PAGE, pages.Viewer(frame_language(portal, post), "", parts.clock.now()), view=None)
        return in_two_pieces(head, lambda: drawn_late(whole))

    def version(self) -> Response:
        """Has anything changed since version `v`? 204, or the new tab."""
        who = session_of(self._parts, PLACEMENT)
        with read_scope(self._parts.sessions) as session:
            version = tab_version(session, who.portal_id, who.entity_id)
        same = dated(version, pages.viewer_of(who, self._parts.clock.now()).formats) == request.args.get("v")
        if same:
            return pages.nothing_new(who, self._parts.signer)
        return self._fragment(who, known=Known(version=version))

    def reread(self) -> Response:
        """The person's own key reads the deal again: the preview of an unshipped deal is never older than this."""
        parts, who = self._parts, session_of(self._parts, PLACEMENT)
        with read_scope(parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
            fields = portals.field_map(session, who.portal_id)
        names = names_of(fields, portal.settings)
        reading = read_deal(parts.person(portal, request.form.get("AUTH_ID", ""), who.user_id), who.entity_id, names)
        if reading.person.user_id != who.user_id:
            raise PageError(ErrorCode.SESSION_FORGED, "another person's key")
        return self._fragment(who, reading, Known(portal, fields))

    def wish(self, wish: str) -> Response:
        """A button: ship_now, retry, cancel, refresh."""
        who = session_of(self._parts, PLACEMENT, TAKES.get(wish))
        if wish not in TAKES:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown wish {wish}")
        ask(self._parts, who, wish, who.entity_id, request.form.get("key", ""))
        return self._fragment(who)

    def after_panel(self, who: PageSession, portal: Portal, client: PortalClient) -> Response:
        """A panel of the tab is done: nothing in its place, and the tab as the person's own key reads the deal now."""
        with read_scope(self._parts.sessions) as session:
            fields = portals.field_map(session, portal.id)
        reading = read_deal(client, who.entity_id, names_of(fields, portal.settings))
        return self._panel_done(who, self._view(who, reading, Known(portal, fields)))

    def drawn_anew(self, who: PageSession) -> Response:
        """A panel of the tab is done: nothing in its place, and the tab as our store knows it."""
        return self._panel_done(who, self._view(who))

    def _panel_done(self, who: PageSession, view: TabView) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment("tab/after_panel.html", viewer, who, self._parts.signer, view=view, key=new_key())

    def fragment(self, who: PageSession) -> Response:
        """The tab as our store knows it."""
        return self._fragment(who)

    def _fragment(self, who: PageSession, reading: Reading | None = None, known: Known = Known()) -> Response:
        viewer, view = pages.viewer_of(who, self._parts.clock.now()), self._view(who, reading, known)
        return pages.fragment(TEMPLATE, viewer, who, self._parts.signer, view=view, key=new_key())

    def _view(self, who: PageSession, reading: Reading | None = None, known: Known = Known()) -> TabView:
        parts = self._parts
        with read_scope(parts.sessions) as session:
            portal = known.portal or portals.get(session, who.portal_id)
            titles = titles_of(known.fields or portals.field_map(session, who.portal_id), portal.settings)
            category = reading.deal.category if reading else None
            facts = known.facts or tab_facts(session, who.portal_id, who.entity_id, category, known.version)
            facts = replace(in_pipeline(session, who.portal_id, facts, category), titles=titles)
        facts = chosen(facts, request.values.get("shipment", ""))
        shown = (
            preview(reading.deal, portal.code, portal.settings.get("delivery_types", {}), facts.laid.plan)
            if reading
            else None
        )
        system = facts.shipments[0].system if facts.shipments else facts.system
        named = {each.system for each in facts.legs} | {facts.system}
        facts = replace(facts, systems={each: parts.carrier(each, who.lang) for each in named if facts.legs})
        plugin = parts.systems.get(system)
        accounts = facts.live_accounts
        account = accounts.get(facts.shipments[0].connection_id) if facts.shipments else None
        return tab_view(
            facts,
            pages.viewer_of(who, parts.clock.now()).formats,
            parts.carrier(system, who.lang),
            shown,
            rights_of(portal.settings, who),
            forms=plugin.manifest.papers if plugin else (),
            rules=plugin.manifest.changes if plugin else (),
            ways=ways_at(parts, account),
            shelves=bool(parts.giving(stock.PORT, accounts.values())),
            files=bool(keeps_documents(parts, accounts.values(), facts.every)),
            back=(ReturnRules.of(portal.settings), return_process.entity_of(portal.settings)),
            client_page=self._client_page(portal, facts),
            systems=parts.manifests,
        )

    def _client_page(self, portal: Portal, facts: TabFacts) -> str:
        """Where the client follows the parcel that is shown; "" of a portal that has no pages for clients yet."""
        if not facts.shipments:
            return ""
        secrets = self._parts.signer.secrets
        return ClientLinks(self._parts.public_url, portal.public_id or "", portal.id, secrets).track(
            facts.shipments[0].id
        )
