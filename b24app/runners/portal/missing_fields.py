"""A mapped field that deals do not hold any more is noticed where it is used: the portal's fields are read again, and
the administrator's page tells what became of it."""

from __future__ import annotations

from typing import Any

from b24app.bitrix24.drift import DOUBTED, LOST
from b24app.bitrix24.fields import kept
from b24app.runners.portal.context import Run
from b24app.store import field_wishes, portal_settings
from b24app.store.engine import session_scope
from b24app.wire.trace import current_trace


def news(absent: set[str], settings: dict[str, Any]) -> set[str]:
    """Of the fields that deals lack: those that we believed to be there and that nobody has looked after yet."""
    believed = {each.name for each in kept(settings)}
    return (absent & believed) - {*settings.get(LOST, ()), *settings.get(DOUBTED, ())}


def note(run: Run) -> None:
    """Remember them, and ask for a reading of the portal's fields (its row is served by this lane's next slice)."""
    if not run.reader.absent or not news(run.reader.absent, run.portal.settings or {}):
        return
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        found: set[str] = set()

        def write(settings: dict[str, Any]) -> None:
            found.update(news(run.reader.absent, settings))
            settings[LOST] = sorted({*settings.get(LOST, ()), *found})

        portal_settings.change(session, run.portal.id, write)
        if found:
            now = run.services.clock.now()
            field_wishes.read_again(session, run.portal.id, now, current_trace() or "", people=False)
    run.reader.absent.clear()
