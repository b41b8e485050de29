"""A portal's free-form settings: read, changed and written under the row's lock, so that two writers never lose each
other's keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.messages.rules import KEY as MESSAGE_RULES
from b24app.store.models import Portal

#: A renamed portal: `{"at", "from", "to"}`, for the app's page.
MOVED = "moved"


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
    session: Session,
    portal_id: int,
    connection_id: int,
    steps: Sequence[Mapping[str, Any]],
    now: datetime,
    running: bool = False,
) -> None:
    """Keeps what the last test of a connection said: `TestStep` objects as JSON, in their order, as far as it came
    while it is `running`."""
    report = {"at": now.isoformat(), "steps": [dict(step) for step in steps], "running": running}
    _set_of(session, portal_id, "tests", connection_id, report)


def save_lists(session: Session, portal_id: int, connection_id: int, found: Mapping[str, Mapping[str, Any]]) -> None:
    """Keeps what the system of a connection told of settings whose values live there: field -> `{"options", "at"}`, or
    `{"problem"}` when it did not tell: then the options of before stay."""

    def write(settings: dict[str, Any]) -> None:
        known = settings.get("lists", {})
        mine = dict(known.get(str(connection_id), {}))
        for name, told in found.items():
            before = {key: value for key, value in mine.get(name, {}).items() if key in ("options", "at")}
            mine[name] = {**before, **told}
        settings["lists"] = {**known, str(connection_id): mine}

    change(session, portal_id, write)


def note_secrets(
    session: Session, portal_id: int, connection_id: int, names: Sequence[str], by: str, now: datetime
) -> None:
    """Keeps who wrote these secrets of a connection and when: they are never shown, so a page says that instead."""

    def write(settings: dict[str, Any]) -> None:
        known = settings.get("secrets", {})
        mine = known.get(str(connection_id), {}) | {name: {"at": now.isoformat(), "by": by} for name in names}
        settings["secrets"] = {**known, str(connection_id): mine}

    if names:
        change(session, portal_id, write)


def forget_connection(session: Session, portal_id: int, connection_id: int) -> None:
    """Drops what is kept here about a connection that was removed."""

    def write(settings: dict[str, Any]) -> None:
        for group in ("tests", "secrets", "lists"):
            kept = settings.get(group, {})
            settings[group] = {key: value for key, value in kept.items() if key != str(connection_id)}
        rules = settings.get(MESSAGE_RULES, {})
        if rules.get("sms") == connection_id:
            settings[MESSAGE_RULES] = {**rules, "sms": 0}

    change(session, portal_id, write)


def _set_of(session: Session, portal_id: int, group: str, connection_id: int, value: Mapping[str, Any]) -> None:
    def write(settings: dict[str, Any]) -> None:
        settings[group] = {**settings.get(group, {}), str(connection_id): dict(value)}

    change(session, portal_id, write)
