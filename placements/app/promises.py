"""Kept promises as a section of the app's page: who arrives when they said so, and what will be late just now; the same
as a file behind a one-use link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from b24app.flows.files import disposition
from b24app.flows.promises import report
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats, portal_zone
from b24app.frames.pages import Viewer
from b24app.frames.session import PageSession
from b24app.store import papers, portals, promises
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from placements.app.desk import Desk
from placements.app.promises_file import workbook
from placements.app.promises_view import Filter, PromisesView, promises_view, read_filter
from placements.app.saving import audit
from placements.app.section import Group, Section
from placements.file_links import LIFE, FileLinks
from placements.sheets import XLSX

TEMPLATE = "parts/app_promises.html"
LINKS = FileLinks("/promises", "waybill.promises.1")


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    formats = desk.formats(who)
    return {"v": _view(desk, facts, read_filter(request.args, _today(facts, formats)), formats)}


def _today(facts: PortalFacts, formats: Formats) -> date:
    """Days of promises are the portal's."""
    return formats.now.astimezone(portal_zone(facts.portal.language)).date()


def _view(desk: Desk, facts: PortalFacts, chosen: Filter, formats: Formats) -> PromisesView:
    today = _today(facts, formats)

    def read(session: Session) -> tuple[promises.Period, list[promises.AtRisk]]:
        period = promises.of_period(session, facts.portal.id, chosen.since, chosen.until, chosen.system)
        return period, promises.at_risk(session, facts.portal.id)

    period, danger = desk.read(read)
    told = report(period.promises, chosen.since, chosen.until, today)
    systems = sorted({row.system for row in facts.connections if _carries(desk, row.system)})
    return promises_view(told, chosen, systems, danger, _carrier(desk, formats.lang), formats, period.more)


def _carries(desk: Desk, system: str) -> bool:
    plugin = desk.parts.systems.get(system)
    return plugin is None or plugin.manifest.kind != "warehouse"


def _carrier(desk: Desk, lang: str) -> Callable[[str], str]:
    return lambda system: desk.parts.carrier(system, lang)


def routes(bp: Blueprint, desk: Desk) -> None:
    def promises_report() -> Response:
        """Another period or carrier."""
        who = desk.who()
        facts, formats = desk.facts(who), desk.formats(who)
        chosen = read_filter(request.args, _today(facts, formats))
        return desk.fragment(who, TEMPLATE, v=_view(desk, facts, chosen, formats))

    def promises_link() -> Response:
        """A link for this person; htmx goes there at once, and the file arrives."""
        who = desk.who()
        chosen = read_filter(request.form, _today(desk.facts(who), desk.formats(who)))
        if chosen.wrong:
            raise PageError(ErrorCode.BAD_INPUT, f"period: {chosen.wrong}", "since")
        address = LINKS.address(desk.parts.signer, who.portal_id, _offered(desk, who, chosen))
        text = desk.formats(who).words("promises.again")
        html = Markup('<a class="wb-btn" id="promises-file" href="{}" download>{}</a>').format(address, text)
        answer = make_response(str(html))
        answer.headers["HX-Redirect"] = address
        return answer

    def promises_file(token: str) -> Response:
        """The workbook, once. The link is spent before anything else is done."""
        portal_id, link = LINKS.told(desk.parts.signer, token)
        now = desk.parts.clock.now()
        with session_scope(desk.parts.sessions) as session:
            given = papers.use_link(session, portal_id, link, now, LIFE) or {}
        if "promises" not in given:
            raise PageError(ErrorCode.LINK_SPENT, "a link that was used or ran out")
        return _file(desk, portal_id, given["promises"], Viewer(str(given["lang"]), str(given["zone"]), now))

    bp.get("/app/promises")(promises_report)
    bp.post("/app/promises/link")(promises_link)
    bp.get("/promises/<token>")(promises_file)


def _offered(desk: Desk, who: PageSession, chosen: Filter) -> int:
    now = desk.parts.clock.now()
    made: list[int] = []

    def offer(session: Session) -> LaneRef | None:
        given = {"promises": chosen.told(), "lang": who.lang, "zone": who.zone}
        made.append(papers.offer_link(session, who.portal_id, who.user_id, given, now))
        audit(session, who, Act.PROMISES, now, {"title": f"{chosen.since} – {chosen.until}"})
        return None

    desk.write(offer)
    return made[0]


def _file(desk: Desk, portal_id: int, told: Mapping[str, str], viewer: Viewer) -> Response:
    formats = viewer.formats
    with read_scope(desk.parts.sessions) as session:
        today = formats.now.astimezone(portal_zone(portals.get(session, portal_id).language)).date()
        chosen = read_filter(told, today)
        period = promises.of_period(session, portal_id, chosen.since, chosen.until, chosen.system)
    found = report(period.promises, chosen.since, chosen.until, today)
    answer = make_response(workbook(found, period.promises, _carrier(desk, viewer.lang), formats, today))
    name = formats.words("promises.name", since=chosen.since, until=chosen.until)
    answer.headers["Content-Type"] = XLSX
    answer.headers["Content-Disposition"] = disposition(f"{name}.xlsx", shown=False)
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


SECTION = Section("promises", Group.RUN, "clock", view, routes=routes)
