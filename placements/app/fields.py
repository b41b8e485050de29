"""Deal fields: which field of the portal plays which role, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from b24app.bitrix24.own_fields import OWN
from b24app.flows.snapshot import Role
from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts, portal_facts
from placements.app import (
    client_page,
    delivery_invoice,
    delivery_row,
    fields_saving,
    fields_view,
    papers,
    price_rules,
    return_invoice,
    returns,
)
from placements.app.desk import Desk
from placements.app.section import Group, Progress, Section

BOX = "parts/app_fields.html"


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    formats = desk.formats(who)
    return {
        "form": fields_view.fields_page(facts, formats),
        "papers": papers.papers_form(desk, facts.settings, formats),
        "row": delivery_row.row_form(facts.settings),
        "invoice": delivery_invoice.invoice_form(facts.settings),
        "price": price_rules.price_form(facts.settings, formats),
        "currencies": price_rules.CURRENCIES,
        "return_invoice": return_invoice.form_of(facts, formats),
        "returns": returns.card(facts),
        "client_page": client_page.client_page_form(facts.settings),
    }


def progress(facts: PortalFacts, formats: Formats) -> Progress:
    """Done while every role that has a field can use it."""
    bad = fields_view.broken(facts)
    if bad:
        return Progress(False, formats.words("fields.progress_broken", n=bad))
    mapped = fields_view.mapped(facts)
    hint = formats.words("fields.progress", n=mapped) if mapped else formats.words("fields.progress_own")
    return Progress(True, hint) if facts.roles.get(Role.ADDRESS.value) else Progress(False, "")


def routes(bp: Blueprint, desk: Desk) -> None:
    def redraw(who: PageSession) -> Response:
        return desk.fragment(who, BOX, **view(desk, who, desk.facts(who)))

    def fields() -> Response:
        """The page's box; 204 when nothing changed since version `v`."""
        who = desk.who()
        form = fields_view.fields_page(desk.facts(who), desk.formats(who))
        if form.version == request.args.get("v"):
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, BOX, form=form)

    def redraw_fields() -> Response:
        """Another field was chosen for the kind of delivery: show its values; nothing is stored."""
        who = desk.who()
        return desk.fragment(who, BOX, form=fields_view.fields_page(desk.facts(who), desk.formats(who), request.form))

    def save_fields() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        with session_scope(desk.parts.sessions) as session:
            facts = portal_facts(session, who.portal_id)
            saved = fields_saving.save_fields(session, who, facts, request.form, now, page_parts.trace())
        desk.wake(saved.wake)
        typed = request.form if saved.errors else None
        page = fields_view.fields_page(desk.facts(who), desk.formats(who), typed, saved.errors, saved=not saved.errors)
        return desk.fragment(who, BOX, form=page)

    def reread_fields() -> Response:
        """Fields were changed in the portal: look again."""
        who, now = desk.who(), desk.parts.clock.now()
        desk.write(lambda session: fields_saving.reread(session, who, now, page_parts.trace()))
        return redraw(who)

    def mend_field(role: str, act: str) -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        if role not in set(OWN) or act not in fields_saving.MENDS:
            raise PageError(ErrorCode.BAD_INPUT, f"{act} for {role}")
        desk.write(
            lambda session: fields_saving.mend(session, who, Role(role), act, now, page_parts.trace()),
        )
        return redraw(who)

    papers.routes(bp, desk)
    delivery_row.routes(bp, desk)
    client_page.routes(bp, desk)
    delivery_invoice.routes(bp, desk)
    price_rules.routes(bp, desk)
    return_invoice.routes(bp, desk)
    returns.routes(bp, desk)
    bp.get("/app/fields")(fields)
    bp.post("/app/fields/form")(redraw_fields)
    bp.post("/app/fields")(save_fields)
    bp.post("/app/fields/reread")(reread_fields)
    bp.post("/app/fields/<role>/<act>")(mend_field)


SECTION = Section("fields", Group.STEPS, "doc", view, routes=routes, progress=progress)
