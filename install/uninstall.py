"""Leaving: an uninstall event only proves knowledge of the application token; it is believed once our keys are refused.

Then, in this order: the carriers' subscriptions to our address are removed (best effort, reported), the keys are thrown
away, and what the administrator asked to delete is deleted by a job of the deployment (`erase_left`), because the
portal's own lane cannot delete itself (contracts/bitrix24-app.md §1.9). The portal's lane does all of it: it has no
other work any more, so that a slow carrier holds nobody up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from b24app.bitrix24.errors import Kind, NoToken, RestError
from b24app.bitrix24.transport import PortalClient
from b24app.lanes.ladder import next_try
from b24app.lanes.slices import Slice
from b24app.lanes.wake import Waker
from b24app.logistics.errors import LogisticsError, Unavailable, Uncertain
from b24app.store import audit, inbox, leaving, portals, retention
from b24app.store.audit import Act
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import portal_lane
from b24app.store.leaving import HookReport
from b24app.store.models import Connection, InboxKind, Portal, PortalState
from b24app.store.retention import Traces
from b24app.wire.errors import NotSent, OutcomeUnknown
from b24app.wire.trace import new_trace_id

log = logging.getLogger(__name__)
#: The OAuth server may learn of it a little later than we do; after these tries the event was not true.
TRIES = 6
#: A carrier that does not answer is tried again so often; what is left then is reported.
CARRIER_TRIES = 4
#: Refusals that a lapsed licence gives too: no proof that the app was removed.
_LAPSED = frozenset({"payment_required"})


@dataclass(frozen=True, slots=True)
class LeavingParts:
    """`open_portal`: the portal's REST API under our stored keys. `open_system` and `callback_url`: an account's ports,
    and where its carrier reports; KeyError for a system we do not have."""

    open_portal: Callable[[Portal], PortalClient]
    open_system: Callable[[Connection], Any]
    callback_url: Callable[[Connection], str]


def handle(lane: Slice, rows: Sequence[Claimed], parts: LeavingParts) -> None:
    """Serves the claimed `uninstall` rows. Raises FenceLostError."""
    with read_scope(lane.sessions) as session:
        portal = portals.get(session, lane.portal_id)
    if portal.state == PortalState.UNINSTALLED:
        _close(lane, rows)
        return
    gone = portal.state == PortalState.UNINSTALL_PENDING or refused(parts.open_portal(portal))
    if gone:
        _go(lane, portal, rows, parts)
        return
    ids, attempts, now = _ids(rows), _attempts(rows), lane.clock.now()
    with session_scope(lane.sessions) as session:
        lane.check(session)
        if gone is None or attempts < TRIES:
            why = "our keys still work" if gone is False else "silent"
            inbox.retry(session, lane, ids, next_try(now, attempts), why)
        else:
            log.warning("an uninstall of portal %s was not true: our keys still work", portal.id)
            inbox.close(session, lane, ids, now)


def refused(client: PortalClient) -> bool | None:
    """Whether the portal has thrown us out; None while that cannot be known."""
    try:
        client.call("app.info", safe=True)
    except NoToken as error:
        return None if error.code in _LAPSED else True
    except RestError as error:
        lapsed = error.code.lower() in _LAPSED
        return True if not lapsed and error.kind in (Kind.BLOCKED, Kind.TOKEN_DEAD, Kind.PORTAL_GONE) else None
    except (NotSent, OutcomeUnknown):
        return None
    return False


def _go(lane: Slice, portal: Portal, rows: Sequence[Claimed], parts: LeavingParts) -> None:
    """Subscriptions first. While a carrier is silent the portal stays `uninstall_pending` and is tried again."""
    with session_scope(lane.sessions) as session:
        lane.check(session)
        leaving.begin(session, portal.id)
        accounts = portals.connections(session, portal.id)
    last = _attempts(rows) >= CARRIER_TRIES
    reports = [_unsubscribe(account, parts, last) for account in accounts]
    now = lane.clock.now()
    with session_scope(lane.sessions) as session:
        lane.check(session)
        if None in reports:
            inbox.retry(session, lane, _ids(rows), next_try(now, _attempts(rows)), "a carrier is silent")
            return
        if leaving.is_leaving(session, portal.id):
            clean = any(str(row.payload.get("clean")) == "1" for row in rows)
            audit.write(session, portal.id, Act.UNINSTALL, now, detail={"clean": clean})
            leaving.leave(session, portal.id, clean, [report for report in reports if report], now)
        inbox.close(session, lane, _ids(rows), now)
    _forget_tokens(accounts, parts)
    for report in filter(None, reports):
        log.info("portal %s left, subscriptions of %s: %s", portal.id, report.account, report.removed)


def _unsubscribe(account: Connection, parts: LeavingParts, last: bool) -> HookReport | None:
    """None: the carrier is silent and shall be asked again."""
    try:
        system = parts.open_system(account)
    except KeyError:
        return HookReport(account.title, None, f"no system {account.system}")
    if not hasattr(system, "unsubscribe"):
        return HookReport(account.title, 0)
    try:
        return HookReport(account.title, system.unsubscribe(parts.callback_url(account)))
    except (Unavailable, Uncertain) as error:
        return HookReport(account.title, None, str(error)) if last else None
    except LogisticsError as error:
        return HookReport(account.title, None, _words(error))


def _words(error: LogisticsError) -> str:
    """The carrier's own words where it said some."""
    problems = [*getattr(error, "problems", ()), *filter(None, [getattr(error, "problem", None)])]
    return "; ".join(each.their_text or each.their_code or each.code for each in problems) or str(error)


