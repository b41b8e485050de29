"""Requests: every call of this portal, masked, and one deal's whole trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession
from b24app.store import calls, deals, portals
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import AuditRow, ProblemRow, TrackingRow
from placements.app import log_view
from placements.app.changes_view import ChangeWords
from placements.app.desk import Desk
from placements.app.section import Group, Section

ROWS = "parts/app_log_rows.html"
_AUDITS = 200


def view(desk: Desk, who: PageSession, _facts: PortalFacts) -> Mapping[str, Any]:
    """The list, or the trace when the address names a deal."""
    deal_id = (request.view_args or {}).get("deal_id") or request.args.get("deal", "")
    if str(deal_id).isdecimal() and len(str(deal_id)) <= 12:
        return {"trace": trace(desk, who, int(deal_id)), "log": None}
    return {"log": listed(desk, who), "trace": None}


def listed(desk: Desk, who: PageSession) -> Mapping[str, Any]:
    """One page of the log by the form's filters."""
    formats = desk.formats(who)
    with_names = desk.read(lambda session: _names(session, who, desk))
    wanted, filters = log_view.wanted(request.args, with_names, who.zone)
    after = log_view.cursor(request.args.get("after", ""))
    rows = desk.read(lambda session: calls.newest(session, who.portal_id, wanted, after))
    return {
        "lines": [log_view.line(row, with_names, formats) for row in rows],
        "filters": filters,
        "remotes": with_names,
        "outcomes": calls.OUTCOMES,
        "next": log_view.next_cursor(rows),
        "first": after is None,
    }


def _names(session: Session, who: PageSession, desk: Desk) -> dict[str, str]:
    portal = portals.get(session, who.portal_id)
    return log_view.names(portal.member_id, portals.connections(session, portal.id), desk.formats(who))


def trace(desk: Desk, who: PageSession, deal_id: int) -> Mapping[str, Any]:
    """Everything that happened around one deal, oldest first."""
    formats = desk.formats(who)

    def read(session: Session) -> tuple[tuple[log_view.Step, ...], str, int]:
        mine, names = who.portal_id, _names(session, who, desk)
        rows = calls.deal_rows(session, mine, deal_id)
        made = calls.of_deal(session, mine, deal_id, rows)
        audits = select(AuditRow).where(AuditRow.portal_id == mine, AuditRow.deal_id == deal_id)
        found = select(ProblemRow).where(ProblemRow.portal_id == mine, ProblemRow.deal_id == deal_id)
        owned = [row.id for row in rows.shipments]
        events = select(TrackingRow).where(TrackingRow.portal_id == mine, TrackingRow.shipment_id.in_(owned))
        happened = [
            *log_view.told_by_rows(rows, formats),
            *log_view.told_by_others(
                session.scalars(audits.order_by(AuditRow.id.desc()).limit(_AUDITS)),
                session.scalars(events.order_by(TrackingRow.id.desc()).limit(_AUDITS)),
                session.scalars(found.order_by(ProblemRow.id.desc()).limit(_AUDITS)),
                ChangeWords(formats, desk.manifests()),
                formats,
            ),
            *log_view.told_by_calls(made, names, formats),
        ]
        state = deals.states(session, mine, [deal_id]).get(deal_id)
        return log_view.steps(happened, formats), state.title if state else "", len(made)

    steps, title, made = desk.read(read)
    return {"deal_id": deal_id, "title": title, "steps": steps, "calls": made}


def routes(bp: Blueprint, desk: Desk) -> None:
    def log_rows() -> Response:
        """The list anew for other filters, or its next page."""
        who = desk.who()
        return desk.fragment(who, ROWS, log=listed(desk, who))

    def log_call(call_id: int) -> Response:
        """What one call sent and what came back."""
        who = desk.who()
        row = desk.read(lambda session: calls.one(session, who.portal_id, call_id))
        if row is None:
            raise PageError(ErrorCode.OUT_OF_DATE, f"call {call_id}")
        return desk.fragment(who, "parts/app_log_call.html", call=log_view.body(row))

    bp.get("/app/log/rows")(log_rows)
    bp.get("/app/log/call/<int:call_id>")(log_call)


SECTION = Section("log", Group.RUN, "doc", view, routes=routes)
