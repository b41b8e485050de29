"""Pipelines: which stages ship, with which account and service, and what each status does to the deal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from placements.app import saving, stages_saving, stages_view
from placements.app.desk import Desk
from placements.app.section import Group, Progress, Section

TEMPLATE = "parts/app_pipelines.html"


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    """`version` and `reading`: the page asks again only while the portal is being read."""
    return {
        "pipelines": stages_view.pipeline_forms(facts, desk.manifests(), desk.formats(who)),
        "version": stages_view.version(facts),
        "reading": stages_view.is_reading(facts),
    }


def progress(facts: PortalFacts, formats: Formats) -> Progress:
    on = sum(each.enabled for each in facts.pipelines.values())
    if on:
        return Progress(True, formats.words("pipeline.progress", n=on))
    prepared = any(each.trigger_stage and each.connection_id for each in facts.pipelines.values())
    return Progress(False, formats.words("pipeline.prepared") if prepared else "")


def routes(bp: Blueprint, desk: Desk) -> None:
    def redraw(who: PageSession) -> Response:
        return desk.fragment(who, TEMPLATE, **view(desk, who, desk.facts(who)))

    def pipelines() -> Response:
        """All pipelines' forms, with the connections there are now; 204 when nothing changed since version `v`."""
        who = desk.who()
        shown = view(desk, who, desk.facts(who))
        if shown["version"] == request.args.get("v"):
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, TEMPLATE, **shown)

    def reread_pipelines() -> Response:
        """Stages were changed in the portal: look again."""
        who = desk.who()
        desk.write(lambda session: saving.reread_portal(session, who, desk.parts.clock.now(), page_parts.trace()))
        return redraw(who)

    def save_pipeline(category: int) -> Response:
        who = desk.who()
        with session_scope(desk.parts.sessions) as session:
            facts = desk.facts_in(session, who.portal_id)
            saved = stages_saving.save_pipeline(
                session, who, facts, category, request.form, desk.parts.clock.now(), desk.manifests()
            )
        desk.wake(saved.wake)
        return _card(desk, who, category, saved.errors)

    def forget_pipeline(category: int) -> Response:
        """The portal has deleted this pipeline."""
        who = desk.who()
        with session_scope(desk.parts.sessions) as session:
            stages_saving.forget_pipeline(session, who, category, desk.parts.clock.now())
        return redraw(who)

    bp.get("/app/pipelines")(pipelines)
    bp.post("/app/pipelines/reread")(reread_pipelines)
    bp.post("/app/pipeline/<int:category>")(save_pipeline)
    bp.post("/app/pipeline/<int:category>/forget")(forget_pipeline)


def _card(desk: Desk, who: PageSession, category: int, errors: Mapping[str, str]) -> Response:
    facts = desk.facts(who)
    data = stages_view.pipeline_data(facts, category)
    if data is None:
        raise PageError(ErrorCode.OUT_OF_DATE)
    typed = request.form if errors else None
    form = stages_view.pipeline_form(data, facts, desk.manifests(), desk.formats(who), errors, typed, saved=not errors)
    return desk.fragment(who, "parts/app_pipeline.html", form=form)


SECTION = Section("stages", Group.STEPS, "send", view, routes=routes, progress=progress)