def _forget_tokens(accounts: Sequence[Connection], parts: LeavingParts) -> None:
    for account in accounts:
        try:
            system = parts.open_system(account)
        except KeyError:
            continue
        if hasattr(system, "sign_out"):
            system.sign_out()


def _close(lane: Slice, rows: Sequence[Claimed]) -> None:
    with session_scope(lane.sessions) as session:
        inbox.close(session, lane, _ids(rows), lane.clock.now())


def _ids(rows: Sequence[Claimed]) -> list[int]:
    return [row_id for row in rows for row_id in row.ids]


def _attempts(rows: Sequence[Claimed]) -> int:
    return max(row.attempts for row in rows) + 1


# --- jobs of the deployment ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EraseParts:
    """`forget` clears what Redis still holds under a portal's names; `keep` = how long data wait for a reinstall."""

    sessions: Sessions
    now: Callable[[], datetime]
    keep: timedelta
    forget: Callable[[Traces], None]


def erase_left(parts: EraseParts) -> int:
    """Deletes everything about portals that left and asked for it, or did not come back in time; returns how many
    rows. Safe to repeat."""
    with read_scope(parts.sessions) as session:
        gone = leaving.to_erase(session, parts.now(), parts.keep)
    return sum(_erase(parts, portal_id) for portal_id in gone)


def _erase(parts: EraseParts, portal_id: int) -> int:
    with read_scope(parts.sessions) as session:
        found = retention.traces(session, portal_id)
        reports = leaving.report_of(portals.get(session, portal_id).settings) if found else []
    if found is None:
        return 0
    parts.forget(found)
    removed = sum(report.removed or 0 for report in reports)
    kept = sum(report.removed is None for report in reports)
    hooks = {"subscriptions_removed": removed, "subscriptions_refused": kept}
    return retention.erase_portal(parts.sessions, portal_id, parts.now(), hooks)


def ask_unannounced(sessions: Sessions, now: datetime, waker: Waker) -> int:
    """An uninstall of which no event told: the OAuth server says that the app is not there. Served as the event would
    be, without erasing; returns how many portals."""
    with session_scope(sessions) as session:
        lanes = [portal_lane(session, portal_id) for portal_id in leaving.unannounced(session)]
        for lane in lanes:
            inbox.append(session, lane.id, InboxKind.UNINSTALL, "app", {}, now=now, trace_id=new_trace_id())
    for lane in lanes:
        waker.wake(lane)
    return len(lanes)
