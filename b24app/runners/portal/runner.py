"""The handler of portal lanes: one runner at a time, for a few seconds, within the portal's budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from b24app.bitrix24.catalogue import CatalogueMemory
from b24app.bitrix24.errors import NoToken, RestError
from b24app.lanes.slices import Slice, SliceResult
from b24app.runners.portal import (
    feed,
    firing,
    jobs,
    messaging,
    missing_fields,
    return_item_news,
    return_item_sweep,
    returning,
    rounds,
    sending_out,
    shop,
    wishes,
)
from b24app.runners.portal.answers import NO_KEY_PAUSE
from b24app.runners.portal.context import Pace, Run, open_run
from b24app.runners.services import Services
from b24app.store import inbox, portals
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import InboxKind, PortalState
from b24app.wire.errors import NotSent, OutcomeUnknown

#: Handlers of other rooms (install, leaving) by kind of row; they close their rows themselves.
Chore = Callable[[Slice, Sequence[Claimed]], None]
#: A portal that refuses everything is asked again this often.
BLOCKED_PAUSE = timedelta(minutes=10)
LEAST_PAUSE_S = 0.1
READ_AGAIN = timedelta(seconds=1)
WORKING = (PortalState.ACTIVE, PortalState.BLOCKED)


class PortalRunner:
    """Registered for `LaneKind.PORTAL`. `chores` serve rows that are not about deals, `job_handlers` jobs by kind."""

    def __init__(
        self, services: Services, chores: Mapping[str, Chore], job_handlers: Mapping[str, jobs.JobHandler] | None = None
    ) -> None:
        self._services = services
        self._chores = dict(chores)
        self._jobs = dict(job_handlers or {})
        self._memory = CatalogueMemory(services.clock)
        self._paces: dict[int, Pace] = {}
        #: What only rows of certain kinds ask for, in the order of a round.
        self._by_kind: tuple[tuple[Sequence[str], Callable[[Run], bool]], ...] = (
            ((InboxKind.SHOP,), shop.do),
            (wishes.KINDS, wishes.do),
            ((InboxKind.RETURN,), returning.do),
            ((InboxKind.JOB,), lambda run: jobs.do(run, self._jobs)),
            ((InboxKind.MESSAGE,), messaging.do),
        )

    def __call__(self, slice_: Slice) -> SliceResult:
        self._do_chores(slice_)
        pace = self._paces.setdefault(slice_.portal_id, Pace())
        run = open_run(slice_, self._services, self._memory, pace)
        if run.portal.state not in WORKING:
            return SliceResult()
        try:
            if run.portal.state == PortalState.BLOCKED:
                run.client.call("app.info", safe=True)  # only an answer says that it is over
            self._serve(run)
        except NoToken as error:
            return self._no_key(run, error)
        except NotSent as error:
            return self._pause(timedelta(seconds=max(error.retry_after or 1.0, LEAST_PAUSE_S)))
        except OutcomeUnknown:
            # A read that broke off: nothing was lost, it is read again. (Writes keep their own unknown outcomes.)
            return self._pause(READ_AGAIN)
        except RestError as error:
            return self._refused(run, error)
        self._unblock(run)
        return SliceResult(next_due=self._next_due(run))

    def _do_chores(self, slice_: Slice) -> None:
        due = slice_.due_kinds()
        for kind, chore in self._chores.items():
            if kind in due:
                with read_scope(self._services.sessions) as session:
                    rows = slice_.claim_inbox(session, (kind,))
                if rows:
                    chore(slice_, rows)
                due = slice_.due_kinds()

    def _serve(self, run: Run) -> None:
        while run.slice.time_left() > 0 and not run.gives_way():
            busy = feed.switch_on(run) and self._reload(run)
            due = run.slice.due_kinds()
            for kinds, serve in self._by_kind:
                if not due.isdisjoint(kinds):
                    busy |= serve(run)
                    due = run.slice.due_kinds()
            busy |= return_item_news.do(run)
            busy |= rounds.do(run)
            missing_fields.note(run)
            busy |= sending_out.do(run)
            busy |= firing.do(run)
            if busy:
                continue
            pauses = (sending_out.wait_for_more(run), rounds.wait_for_more(run), return_item_news.wait_for_more(run))
            pause = min((one for one in pauses if one is not None), default=None)
            if pause is None:
                return
            self._wait(run, due, pause)

    def _wait(self, run: Run, known: frozenset[str], pause: float) -> None:
        """For the company of what came, unless something else comes: `known` kinds of rows have been looked at."""
        end = time.monotonic() + min(pause, run.slice.time_left())
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, LEAST_PAUSE_S))
            if run.gives_way() or not run.slice.due_kinds() <= known:
                return

    def _reload(self, run: Run) -> bool:
        """After a pipeline was started: its cursor is needed."""
        fresh = open_run(run.slice, self._services, self._memory, run.pace)
        run.portal, run.pipelines, run.rows = fresh.portal, fresh.pipelines, fresh.rows
        return True

    def _no_key(self, run: Run, error: NoToken) -> SliceResult:
        """A lapsed licence shows at the OAuth server first: keys cannot be renewed, and nobody can mend them."""
        if error.lapsed:
            self._block(run, error.code)
        return self._pause(NO_KEY_PAUSE)

    def _block(self, run: Run, why: str) -> None:
        with session_scope(self._services.sessions) as session:
            run.slice.check(session)
            portals.set_state(session, run.portal.id, PortalState.BLOCKED, why)

    def _refused(self, run: Run, error: RestError) -> SliceResult:
        if error.portal_wide:
            self._block(run, f"{error.code} {error.text}".strip())
            return self._pause(BLOCKED_PAUSE)
        if error.retryable:
            return self._pause(timedelta(seconds=error.retry_after or 1.0))
        raise error

    def _unblock(self, run: Run) -> None:
        if run.portal.state == PortalState.BLOCKED:
            with session_scope(self._services.sessions) as session:
                run.slice.check(session)
                portals.set_state(session, run.portal.id, PortalState.ACTIVE)

    def _next_due(self, run: Run) -> datetime | None:
        dues = (rounds.next_due(run), sending_out.next_due(run), return_item_sweep.next_due(run))
        return min((due for due in dues if due is not None), default=None)

    def _pause(self, pause: timedelta) -> SliceResult:
        """Nobody serves the lane for so long; then it is due again, also when no row asks: the sweep was not done."""
        until = self._services.clock.now() + pause
        return SliceResult(next_due=until, not_before=until)


def closing(services: Services) -> Chore:
    """A chore for rows that need nothing but to be closed."""

    def close(slice_: Slice, rows: Sequence[Claimed]) -> None:
        with session_scope(services.sessions) as session:
            inbox.close(session, slice_, [row_id for row in rows for row_id in row.ids], services.clock.now())

    return close


__all__ = ["Chore", "InboxKind", "PortalRunner", "closing"]
