"""The provisioning job: runs in the portal's lane, one step after another, and remembers how far it came.

A portal that stays silent is tried again later from the step that failed; a refusal stops and waits for a person (the
page offers it again). An update is the same job in a portal that works: it reads everything in one request and writes
what is missing (`install/updating.py` says when).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.transport import PortalClient
from b24app.lanes.ladder import next_try
from b24app.lanes.slices import Slice
from b24app.store import inbox, portal_settings, portals, updates
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef, portal_lane
from b24app.store.models import InstallStep, Portal, PortalState
from b24app.store.updates import UPDATE
from b24app.wire.errors import NotSent, OutcomeUnknown
from install.steps import STEPS, Ground, Read, Save, Step
from install.wanted import fingerprint

T = TypeVar("T")
KIND = "install"
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
#: Begins the words of a step that wrote something into the portal (how much follows), or that went without what the
#: portal refused (its own words follow).
APPLIED, SKIPPED = "applied", "skipped"
_NAMES = frozenset(step.name for step in STEPS)


@dataclass(frozen=True, slots=True)
class InstallParts:
    """What the job needs: the portal's own REST client (an administrator's key), our address for people, ours for
    machines, and ours for online stores ("" = as for people)."""

    open_portal: Callable[[Portal], PortalClient]
    public_url: str
    hooks_url: str
    store_url: str = ""
    spread: Callable[[], float] = random.random

    @property
    def wanted(self) -> str:
        """Fingerprint of what this program wants in portals."""
        return fingerprint(self.public_url, self.hooks_url)


@dataclass(frozen=True, slots=True)
class _Job:
    """`update`: the portal works already. `since`: what was done before that does not count for an update. `part`: only
    steps that somebody asked for (`store.part_looks`), which says nothing of the others."""

    update: bool
    since: datetime
    part: frozenset[str] = frozenset()

    def steps(self, portal: Portal) -> list[Step]:
        """What an installation put in place once is left alone, except for what was not granted then."""
        if self.part:
            return [each for each in STEPS if each.name in self.part]
        unread = has(Feature.WEIGHTS, portal.scopes or ()) and not portal.settings.get("sections")
        return [each for each in STEPS if not (self.update and each.once) or (each.name == "sections" and unread)]

    def is_done(self, row: InstallStep) -> bool:
        # What is asked for alone is done each time: it may have been asked for while the same step ran.
        return not self.part and row.state == DONE and (not self.update or row.updated_at >= self.since)


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a step did not work. `again` None = only a person can help."""

    words: str
    again: bool
    retry_after: float | None = None


def handle(lane: Slice, rows: Sequence[Claimed], parts: InstallParts) -> None:
    """Serves the claimed `install` rows. Raises FenceLostError; nothing else that a portal can cause."""
    if not rows:
        return
    ids = [row_id for row in rows for row_id in row.ids]
    with lane.sessions() as session:
        portal = portals.get(session, lane.portal_id)
    job = _job(rows)
    trouble = _run_all(lane, portal, parts, job)
    now = lane.clock.now()
    with session_scope(lane.sessions) as session:
        lane.check(session)
        if trouble is not None and trouble.again:
            attempts = max(row.attempts for row in rows) + 1
            due = next_try(now, attempts, retry_after=trouble.retry_after, spread=parts.spread())
            inbox.retry(session, lane, ids, due, trouble.words)
            return
        inbox.close(session, lane, ids, now)
        if trouble is None:
            _installed(session, lane, parts, job)


def _job(rows: Sequence[Claimed]) -> _Job:
    asked = [_NAMES.intersection(row.payload) for row in rows]
    part = frozenset[str]().union(*asked) if all(asked) else frozenset[str]()
    update = not part and all(UPDATE in row.payload or names for row, names in zip(rows, asked, strict=True))
    return _Job(update, min(row.first for row in rows), part)


def _installed(session: Session, lane: Slice, parts: InstallParts, job: _Job) -> None:
    portal = portals.get(session, lane.portal_id)
    if portal.state == PortalState.INSTALLING:
        portal.state = PortalState.ACTIVE
    portal.installed_at = portal.installed_at or lane.clock.now()
    if job.part:
        return
    portal.provisioned = portal.provision_tried = parts.wanted
    portal.looked_at = lane.clock.now()
    if job.update:
        rows = [row for row in portals.install_steps(session, lane.portal_id) if job.is_done(row)]
        changed = [row.step for row in rows if row.words.startswith(f"{APPLIED}|")]
        if changed:
            applied = {"at": lane.clock.now().isoformat(), "steps": changed}
            portal_settings.merge(session, portal.id, **{updates.APPLIED: applied})
            # While our handlers were gone no event told what moved: the history is read at once.
            portal.history_read_at, portal.history_idle = None, 0


def _run_all(lane: Slice, portal: Portal, parts: InstallParts, job: _Job) -> _Trouble | None:
    with lane.sessions() as session:
        done = {row.step for row in portals.install_steps(session, portal.id) if job.is_done(row)}
    ground = Ground(
        parts.open_portal(portal),
        portal.id,
        portal.language,
        parts.public_url,
        parts.hooks_url,
        _saver(lane),
        lane.clock.now,
        portal.scopes or (),
        parts.store_url or parts.public_url,
    )
    left = [step for step in job.steps(portal) if step.name not in done]
    for at, step in enumerate(left):
        _note(lane, step, RUNNING)
        before = len(ground.done)
        trouble = _try(step, ground, [read for each in left for read in each.reads(ground)] if at == 0 else [])
        if trouble is not None:
            _note(lane, step, WAITING if trouble.again else FAILED, trouble.words)
            return trouble
        _note(lane, step, DONE, _told(ground, before))
        ground.skipped.clear()
    return None


def _told(ground: Ground, before: int) -> str:
    """What is kept of a step that is done; `before`: how many writes there were before it."""
    if ground.skipped:
        return f"{SKIPPED}|{ground.skipped[-1]}"
    return f"{APPLIED}|{len(ground.done) - before}" if len(ground.done) > before else ""


def _try(step: Step, ground: Ground, ahead: Sequence[Read]) -> _Trouble | None:
    try:
        ground.read_ahead(ahead)
        step.run(ground)
    except NoToken as error:
        return _Trouble(f"no_admin_key|{error.code}", again=error.lapsed)
    except RestError as error:
        again = error.retryable or error.portal_wide
        return _Trouble(f"refused|{error.text or error.code}", again=again, retry_after=error.retry_after)
    except (NotSent, OutcomeUnknown) as error:
        return _Trouble(f"silent|{error.why}", again=True, retry_after=error.retry_after)
    return None


def _saver(lane: Slice) -> Save:
    def save(act: Callable[[Session], T], /) -> T:
        with session_scope(lane.sessions) as session:
            lane.check(session)
            return act(session)

    return save


def _note(lane: Slice, step: Step, state: str, words: str = "") -> None:
    with session_scope(lane.sessions) as session:
        lane.check(session)
        portals.save_steps(
            session, lane.portal_id, [{"step": step.name, "state": state, "words": words}], lane.clock.now()
        )


def start(session: Session, portal_id: int, now: datetime, trace_id: str) -> LaneRef:
    """(Re)starts the job: every step is looked at again. Wake the returned lane after the commit."""
    portals.save_steps(session, portal_id, [{"step": step.name, "state": WAITING} for step in STEPS], now)
    lane = portal_lane(session, portal_id)
    inbox.append(session, lane.id, KIND, KIND, {}, now=now, trace_id=trace_id, people=True)
    return lane
