"""The portal's rules of returns: until when, why, for how much, by whose word. A page of the set-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.features import Feature, has
from b24app.flows.returns.rules import KEY, ReturnRules
from b24app.frames.parts import trace
from b24app.frames.public_links import client_address
from b24app.frames.session import PageSession
from b24app.logistics.returning import DeliveryCost
from b24app.store import portal_settings, portals, public_ids, robots
from b24app.store.audit import Act, compared
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection
from b24app.store.part_looks import look_again
from placements.app import audited
from placements.app.desk import Desk
from placements.app.returns_rules_form import RulesForm, form_of, read_form
from placements.app.saving import audit
from placements.app.section import Group, Section

FORM = "parts/app_returns_rules.html"
#: What an account's system has that can expect goods.
_PORT = "Receipts"


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    return _context(desk, who, facts, form_of(ReturnRules.of(facts.settings), _sections(facts.settings)))


def _context(desk: Desk, who: PageSession, facts: PortalFacts, form: RulesForm) -> Mapping[str, Any]:
    warehouses = [(str(row.id), row.title) for row in _warehouses(desk, facts)]
    sections = sorted(_sections(facts.settings).values())
    delivery = [each.value for each in DeliveryCost]
    page = _client_page(desk, who)
    return {
        "form": form, "warehouses": warehouses, "sections": sections, "delivery": delivery, "client_page": page,
    }  # fmt: skip


def _client_page(desk: Desk, who: PageSession) -> str:
    """Where the portal's clients ask for returns; its address is made when it is first looked at."""
    with session_scope(desk.parts.sessions) as session:
        public_id = public_ids.of_portal(session, who.portal_id)
    return client_address(desk.parts.public_url, public_id)


def _sections(settings: Mapping[str, Any]) -> dict[int, str]:
    """Of the portal's catalogue, as it was read last."""
    return {int(each["id"]): str(each["name"]) for each in settings.get("sections", ())}


def _warehouses(desk: Desk, facts: PortalFacts) -> list[Connection]:
    return desk.parts.giving(_PORT, facts.connections)


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_rules() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        facts = desk.facts(who)
        sections, warehouses = _sections(facts.settings), _warehouses(desk, facts)
        before = ReturnRules.of(facts.settings)
        rules, form = read_form(request.form, before, sections, [row.id for row in warehouses])
        if rules is None:
            return desk.fragment(who, FORM, **_context(desk, who, facts, form))
        titles = {row.id: row.title for row in facts.connections}

        def store(session: Session) -> LaneRef | None:
            was = ReturnRules.of(portals.get(session, who.portal_id).settings)
            portal_settings.merge(session, who.portal_id, **{KEY: rules.to_json()})
            told = [audited.return_rules(each, sections, titles, who.lang) for each in (was, rules)]
            audit(session, who, Act.RETURN_RULES, now, changes=compared(*told))
            # The portal's robots offer the reasons: they are told of new ones, and of other names.
            if was.offered == rules.offered or not has(Feature.ROBOTS, facts.portal.scopes or ()):
                return None
            return look_again(session, who.portal_id, robots.STEP, now, trace(), people=False)

        desk.write(store)
        return desk.fragment(who, FORM, **_context(desk, who, facts, form_of(rules, sections, saved=True)))

    bp.post("/app/returns/rules")(save_rules)


SECTION = Section("returns_rules", Group.MORE, "undo", view, routes=routes)
