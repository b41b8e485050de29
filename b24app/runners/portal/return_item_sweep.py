"""The sweep of the portal's items of returns: what no event told of is found by the time of its last change. Where
deals are swept the items come in the same request. And the first look at a process, after which returns that are under
way get their items."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.return_items import Item
from b24app.flows.return_process import ReturnField, ReturnProcess
from b24app.runners.portal import feed, return_item_read
from b24app.runners.portal.context import Run
from b24app.runners.portal.return_item import process_of
from b24app.store import return_items, returns
from b24app.store.engine import session_scope
from b24app.store.models import PortalState
from b24app.store.return_items import Reading
from b24app.wire.trace import current_trace

#: What was changed while a sweep ran may be told with a time before it.
OVERLAP = timedelta(minutes=2)
#: So many of those that the next look shows once more are kept in mind; others are served twice, which does no harm.
MOST_SERVED = 50
TWICE = "!"


def next_due(run: Run) -> datetime | None:
    """When the items are to be swept again; None where the portal has no process."""
    if process_of(run) is None:
        return None
    return due_at(run) or run.services.clock.now()


def begin(run: Run, process: ReturnProcess) -> None:
    """The first look at this process: returns that are under way get their items."""
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        for return_id in return_items.begin_reading(session, run.portal.id, process.entity, now):
            kept = returns.present(session, run.portal.id, return_id)
            why = f"first-{process.entity}"
            return_items.queue(session, run.portal, kept, now=now, trace_id=current_trace(), why=why)
    remember(run, Reading(process.entity, now, now, since=now))


def remember(run: Run, reading: Reading) -> None:
    run.portal.settings = {**(run.portal.settings or {}), return_items.READ: reading.to_json()}


def due_at(run: Run) -> datetime | None:
    reading, settings = Reading.of(run.portal.settings or {}), run.services.settings
    if reading.at is None:
        return None
    least, most = settings.portal_sweep_min_s, settings.portal_sweep_max_s
    return reading.at + timedelta(seconds=min(least * feed.SLOWER ** min(reading.idle, 40), most))


def is_due(run: Run) -> bool:
    if run.people or run.portal.state != PortalState.ACTIVE:
        return False
    if run.items_told is not None:
        return True
    due, now = due_at(run), run.services.clock.now()
    return (due is None or due <= now) and not _come_with_deals(run, now)


def _come_with_deals(run: Run, now: datetime) -> bool:
    """The history of deals is read next, and takes them along."""
    settings = run.services.settings
    due = feed.sweep_due(run.portal, settings.portal_sweep_min_s, settings.portal_sweep_max_s)
    return bool(run.pipelines) and (due is None or due <= now)


def beside_deals(run: Run) -> list[Command]:
    """What a sweep of deals asks along with the history; what is told belongs into `Run.items_told`."""
    process, reading = process_of(run), Reading.of(run.portal.settings or {})
    ready = process is not None and ReturnField.NUMBER in process.fields and reading.entity == process.entity
    if process is None or not ready or run.portal.state != PortalState.ACTIVE:
        return []
    return [return_item_read.changed_since(process, _since(run, reading))]


def _since(run: Run, reading: Reading) -> datetime:
    return (reading.until or run.services.clock.now()) - OVERLAP


def read(run: Run, process: ReturnProcess) -> tuple[list[Item], Reading]:
    """Items of which no event may have told, and how far they are read once they are served."""
    reading, now = Reading.of(run.portal.settings or {}), run.services.clock.now()
    told, run.items_told = run.items_told, None
    found, whole = return_item_read.changed(run, process, _since(run, reading), told)
    newest = max((each.updated_at for each in found if each.updated_at), default=None)
    until = max(filter(None, (reading.until, newest)), default=now)
    news = reading.until is None or until > reading.until
    # Where there is more than one sweep reads, the next one begins where this one did: what was served then is known.
    kept = until if whole else reading.until
    near = [_version(each) for each in found if each.updated_at and each.updated_at >= (kept or until) - OVERLAP]
    fresh = [each for each in found if f"{_version(each)}{TWICE}" not in reading.served]
    served = tuple(_again(version, reading.served) for version in near[:MOST_SERVED])
    return fresh, replace(reading, until=kept, at=now, idle=0 if news else reading.idle + 1, served=served)


def _again(version: str, served: Collection[str]) -> str:
    """Times are whole seconds: what was read in the very second may have changed after that, and is served twice."""
    return f"{version}{TWICE}" if {version, f"{version}{TWICE}"} & {*served} else version


def _version(item: Item) -> str:
    return f"{item.id}:{item.updated_at.isoformat() if item.updated_at else ''}"
