"""The jobs `trial`, `trial_deals` and `point_needs`: a dry run of one deal, the deals that a person may choose from,
and what a deal asks of a pickup point."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from b24app.bitrix24 import deals as calls
from b24app.bitrix24.reading import DealReader
from b24app.flows.pickup_points import deal_needs
from b24app.flows.snapshot import CodSource, DealSnapshot
from b24app.flows.trial import Outcome, Trial, try_out
from b24app.runners.portal import choices
from b24app.runners.portal.context import Run, draft
from b24app.runners.portal.jobs import JobFailedError, JobStep
from b24app.runners.views import problem_view, shipment_view
from b24app.store import deal_extras, parcels, portals, problems, shipments, trials
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import Job

#: Deals that are offered.
OFFERED = 10


def try_deal(run: Run, job: Job) -> JobStep:
    """Read the deal as shipping reads it and decide as shipping decides; what the carrier is asked before an order is
    then looked up in its own lane (`runners.connection.previewing`). Writes nothing anywhere but into the job."""
    deal = read_one(run, int(job.input["deal_id"]))
    trial = _try(run, deal)
    if trial.request is not None and trial.connection_id and _shows(run, trial.connection_id):
        return JobStep(memory=trial.to_json(), at=trial.connection_id)
    outcome = Outcome(trial)
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        trials.note(session, run.portal.id, outcome.good, len(outcome.problems), run.services.clock.now())
    return JobStep(result=outcome.to_json())


def offer_deals(run: Run, _job: Job) -> JobStep:
    """The newest deals of the pipelines that are set up to ship, else of all of them."""
    known = [int(each["id"]) for each in run.portal.settings.get("pipelines", ())]
    categories = sorted(run.configured) or known or [0]
    answer = run.client.read_all([calls.newest_deals("newest", categories, run.names)], people=run.people)
    found = [calls.parse_deal(item, run.names) for item in calls.items_of(answer.get("newest"))]
    return JobStep(result={"deals": [_offer(deal) for deal in found[:OFFERED]]})


def needs_of_deal(run: Run, job: Job) -> JobStep:
    """What is in the box, what is to be collected and where the client is, as shipping reads it."""
    deal = read_one(run, int(job.input["deal_id"]))
    with read_scope(run.services.sessions) as session:
        picked = choices.picked(session, run.portal.id, [deal.deal_id])
    deal = replace(deal, picked=picked.get(deal.deal_id))
    return JobStep(result=deal_needs(deal, draft(run, deal.category)).to_json())


def _offer(deal: DealSnapshot) -> dict[str, Any]:
    return {"id": deal.deal_id, "title": deal.title, "category": deal.category, "stage": deal.stage}


def read_one(run: Run, deal_id: int, wares: Collection[int] = ()) -> DealSnapshot:
    """The deal as it is now, with the parcels that a person laid and what somebody chose beside carrying, and with its
    payments also when the pipeline that wants them is not on yet. `wares` are those it is thought to hold. Raises
    JobFailedError for one that is gone."""
    paid = any(config.cod_source is CodSource.UNPAID for config in run.configured.values())
    reader = DealReader(run.client, run.names, run.catalogue, payments=paid)
    deal = reader.read([deal_id], people=run.people, wares=wares).snapshots[deal_id]
    if deal.gone:
        raise JobFailedError("deal_gone")
    with read_scope(run.services.sessions) as session:
        plans = parcels.plans(session, run.portal.id, [deal_id])
        chosen = deal_extras.chosen(session, run.portal.id, [deal_id])
    return replace(deal, plan=plans.get(deal_id), extras=chosen.get(deal_id))


def _try(run: Run, deal: DealSnapshot) -> Trial:
    with read_scope(run.services.sessions) as session:
        owned = shipments.of_deals(session, run.portal.id, [deal.deal_id])[deal.deal_id]
        opened = problems.open_of_orders(session, run.portal.id, [deal.deal_id])[deal.deal_id]
        picked = choices.picked(session, run.portal.id, [deal.deal_id])
    deal = replace(deal, picked=picked.get(deal.deal_id))
    views = [shipment_view(row, (), opened) for row in owned]
    known = [problem_view(row) for row in opened]
    return try_out(deal, draft(run, deal.category), views, run.services.clock.now(), known)


def _shows(run: Run, connection_id: int) -> bool:
    """Whether the account is there and its system can show an order before it is sent."""
    with read_scope(run.services.sessions) as session:
        account = portals.connection(session, run.portal.id, connection_id)
    plugin = run.services.plugins.get(account.system) if account else None
    return plugin is not None and "Preview" in plugin.manifest.ports
