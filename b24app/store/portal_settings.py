"""A portal's free-form settings: read, changed and written under the row's lock, so that two writers never lose each
other's keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store.models import Portal


def change(session: Session, portal_id: int, edit: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Applies `edit` to a copy of the settings and stores it; returns the result. Raises NoResultFound."""
    portal = session.scalars(select(Portal).where(Portal.id == portal_id).with_for_update()).one()
    settings = dict(portal.settings or {})
    edit(settings)
    portal.settings = settings
    session.flush()
    return settings


def merge(session: Session, portal_id: int, **values: Any) -> dict[str, Any]:
    """Writes these keys; the others stay."""
    return change(session, portal_id, lambda settings: settings.update(values))


def save_test_report(
    session: Session, portal_id: int, connection_id: int, steps: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Keeps what the last test of a connection said: `TestStep` objects as JSON, in their order."""

    def write(settings: dict[str, Any]) -> None:
        reports = dict(settings.get("tests", {}))
        reports[str(connection_id)] = {"at": now.isoformat(), "steps": [dict(step) for step in steps]}
        settings["tests"] = reports

    change(session, portal_id, write)
