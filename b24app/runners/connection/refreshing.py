"""A system's list of pickup points, refreshed in the lane of one of its accounts: beside the orders, one step at a
time, each step a call or some short transactions in a thread of its own. Where it stands is in the database, so that
after the end of a slice or a crash it goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, ClassVar

import structlog

from b24app.lanes.ladder import is_spent, next_try
from b24app.lanes.slices import Slice
from b24app.logistics import mercator
from b24app.logistics.errors import AccountProblem, LogisticsError, Unavailable
from b24app.runners.connection.account import Account
from b24app.runners.connection.patience import LATER, is_busy
from b24app.runners.services import Services
from b24app.store import inbox, lanes, points
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import FenceLostError
from b24app.store.models import ConnectionState, InboxKind, PointSource
from b24app.store.sql import chunks
from b24app.wire.trace import new_trace_id, tracing

PORT = "PickupPoints"
#: How often it is looked whether a list is due.
EVERY_S = 60
#: A list has no more pages than this: a system that repeats its last page for ever must not keep us.
MOST_PAGES = 2000
_TRIES = 8
_CELLS_BATCH = 300
_log = structlog.get_logger("waybill.points")


def start_due(services: Services) -> int:
    """Asks an account of every system whose list is due for it; returns how many were asked."""
    systems = [code for code, plugin in services.plugins.items() if PORT in plugin.manifest.ports]
    with read_scope(services.sessions) as session:
        working = points.working_accounts(session, systems)
    return sum(_start(services, system, mode, accounts) for (system, mode), accounts in working.items())


def _start(services: Services, system: str, mode: str, accounts: list[int]) -> bool:
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        source_id, account = points.take_turn(session, system, mode, accounts, now)
        if not account:
            return False
        lane = lanes.connection_lane(session, account)
        inbox.append(session, lane.id, InboxKind.POINTS, str(source_id), {}, now=now, trace_id=new_trace_id())
    services.waker.wake(lane)
    return True


@dataclass
class Refreshing:
    """What one slice does for it: at most one step is under way."""

    services: Services
    slice: Slice
    account: Account
    system: Any
    pool: Executor
    row: Claimed | None = None
    flying: dict[Future[bool], Claimed] = field(default_factory=dict)
    #: Only rows of this kind ask for it (`Beside`).
    kind: ClassVar[str] = InboxKind.POINTS

    def load(self) -> None:
        if self.slice.people:
            return
        with read_scope(self.services.sessions) as session:
            rows = self.slice.claim_inbox(session, (InboxKind.POINTS,), 1)
        self.row = next(iter(rows), None)

    def begin(self, room: int) -> None:
        """The next step, when orders leave room for it."""
        if self.row is None or self.flying or room < 1:
            return
        row, self.row = self.row, None
        if self.account.connection.state != ConnectionState.READY:
            self._close(row)
            return
        self.flying[self.pool.submit(self._step, row)] = row

    def land(self) -> None:
        for future in [each for each in self.flying if each.done()]:
            row = self.flying.pop(future)
            error = future.exception()
            if isinstance(error, FenceLostError):
                continue
            if error is not None:
                self._failed(row, error)
            elif future.result():
                self.row = row
            else:
                self._close(row)

    def _failed(self, row: Claimed, error: BaseException) -> None:
        """Tried again later; then given up until the next time, with everything as it was."""
        now, why = self.services.clock.now(), str(error) or type(error).__name__
        wait = error.retry_after if isinstance(error, Unavailable) else None
        given_up = isinstance(error, AccountProblem) or is_spent(row.attempts + 1, _TRIES)
        if not isinstance(error, LogisticsError):
            _log.error("points_failed", system=self.account.connection.system, exc_info=error)
        with session_scope(self.services.sessions) as session:
            if is_busy(error):
                inbox.defer(session, self.slice, row.ids, now + LATER)
                return
            points.failed(session, int(row.key), why)
            if given_up:
                inbox.close(session, self.slice, row.ids, now)
            else:
                due = next_try(now, row.attempts + 1, retry_after=wait, spread=self.services.spread())
                inbox.retry(session, self.slice, row.ids, due, why)

    def _close(self, row: Claimed) -> None:
        with session_scope(self.services.sessions) as session:
            inbox.close(session, self.slice, row.ids, self.services.clock.now())

    # --- in a thread of its own ------------------------------------------------------------------------------------

    def _step(self, row: Claimed) -> bool:
        """One step; whether there is another. Another account may have taken the list over meanwhile."""
        with read_scope(self.services.sessions) as session:
            source = points.source(session, int(row.key))
        if source is None or source.asked_of != self.account.connection.id or not source.step:
            return False
        with tracing(row.trace_id):
            if source.step == "pages":
                self._page(source)
            elif source.step == "gone":
                self._gone(source)
            else:
                return self._cells(source, int(source.step))
        return True

    def _page(self, source: PointSource) -> None:
        page = self.system.points(source.page)
        for some in chunks([points.ready(point) for point in page.points], points.BATCH):
            with session_scope(self.services.sessions) as session:
                self.slice.check(session)
                points.save(session, source.id, source.run, some)
        more = page.more and source.page + 1 < MOST_PAGES
        with session_scope(self.services.sessions) as session:
            values = {"page": source.page + 1, "skipped": source.skipped + page.skipped}
            points.went_on(session, source, self._now(), step="pages" if more else "gone", **values)

    def _gone(self, source: PointSource) -> None:
        """A list that is suddenly short takes nothing away this time."""
        with read_scope(self.services.sessions) as session:
            good = points.believable(session, source)
        while good and self._some(points.mark_gone, source.id, source.run, self._now()):
            pass
        while self._some(points.forget, source.id, self._now()):
            pass
        with session_scope(self.services.sessions) as session:
            points.went_on(session, source, self._now(), step=str(points.CELL_ZOOMS[0]), short=not good)

    def _cells(self, source: PointSource, zoom: int) -> bool:
        """The cells of one zoom, beside the live ones; after the last they change places."""
        slot = points.other_slot(source)
        while self._some(points.clear_cells, slot, zoom):
            pass
        rows = list(cells_of(self._places(source.id), slot, zoom))
        for some in chunks(rows, _CELLS_BATCH):
            with session_scope(self.services.sessions) as session:
                self.slice.check(session)
                points.add_cells(session, some)
        last = zoom + 1 not in points.CELL_ZOOMS
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            if last:
                points.switch(session, source, self._now(), short=source.short)
            else:
                points.went_on(session, source, self._now(), step=str(zoom + 1))
        if last:
            _log.info("points", system=source.system, mode=source.mode, skipped=source.skipped, short=source.short)
        return not last

    def _places(self, source_id: int) -> Iterator[tuple[int, int, int]]:
        after = 0
        while True:
            with read_scope(self.services.sessions) as session:
                rows = points.places_after(session, source_id, after)
            if not rows:
                return
            after = rows[-1].id
            yield from ((row.mx, row.my, row.class_id) for row in rows)

    def _some(self, act: Any, *args: Any) -> int:
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            return int(act(session, *args))

    def _now(self) -> Any:
        return self.services.clock.now()


def cells_of(places: Iterator[tuple[int, int, int]], slot: int, zoom: int) -> Iterator[Mapping[str, int]]:
    """Rows of PointCell for points at (mx, my) of a class."""
    unit = mercator.cell_units(zoom)
    found: dict[tuple[int, int, int], list[int]] = {}
    for mx, my, class_id in places:
        sums = found.setdefault((mx // unit, my // unit, class_id), [0, 0, 0])
        sums[0] += 1
        sums[1] += mx
        sums[2] += my
    for (cx, cy, class_id), (n, sum_x, sum_y) in found.items():
        yield {
            "slot": slot,
            "z": zoom,
            "cx": cx,
            "cy": cy,
            "class_id": class_id,
            "n": n,
            "sum_x": sum_x,
            "sum_y": sum_y,
        }
