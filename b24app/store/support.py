"""Facts about one portal for its support bundle: states, counts and codes, nothing about people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from b24app.store import calls, checkup, migrate, portals, reconciling
from b24app.store.models import (
    Attempt,
    AuditRow,
    GoodsReturn,
    InboxRow,
    Intent,
    Job,
    JobState,
    Lane,
    OutboxRow,
    PortalToken,
    ProblemRow,
    Shipment,
    UnknownCode,
)
from b24app.store.retention import names_of
from b24app.store.sql import changed

LINK = "support_link"
CALLS, ATTEMPTS = 300, 300
LATE_WORKER_S = 4 * checkup.ALIVE_S


def portal(session: Session, portal_id: int) -> dict[str, Any]:
    """The portal's domain stays: it says whose bundle this is, and is no person's."""
    row = portals.get(session, portal_id)
    kept = ("code", "domain", "state", "edition", "plan", "status_letter", "language", "scopes", "app_version")
    facts = {name: getattr(row, name) for name in kept}
    moments = {name: getattr(row, name) for name in ("installed_at", "created_at", "left_at", "history_read_at")}
    limits = {"rate_size": row.rate_size, "rate_drain": row.rate_drain, "history_cursor": row.history_cursor}
    steps = [
        {"step": each.step, "state": each.state, "attempts": each.attempts}
        for each in portals.install_steps(session, portal_id)
    ]
    return {**facts, **moments, **limits, "steps": steps, "fields": portals.field_map(session, portal_id)}


def connections(session: Session, portal_id: int) -> list[dict[str, Any]]:
    """Without titles (free text), settings and secrets; of a reason only that there is one."""
    kept = (
        "id",
        "system",
        "mode",
        "state",
        "paused_at",
        "tested_at",
        "hook_subscribed_at",
        "hook_seen_at",
        "created_at",
    )
    return [
        {**{name: getattr(row, name) for name in kept}, "has_reason": bool(row.pause_reason)}
        for row in portals.connections(session, portal_id)
    ]


def pipelines(session: Session, portal_id: int) -> list[dict[str, Any]]:
    kept = ("category_id", "enabled", "trigger_stage", "hold_s", "status_stages", "forward_only", "connection_id",
            "services", "on_since_history_id")  # fmt: skip
    return [{name: getattr(row, name) for name in kept} for row in portals.pipelines(session, portal_id).values()]


def queues(session: Session, portal_id: int) -> dict[str, Any]:
    """Lanes, and how many rows of each kind are in which state. Of errors their type only: texts may quote people."""
    mine = names_of(session, portal_id)[0]
    rows = session.scalars(select(Lane).where(Lane.portal_id == portal_id).order_by(Lane.id))
    kept = ("kind", "owner_id", "failures", "next_due_at", "not_before", "served_at")
    return {
        "lanes": [
            {**{name: getattr(row, name) for name in kept}, "last_error": row.last_error.partition(":")[0][:60]}
            for row in rows
        ],
        "inbox": _by_state(session, InboxRow, InboxRow.lane_id.in_(mine)),
        "intents": _by_state(session, Intent, Intent.portal_id == portal_id),
        "outbox": _by_state(session, OutboxRow, OutboxRow.portal_id == portal_id),
    }


def _by_state(session: Session, table: Any, where: Any) -> list[dict[str, Any]]:
    key = table.received_at if table is InboxRow else table.created_at
    query = select(table.kind, table.state, func.count(), func.min(key)).where(where).group_by(table.kind, table.state)
    return [
        {"kind": kind, "state": state, "rows": count, "oldest": oldest}
        for kind, state, count, oldest in sorted(session.execute(query).all(), key=lambda row: (row[0], row[1]))
    ]


def counts(session: Session, portal_id: int, now: datetime) -> dict[str, Any]:
    """Problems, shipments, returns, unknown codes, what people did, what the reconciliation found: numbers by code."""
    problems: dict[str, int] = {}
    for problem, state in session.execute(
        select(ProblemRow.problem, ProblemRow.state).where(ProblemRow.portal_id == portal_id)
    ):
        key = f"{state}: {problem.get('code', '')}"
        problems[key] = problems.get(key, 0) + 1
    unknown = select(UnknownCode.system, UnknownCode.code, UnknownCode.seen).where(UnknownCode.portal_id == portal_id)
    found = reconciling.findings(session, portal_id, now)
    keys = select(PortalToken.is_admin, PortalToken.state, func.count()).where(PortalToken.portal_id == portal_id)
    return {
        "problems": dict(sorted(problems.items())),
        "shipments": _tally(session, Shipment.status, Shipment.portal_id == portal_id),
        "returns": _tally(session, GoodsReturn.stage, GoodsReturn.portal_id == portal_id),
        "actions": _tally(session, AuditRow.action, AuditRow.portal_id == portal_id),
        "unknown_codes": [f"{system} {code}: {seen}" for system, code, seen in session.execute(unknown)],
        "reconciliation": {
            "at": found.at, "missing": len(found.missing), "orphans": len(found.orphans),
            "foreign": len(found.foreign), "prices": len(found.prices),
        },
        "keys": [
            {"admin": admin, "state": state, "count": count}
            for admin, state, count in session.execute(keys.group_by(PortalToken.is_admin, PortalToken.state))
        ],
    }  # fmt: skip


def _tally(session: Session, column: Any, where: Any) -> dict[str, int]:
    return dict(session.execute(select(column, func.count()).where(where).group_by(column)).all())


def last_calls(session: Session, portal_id: int) -> list[dict[str, Any]]:
    """As the log keeps them, masked."""
    kept = (
        "at",
        "remote",
        "label",
        "verb",
        "url",
        "outcome",
        "why",
        "status",
        "ms",
        "people",
        "trace_id",
        "sent",
        "got",
    )
    rows = calls.newest(session, portal_id, calls.Wanted(), limit=CALLS)
    return [{name: getattr(row, name) for name in kept} for row in rows]


def last_attempts(session: Session, portal_id: int) -> list[dict[str, Any]]:
    """Without the other side's words: they may quote an address."""
    kept = ("at", "target_kind", "target_id", "outcome", "code", "ms", "trace_id")
    query = select(Attempt).where(Attempt.portal_id == portal_id).order_by(Attempt.id.desc()).limit(ATTEMPTS)
    return [{name: getattr(row, name) for name in kept} for row in session.scalars(query)]


