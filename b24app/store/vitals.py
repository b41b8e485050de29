"""What the log of calls and the queues say about a portal's remotes, in few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from b24app.flows.vitals import Calls
from b24app.store.models import (
    AuditRow,
    CallLogRow,
    Connection,
    ConnectionState,
    InboxRow,
    InboxState,
    Intent,
    IntentState,
    Lane,
    OutboxRow,
    OutboxState,
    PortalToken,
    TokenState,
)

HOUR = timedelta(hours=1)
#: How far back the last success is looked for: as long as the log is kept for certain.
KEPT = timedelta(days=3)
#: Why a call was held back by ourselves (`wire.errors.Why`): nothing was asked of the remote.
_HELD = ("budget", "busy", "token", "circuit", "deadline", "guard")


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A token of a person, without the token. `name` as the audit knows the person, else empty."""

    user_id: int
    is_admin: bool
    ok: bool
    expires_at: datetime
    broken_why: str
    updated_at: datetime
    name: str = ""


def calls_of(session: Session, remotes: Sequence[str], now: datetime) -> dict[str, Calls]:
    """What came of each remote's calls in the last hour, and its last success (`str(RemoteKey)` -> Calls): one query,
    however many remotes."""
    if not remotes:
        return {}
    newest = [_last_ok(remote, now - KEPT) for remote in remotes]
    rows = session.execute(union_all(_grouped(now - HOUR, remotes), *newest)).all()
    found = _tally(row for row in rows if row.outcome != _LAST_OK)
    last = {row.remote: row.first for row in rows if row.outcome == _LAST_OK}
    return {remote: replace(found.get(remote, Calls()), last_ok_at=last.get(remote)) for remote in remotes}


def calls_since(session: Session, since: datetime) -> dict[str, Calls]:
    """What came of all remotes' calls since then (a job of the deployment)."""
    return _tally(session.execute(_grouped(since)))


_LAST_OK = "last_ok"


def _grouped(since: datetime, remotes: Sequence[str] = ()) -> Select[*tuple[Any, ...]]:
    held = case(*((CallLogRow.why.like(f"{why}%"), 1) for why in _HELD), else_=0).label("held")
    first = func.min(CallLogRow.at).label("first")
    kept = (CallLogRow.remote, CallLogRow.outcome, CallLogRow.status, held, func.count().label("calls"), first)
    mine = select(*kept).where(CallLogRow.at >= since)
    if remotes:
        mine = mine.where(CallLogRow.remote.in_(list(remotes)))
    return mine.group_by(CallLogRow.remote, CallLogRow.outcome, CallLogRow.status, held)


def _last_ok(remote: str, since: datetime) -> Select[*tuple[Any, ...]]:
    """A look at the end of an index."""
    answered = (CallLogRow.outcome == "answered", CallLogRow.status < 400)
    newest = select(CallLogRow.at).where(CallLogRow.remote == remote, CallLogRow.at >= since, *answered)
    at = newest.order_by(CallLogRow.at.desc()).limit(1).scalar_subquery()
    return select(literal(remote), literal(_LAST_OK), literal(0), literal(0), literal(0), at)


def _tally(rows: Iterable[Any]) -> dict[str, Calls]:
    found: dict[str, Calls] = {}
    for remote, outcome, status, own, count, first in rows:
        kind = _kind(remote, outcome, status, bool(own))
        if kind:
            found[remote] = _added(found.get(remote, Calls()), kind, count, first)
    return found


def _kind(remote: str, outcome: str, status: int, held: bool) -> str:
    """The field of `Calls` that counts a call; empty for one that we held back ourselves."""
    if outcome != "answered":
        return "" if outcome == "not_sent" and held else "silent"
    if status < 400:
        return "ok"
    if remote.startswith("portal:"):  # a portal says 401 once an hour to have its key renewed, 503 to slow us down
        return {401: "ok", 429: "limited", 503: "limited"}.get(status, "errors" if status >= 500 else "refused")
    return {401: "key", 403: "key", 429: "limited"}.get(status, "errors" if status >= 500 else "refused")


