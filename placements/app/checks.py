"""Reconciliation: deals without a shipment, shipments without a deal, orders nobody here made, prices that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession
from b24app.store import jobs, lanes, portals, reconciling
from b24app.store.audit import Act
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.models import ForeignOrder, JobState, Shipment
from placements.app import saving
from placements.app.desk import Desk, choice
from placements.app.section import Group, Section
from placements.asking import ask, new_key

WHAT = frozenset({"missing", "orphan", "foreign", "price"})
LONGEST_REASON = 500


def view(desk: Desk, who: PageSession, _facts: PortalFacts) -> Mapping[str, Any]:
    return _shown(desk, who)


def _shown(desk: Desk, who: PageSession) -> Mapping[str, Any]:
    now = desk.parts.clock.now()

    def read(session: Session) -> Mapping[str, Any]:
        found = reconciling.findings(session, who.portal_id, now)
        accounts = {row.id: row for row in portals.connections(session, who.portal_id)}
        job = jobs.latest(session, who.portal_id, reconciling.KIND)
        busy = job is not None and job.state in (JobState.WAITING, JobState.RUNNING)
        failed = job is not None and job.state == JobState.FAILED
        stages = {
            stage["id"]: stage["name"]
            for each in portals.get(session, who.portal_id).settings.get("pipelines", ())
            for stage in each["stages"]
        }
        return {"found": found, "accounts": accounts, "busy": busy, "failed": failed, "stages": stages}

    shown = desk.read(read)
    version = f"{shown['found'].at}-{shown['busy']}-{shown['failed']}-{shown['found'].count}"
    return {"checks": shown, "version": version, "key": new_key(), "error": None}


def routes(bp: Blueprint, desk: Desk) -> None:
    def draw(who: PageSession, error: Mapping[str, str] | None = None) -> Response:
        return desk.fragment(who, SECTION.template, **{**_shown(desk, who), "error": error})

    def checks_version() -> Response:
        """Has anything changed since version `v`? 204, or the whole section."""
        who = desk.who()
        shown = _shown(desk, who)
        if shown["version"] == request.args.get("v"):
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, SECTION.template, **shown)

    def check_now() -> Response:
        who, now = desk.who(), desk.parts.clock.now()

        def start(session: Session) -> LaneRef | None:
            job = jobs.latest(session, who.portal_id, reconciling.KIND)
            if job is not None and job.state in (JobState.WAITING, JobState.RUNNING):
                return None
            lane = lanes.portal_lane(session, who.portal_id)
            trace = page_parts.trace()
            jobs.start(
                session, who.portal_id, lane, reconciling.KIND, {}, asked_by=who.user_id, now=now, trace_id=trace
            )
            saving.audit(session, who, Act.RECONCILE, now)
            return lane

        desk.write(start)
        return draw(who)

    def check_ship(deal_id: int) -> Response:
        who = desk.who()
        ask(desk.parts, who, "ship_now", deal_id, request.form.get("key", ""))
        return draw(who)

    def check_off(what: str, row_id: int) -> Response:
        """A person says, with a reason, that a finding is fine."""
        who = desk.who()
        choice({"what": what}, "what", WHAT)
        reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
        if not reason:
            return draw(who, {"what": what, "id": str(row_id)})
        with_reason = {"what": what, "reason": reason, **_target(desk, who, what, row_id)}
        desk.write(lambda session: _settle(session, desk, who, what, row_id, with_reason))
        return draw(who)

    bp.get("/app/checks/version")(checks_version)
    bp.post("/app/checks/run")(check_now)
    bp.post("/app/checks/ship/<int:deal_id>")(check_ship)
    bp.post("/app/checks/off/<what>/<int:row_id>")(check_off)


def _target(desk: Desk, who: PageSession, what: str, row_id: int) -> dict[str, Any]:
    """What a finding is about, of this portal. Raises PageError(OUT_OF_DATE)."""
    found = desk.read(lambda session: reconciling.findings(session, who.portal_id, desk.parts.clock.now()))
    rows: dict[str, dict[int, dict[str, Any]]] = {
        "missing": {row.deal_id: {"deal": row.deal_id} for row in found.missing},
        "orphan": {row.id: _of(row) for row in found.orphans},
        "price": {row.shipment_id: {"shipment": row.shipment_id, "deal": row.deal_id} for row in found.prices},
        "foreign": {row.id: _order(row) for row in found.foreign},
    }
    if row_id not in rows[what]:
        raise PageError(ErrorCode.OUT_OF_DATE, f"{what} {row_id}")
    return rows[what][row_id]


def _of(row: Shipment) -> dict[str, Any]:
    return {"shipment": row.id, "deal": row.deal_id}


def _order(row: ForeignOrder) -> dict[str, Any]:
    return {"order": row.number or row.remote_id}


def _settle(
    session: Session, desk: Desk, who: PageSession, what: str, row_id: int, detail: dict[str, Any]
) -> LaneRef | None:
    if what == "foreign":
        reconciling.dismiss_foreign(session, who.portal_id, row_id)
    now = desk.parts.clock.now()
    saving.audit(session, who, Act.CHECKED_OFF, now, detail, deal_id=detail.get("deal"))
    return None


SECTION = Section("checks", Group.RUN, "search", view, routes=routes)
