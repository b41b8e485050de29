"""Health: one sentence first, then what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession
from b24app.store import vitals
from b24app.store.faces import failed as failed_face
from b24app.store.faces.portal import PortalFacts
from b24app.store.faces.workload import workload
from b24app.wire.gauges import Gauge
from placements.app import failed, saving
from placements.app.desk import Desk
from placements.app.health_view import HealthView, health_view
from placements.app.remotes_view import Pulse, name_of, name_of_portal
from placements.app.section import Group, Section
from placements.asking import ask, new_key

_WISHES = ("ship_now", "retry")
TEMPLATE = "app/health.html"


def health_of(desk: Desk, who: PageSession, facts: PortalFacts) -> HealthView:
    carrier = lambda system: desk.parts.carrier(system, who.lang)  # noqa: E731 - the page's language, bound once
    return health_view(facts, desk.formats(who), carrier, pulse_of(desk, facts))


def pulse_of(desk: Desk, facts: PortalFacts) -> Pulse:
    """What the log, the queues and Redis know of the portal's remotes: a fixed number of queries; nobody is called."""
    names = [name_of_portal(facts), *map(name_of, facts.connections)]
    portal_id, now = facts.portal.id, desk.parts.clock.now()
    return desk.read(
        lambda session: Pulse(
            calls=vitals.calls_of(session, names, now),
            gauges=_gauges(desk, facts),
            keys=vitals.keys(session, portal_id),
            work=workload(session, portal_id),
            failed=failed_face.failed(session, portal_id),
        )
    )


def _gauges(desk: Desk, facts: PortalFacts) -> dict[str, Gauge]:
    gauges, portal, manifests = desk.parts.gauges, facts.portal, desk.manifests()
    if gauges is None:
        return {}
    found = {name_of_portal(facts): gauges.portal(portal.member_id, portal.rate_size or 50, portal.rate_drain or 2)}
    for row in facts.connections:
        if row.system in manifests:
            rate = manifests[row.system].rate
            found[name_of(row)] = gauges.account(row.system, row.id, rate.per_second, rate.concurrency)
    return found


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:
    return {"health": health_of(desk, who, facts), "key": new_key()}


def routes(bp: Blueprint, desk: Desk) -> None:
    def redraw(who: PageSession) -> Response:
        return desk.fragment(who, TEMPLATE, **view(desk, who, desk.facts(who)))

    def health_version() -> Response:
        """Has the portal's health changed since version `v`? 204, or the new part."""
        who = desk.who()
        shown = view(desk, who, desk.facts(who))
        if shown["health"].version == request.args.get("v"):
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, TEMPLATE, **shown)

    def deal_wish(deal_id: int, wish: str) -> Response:
        """Ship a deal that waited for a person, or try a failed one again."""
        who = desk.who()
        if wish not in _WISHES:
            raise PageError(ErrorCode.BAD_INPUT, f"unknown wish {wish}")
        ask(desk.parts, who, wish, deal_id, request.form.get("key", ""))
        return redraw(who)

    def reread_portal() -> Response:
        """Pipelines or fields were changed in the portal: look again."""
        who = desk.who()
        desk.write(lambda session: saving.reread_portal(session, who, desk.parts.clock.now(), page_parts.trace()))
        return redraw(who)

    failed.routes(bp, desk, redraw)
    bp.get("/app/version")(health_version)
    bp.post("/app/deal/<int:deal_id>/<wish>")(deal_wish)
    bp.post("/app/reread")(reread_portal)


SECTION = Section("health", Group.RUN, "check-circle", view, routes=routes)
