"""The job `stock`: reads a deal for its articles and has every account that tells its stock asked about them, each in
its own lane."""

from __future__ import annotations

from dataclasses import replace

from b24app.flows import several
from b24app.flows.case import Case, with_legs
from b24app.flows.cutting import cut, left_of
from b24app.flows.portions import is_split
from b24app.flows.stock import needs_of, warehouse_legs
from b24app.runners.portal import choices
from b24app.runners.portal.context import Run, draft
from b24app.runners.portal.jobs import JobStep
from b24app.runners.portal.trying import read_one
from b24app.runners.services import Services
from b24app.runners.views import shipment_view
from b24app.store import portals, shipments, stock
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import Connection, Job
from b24app.wire.trace import current_trace


def ask_warehouses(run: Run, job: Job) -> JobStep:
    """As shipping reads the deal: of one that was split, what is left; who would carry it as it would be decided
    now."""
    deal = read_one(run, int(job.input["deal_id"]))
    portal_id, services = run.portal.id, run.services
    with read_scope(services.sessions) as session:
        picked = choices.picked(session, portal_id, [deal.deal_id])
        owned = shipments.of_deals(session, portal_id, [deal.deal_id])[deal.deal_id]
    deal = replace(deal, picked=picked.get(deal.deal_id))
    bare = Case(deal, draft(run, deal.category), (), (), (), services.clock.now(), by_person=True)
    case = with_legs(bare, tuple(shipment_view(row) for row in owned))
    composed, loads = several.next_up(case), case.shipments
    way = (composed.connection_id, composed.before.connection_id if composed.before else 0)
    needs = needs_of((cut(deal, left_of(deal, loads)) if is_split(loads) else deal).rows)
    with session_scope(services.sessions) as session:
        run.slice.check(session)
        accounts = portals.connections(session, portal_id)
        legs = warehouse_legs(way, {each.id for each in accounts if picks(services, each.system)})
        asked = [each for each in accounts if tells(services, each)]
        again, now, trace = bool(job.input.get("again")), services.clock.now(), current_trace()
        lanes = stock.spread(session, portal_id, deal.deal_id, needs, legs, asked, again, now, trace)
    for lane in lanes:
        services.waker.wake(lane)
    return JobStep(result={"asked": len(asked)})


def tells(services: Services, account: Connection) -> bool:
    """Whether it can be asked what lies in its warehouses."""
    plugin = services.plugins.get(account.system)
    return plugin is not None and plugin.manifest.gives(stock.PORT, account.settings)


def picks(services: Services, system: str) -> bool:
    plugin = services.plugins.get(system)
    return plugin is not None and plugin.manifest.kind == "warehouse"
