"""The journal: who did what, newest first; by person, kind, deal and days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.frames.formats import zone_or_default
from b24app.frames.session import PageSession
from b24app.store import audit
from b24app.store.audit import Group
from b24app.store.faces.people import authors
from b24app.store.faces.portal import PortalFacts
from placements.app import journal_view
from placements.app import section as sections
from placements.app.changes_view import ChangeWords
from placements.app.desk import Desk

ROWS = "parts/app_journal_rows.html"


def view(desk: Desk, who: PageSession, _facts: PortalFacts) -> Mapping[str, Any]:
    return {"journal": listed(desk, who)}


def listed(desk: Desk, who: PageSession) -> Mapping[str, Any]:
    """One page of the audit by the form's filters: two queries."""
    formats, zone = desk.formats(who), ZoneInfo(zone_or_default(who.zone, who.lang))
    after = journal_view.cursor(request.args.get("after", ""))

    def read(session: Session) -> Mapping[str, Any]:
        people = authors(session, who.portal_id)
        wanted, filters = journal_view.wanted(request.args, people, zone)
        rows = audit.newest(session, who.portal_id, wanted, after)
        says = ChangeWords(formats, desk.manifests())
        return {
            "days": journal_view.days(rows, people, formats, says, after.at if after else None),
            "filters": filters,
            "people": journal_view.people(people, formats),
            "groups": tuple(Group),
            "next": journal_view.next_cursor(rows),
            "first": after is None,
        }

    return desk.read(read)


def routes(bp: Blueprint, desk: Desk) -> None:
    def journal_rows() -> Response:
        """The list anew for other filters, or its next page."""
        who = desk.who()
        return desk.fragment(who, ROWS, journal=listed(desk, who))

    bp.get("/app/journal/rows")(journal_rows)


SECTION = sections.Section("journal", sections.Group.RUN, "user", view, routes=routes)
