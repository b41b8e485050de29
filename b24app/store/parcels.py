"""Parcels that people laid: the plan of a deal, and the reading of its goods that the panel asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.plan import ParcelPlan
from b24app.logistics.model import Parcel
from b24app.store import jobs
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import Job, ParcelPlanRow
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import chunks, locked

#: Kind of the job that reads a deal's goods with their weights (`flows.packing.Packing`).
KIND = "parcels"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a deal. `plan` None = all goods in one parcel; `parcels` are what came of the plan when it was
    saved. `version` changes with every saving, 0 = nobody ever did."""

    plan: ParcelPlan | None = None
    parcels: tuple[Parcel, ...] = ()
    version: int = 0
    by: int = 0
    name: str = ""
    at: datetime | None = None


def of_deal(session: Session, portal_id: int, deal_id: int) -> Kept:
    row = session.scalar(
        select(ParcelPlanRow).where(ParcelPlanRow.portal_id == portal_id, ParcelPlanRow.deal_id == deal_id)
    )
    return _kept(row) if row is not None else Kept()


def _kept(row: ParcelPlanRow) -> Kept:
    return Kept(
        plan=ParcelPlan.from_json(row.plan) if row.plan else None,
        parcels=tuple(Parcel.from_json(each) for each in row.shown.get("parcels", ())),
        version=row.version,
        by=row.changed_by or 0,
        name=row.changed_name,
        at=row.changed_at,
    )


def keep(
    session: Session,
    portal_id: int,
    deal_id: int,
    plan: ParcelPlan | None,
    parcels: Sequence[Parcel],
    *,
    seen: int,
    by: int,
    name: str,
    now: datetime,
) -> Kept | None:
    """Keeps a plan (None = one parcel again) for who saw version `seen`; returns what was kept before. None = somebody
    else was quicker, nothing is changed."""
    first = {"plan": {}, "shown": {}, "version": 0, "changed_by": None, "changed_name": "", "changed_at": now}
    row, _ = locked(session, ParcelPlanRow, {"portal_id": portal_id, "deal_id": deal_id}, first)
    if row.version != seen:
        return None
    before = _kept(row)
    row.plan = plan.to_json() if plan else {}
    row.shown = {"parcels": [parcel.to_json() for parcel in parcels]} if plan else {}
    row.version, row.changed_by, row.changed_name, row.changed_at = seen + 1, by, name[:MAX_NAME], now
    return before


def plans(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, ParcelPlan]:
    """By deal id; deals that go in one parcel are missing."""
    found: dict[int, ParcelPlan] = {}
    for some in chunks(sorted(deal_ids)):
        wanted = select(ParcelPlanRow.deal_id, ParcelPlanRow.plan)
        mine = wanted.where(ParcelPlanRow.portal_id == portal_id, ParcelPlanRow.deal_id.in_(some))
        found |= {deal_id: ParcelPlan.from_json(plan) for deal_id, plan in session.execute(mine) if plan}
    return found


def ask(
    session: Session, portal_id: int, deal_id: int, *, asked_by: int, now: datetime, trace_id: str
) -> tuple[Job, LaneRef]:
    """Has the deal's goods read with their weights. Wake the lane after the commit."""
    lane = portal_lane(session, portal_id)
    given = {"deal_id": deal_id}
    job = jobs.start(session, portal_id, lane, KIND, given, asked_by=asked_by, now=now, trace_id=trace_id)
    return job, lane


def asked(session: Session, portal_id: int, deal_id: int, job_id: int) -> Job | None:
    """The reading of this deal, however far it came."""
    job = jobs.get(session, portal_id, job_id)
    return job if job is not None and job.kind == KIND and job.input.get("deal_id") == deal_id else None