def _added(calls: Calls, kind: str, count: int, first: datetime) -> Calls:
    values: dict[str, Any] = {kind: getattr(calls, kind) + count}
    if kind in ("silent", "errors"):
        values["first_failed_at"] = min(first, calls.first_failed_at or first)
    return replace(calls, **values)


def keys(session: Session, portal_id: int) -> list[KeyFacts]:
    """The portal's tokens, the one in use first."""
    told = (
        select(AuditRow.detail)
        .where(AuditRow.portal_id == portal_id, AuditRow.user_id == PortalToken.user_id)
        .order_by(AuditRow.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = (
        PortalToken.user_id,
        PortalToken.is_admin,
        PortalToken.state,
        PortalToken.expires_at,
        PortalToken.broken_why,
        PortalToken.updated_at,
        told,
    )
    rows = session.execute(select(*columns).where(PortalToken.portal_id == portal_id).order_by(PortalToken.id))
    found = [
        KeyFacts(user, admin, state == TokenState.OK, until, why, at, str((detail or {}).get("name") or ""))
        for user, admin, state, until, why, at, detail in rows
    ]
    return sorted(found, key=lambda key: not (key.ok and key.is_admin))


def admins(session: Session, portal_id: int) -> list[int]:
    """People who may be told: administrators whose key we hold."""
    return [key.user_id for key in keys(session, portal_id) if key.is_admin and key.ok]


# --- over all portals, for the job that tells administrators ----------------------------------------------------------


def dead_rows(session: Session) -> dict[int, int]:
    """How many rows were given up, by portal. Notices to administrators themselves do not count."""
    inbox = (
        select(Lane.portal_id, func.count())
        .join(InboxRow, InboxRow.lane_id == Lane.id)
        .where(InboxRow.state == InboxState.DEAD)
        .group_by(Lane.portal_id)
    )
    intents = select(Intent.portal_id, func.count()).where(Intent.state == IntentState.DEAD).group_by(Intent.portal_id)
    outbox = (
        select(OutboxRow.portal_id, func.count())
        .where(OutboxRow.state == OutboxState.DEAD, OutboxRow.deal_id != 0)
        .group_by(OutboxRow.portal_id)
    )
    found: dict[int, int] = {}
    for query in (inbox, intents, outbox):
        for portal_id, count in session.execute(query):
            found[portal_id] = found.get(portal_id, 0) + count
    return found


def oldest_due(session: Session, now: datetime) -> dict[int, datetime]:
    """Since when the oldest due row waits, by portal. What waits for a paused or refused account is not late."""
    inbox = (
        select(Lane.portal_id, func.min(InboxRow.due_at))
        .join(InboxRow, InboxRow.lane_id == Lane.id)
        .where(InboxRow.state == InboxState.NEW, InboxRow.due_at <= now)
        .group_by(Lane.portal_id)
    )
    intents = (
        select(Intent.portal_id, func.min(Intent.next_try_at))
        .join(Connection, Connection.id == Intent.connection_id)
        .where(Intent.next_try_at <= now, Connection.state == ConnectionState.READY)
        .group_by(Intent.portal_id)
    )
    outbox = (
        select(OutboxRow.portal_id, func.min(OutboxRow.next_try_at))
        .where(OutboxRow.next_try_at <= now, OutboxRow.deal_id != 0)
        .group_by(OutboxRow.portal_id)
    )
    found: dict[int, datetime] = {}
    for query in (inbox, intents, outbox):
        _keep_oldest(found, session.execute(query))
    return found


def _keep_oldest(found: dict[int, datetime], rows: Iterable[tuple[int, datetime | None]]) -> None:
    for portal_id, at in rows:
        if at is not None:
            found[portal_id] = min(at, found.get(portal_id, at))


def accounts(session: Session) -> list[Connection]:
    """All portals' accounts."""
    return list(session.scalars(select(Connection).order_by(Connection.id)))
