"""Portals and their set-up: pipelines, field map, connections."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from b24app.store import portal_settings
from b24app.store.lanes import ensure_lane
from b24app.store.models import (
    Connection,
    ConnectionState,
    FieldMap,
    InstallStep,
    LaneKind,
    Pipeline,
    Portal,
    PortalState,
)
from b24app.store.sql import changed, upsert

_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that is misread on a label
CODE_LENGTH = 5
_STATE = select(Portal.state).where(Portal.id == bindparam("portal", type_=BigInteger()))


def by_member(session: Session, member_id: str) -> Portal | None:
    """Return the portal with this stable id."""
    return session.scalar(select(Portal).where(Portal.member_id == member_id))


def get(session: Session, portal_id: int) -> Portal:
    """Return a portal. Raises NoResultFound."""
    return session.scalars(select(Portal).where(Portal.id == portal_id)).one()


def state_of(session: Session, portal_id: int) -> str:
    """The portal's state alone. Raises NoResultFound."""
    found: str = session.connection().execute(_STATE, {"portal": portal_id}).scalar_one()
    return found


def by_state(session: Session, *states: str) -> list[Portal]:
    """Return portals in these states, for jobs of the deployment."""
    return list(session.scalars(select(Portal).where(Portal.state.in_(states)).order_by(Portal.id)))


def remember(session: Session, member_id: str, *, now: datetime, **values: Any) -> Portal:
    """Return the portal, made when new (with its code and lane) and with `values` (columns) written."""
    portal = by_member(session, member_id)
    if portal is None:
        portal = Portal(member_id=member_id, code=_new_code(session), created_at=now, state=PortalState.INSTALLING)
        portal.public_id = new_public_id()
        portal.domain = portal.client_endpoint = portal.oauth_endpoint = ""
        session.add(portal)
    for name, value in values.items():
        setattr(portal, name, value)
    session.flush()
    ensure_lane(session, LaneKind.PORTAL, portal.id, portal.id)
    return portal


def new_public_id() -> str:
    """What a portal's pages for clients are known by (`store.public_ids`): sixteen letters that nobody can guess."""
    return secrets.token_urlsafe(12)


def _new_code(session: Session) -> str:
    while True:
        code = "".join(secrets.choice(_SIGNS) for _ in range(CODE_LENGTH))
        if session.scalar(select(Portal.id).where(Portal.code == code)) is None:
            return code


def set_state(session: Session, portal_id: int, state: PortalState, reason: str = "") -> None:
    """Move a portal to another state; `reason` is shown to its administrator when it is blocked."""
    changed(session, update(Portal).where(Portal.id == portal_id).values(state=state, blocked_reason=reason[:255]))


def set_address(session: Session, portal_id: int, client_endpoint: str, now: datetime) -> None:
    """A renamed portal: where its REST API is now, and that it moved."""
    domain = urlsplit(client_endpoint).netloc
    portal = get(session, portal_id)
    moved = {"at": now.isoformat(), "from": portal.domain, "to": domain}
    portal_settings.merge(session, portal_id, **{portal_settings.MOVED: moved})
    portal.client_endpoint, portal.domain = client_endpoint, domain


def triggers_of(row: Pipeline) -> list[str]:
    """Stages of one pipeline that ship: the column's first, then those in its settings."""
    return [stage for stage in (row.trigger_stage, *(row.settings or {}).get("more_triggers", ())) if stage]


def pipelines(session: Session, portal_id: int) -> dict[int, Pipeline]:
    """Return the portal's pipelines by category id."""
    found = session.scalars(select(Pipeline).where(Pipeline.portal_id == portal_id))
    return {pipeline.category_id: pipeline for pipeline in found}


def field_map(session: Session, portal_id: int) -> dict[str, str]:
    """Return role -> name of the portal's field."""
    found = session.execute(select(FieldMap.role, FieldMap.field_name).where(FieldMap.portal_id == portal_id))
    return {role: name for role, name in found}  # noqa: C416 - rows are not pairs to the type checker


def set_fields(session: Session, portal_id: int, fields: Mapping[str, str]) -> None:
    """Write role -> field name; roles that are not named stay."""
    rows = [{"portal_id": portal_id, "role": role, "field_name": name} for role, name in fields.items()]
    if rows:
        upsert(session, FieldMap, rows, ["portal_id", "role"])


