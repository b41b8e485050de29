"""Returns of the portal as a section of the app's page: listed, narrowed, counted. Portals without smart processes have
their desk here.

What somebody may not read is in no row and no count: whoever is no administrator brings their own key, and the portal
says which of the deals they see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.fields import names_of
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.store import portals, return_process
from b24app.store.faces import return_list
from b24app.store.faces.portal import PortalFacts
from b24app.store.faces.return_list import PAGE, Wanted
from b24app.store.models import Connection
from placements.app import returns_list_view, returns_report
from placements.app.desk import Desk
from placements.app.returns_list_view import Filter, ListView, list_view, read_filter
from placements.app.section import Group, Section
from placements.deal_list_reading import readable
from placements.person import own_client

LIST = "parts/app_returns_list.html"
#: Deals that the portal is asked for at the most.
MOST_DEALS = 500


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    """The heading and the filter: the rows are asked for as soon as they are there, with the person's own key."""
    rules, formats = ReturnRules.of(facts.settings), desk.formats(who)
    carriers = [row for row in facts.connections if _carries(desk, row)]
    return {
        "choices": returns_list_view.choices(Filter(), rules, carriers, formats),
        "item": bool(return_process.entity_of(facts.settings)),
        "reports": Right.SETTINGS in rights_of(facts.settings, who),
    }


def _carries(desk: Desk, row: Connection) -> bool:
    """Warehouses bring nobody anything; a system that nobody knows any more may have."""
    plugin = desk.parts.plugin_of(row)
    return plugin is None or plugin.manifest.kind != "warehouse"


def routes(bp: Blueprint, desk: Desk) -> None:
    def returns_rows() -> Response:
        """Another filter or page."""
        who = desk.who(SECTION.right)
        # A stage that is pressed comes after the one that the form had.
        pressed = {"state": (request.form.getlist("state") or [""])[-1]}
        return desk.fragment(who, LIST, v=_listed(desk, who, read_filter({**request.form.to_dict(), **pressed})))

    bp.post("/app/returns/rows")(returns_rows)
    returns_report.routes(bp, desk)


def _listed(desk: Desk, who: PageSession, chosen: Filter) -> ListView:
    facts, formats = desk.facts(who), desk.formats(who)
    deals, more = _deals(desk, who, chosen, facts)
    wanted = chosen.wanted(who.user_id, deals)

    def read(session: Session) -> ListView:
        counts = return_list.counts(session, who.portal_id, wanted)
        listed = return_list.page(session, who.portal_id, wanted, (chosen.page - 1) * PAGE)
        accounts = {row.id: row.title for row in portals.connections(session, who.portal_id)}
        return list_view(listed, counts, chosen, ReturnRules.of(facts.settings), accounts, formats, more)

    return desk.read(read)


def _deals(desk: Desk, who: PageSession, chosen: Filter, facts: PortalFacts) -> tuple[tuple[int, ...] | None, bool]:
    """The deals whose returns this person may see, None = all; and whether there were more than the portal was asked
    for. Raises PageError."""
    if who.admin:
        return None, False
    wanted: Wanted = chosen.wanted(who.user_id, None)
    asked = desk.read(lambda session: return_list.deals_of(session, who.portal_id, wanted, MOST_DEALS + 1))
    if not asked:
        return (), False
    names = names_of(facts.roles, facts.settings)
    client = own_client(desk.parts, facts.portal, who, request.form.get("AUTH_ID", ""))
    seen = readable(client, asked[:MOST_DEALS], names, MOST_DEALS, who.user_id)
    return tuple(deal.deal_id for deal in seen), len(asked) > MOST_DEALS


SECTION = Section("returns", Group.RUN, "undo", view, Right.RETURNS, routes)
