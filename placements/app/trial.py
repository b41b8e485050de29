"""A dry run on a real deal: exactly what would be sent, field by field with its source, sending nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.names import FieldNames
from b24app.frames import htmx, pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.session import PageSession
from b24app.store import jobs, lanes, portals, trials
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.models import JobState
from placements.app import saving, stages_saving
from placements.app.desk import Desk
from placements.app.section import Group, Progress, Section
from placements.app.trial_lines import Scene
from placements.app.trial_view import ResultView, result_view
from placements.person import own_client, read_deal

RESULT, DEALS = "parts/app_trial_result.html", "parts/app_trial_deals.html"
#: Tells the page that a step of the set-up may be done now.
STEPS = "steps-changed"
#: The newest deals are looked up again after this, and a look that never ended is repeated.
FRESH = timedelta(minutes=5)
#: A dry run of the same deal that is under way is not begun twice.
GIVE_UP = timedelta(minutes=2)
_BUSY = (JobState.WAITING, JobState.RUNNING)
LONGEST_ID = 12


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    return {**_lacks(facts), **_deals(desk, who, facts), **_shown(desk, who, facts), "wrong": "", "typed": ""}


def progress(facts: PortalFacts, formats: Formats) -> Progress:
    """Done once a dry run came through; the hint is about the last one."""
    last = facts.settings.get(trials.KEY)
    if not last:
        return Progress(False, "", needed=False)
    at = formats.moment(datetime.fromisoformat(last["at"]))
    said = formats.words("trial.hint.good", at=at) if last["good"] else formats.words("trial.hint.bad", at=at)
    return Progress(bool(last["passed_at"]), said, needed=False)


def _lacks(facts: PortalFacts) -> dict[str, Any]:
    """What the set-up lacks for any deal at all."""
    ships = any(row.trigger_stage and row.connection_id for row in facts.pipelines.values())
    return {"no_account": not facts.shippers, "no_stage": not ships}


def _result(desk: Desk, who: PageSession, facts: PortalFacts) -> ResultView:
    """The person's last dry run."""
    job = desk.read(lambda session: jobs.latest(session, who.portal_id, trials.KIND, who.user_id))
    return result_view(job, Scene(facts, desk.manifests(), desk.formats(who)))


def _shown(desk: Desk, who: PageSession, facts: PortalFacts) -> dict[str, Any]:
    """What `RESULT` draws. `own_key`: trying again takes the person's own key."""
    return {"result": _result(desk, who, facts), "own_key": not who.admin}


def _deals(desk: Desk, who: PageSession, facts: PortalFacts) -> dict[str, Any]:
    """The newest deals, for administrators: others may not see all of them. `deals_state`: ready | busy | wanted |
    failed | hidden."""
    if not who.admin:
        return {"deals": (), "deals_state": "hidden"}
    job = desk.read(lambda session: jobs.latest(session, who.portal_id, trials.DEALS_KIND, who.user_id))
    if job is None or desk.parts.clock.now() - job.created_at > FRESH:
        return {"deals": (), "deals_state": "wanted"}
    if job.state in _BUSY:
        return {"deals": (), "deals_state": "busy"}
    if job.state == JobState.FAILED:
        return {"deals": (), "deals_state": "failed"}
    scene = Scene(facts, {}, desk.formats(who))
    deals = [{**each, "stage": scene.stage(each["category"], each["stage"])} for each in job.result["deals"]]
    return {"deals": deals, "deals_state": "ready"}


def routes(bp: Blueprint, desk: Desk) -> None:
    def try_deal() -> Response:
        """Begin a dry run of the deal `deal`; `AUTH_ID` is a fresh key of whoever is no administrator."""
        who = desk.who()
        typed = request.form.get("deal", "").strip()
        if not typed.isdigit() or not 0 < len(typed) <= LONGEST_ID or not int(typed):
            return desk.fragment(
                who, SECTION.template, **{**view(desk, who, desk.facts(who)), "wrong": "deal", "typed": typed[:40]}
            )
        _may_read(desk, who, int(typed))
        desk.write(lambda session: _start(session, desk, who, trials.KIND, {"deal_id": int(typed)}))
        return desk.fragment(who, SECTION.template, **view(desk, who, desk.facts(who)))

    def trial_result() -> Response:
        """How the person's dry run goes; 204 when nothing changed since version `v`."""
        who = desk.who()
        shown = _shown(desk, who, desk.facts(who))
        if shown["result"].version == request.args.get("v"):
            return pages.nothing_new(who, desk.parts.signer)
        answer = desk.fragment(who, RESULT, **shown)
        if not shown["result"].busy:
            htmx.announce(answer, STEPS)
        return answer

    def trial_deals() -> Response:
        """The newest deals, or that they are being looked up (204 when that is known already)."""
        who = desk.who()
        found = _deals(desk, who, desk.facts(who))
        if found["deals_state"] == "busy":
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, DEALS, **found)

    def look_for_deals() -> Response:
        who = desk.who()
        if who.admin:
            desk.write(lambda session: _start(session, desk, who, trials.DEALS_KIND, {}))
        return desk.fragment(who, DEALS, **_deals(desk, who, desk.facts(who)))

    def trial_switch_on(category: int) -> Response:
        """The deal would ship: its pipeline is switched on."""
        who = desk.who()
        facts = desk.facts(who)
        with session_scope(desk.parts.sessions) as session:
            saved = stages_saving.switch_on(session, who, facts, category, desk.parts.clock.now())
        desk.wake(saved.wake)
        return desk.fragment(who, RESULT, **_shown(desk, who, desk.facts(who)))

    bp.post("/app/trial")(try_deal)
    bp.get("/app/trial/result")(trial_result)
    bp.get("/app/trial/deals")(trial_deals)
    bp.post("/app/trial/deals")(look_for_deals)
    bp.post("/app/trial/on/<int:category>")(trial_switch_on)


def _may_read(desk: Desk, who: PageSession, deal_id: int) -> None:
    """An administrator sees every deal; whoever else changes settings proves with their own key that they may see this
    one. Raises PageError (NO_ACCESS, DEAL_GONE, …)."""
    if who.admin:
        return
    key = request.form.get("AUTH_ID", "")
    if not key:
        raise PageError(ErrorCode.BAD_INPUT, "no key of the person", "deal")
    portal = desk.read(lambda session: portals.get(session, who.portal_id))
    read_deal(own_client(desk.parts, portal, who, key), deal_id, FieldNames({}), portal.scopes)


def _start(session: Session, desk: Desk, who: PageSession, kind: str, given: dict[str, Any]) -> LaneRef | None:
    """A new job in place of the person's last one; None when the same is under way."""
    now = desk.parts.clock.now()
    last = jobs.latest(session, who.portal_id, kind, who.user_id)
    if last is not None and last.state in _BUSY and last.input == given and now - last.created_at < GIVE_UP:
        return None
    lane = lanes.portal_lane(session, who.portal_id)
    trace = page_parts.trace()
    job = jobs.start(session, who.portal_id, lane, kind, given, asked_by=who.user_id, now=now, trace_id=trace)
    jobs.forget_before(session, job)
    if kind == trials.KIND:
        saving.audit(session, who, Act.TRIAL, now, deal_id=given["deal_id"])
    return lane


SECTION = Section("trial", Group.STEPS, "search", view, routes=routes, progress=progress)
