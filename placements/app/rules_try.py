"""Trying the rules over the last deals: begins a simulation and shows it as it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.store import lanes, rules, simulations
from b24app.store.audit import Act
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.models import Rule
from placements.app import saving
from placements.app.desk import Desk, choice
from placements.app.rules_try_view import COUNTS, Scene, try_view

PART = "parts/app_rules_try.html"


def view(desk: Desk, who: PageSession, facts: PortalFacts, rows: Sequence[Rule]) -> Mapping[str, Any]:
    """`rows`: the portal's rules in their order."""
    scene = Scene(
        facts=facts,
        rules=rows,
        manifests=desk.manifests(),
        formats=desk.formats(who),
        costs=Right.COSTS in rights_of(facts.settings, who),
    )
    return {"trying": try_view(desk.read(lambda session: simulations.last(session, who.portal_id)), scene)}


def _fresh(desk: Desk, who: PageSession) -> Mapping[str, Any]:
    return view(desk, who, desk.facts(who), desk.read(lambda session: rules.in_order(session, who.portal_id)))


def routes(bp: Blueprint, desk: Desk) -> None:
    def try_rules() -> Response:
        """Begins a simulation unless one is under way."""
        who, now = desk.who(), desk.parts.clock.now()
        count = choice(request.form, "count", set(COUNTS))

        def begin(session: Session) -> LaneRef | None:
            last = simulations.last(session, who.portal_id)
            if last is not None and last.busy(now):
                return None
            mine = {str(row.id) for row in rules.in_order(session, who.portal_id)}
            also = sorted(int(one) for one in mine & set(request.form.getlist("also")))
            lane = lanes.portal_lane(session, who.portal_id)
            given = {"count": int(count), "also": also}
            simulations.begin(
                session, who.portal_id, lane, given, asked_by=who.user_id, now=now, trace=page_parts.trace()
            )
            saving.audit(session, who, Act.RULES_TRY, now)
            return lane

        desk.write(begin)
        return desk.fragment(who, PART, **_fresh(desk, who))

    def try_version() -> Response:
        """Has anything come since version `v`? 204, or the whole part."""
        who = desk.who()
        shown = _fresh(desk, who)
        if shown["trying"].version == request.args.get("v"):
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, PART, **shown)

    bp.post("/app/rules/try")(try_rules)
    bp.get("/app/rules/try/version")(try_version)
