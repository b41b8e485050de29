"""Where goods leave from: who answers there and at which address; one place is the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store import origins
from b24app.store.audit import Act, compared
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from placements.app import audited
from placements.app.desk import Desk
from placements.app.origins_view import cards, origin_form, read_form
from placements.app.saving import audit
from placements.app.section import Group, Progress, Section

BOX = "parts/app_origins.html"
NEW = "new"
_ACTS = {"default": Act.ORIGIN_DEFAULT, "remove": Act.ORIGIN_REMOVE}


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    return _box(desk, who, facts, request.args.get("open", ""))


def progress(facts: PortalFacts, _formats: Formats) -> Progress:
    """The name of the default place. An account whose own sender passed its test ships without one."""
    default = next((each for each in facts.origins if each.is_default), None)
    own = any(_knows_sender(facts.settings.get("tests", {}).get(str(each.id), {})) for each in facts.connections)
    return Progress(default is not None, default.title if default else "", needed=not own)


def _knows_sender(report: Mapping[str, Any]) -> bool:
    return any(step["name"] == "sender" and step["ok"] for step in report.get("steps", ()))


def _box(desk: Desk, who: PageSession, facts: PortalFacts, opened: str, **form: Any) -> dict[str, Any]:
    """The cards and the place that is open, the default one unless another is asked for; `form` as `origin_form`."""
    rows = {str(row.id): row for row in facts.origins}
    place = rows.get(opened) or (next(iter(rows.values()), None) if opened != NEW else None)
    return {
        "places": cards(facts.origins, place.id if place else 0),
        "adding": place is None,
        "place": origin_form(facts.origins, place, facts.shippers, desk.formats(who), **form),
    }


def routes(bp: Blueprint, desk: Desk) -> None:
    def origins_box() -> Response:
        """The cards with another place open."""
        who = desk.who()
        return desk.fragment(who, BOX, **view(desk, who, desk.facts(who)))

    def save_origin(origin_id: int) -> Response:
        """0 = a new place."""
        who, now = desk.who(), desk.parts.clock.now()
        sender, errors = read_form(request.form)
        opened = str(origin_id) if origin_id else NEW
        if errors:
            return desk.fragment(
                who, BOX, **_box(desk, who, desk.facts(who), opened, errors=errors, typed=request.form)
            )
        title = " ".join(request.form["title"].split())
        with session_scope(desk.parts.sessions) as session:
            default = bool(request.form.get("default"))
            before = audited.origin(origins.get(session, who.portal_id, origin_id) if origin_id else None)
            place = origins.save(session, who.portal_id, origin_id, title, sender, default, now)
            if place is None:
                raise PageError(ErrorCode.OUT_OF_DATE)
            changes = compared(before, audited.origin(place), audited.ORIGIN_HIDDEN)
            act = Act.ORIGIN if origin_id else Act.ORIGIN_ADDED
            audit(session, who, act, now, {"origin": place.id, "title": title}, changes=changes)
            opened = str(place.id)
        return desk.fragment(who, BOX, **_box(desk, who, desk.facts(who), opened, saved=True))

    def origin_act(origin_id: int, act: str) -> Response:
        """default or remove."""
        who, now = desk.who(), desk.parts.clock.now()
        if act not in _ACTS:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown act {act}")
        with session_scope(desk.parts.sessions) as session:
            place = origins.get(session, who.portal_id, origin_id)
            if place is None:
                raise PageError(ErrorCode.OUT_OF_DATE)
            audit(session, who, _ACTS[act], now, {"origin": origin_id, "title": place.title})
            if act == "default":
                origins.make_default(session, who.portal_id, place)
            else:
                origins.remove(session, who.portal_id, place)
        return desk.fragment(who, BOX, **_box(desk, who, desk.facts(who), str(origin_id)))

    bp.get("/app/origins")(origins_box)
    bp.post("/app/origin/<int:origin_id>")(save_origin)
    bp.post("/app/origin/<int:origin_id>/<act>")(origin_act)


SECTION = Section("origins", Group.STEPS, "home", view, routes=routes, progress=progress)
