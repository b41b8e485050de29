"""Jobs of an account's lane: the second half of a dry run, in the lane of the carrier that it would be sent to (its
look-ups, and the very call that creating the order would make; nothing is sent), and what `slotting` asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeGuard

from b24app.flows.trial import Outcome, Trial
from b24app.lanes.slices import Slice
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused
from b24app.runners.connection import slotting
from b24app.runners.connection.account import Account
from b24app.runners.connection.wishing import wishing
from b24app.runners.services import Services
from b24app.store import inbox, jobs, trials
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import InboxKind, Job, JobState
from b24app.wire.mask import mask_text, without_secrets
from b24app.wire.trace import tracing


def do(services: Services, slice_: Slice, account: Account, system: Any) -> None:
    """Serve the jobs that wait in this lane."""
    with read_scope(services.sessions) as session:
        rows = slice_.claim_inbox(session, (InboxKind.JOB,))
    for row in rows:
        _serve(services, slice_, account, system, row)


def _serve(services: Services, slice_: Slice, account: Account, system: Any, row: Claimed) -> None:
    with read_scope(services.sessions) as session:
        job = jobs.get(session, account.portal.id, int(row.key))
    if job is not None and slotting.is_ours(job):
        slotting.serve(services, slice_, account, system, row, job)
        return
    outcome = None
    if _is_ours(job):
        with tracing(row.trace_id):
            outcome = preview(system, Trial.from_json(job.memory))
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        slice_.check(session)
        inbox.close(session, slice_, row.ids, now)
        job = jobs.get(session, account.portal.id, int(row.key))
        if _is_ours(job) and outcome is not None:
            jobs.finish(job, outcome.to_json(), now)
            trials.note(session, account.portal.id, outcome.good, len(outcome.problems), now)


def _is_ours(job: Job | None) -> TypeGuard[Job]:
    return job is not None and job.kind == trials.KIND and job.state == JobState.RUNNING


def preview(system: Any, trial: Trial) -> Outcome:
    """What the carrier's look-ups say is a result, as everything else is."""
    if trial.request is None:
        return Outcome(trial)
    try:
        found = wishing(system.preview, trial.request)
    except Refused as error:
        return Outcome(trial, refused=error.problems)
    except AccountProblem as error:
        return Outcome(trial, refused=(error.problem,))
    except LogisticsError as error:
        return Outcome(trial, silent=mask_text(str(error)) or type(error).__name__)
    # Some systems sign in the address.
    return Outcome(trial, replace(found, url=found.url.partition("?")[0], body=without_secrets(found.body)))