def deployment(session: Session, now: datetime) -> dict[str, Any]:
    """What of the deployment concerns every portal: no other portal's name, no error's text."""
    revision: Any = session.execute(sqlalchemy.text("select version_num from alembic_version")).scalar()
    seen = checkup.last_sign_of_workers(session)
    return {
        "revision": revision,
        "revision_of_release": migrate.head(),
        "database": session.get_bind().dialect.name,
        "workers_alive": not checkup.is_late(seen, now, LATE_WORKER_S),
        "secrets_readable": not checkup.unreadable(session),
        "failed_jobs": sorted(checkup.failed_jobs(session)),
    }


# --- one-use links ---------------------------------------------------------------------------------------------------


def offer_link(session: Session, portal_id: int, user_id: int, now: datetime) -> int:
    """The id of a link that works once."""
    job = Job(
        portal_id=portal_id, kind=LINK, input={}, memory={}, result={}, asked_by=user_id, created_at=now,
        state=JobState.WAITING, done=0, total=0,
    )  # fmt: skip
    session.add(job)
    session.flush()
    return job.id


def use_link(session: Session, portal_id: int, link: int, now: datetime, life: timedelta) -> bool:
    """True for the one request that may use it: a compare-and-set, whichever process asks."""
    mine = update(Job).where(Job.id == link, Job.portal_id == portal_id, Job.kind == LINK)
    fresh = mine.where(Job.state == JobState.WAITING, Job.created_at > now - life)
    return changed(session, fresh.values(state=JobState.DONE, finished_at=now)) == 1
