"""What a connection's lane does besides carrying parcels: callbacks, tests, dry runs, address checks, keeping its
subscription."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from b24app.lanes.slices import Slice
from b24app.logistics.ports import CallbackHint
from b24app.runners.connection import checking, hooking, listing, previewing, testing
from b24app.runners.connection.account import Account
from b24app.runners.services import Services
from b24app.store import inbox, message_lane, portals, reconciling, return_errand_lane, shipments
from b24app.store.crypto import unseal
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import Connection, ConnectionState, InboxKind

#: Subscriptions are checked this often: a day of our silence makes a carrier drop them (cdek.md §15.2).
SUBSCRIPTION_CHECK = timedelta(hours=12)
#: … and this long after a check that did not succeed.
SUBSCRIPTION_AGAIN = timedelta(minutes=10)
_log = structlog.get_logger("waybill.connection")


def do(services: Services, slice_: Slice, account: Account, system: Any, due: frozenset[str]) -> frozenset[str]:
    """Serve requests for a test, lists, callbacks and dry runs; look after the subscription when its time has come.
    `due` are the kinds of rows that are due; returns those that are due afterwards."""
    for kind, serve in _BY_KIND:
        if kind in due:
            serve(services, slice_, account, system)
            due = slice_.due_kinds()
    if account.connection.state == ConnectionState.READY and not slice_.people:
        _keep_subscribed(services, slice_, account, system)
    return due


def next_check(connection: Connection, slice_: Slice, now: datetime) -> datetime:
    """When the account's subscription wants to be looked at; also one without orders keeps it."""
    last = connection.hook_subscribed_at
    due = now if last is None else last + SUBSCRIPTION_CHECK
    return due if due > now or slice_.people else now + SUBSCRIPTION_AGAIN


def hear(services: Services, slice_: Slice, account: Account, system: Any) -> None:
    """Serve the callbacks that wait."""
    with read_scope(services.sessions) as session:
        rows = slice_.claim_inbox(session, (InboxKind.CALLBACK,))
    if rows:
        _hear(services, slice_, account, system, rows)


def _hear(services: Services, slice_: Slice, account: Account, system: Any, rows: Sequence[Claimed]) -> None:
    """A callback only says which order to read again; orders that are not ours are kept for the reconciliation."""
    now = services.clock.now()
    bodies = [_hints(services, system, row) for row in rows]
    hints = [hint for body in bodies for hint in body]
    found: set[int] = set()
    named: set[str] = set()
    with session_scope(services.sessions) as session:
        portal_id, connection_id = account.portal.id, account.connection.id
        known = shipments.by_remote_ids(session, portal_id, connection_id, [hint.remote_id for hint in hints])
        found |= {row.id for row in known.values()}
        for hint in hints:
            if hint.remote_id not in known and hint.number:
                row = shipments.by_number(session, portal_id, hint.number)
                if row is not None and row.connection_id == connection_id:
                    found.add(row.id)
                    named.add(hint.number)
        told = [name for hint in hints for name in (hint.remote_id, hint.number)]
        ours = {*known, *named, *return_errand_lane.look_now(session, portal_id, connection_id, told, now)}
        if testing.GATEWAY in services.plugins[account.connection.system].manifest.ports:
            ours |= message_lane.look_now(session, portal_id, connection_id, told, now)
        # A body that names one of ours tells of ours: the other order in it is its return.
        strange = [body for body in bodies if not any({hint.remote_id, hint.number} & ours for hint in body)]
        foreign = {hint.remote_id: hint.number for body in strange for hint in body if hint.checked}
        reconciling.note_foreign(session, portal_id, connection_id, foreign, now)
        shipments.poll_now(session, portal_id, sorted(found), now)
        portals.note_callback(session, portal_id, connection_id, now)
        inbox.close(session, slice_, [row_id for row in rows for row_id in row.ids], now)
    _log.info("callbacks", connection=account.connection.id, told=len(hints), ours=len(found))


def _hints(services: Services, system: Any, row: Claimed) -> list[CallbackHint]:
    engine = services.sessions.kw["bind"]
    told = json.loads(unseal(engine, str(row.payload["sealed"])))
    return hints_in(system, told["headers"], str(told["body"]).encode())


def hints_in(system: Any, headers: Mapping[str, str], body: bytes) -> list[CallbackHint]:
    """What a callback names. Whoever knows the address may have written it: one that no system would write names
    nothing, and must not keep the account's orders waiting behind it."""
    try:
        hints: list[CallbackHint] = system.parse(headers, body)
    except (RecursionError, UnicodeError):  # thousands of brackets within each other; half of a sign in a name
        return []
    # A database takes no NUL and no half of a sign (`"\ud800"`), not even in a question.
    return [hint for hint in hints if f"{hint.remote_id}{hint.number}".isprintable()]


def _keep_subscribed(services: Services, slice_: Slice, account: Account, system: Any) -> None:
    connection, now = account.connection, services.clock.now()
    last = connection.hook_subscribed_at
    if (last is not None and now - last < SUBSCRIPTION_CHECK) or not hooking.takes_callbacks(system):
        return
    step = hooking.subscribe(services, connection, system)
    if not step.checked:
        return
    if not step.ok:
        _log.warning("subscription_failed", connection=connection.id, why=step.said)
    with session_scope(services.sessions) as session:
        slice_.check(session)
        if step.ok:
            portals.note_subscribed(session, connection.portal_id, connection.id, now)
        else:
            portals.note_hook_problem(session, connection.portal_id, connection.id, hooking.words_of(step))


#: What rows of a kind ask for, in this order; a test that was asked for while callbacks were served does not wait.
_BY_KIND: tuple[tuple[str, Callable[[Services, Slice, Account, Any], None]], ...] = (
    (testing.KIND, testing.do),
    (InboxKind.CALLBACK, hear),
    (testing.KIND, testing.do),
    (listing.KIND, listing.do),
    (InboxKind.ADDRESS, checking.do),
    (InboxKind.JOB, previewing.do),
)