def add_connection(
    session: Session, portal_id: int, system: str, title: str, mode: str, settings: Mapping[str, Any], now: datetime
) -> Connection:
    """Add an account, with a callback address nobody can guess and its own lane."""
    connection = Connection(
        portal_id=portal_id,
        public_id=secrets.token_hex(8),
        system=system,
        title=title,
        mode=mode,
        settings=dict(settings),
        hook_secret=secrets.token_urlsafe(24),
        created_at=now,
    )
    session.add(connection)
    session.flush()
    ensure_lane(session, LaneKind.CONNECTION, connection.id, portal_id)
    return connection


def connection(session: Session, portal_id: int, connection_id: int) -> Connection | None:
    """Return one account of the portal; None when it was removed."""
    return session.scalar(select(Connection).where(*_live(portal_id), Connection.id == connection_id))


def connections(session: Session, portal_id: int) -> list[Connection]:
    """Return all accounts of the portal but the removed ones."""
    return list(session.scalars(select(Connection).where(*_live(portal_id)).order_by(Connection.id)))


def systems_of(session: Session, portal_id: int) -> dict[int, tuple[str, str]]:
    """Return the system of each account of the portal and its mode, the removed ones too: their orders still are."""
    columns = (Connection.id, Connection.system, Connection.mode)
    found = session.execute(select(*columns).where(Connection.portal_id == portal_id))
    return {account: (system, mode) for account, system, mode in found}


def _live(portal_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Connection.portal_id == portal_id, Connection.state != ConnectionState.REMOVED)


def set_connection_state(
    session: Session,
    portal_id: int,
    connection_id: int,
    state: ConnectionState,
    reason: str = "",
    *,
    now: datetime,
    tested_at: datetime | None = None,
) -> None:
    """Pause, break or free an account; `reason` is shown to the administrator. A refused one remembers since when."""
    mine = update(Connection).where(Connection.portal_id == portal_id, Connection.id == connection_id)
    broken = state == ConnectionState.BROKEN
    values: dict[str, Any] = {"state": state, "pause_reason": reason[:255]}
    values["refused_at"] = func.coalesce(Connection.refused_at, now) if broken else None
    changed(session, mine.values(values | ({"tested_at": tested_at} if tested_at else {})))


def note_event(session: Session, portal_id: int, at: datetime) -> None:
    """Remember when the portal last told of a deal."""
    later = or_(Portal.event_seen_at.is_(None), Portal.event_seen_at < at)
    changed(session, update(Portal).where(Portal.id == portal_id, later).values(event_seen_at=at))


def note_callback(session: Session, portal_id: int, connection_id: int, now: datetime) -> None:
    """Remember that the carrier reported."""
    mine = update(Connection).where(Connection.portal_id == portal_id, Connection.id == connection_id)
    changed(session, mine.values(hook_seen_at=now))


def note_subscribed(session: Session, portal_id: int, connection_id: int, now: datetime) -> None:
    """Remember when the carrier's subscription to our address was last seen to be right."""
    mine = update(Connection).where(Connection.portal_id == portal_id, Connection.id == connection_id)
    changed(session, mine.values(hook_subscribed_at=now, hook_problem=""))


def note_hook_problem(session: Session, portal_id: int, connection_id: int, words: str) -> None:
    """Remember why the carrier does not report to us, in the other side's words."""
    mine = update(Connection).where(Connection.portal_id == portal_id, Connection.id == connection_id)
    changed(session, mine.values(hook_problem=words[:255]))


def install_steps(session: Session, portal_id: int) -> list[InstallStep]:
    """Return the provisioning steps as far as they came, in the order they were first written."""
    return list(session.scalars(select(InstallStep).where(InstallStep.portal_id == portal_id).order_by(InstallStep.id)))


def save_steps(session: Session, portal_id: int, steps: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write steps (`step`, `state`, `words`, `attempts`)."""
    rows = [{"words": "", "attempts": 0, **step, "portal_id": portal_id, "updated_at": now} for step in steps]
    if rows:
        upsert(session, InstallStep, rows, ["portal_id", "step"])
