"""Pipelines: which stage ships, with which account and service, and what each status does to the deal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts, portal_facts
from placements.app import saving
from placements.app.desk import Desk
from placements.app.forms import PipelineForm, pipeline_form, pipeline_forms
from placements.app.section import Group, Progress, Section


def view(desk: Desk, who: PageSession) -> Mapping[str, Any]:
    return {"pipelines": pipeline_forms(desk.facts(who), desk.manifests(), desk.formats(who))}


def progress(facts: PortalFacts, _formats: Formats) -> Progress:
    return Progress(any(each.enabled for each in facts.pipelines.values()), "")


def routes(bp: Blueprint, desk: Desk) -> None:
    def pipelines() -> Response:
        """All pipelines' forms, with the connections there are now."""
        who = desk.who()
        return desk.fragment(who, "parts/app_pipelines.html", **view(desk, who))

    def save_pipeline(category: int) -> Response:
        who = desk.who()
        with session_scope(desk.parts.sessions) as session:
            facts = portal_facts(session, who.portal_id)
            saved = saving.save_pipeline(session, who, facts, category, request.form, desk.parts.clock.now())
        desk.wake(saved.wake)
        return desk.fragment(who, "parts/app_pipeline.html", form=_pipeline(desk, who, category, saved.errors))

    bp.get("/app/pipelines")(pipelines)
    bp.post("/app/pipeline/<int:category>")(save_pipeline)


def _pipeline(desk: Desk, who: PageSession, category: int, errors: Mapping[str, str]) -> PipelineForm:
    facts = desk.facts(who)
    data = next((each for each in facts.settings.get("pipelines", ()) if each["id"] == category), None)
    if data is None:
        raise PageError(ErrorCode.OUT_OF_DATE)
    return pipeline_form(data, facts, desk.manifests(), desk.formats(who), errors, saved=not errors)


SECTION = Section("stages", Group.STEPS, "send", view, routes=routes, progress=progress)
