"""The dashboard: today's work, what comes first, and a period's figures by carrier. The first tab of the app's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from b24app.flows.dashboard import Work
from b24app.flows.files import disposition
from b24app.flows.urgency import Urgent
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats, portal_zone
from b24app.frames.pages import Viewer
from b24app.frames.session import PageSession
from b24app.store import papers, portals
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.faces import dashboard as face
from b24app.store.faces.portal import PortalFacts, portal_facts
from b24app.store.faces.urgent import urgent
from b24app.store.lanes import LaneRef
from placements.app import costs, dashboard_view
from placements.app.dashboard_blocks import Drawer, text_of
from placements.app.dashboard_file import workbook
from placements.app.dashboard_view import Filter, period_of, read_filter, summary, tiles, urgent_view
from placements.app.desk import Desk
from placements.app.saving import audit
from placements.app.section import Group, Section
from placements.file_links import LIFE, FileLinks
from placements.sheets import XLSX
from placements.today import soon_of

FIGURES = "parts/app_dashboard_figures.html"
LINKS = FileLinks("/dashboard", "waybill.dashboard.1")


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    formats, carrier = portal_formats(desk.formats(who), facts), _carrier(desk, who.lang)
    work, found = _today(desk, facts, formats)
    drawn = _figures(desk, facts, read_filter(request.args), formats, carrier)
    quiet = work == Work() and not found
    return {
        "today": formats.weekday(formats.now),
        "tiles": tiles(work, found, formats),
        "urgent": urgent_view(found, carrier, formats),
        "nothing": quiet and drawn["drawer"].figures.is_empty,
        **drawn,
    }


def portal_formats(formats: Formats, facts: PortalFacts) -> Formats:
    """Days are counted by the portal's clock, whoever looks: two people see the same sums."""
    return replace(formats, zone=portal_zone(facts.portal.language))


def _today(desk: Desk, facts: PortalFacts, formats: Formats) -> tuple[Work, tuple[Urgent, ...]]:
    portal_id, soon = facts.portal.id, soon_of(facts.portal.language, formats.now)

    def read(session: Session) -> tuple[Work, tuple[Urgent, ...]]:
        return face.work(session, portal_id, soon), urgent(session, portal_id, soon)

    return desk.read(read)


def _figures(
    desk: Desk, facts: PortalFacts, chosen: Filter, formats: Formats, carrier: Callable[[str], str]
) -> dict[str, Any]:
    drawer = _drawer(desk, facts, chosen, formats, carrier)
    bills, accounts = drawer.bills()
    return {
        "filter": chosen,
        "choices": dashboard_view.choices(chosen, facts.connections, carrier, formats),
        "drawer": drawer,
        "blocks": drawer.blocks(),
        "bills": bills,
        "accounts": accounts,
        "sums": summary(drawer.figures, accounts, formats),
        "text_of": lambda cell: text_of(cell, formats),
    }


def _drawer(desk: Desk, facts: PortalFacts, chosen: Filter, formats: Formats, carrier: Callable[[str], str]) -> Drawer:
    period = period_of(chosen.period, formats.today, portal_zone(facts.portal.language))

    def read(session: Session) -> Drawer:
        systems = {key: system for key, (system, _) in portals.systems_of(session, facts.portal.id).items()}
        figures = face.figures(session, facts.portal.id, period, formats.today, chosen.system)
        return Drawer(figures, period, systems, carrier, formats)

    return desk.read(read)


def _carrier(desk: Desk, lang: str) -> Callable[[str], str]:
    return lambda system: desk.parts.carrier(system, lang)


def routes(bp: Blueprint, desk: Desk) -> None:
    def dashboard_figures() -> Response:
        """Another period or carrier."""
        who = desk.who()
        facts = desk.facts(who)
        formats = portal_formats(desk.formats(who), facts)
        shown = _figures(desk, facts, read_filter(request.args), formats, _carrier(desk, who.lang))
        return desk.fragment(who, FIGURES, **shown)

    def dashboard_link() -> Response:
        """A link for this person; htmx goes there at once, and the file arrives."""
        who = desk.who()
        chosen = read_filter(request.form)
        address = LINKS.address(desk.parts.signer, who.portal_id, _offered(desk, who, chosen))
        text = desk.formats(who).words("dash.again")
        html = Markup('<a class="wb-btn" id="dash-file" href="{}" download>{}</a>').format(address, text)
        answer = make_response(str(html))
        answer.headers["HX-Redirect"] = address
        return answer

    def dashboard_file(token: str) -> Response:
        """The workbook, once. The link is spent before anything else is done."""
        portal_id, link = LINKS.told(desk.parts.signer, token)
        now = desk.parts.clock.now()
        with session_scope(desk.parts.sessions) as session:
            given = papers.use_link(session, portal_id, link, now, LIFE) or {}
        if "dashboard" not in given:
            raise PageError(ErrorCode.LINK_SPENT, "a link that was used or ran out")
        return _file(desk, portal_id, read_filter(given["dashboard"]), Viewer(str(given["lang"]), "", now))

    costs.routes(bp, desk)
    bp.get("/app/dashboard/figures")(dashboard_figures)
    bp.post("/app/dashboard/link")(dashboard_link)
    bp.get("/dashboard/<token>")(dashboard_file)


def _offered(desk: Desk, who: PageSession, chosen: Filter) -> int:
    now = desk.parts.clock.now()
    made: list[int] = []

    def offer(session: Session) -> LaneRef | None:
        given = {"dashboard": {"period": chosen.period, "system": chosen.system}, "lang": who.lang}
        made.append(papers.offer_link(session, who.portal_id, who.user_id, given, now))
        audit(session, who, Act.DASHBOARD, now, {"title": chosen.period})
        return None

    desk.write(offer)
    return made[0]


def _file(desk: Desk, portal_id: int, chosen: Filter, viewer: Viewer) -> Response:
    facts = desk.read(lambda session: portal_facts(session, portal_id))
    formats, carrier = portal_formats(viewer.formats, facts), _carrier(desk, viewer.lang)
    work, found = _today(desk, facts, formats)
    drawer = _drawer(desk, facts, chosen, formats, carrier)
    lines = desk.read(lambda session: face.lines(session, portal_id, drawer.period, chosen.system))
    answer = make_response(workbook(tiles(work, found, formats), urgent_view(found, carrier, formats), drawer, lines))
    since, until = drawer.period.since.isoformat(), drawer.period.until.isoformat()
    name = formats.words("dash.name", since=since, until=until)
    answer.headers["Content-Type"] = XLSX
    answer.headers["Content-Disposition"] = disposition(f"{name}.xlsx", shown=False)
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


SECTION = Section("dashboard", Group.RUN, "home", view, routes=routes)
