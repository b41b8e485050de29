"""Addresses that people put right: the check at the carrier as a job, and what was and what became."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.logistics.model import Address
from b24app.store import jobs
from b24app.store.audit import Author, Change
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import AddressChange, InboxKind, Job, JobState, Pipeline, Shipment

KIND = jobs.ADDRESS
#: Nobody waits longer than this for a carrier's directory.
GIVEN_UP = timedelta(seconds=45)
_SHOWN = 20


def account_of(session: Session, portal_id: int, deal_id: int, category: int | None) -> int | None:
    """The connection that the deal's last shipment went to, else the one of its pipeline."""
    mine = select(Shipment.connection_id).where(Shipment.portal_id == portal_id, Shipment.deal_id == deal_id)
    last = session.scalar(mine.order_by(Shipment.n.desc()).limit(1))
    if last is not None:
        return last
    at = select(Pipeline.connection_id).where(Pipeline.portal_id == portal_id, Pipeline.category_id == (category or 0))
    return session.scalar(at)


def ask(
    session: Session,
    portal_id: int,
    connection_id: int,
    deal_id: int,
    address: Address,
    *,
    asked_by: int,
    now: datetime,
    trace_id: str,
) -> tuple[Job, LaneRef]:
    """Asks the account's lane what its directory makes of the address; earlier questions of the person are forgotten.
    Wake the lane after the commit."""
    lane = connection_lane(session, connection_id)
    given = {"deal_id": deal_id, "address": address.to_json()}
    job = jobs.start(
        session, portal_id, lane, KIND, given, asked_by=asked_by, now=now, trace_id=trace_id, row=InboxKind.ADDRESS
    )
    jobs.forget_before(session, job)
    return job, lane


def asked(session: Session, portal_id: int, deal_id: int, job_id: int) -> Job | None:
    """The question of this deal, however far it came."""
    job = jobs.get(session, portal_id, job_id)
    return job if job is not None and job.kind == KIND and job.input.get("deal_id") == deal_id else None


def is_waiting(job: Job, now: datetime) -> bool:
    return job.state in (JobState.WAITING, JobState.RUNNING) and now - job.created_at < GIVEN_UP


def note(
    session: Session, portal_id: int, deal_id: int, changes: Sequence[Change], by: Author, now: datetime
) -> AddressChange:
    """Keeps what was and what became; values are encrypted (the audit says only that something was changed)."""
    row = AddressChange(
        portal_id=portal_id,
        deal_id=deal_id,
        at=now,
        user_id=by.user_id,
        name=by.name,
        changes=[each.to_json() for each in changes],
    )
    session.add(row)
    session.flush()
    return row


def changes(session: Session, portal_id: int, deal_id: int) -> list[AddressChange]:
    """Newest first."""
    mine = select(AddressChange).where(AddressChange.portal_id == portal_id, AddressChange.deal_id == deal_id)
    return list(session.scalars(mine.order_by(AddressChange.at.desc(), AddressChange.id.desc()).limit(_SHOWN)))


def changes_of(row: AddressChange) -> tuple[Change, ...]:
    rows: list[dict[str, Any]] = row.changes
    return tuple(Change.from_json(each) for each in rows)
