"""The page of one return (mockup 08): in the tab of its item in the portal, in the deal's tab, in the app's page.

Shown is what our store knows. What a person wants is one act, kept before it is acknowledged and carried out in the
portal's lane; the page watches what becomes of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, request

from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.smart_process import OF_DEAL
from b24app.flows.rates import LIFE
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.ways import Carrier, Prices, WayOffer, can_ask, offers_of
from b24app.frames import headers, htmx, pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import portal_zone
from b24app.frames.parts import (
    PageParts,
    answer_errors,
    answers_head,
    known_portal,
    prove,
    read_post,
    session_of,
    trace,
    welcome,
)
from b24app.frames.public_links import PublicLinks, client_address
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.store import audit, return_acts, return_ways, returns
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.returns import ReturnFacts, return_facts, return_version
from b24app.store.lanes import LaneRef
from b24app.store.return_acts import Wanted
from b24app.store.return_process import entity_of
from placements.asking import is_key, new_key
from placements.person import read_deal
from placements.return_door import APP, DEAL_TAB, ITEM, RETURN, let_in, own_key, read_item
from placements.return_forms import BadFormError, Form, Hand, Wish, read_form
from placements.return_scene import Scene
from placements.return_tab_view import ReturnView, dated, return_view
from placements.return_ways import CHOOSES

PAGE, TEMPLATE, IN_APP = "pages/return_tab.html", "parts/return_tab.html", "parts/return_in_app.html"
#: The right that each form takes.
TAKES = {
    "move": Right.RETURNS, "refuse": Right.RETURNS, "override": Right.RETURNS, "outcome": Right.RETURNS,
    "way": Right.RETURNS, "count": Right.RETURNS, "scanned": Right.RETURNS, "replace": Right.RETURNS,
    "sent": Right.RETURNS, "lines": Right.RETURNS,
    "agree": Right.REFUNDS, "paid": Right.REFUNDS,
}  # fmt: skip
_PLACEMENT = re.compile(r"CRM_DYNAMIC_(\d{1,9})_DETAIL_TAB")
_PLACES = {RETURN: "item", DEAL_TAB: "deal", APP: "app"}


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("return_tab", __name__)
    answer_errors(bp)
    answers_head(bp, "/return", "return")
    tab = ReturnTab(parts)
    bp.post("/return")(tab.opened)
    bp.get("/return/item/version")(tab.awaited)
    bp.get("/return/<int:return_id>")(tab.shown)
    bp.get("/return/<int:return_id>/version")(tab.version)
    bp.post("/return/<int:return_id>/prices")(tab.prices)
    bp.post("/return/<int:return_id>/<code>")(tab.asked)
    bp.post("/app/returns/<int:return_id>")(tab.in_app)
    return bp


class ReturnTab:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def opened(self) -> Response:
        """The portal opens the tab of an item: read with the person's own key before anything is shown."""
        parts, post = self._parts, read_post()
        proof = prove(parts, post)
        if post.entity_id is None:
            raise PageError(ErrorCode.RETURN_NOT_SAVED)
        with read_scope(parts.sessions) as session:
            portal = known_portal(session, post.member_id)
        named = _PLACEMENT.fullmatch(post.placement)
        if named is None:
            raise PageError(ErrorCode.NOT_A_FRAME, f"placement {post.placement}")
        client, entity = parts.person(portal, post.auth_id, proof.info.user_id), int(named[1])
        person, item = read_item(client, entity, post.entity_id, portal.scopes)
        with read_scope(parts.sessions) as session:
            ours = entity == entity_of(portal.settings)
            kept = returns.by_item(session, portal.id, post.entity_id) if ours else None
        at = (RETURN, kept.id) if kept is not None else (ITEM, post.entity_id)
        who = welcome(parts, portal, post, proof, person, *at)
        viewer, view = pages.viewer_of(who, parts.clock.now()), None
        if kept is not None:
            view = self._view(who, self._facts(who, kept.id))
        headers.allow_framing(proof.origin)
        return pages.page(
            PAGE, viewer, who, parts.signer, view=view, key=new_key(), has_deal=ours and bool(item.get(OF_DEAL))
        )

    def awaited(self) -> Response:
        """Has the item become a return meanwhile? 204, or the page of it."""
        parts, who = self._parts, session_of(self._parts, ITEM)
        with read_scope(parts.sessions) as session:
            kept = returns.by_item(session, who.portal_id, who.entity_id)
        if kept is None:
            return pages.nothing_new(who, parts.signer)
        return self._fragment(replace(who, placement=RETURN, entity_id=kept.id), kept.id)

    def in_app(self, return_id: int) -> Response:
        """Opened from the list in the app's page: the person's own key reads the return's deal first."""
        parts, who = self._parts, session_of(self._parts, APP, Right.RETURNS)
        with read_scope(parts.sessions) as session:
            kept = returns.get(session, who.portal_id, return_id)
        if kept is None:
            raise PageError(ErrorCode.OUT_OF_DATE, f"no return {return_id}")
        _, client = own_key(parts, who)
        read_deal(client, kept.case.deal_id, FieldNames({}))
        return self._fragment(replace(who, entity_id=kept.case.deal_id), return_id, IN_APP)

    def shown(self, return_id: int) -> Response:
        """The page of it, for whoever has proven that they may see it."""
        who, _ = let_in(self._parts, return_id)
        answer = self._fragment(who, return_id)
        # The deal's tab may have been drawn anew since it was pressed: it is looked for when the answer is there.
        return htmx.whole(answer, "#tab") if request.headers.get("HX-Target") == "tab" else answer

    def version(self, return_id: int) -> Response:
        """Has anything changed since version `v`? 204, or the page anew."""
        parts, (who, kept) = self._parts, let_in(self._parts, return_id)
        with read_scope(parts.sessions) as session:
            now = return_version(session, who.portal_id, return_id)
            if kept.case.stage in CHOOSES:
                now = priced(now, return_ways.of_returns(session, who.portal_id, return_id))
        formats = pages.viewer_of(who, parts.clock.now()).formats
        if dated(now, formats) == request.args.get("v"):
            return pages.nothing_new(who, parts.signer)
        return self._fragment(who, return_id)

    def prices(self, return_id: int) -> Response:
        """The page offers ways: those who name prices are asked, once in a while."""
        parts, (who, kept) = self._parts, let_in(self._parts, return_id, Right.RETURNS)
        lanes: list[LaneRef] = []
        if kept.case.stage in CHOOSES:
            with session_scope(parts.sessions) as session:
                able = return_ways.carriers(session, who.portal_id, self._parts.manifests)
                now, again = parts.clock.now(), bool(request.form.get("again"))
                lanes = return_ways.ask(
                    session, who.portal_id, return_id, kept.case, able, now=now, trace_id=trace(), again=again
                )
        for lane in lanes:
            parts.waker.wake(lane)
        return pages.nothing_new(who, parts.signer)

    def asked(self, return_id: int, code: str) -> Response:
        """A press: 204 once it is kept, or the form with what is wrong in it."""
        parts, right = self._parts, TAKES.get(code)
        who, _ = let_in(parts, return_id, right or Right.RETURNS)
        if right is None:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown form {code}")
        key = request.form.get("key", "")
        if not is_key(key):
            raise PageError(ErrorCode.BAD_INPUT, "no idempotency key")
        scene = self._scene(who, self._facts(who, return_id))
        try:
            wish = read_form(code, request.form, scene, Hand(who.user_id, who.name, parts.clock.now()))
        except BadFormError as error:
            raise PageError(ErrorCode.BAD_INPUT, str(error)) from error
        if wish.form.errors:
            return self._form(who, scene, wish.form, key)
        self._keep(who, scene, code, wish, key)
        return pages.nothing_new(who, parts.signer)

    def _keep(self, who: PageSession, scene: Scene, code: str, wish: Wish, key: str) -> None:
        """All that the press asks for in one transaction, each once."""
        parts, now, lanes = self._parts, self._parts.clock.now(), []
        case = scene.case
        with session_scope(parts.sessions) as session:
            for n, (kind, given) in enumerate(wish.acts):
                wanted = Wanted(
                    kind, f"tab:{code}:{n}:{key}", Actor.PERSON, case.deal_id, scene.facts.kept.id, given, who.user_id,
                    who.name, _PLACES[who.placement],
                )  # fmt: skip
                lanes.append(return_acts.ask(session, who.portal_id, wanted, now=now, trace_id=trace(), people=True))
            if any(lanes):
                detail = {"key": key, "title": case.number}
                audit.write(session, who.portal_id, Act.RETURN, now, by=who.author, deal_id=case.deal_id, detail=detail)
        for lane in filter(None, lanes):
            parts.waker.wake(lane)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _facts(self, who: PageSession, return_id: int) -> ReturnFacts:
        with read_scope(self._parts.sessions) as session:
            facts = return_facts(session, who.portal_id, return_id)
        if facts is None:
            raise PageError(ErrorCode.OUT_OF_DATE, f"no return {return_id}")
        return facts

    def _scene(self, who: PageSession, facts: ReturnFacts) -> Scene:
        parts, now = self._parts, self._parts.clock.now()
        able, prices = self._ways(who, facts)
        if facts.case.stage in CHOOSES:
            facts = replace(facts, version=priced(facts.version, prices))
        zone = portal_zone(facts.language)
        warehouses = {row.id for row in parts.giving("Receipts", facts.live_accounts.values())}
        offers = offers_of(facts.case, facts.sent, able, prices, now)
        return Scene(
            facts,
            pages.viewer_of(who, now).formats,
            facts.look(zone, now, warehouses),
            zone,
            rights_of(facts.settings, who),
            {row.id: parts.carrier(row.system, who.lang) for row in facts.accounts.values()},
            offers,
            _prices(facts, able, prices, now),
            self._services(facts, offers, who.lang),
            who.user_id,
            who.name,
            self._client_page(who, facts),
        )

    def _client_page(self, who: PageSession, facts: ReturnFacts) -> str:
        """Where the client follows it: by the link of the shipment that brought the goods, else by number and phone."""
        if not facts.public_id or not facts.rules.public:
            return ""
        carried = facts.basis.carried if facts.basis else None
        links = PublicLinks(self._parts.signer.secrets)
        link = links.write(who.portal_id, carried.shipment_id) if carried is not None else ""
        return client_address(self._parts.public_url, facts.public_id, link)

    def _ways(self, who: PageSession, facts: ReturnFacts) -> tuple[Sequence[Carrier], Mapping[int, Prices]]:
        """Accounts that can bring goods back, and what they said of their prices, while a way may be chosen."""
        if facts.case.stage not in CHOOSES:
            return (), {}
        with read_scope(self._parts.sessions) as session:
            able = return_ways.carriers(session, who.portal_id, self._parts.manifests)
            return able, return_ways.of_returns(session, who.portal_id, facts.kept.id)

    def _services(self, facts: ReturnFacts, offers: Sequence[WayOffer], lang: str) -> dict[tuple[int, str], str]:
        """What people call the services of these offers."""
        named = {}
        for each in offers:
            plugin = self._parts.plugin_of(facts.accounts.get(each.connection_id))
            if plugin is not None and each.service:
                named[each.connection_id, each.service] = plugin.manifest.service_title(each.service, lang)
        return named

    def _view(self, who: PageSession, facts: ReturnFacts) -> ReturnView:
        entity = entity_of(facts.settings)
        return return_view(self._scene(who, facts), _PLACES[who.placement], entity)

    def _fragment(self, who: PageSession, return_id: int, template: str = TEMPLATE) -> Response:
        parts = self._parts
        viewer, view = pages.viewer_of(who, parts.clock.now()), self._view(who, self._facts(who, return_id))
        return pages.fragment(template, viewer, who, parts.signer, view=view, key=new_key())

    def _form(self, who: PageSession, scene: Scene, form: Form, key: str) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        view = return_view(scene, _PLACES[who.placement])
        shown = {**view.forms, form.code: form}
        return pages.fragment(
            f"return/form_{form.code}.html", viewer, who, self._parts.signer, view=replace(view, forms=shown), key=key
        )


def priced(version: str, prices: Mapping[int, Prices]) -> str:
    """The version with what is known of prices: they are of the page, and of no return."""
    marks = [f"{id_}:{each.asked_at.timestamp():.3f}:{each.answered_at}" for id_, each in sorted(prices.items())]
    return f"{version}{hashlib.sha256('|'.join(marks).encode()).hexdigest()[:8]}" if marks else version


def _prices(facts: ReturnFacts, able: Sequence[Carrier], prices: Mapping[int, Prices], now: datetime) -> str:
    """`""` = nobody to ask, `ask` = somebody is to be asked, `asking`, `known`."""
    mine = [each for each in able if each.priced and can_ask(facts.case, facts.sent, each)]
    said = [prices.get(each.connection_id) for each in mine]
    if any(each is not None and each.waits(now) for each in said):
        return "asking"
    if any(each is None or each.answered_at is None or now - each.answered_at >= LIFE for each in said):
        return "ask"
    return "known" if mine else ""
