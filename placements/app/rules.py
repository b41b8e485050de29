"""Rules: which account and service ship which deal, in order; the first that fits wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession
from b24app.store import rules as store
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from placements.app import rules_saving, rules_try
from placements.app.desk import Desk
from placements.app.rules_view import rule_form, rules_view
from placements.app.section import Group, Section

TEMPLATE = "app/rules.html"


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    rows = desk.read(lambda session: store.in_order(session, who.portal_id))
    shown = rules_view(rows, facts, desk.manifests(), desk.formats(who))
    return {"rules": shown, "form": None, **rules_try.view(desk, who, facts, rows)}


def _form(
    desk: Desk,
    who: PageSession,
    facts: PortalFacts,
    rule_id: int,
    typed: Mapping[str, str] | None,
    errors: Mapping[str, str] | None = None,
) -> Any:
    row = desk.read(lambda session: store.get(session, who.portal_id, rule_id)) if rule_id else None
    if rule_id and row is None:
        raise PageError(ErrorCode.OUT_OF_DATE)
    return rule_form(row, facts, desk.manifests(), desk.formats(who), typed, errors)


def routes(bp: Blueprint, desk: Desk) -> None:
    def rule_form_part(rule_id: int) -> Response:
        """The form of a rule (0 = a new one); with what was typed, when its account was changed."""
        who = desk.who()
        typed, facts = request.form if request.method == "POST" else None, desk.facts(who)
        form = _form(desk, who, facts, rule_id, typed)
        return desk.fragment(who, TEMPLATE, **{**view(desk, who, facts), "form": form})

    def save_rule(rule_id: int) -> Response:
        who = desk.who()
        with session_scope(desk.parts.sessions) as session:
            errors = rules_saving.save(
                session, who, rule_id, request.form, desk.facts(who), desk.manifests(), desk.parts.clock.now()
            )
        facts = desk.facts(who)
        form = _form(desk, who, facts, rule_id, request.form, errors) if errors else None
        return desk.fragment(who, TEMPLATE, **{**view(desk, who, facts), "form": form, "saved": not errors})

    def rule_act(rule_id: int, act: str) -> Response:
        """up, down, on, off or remove."""
        who = desk.who()
        with session_scope(desk.parts.sessions) as session:
            rules_saving.act(session, who, rule_id, act, desk.facts(who), desk.parts.clock.now())
        return desk.fragment(who, TEMPLATE, **{**view(desk, who, desk.facts(who)), "saved": True})

    rules_try.routes(bp, desk)
    bp.add_url_rule("/app/rules/<int:rule_id>/form", "rule_form_part", rule_form_part, methods=["GET", "POST"])
    bp.post("/app/rules/<int:rule_id>")(save_rule)
    bp.post("/app/rules/<int:rule_id>/<act>")(rule_act)


SECTION = Section("rules", Group.MORE, "send", view, routes=routes)
