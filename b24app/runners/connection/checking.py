"""What the carrier's directory makes of an address that a person is putting right, in the account's own lane."""

from __future__ import annotations

from typing import Any, TypeGuard

from b24app.lanes.slices import Slice
from b24app.logistics.errors import LogisticsError
from b24app.logistics.model import Address
from b24app.logistics.ports import CheckedAddress
from b24app.runners.connection.account import Account
from b24app.runners.services import Services
from b24app.store import addresses, inbox, jobs
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ConnectionState, InboxKind, Job, JobState
from b24app.wire.trace import tracing

#: Why there is no answer: keys of the `address.silent.*` words.
PAUSED, SILENT, NO_CHECK = "paused", "silent", "no_check"


def do(services: Services, slice_: Slice, account: Account, system: Any) -> None:
    """Serve the questions that wait in this lane."""
    with read_scope(services.sessions) as session:
        rows = slice_.claim_inbox(session, (InboxKind.ADDRESS,))
    for row in rows:
        _serve(services, slice_, account, system, row)


def _serve(services: Services, slice_: Slice, account: Account, system: Any, row: Claimed) -> None:
    with read_scope(services.sessions) as session:
        job = jobs.get(session, account.portal.id, int(row.key))
    found: CheckedAddress | str = SILENT
    if _is_open(job):
        with tracing(row.trace_id):
            found = look(account, system, Address.from_json(job.input["address"]))
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        slice_.check(session)
        inbox.close(session, slice_, row.ids, now)
        job = jobs.get(session, account.portal.id, int(row.key))
        if not _is_open(job):
            return
        if isinstance(found, str):
            jobs.fail(job, found, now)
        else:
            jobs.finish(job, found.to_json(), now)


def _is_open(job: Job | None) -> TypeGuard[Job]:
    return job is not None and job.kind == addresses.KIND and job.state == JobState.WAITING


def look(account: Account, system: Any, address: Address) -> CheckedAddress | str:
    """What the directory says, or why it says nothing."""
    if account.connection.state != ConnectionState.READY:
        return PAUSED
    if not hasattr(system, "check_address"):
        return NO_CHECK
    try:
        found: CheckedAddress = system.check_address(address)
    except LogisticsError:
        return SILENT
    return found
