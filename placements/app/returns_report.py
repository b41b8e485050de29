"""The report on returns, within their section of the app's page, and the same as a file behind a one-use link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, make_response, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from b24app.flows.files import disposition
from b24app.flows.returns.report import Report, report_of
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.pages import Viewer
from b24app.frames.session import PageSession
from b24app.store import papers, portals, return_stats
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from placements.app.desk import Desk
from placements.app.returns_report_file import workbook
from placements.app.returns_report_view import Dates, read_dates, report_view
from placements.app.saving import audit
from placements.file_links import LIFE, FileLinks
from placements.sheets import XLSX

TEMPLATE = "parts/app_returns_report.html"
LINKS = FileLinks("/returns-report", "waybill.returns.report.1")


def routes(bp: Blueprint, desk: Desk) -> None:
    def returns_report() -> Response:
        """Sums over a period, by the reader's clock."""
        who = desk.who()
        formats = desk.formats(who)
        dates = read_dates(request.args, formats.today)
        viewer = Viewer(who.lang, who.zone, desk.parts.clock.now())
        report, rules, more = _read(desk, who.portal_id, dates, viewer)
        view = report_view(report, dates, rules, _carrier(desk, who.lang), formats, more, pictures=who.admin)
        return desk.fragment(who, TEMPLATE, v=view)

    def returns_report_link() -> Response:
        """A link for this person; htmx goes there at once, and the file arrives."""
        who = desk.who()
        dates = read_dates(request.form, desk.formats(who).today)
        if dates.wrong:
            raise PageError(ErrorCode.BAD_INPUT, f"period: {dates.wrong}", "since")
        address = LINKS.address(desk.parts.signer, who.portal_id, _offered(desk, who, dates))
        text = desk.formats(who).words("returns_report.again")
        html = Markup('<a class="wb-btn" id="returns-report-file" href="{}" download>{}</a>').format(address, text)
        answer = make_response(str(html))
        answer.headers["HX-Redirect"] = address
        return answer

    def returns_report_file(token: str) -> Response:
        """The workbook, once. The link is spent before anything else is done."""
        portal_id, link = LINKS.told(desk.parts.signer, token)
        now = desk.parts.clock.now()
        with session_scope(desk.parts.sessions) as session:
            given = papers.use_link(session, portal_id, link, now, LIFE) or {}
        if "since" not in given:
            raise PageError(ErrorCode.LINK_SPENT, "a link that was used or ran out")
        dates = Dates(date.fromisoformat(given["since"]), date.fromisoformat(given["until"]))
        viewer = Viewer(str(given["lang"]), str(given["zone"]), now)
        report, rules, _ = _read(desk, portal_id, dates, viewer)
        answer = make_response(workbook(report, rules, _carrier(desk, viewer.lang), viewer.formats))
        name = viewer.formats.words("returns_report.name", since=given["since"], until=given["until"])
        answer.headers["Content-Type"] = XLSX
        answer.headers["Content-Disposition"] = disposition(f"{name}.xlsx", shown=False)
        answer.headers["Cache-Control"] = "no-store, private"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    bp.get("/app/returns/report")(returns_report)
    bp.post("/app/returns/report/link")(returns_report_link)
    bp.get("/returns-report/<token>")(returns_report_file)


def _offered(desk: Desk, who: PageSession, dates: Dates) -> int:
    now = desk.parts.clock.now()
    period = {"since": dates.since.isoformat(), "until": dates.until.isoformat()}
    made: list[int] = []

    def offer(session: Session) -> LaneRef | None:
        given = {**period, "lang": who.lang, "zone": who.zone}
        made.append(papers.offer_link(session, who.portal_id, who.user_id, given, now))
        audit(session, who, Act.RETURN_REPORT, now, {"title": f"{period['since']} – {period['until']}"})
        return None

    desk.write(offer)
    return made[0]


def _read(desk: Desk, portal_id: int, dates: Dates, viewer: Viewer) -> tuple[Report, ReturnRules, bool]:
    with read_scope(desk.parts.sessions) as session:
        rules = ReturnRules.of(portals.get(session, portal_id).settings)
        period = return_stats.of_period(session, portal_id, *dates.moments(viewer.formats))
    return report_of(period.cases), rules, period.more


def _carrier(desk: Desk, lang: str) -> Callable[[str], str]:
    return lambda system: desk.parts.carrier(system, lang)
