"""The job `parcels`: the goods of a deal with their weights and sizes, for the person who lays them into parcels."""

from __future__ import annotations

from dataclasses import replace

from b24app.flows.cutting import cut, left_of
from b24app.flows.legs import pieces
from b24app.flows.packing import packing_of
from b24app.flows.portions import is_split
from b24app.runners.portal import choices
from b24app.runners.portal.context import Run, draft
from b24app.runners.portal.jobs import JobStep
from b24app.runners.portal.trying import read_one
from b24app.runners.views import shipment_view
from b24app.store import shipments
from b24app.store.engine import read_scope
from b24app.store.models import Job


def goods_of_deal(run: Run, job: Job) -> JobStep:
    """As shipping reads the deal: of one that was split, what is left. Who would carry it as it would be decided
    now."""
    deal = read_one(run, int(job.input["deal_id"]))
    with read_scope(run.services.sessions) as session:
        picked = choices.picked(session, run.portal.id, [deal.deal_id])
        owned = shipments.of_deals(session, run.portal.id, [deal.deal_id])[deal.deal_id]
    deal = replace(deal, picked=picked.get(deal.deal_id))
    views = pieces([shipment_view(row) for row in owned])
    pipeline = draft(run, deal.category)
    if not is_split(views):
        return JobStep(result=packing_of(deal, pipeline).to_json())
    return JobStep(result=packing_of(cut(deal, left_of(deal, views)), pipeline, deal).to_json())
