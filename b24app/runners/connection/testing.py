"""The test of a connection, asked for by an administrator: the system's own steps, then ours about callbacks. Each step
is stored as it ends, so that the page shows how far it came; report, state and subscription are kept."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.lanes.slices import Slice
from b24app.logistics.errors import LogisticsError, problem_in
from b24app.logistics.model import Sender
from b24app.logistics.ports import TestStep
from b24app.runners.connection import hooking, listing, reaching
from b24app.runners.connection.account import Account
from b24app.runners.services import Services
from b24app.store import (
    inbox,
    intents,
    message_lane,
    origins,
    part_looks,
    portal_settings,
    portals,
    return_errand_lane,
    shipments,
    sms_sender,
)
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ConnectionState
from b24app.systems.plugin import Manifest
from b24app.wire.trace import new_trace_id

#: Kind of the rows that ask for it.
KIND = "test"
#: Port of accounts that send messages.
GATEWAY = "Messages"


def do(services: Services, slice_: Slice, account: Account, system: Any) -> None:
    """Serve requests for a test."""
    connection, portal_id = account.connection, account.portal.id
    with read_scope(services.sessions) as session:
        rows = slice_.claim_inbox(session, (KIND,))
        sender = origins.senders(session, portal_id).of(connection.id) if rows else None
    if not rows:
        return
    done: list[TestStep] = []
    for step in timed(steps(services, account, system, sender)):
        done.append(step)
        with session_scope(services.sessions) as session:
            slice_.check(session)
            _keep(session, account, done, services, running=True)
    _finish(services, slice_, account, rows, done)


def steps(services: Services, account: Account, system: Any, sender: Sender | None) -> Iterator[TestStep]:
    """The system's own steps, after a look whether anybody is at the address that was typed. Ours about callbacks
    follow when the account works, and stop nothing. A system without a test is taken as it is."""
    good = True
    if (there := reaching.reach(services, account.connection)) is not None:
        yield there
        if not there.ok:
            return
    for step in own_steps(system, sender):
        good = good and (step.ok or step.soft)
        yield step
    if good and (choices := listing.chosen(services, account)) is not None:
        yield choices
    if good and hooking.takes_callbacks(system):
        yield hooking.reach(services, account.connection)
        yield hooking.subscribe(services, account.connection, system)


def own_steps(system: Any, sender: Sender | None) -> Iterator[TestStep]:
    """What a test could not even begin is its one failed step."""
    if not hasattr(system, "test"):
        return
    try:
        yield from system.test(sender)
    except LogisticsError as error:
        yield TestStep("sign_in", False, problem_in(error), str(error))


def timed(found: Iterable[TestStep]) -> Iterator[TestStep]:
    """Each step with the time that passed until it came, what is done with the one before not counted."""
    began = time.monotonic()
    for step in found:
        yield replace(step, ms=round((time.monotonic() - began) * 1000))
        began = time.monotonic()


def _keep(session: Any, account: Account, done: Sequence[TestStep], services: Services, running: bool) -> None:
    report = [step.to_json() for step in done]
    now = services.clock.now()
    portal_settings.save_test_report(session, account.portal.id, account.connection.id, report, now, running)


def _finish(
    services: Services, slice_: Slice, account: Account, rows: Sequence[Claimed], done: Sequence[TestStep]
) -> None:
    """Report, state and subscription together with the rows that asked. A pause of meanwhile is kept."""
    portal_id, connection_id, now = account.portal.id, account.connection.id, services.clock.now()
    failed = next((step for step in done if not step.ok and not step.soft), None)
    with session_scope(services.sessions) as session:
        slice_.check(session)
        _keep(session, account, done, services, running=False)
        found = portals.connection(session, portal_id, connection_id)
        inbox.close(session, slice_, [row_id for row in rows for row_id in row.ids], now)
        if found is None:  # removed meanwhile
            account.connection.state = ConnectionState.REMOVED
            return
        paused = found.state == ConnectionState.PAUSED
        state = ConnectionState.PAUSED if paused else ConnectionState.READY
        why = found.pause_reason if paused else ""
        if failed is not None:
            state, why = ConnectionState.BROKEN, failed.said
        portals.set_connection_state(session, portal_id, connection_id, state, why, now=now, tested_at=now)
        _keep_hooks(session, account, done, services)
        if failed is None:  # what waited for the account goes on
            for lane in (intents, shipments, return_errand_lane, message_lane):
                lane.free(session, portal_id, connection_id, now)
            _offer_sender(session, portal_id, services.plugins[found.system].manifest, now)
            if listing.names(services.plugins[found.system].manifest):
                trace = rows[0].trace_id
                inbox.append(
                    session, slice_.lane_id, listing.KIND, str(connection_id), {}, now=now, trace_id=trace, people=True
                )
    account.connection.state = state


def _offer_sender(session: Session, portal_id: int, manifest: Manifest, now: datetime) -> None:
    """The portal's first account at a gateway works: its automation may send through it from now on. (The portal's lane
    is found by its row.)"""
    kept = sms_sender.Kept.of(portals.get(session, portal_id).settings or {})
    if GATEWAY in manifest.ports and not kept.registered:
        part_looks.look_again(session, portal_id, sms_sender.STEP, now, new_trace_id(), people=False)


def _keep_hooks(session: Any, account: Account, done: Sequence[TestStep], services: Services) -> None:
    """The subscription decides: an address that does not answer us may well answer the carrier."""
    portal_id, connection = account.portal.id, account.connection
    found = {step.name: step for step in done}
    subscribed = found.get(hooking.SUBSCRIBED)
    if subscribed is None:
        return
    if subscribed.ok:
        connection.hook_subscribed_at = services.clock.now()
        portals.note_subscribed(session, portal_id, connection.id, connection.hook_subscribed_at)
    unsaid = next((step for step in (subscribed, found[hooking.CALLBACK]) if not step.ok and step.checked), None)
    if unsaid is not None:
        portals.note_hook_problem(session, portal_id, connection.id, hooking.words_of(unsaid))
