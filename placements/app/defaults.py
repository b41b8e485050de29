"""Default weights and sizes: one set for the portal, and by section of its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store import portal_settings, portals
from b24app.store.audit import Act, compared
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from placements.app import defaults_view
from placements.app.desk import Desk
from placements.app.measures import DEFAULTS, read_sizes
from placements.app.measures import SECTION as SIZES
from placements.app.saving import audit
from placements.app.section import Group, Progress, Section

LIST = "parts/app_sections.html"


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    settings, formats = facts.settings, desk.formats(who)
    return {
        "form": defaults_view.portal_form(settings, formats),
        "sections": defaults_view.section_list(settings, formats),
    }


def progress(facts: PortalFacts, formats: Formats) -> Progress:
    """Done once an administrator has said anything, be it zeros."""
    sections = len(facts.settings.get("section_defaults", {}))
    said = "defaults" in facts.settings or sections > 0
    return Progress(said, formats.words("defaults.progress", n=sections) if sections else "", needed=False)


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_defaults() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        found, errors = read_sizes(request.form, "all_", DEFAULTS)
        if not errors:
            with session_scope(desk.parts.sessions) as session:
                before = portals.get(session, who.portal_id).settings.get("defaults", {})
                portal_settings.merge(session, who.portal_id, defaults=found)
                audit(session, who, Act.DEFAULTS, now, changes=compared(before, found))
        typed = request.form if errors else None
        settings = desk.facts(who).settings
        form = defaults_view.portal_form(settings, desk.formats(who), errors, typed, saved=not errors)
        return desk.fragment(who, "parts/app_defaults.html", form=form)

    def find_sections() -> Response:
        """Sections by a part of their name."""
        return _list(who := desk.who(), desk.facts(who).settings)

    def save_section(section: int) -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        names = {each["id"]: each["name"] for each in desk.facts(who).settings.get("sections", ())}
        if section not in names:
            raise PageError(ErrorCode.OUT_OF_DATE)
        found, errors = read_sizes(request.form, "own_", SIZES)
        if not errors:
            with session_scope(desk.parts.sessions) as session:
                kept = portals.get(session, who.portal_id).settings.get("section_defaults", {})
                portal_settings.change(session, who.portal_id, lambda settings: _put(settings, section, found))
                told = {"section": section, "title": names[section]}
                changes = compared(kept.get(str(section), {}), found)
                audit(session, who, Act.SECTION_DEFAULTS, now, told, changes=changes)
        return _list(who, desk.facts(who).settings, section, errors)

    def _list(
        who: PageSession, settings: Mapping[str, Any], changed: int = 0, errors: Mapping[str, str] | None = None
    ) -> Response:
        query = request.values.get("q", "")[:100]
        typed = request.form if changed else None
        shown = defaults_view.section_list(settings, desk.formats(who), query, changed, errors, typed)
        return desk.fragment(who, LIST, sections=shown, changed=changed)

    bp.post("/app/defaults")(save_defaults)
    bp.get("/app/defaults/sections")(find_sections)
    bp.post("/app/defaults/section/<int:section>")(save_section)


def _put(settings: dict[str, Any], section: int, sizes: Mapping[str, int]) -> None:
    """A section that says nothing takes what the one above says."""
    kept = {key: value for key, value in settings.get("section_defaults", {}).items() if key != str(section)}
    settings["section_defaults"] = {**kept, **({str(section): dict(sizes)} if sizes else {})}


SECTION = Section("defaults", Group.STEPS, "box", view, routes=routes, progress=progress)
