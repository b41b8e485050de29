"""The test of a connection: the system's own steps, asked for by an administrator; report and state are kept."""

from __future__ import annotations

from typing import Any

from b24app.lanes.slices import Slice
from b24app.logistics.errors import LogisticsError
from b24app.logistics.ports import TestStep
from b24app.runners.connection.saving import Account
from b24app.runners.services import Services
from b24app.store import inbox, intents, portal_settings, portals, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import ConnectionState

#: Kind of the rows that ask for it.
KIND = "test"


def do(services: Services, slice_: Slice, account: Account, system: Any) -> None:
    """Serve requests for a test. A system without one is taken as it is."""
    with read_scope(services.sessions) as session:
        rows = slice_.claim_inbox(session, (KIND,))
    if not rows:
        return
    steps = run(system)
    portal_id, connection_id, now = account.portal.id, account.connection.id, services.clock.now()
    good = all(step.ok for step in steps)
    rest = ConnectionState.PAUSED if account.connection.state == ConnectionState.PAUSED else ConnectionState.READY
    state = rest if good else ConnectionState.BROKEN
    why = "" if good else next(step.said for step in steps if not step.ok)
    with session_scope(services.sessions) as session:
        slice_.check(session)
        portal_settings.save_test_report(session, portal_id, connection_id, [step.to_json() for step in steps], now)
        portals.set_connection_state(session, portal_id, connection_id, state, why, tested_at=now)
        if good:  # what waited for the account goes on
            intents.free(session, portal_id, connection_id, now)
            shipments.free(session, portal_id, connection_id, now)
        inbox.close(session, slice_, [row_id for row in rows for row_id in row.ids], now)
    account.connection.state = state


def run(system: Any) -> list[TestStep]:
    """The system's own test; what it could not even begin is its one failed step."""
    if not hasattr(system, "test"):
        return []
    try:
        steps: list[TestStep] = system.test()
    except LogisticsError as error:
        return [TestStep("sign_in", False, said=str(error))]
    return steps
