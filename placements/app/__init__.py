"""The app's own page (placement DEFAULT): how deliveries are, what failed, the set-up. One module a section; a new
section is a module and a line in `SECTIONS`."""

from __future__ import annotations

from flask import Blueprint, Response

from b24app.frames import htmx
from b24app.frames import parts as page_parts
from b24app.frames.parts import PageParts
from placements.app import (
    automation,
    brand,
    checks,
    connections,
    dashboard,
    deals,
    defaults,
    fields,
    health,
    journal,
    log,
    messages,
    origins,
    promises,
    returns_list,
    returns_rules,
    rights,
    rules,
    shop,
    stages,
    support,
    trial,
)
from placements.app.desk import Desk
from placements.app.opening import Opening
from placements.app.section import Section

#: In the order of the navigation.
SECTIONS: tuple[Section, ...] = (
    dashboard.SECTION,
    health.SECTION,
    deals.SECTION,
    returns_list.SECTION,
    promises.SECTION,
    checks.SECTION,
    log.SECTION,
    journal.SECTION,
    connections.SECTION,
    origins.SECTION,
    stages.SECTION,
    fields.SECTION,
    defaults.SECTION,
    trial.SECTION,
    rules.SECTION,
    returns_rules.SECTION,
    messages.SECTION,
    brand.SECTION,
    shop.SECTION,
    automation.SECTION,
    rights.SECTION,
)


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("app_page", __name__)
    page_parts.answer_errors(bp)
    page_parts.answers_head(bp, "/", "root")
    page_parts.answers_head(bp, "/app", "app")
    desk = Desk(parts)
    page = Opening(desk, SECTIONS)
    bp.post("/app")(page.opened)
    bp.get("/app/s/<code>")(page.section)
    bp.post("/app/update")(page.update)
    bp.get("/app/steps/<code>")(page.steps)

    def deal_trace(deal_id: int) -> Response:  # noqa: ARG001 - the section reads it from the address
        """A deal's whole trace with the navigation around it, whichever part of the page asked for it."""
        return htmx.whole(page.section(log.SECTION.code), "#app")

    bp.get("/app/trace/<int:deal_id>")(deal_trace)
    support.routes(bp, desk)
    for each in SECTIONS:
        if each.routes is not None:
            each.routes(bp, desk)
    return bp
