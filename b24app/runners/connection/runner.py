"""The handler of connection lanes: several calls side by side, within the account's budget, for one slice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from b24app.lanes.slices import Slice, SliceResult
from b24app.runners.connection import chores, feeding, telling
from b24app.runners.connection.account import Account, pace_of
from b24app.runners.connection.back_ways import BackWays
from b24app.runners.connection.beside import DONE_WITHIN, SEND_WITHIN_S
from b24app.runners.connection.choosing import grouped, intent_task
from b24app.runners.connection.coming_back import ComingBack
from b24app.runners.connection.errands import Errands
from b24app.runners.connection.feeding import Feeding
from b24app.runners.connection.filing import Filing
from b24app.runners.connection.papering import Papering
from b24app.runners.connection.quoting import Quoting
from b24app.runners.connection.rating import Rater
from b24app.runners.connection.refreshing import Refreshing
from b24app.runners.connection.return_findings import Findings
from b24app.runners.connection.return_labels import ReturnLabels
from b24app.runners.connection.saving import Saver
from b24app.runners.connection.stocking import Names, Stocking
from b24app.runners.connection.tasks import FOLLOW, Landed, Task, carry_out, carry_out_all
from b24app.runners.connection.texting import Texting
from b24app.runners.services import Services
from b24app.runners.views import pipeline_config
from b24app.store import inbox, intents, origins, portals, return_errand_lane, sending, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ConnectionState, InboxKind, Intent, IntentState, PortalState
from b24app.store.shipments import ChangedMeanwhileError
from b24app.store.sql import chunks

#: Results are saved in groups: a commit costs more than this wait.
GROUP_S = 0.02
#: While there is work, callbacks are looked at this often: they say which orders to read first.
HEAR_EVERY_S = 0.5
SAVE_TRIES = 5
#: Results that are saved in one transaction: it must stay short.
SAVE_MOST = 25
POOL = 64


@dataclass
class Run:
    """One slice's work in progress. `halves` and `others` fly beside the orders, in what room these leave, each of
    `halves` in half of the width at most. A call may be for many orders that are only followed (`batch` of them)."""

    slice: Slice
    account: Account
    system: Any
    width: int
    halves: tuple[Any, ...]
    others: tuple[Any, ...]
    feeds: Feeding
    back: ComingBack
    batch: int = 1
    flying: dict[Future[list[Landed]], tuple[Task, ...]] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Any, ...]:
        return (*self.halves, *self.others, self.feeds)

    @property
    def beside(self) -> list[Future[Any]]:
        return [future for part in self.parts for future in part.flying]

    @property
    def room(self) -> int:
        return self.width - len(self.flying) - len(self.beside)

    @property
    def reading(self) -> int:
        """Calls under way that only follow orders."""
        return sum(tasks[0].kind == FOLLOW for tasks in self.flying.values())

    @property
    def followed(self) -> set[int]:
        return {task.shipment_id for tasks in self.flying.values() for task in tasks}


class ConnectionRunner:
    """Registered for `LaneKind.CONNECTION`."""

    def __init__(self, services: Services, rater: Rater) -> None:
        self._services = services
        self._pool = ThreadPoolExecutor(POOL, "carrier")
        self._rater = rater
        self._names = Names()

    def __call__(self, slice_: Slice) -> SliceResult:
        run = self._open(slice_)
        if run is None:
            return SliceResult()
        self._load(run)
        heard = time.monotonic()
        while True:
            if run.flying and time.monotonic() - heard > HEAR_EVERY_S:
                self._hear(run)
                heard = time.monotonic()
            if slice_.time_left() > 0 and run.room > 0:
                for tasks in self._pick(run):
                    run.flying[self._pool.submit(self._carry_out, run.system, tasks)] = tasks
                for part in run.halves:
                    part.begin(min(run.room, max(1, run.width // 2) - len(part.flying)))
                for part in (*run.others, run.feeds):
                    part.begin(run.room)
            if not (run.flying or run.beside):
                break
            self._land(run)
        self._told(run)
        return SliceResult(next_due=self._next_due(run))

    def _load(self, run: Run) -> None:
        """What waits when the slice begins."""
        due = run.slice.due_kinds()
        if InboxKind.RATES in due:
            self._rater.do(run.slice, run.account, run.system)
        due = chores.do(self._services, run.slice, run.account, run.system, due)
        for part in run.parts:
            if not part.kind or part.kind in due:  # without a kind it looks into a table of its own
                part.load()
        self._told(run)

    def _hear(self, run: Run) -> None:
        """What came in meanwhile and cannot wait for the slice's end."""
        due = run.slice.due_kinds()
        if InboxKind.RATES in due:
            self._rater.do(run.slice, run.account, run.system)
        if InboxKind.CALLBACK in due:
            chores.hear(self._services, run.slice, run.account, run.system)
        self._told(run)

    def _open(self, slice_: Slice) -> Run | None:
        """None when there is nobody to work for: the connection or its portal is gone."""
        services = self._services
        with read_scope(services.sessions) as session:
            connection = portals.connection(session, slice_.portal_id, slice_.owner_id)
            portal = portals.get(session, slice_.portal_id)
            if connection is None or portal.state not in (PortalState.ACTIVE, PortalState.BLOCKED):
                return None
            rows = portals.pipelines(session, portal.id).values()
            places = origins.senders(session, portal.id)
        if connection.system not in services.plugins:
            return None
        age = services.settings.history_age_s
        pipelines = {row.category_id: pipeline_config(portal, row, age, places.of(row.connection_id)) for row in rows}
        manifest = services.plugins[connection.system].manifest
        width, track = manifest.rate.concurrency, manifest.track
        account = Account(portal, connection, pipelines, pace_of(manifest, connection))
        system = services.open_system(connection)
        beside = (services, slice_, account, system, self._pool)
        halves = (Papering(*beside), Quoting(*beside), Errands(*beside), BackWays(*beside), ReturnLabels(*beside))
        orders = (Stocking(*beside, self._names), Filing(*beside), Findings(*beside), Refreshing(*beside))
        others = (*orders, Texting(*beside))
        back = ComingBack(services, slice_, account)
        return Run(slice_, account, system, width, halves, others, Feeding(*beside), back, track.batch if track else 1)

    # --- choosing ----------------------------------------------------------------------------------------------------

    def _carry_out(self, system: Any, tasks: tuple[Task, ...]) -> list[Landed]:
        return [carry_out(system, tasks[0], self._services.clock)] if len(tasks) == 1 else carry_out_all(system, tasks)

    def _pick(self, run: Run) -> list[tuple[Task, ...]]:
        """Mark due intents as being sent and choose orders to read, people's first, as many as there is room for.
        Orders on their way are read together, where one call tells of many."""
        if run.account.connection.state != ConnectionState.READY:
            return []
        now = self._services.clock.now()
        if not self._anything_due(run, now):
            return []
        # Counts from before the mark, as the deadline does: whoever is stopped right after it must not begin.
        send_by = self._services.clock.monotonic() + SEND_WITHIN_S
        with session_scope(self._services.sessions) as session:
            sending.claim_expired(session, run.slice, Intent, now)
            states = (IntentState.WAITING, IntentState.UNCERTAIN)
            rows = intents.due(session, run.slice, now, run.room, states)
            followed = run.followed
            most = run.room * run.batch + max(len(run.flying), len(followed))
            due = [] if run.slice.people else shipments.due_polls(session, run.slice, now, most)
            due = [row for row in due if row.id not in followed and row.remote_id]
            refs = intents.undecided(session, run.slice.portal_id, [row.id for row in due])
            rows = _shared(rows, run, len(due))
            sending.begin_sending(session, run.slice, rows, now + DONE_WITHIN)
            owners = shipments.by_ids(session, run.slice.portal_id, [row.shipment_id for row in rows])
            given = {row.id: telling.with_file(session, row) for row in rows if row.kind in telling.KINDS}
        tasks = [intent_task(row, owners[row.shipment_id], send_by, given.get(row.id)) for row in rows]
        taken = {task.shipment_id for task in tasks}
        follow = grouped([row for row in due if row.id not in taken], run.batch, refs)
        return [*((task,) for task in tasks), *follow[: max(0, run.room - len(tasks))]]

    def _anything_due(self, run: Run, now: datetime) -> bool:
        """A look, which costs nobody a turn to write: mostly there is nothing, once what flies has been begun."""
        with read_scope(self._services.sessions) as session:
            moments = (sending.earliest_due(session, run.slice, Intent), shipments.next_poll(session, run.slice))
        return any(moment is not None and moment <= now for moment in moments)

    # --- landing -----------------------------------------------------------------------------------------------------

    def _land(self, run: Run) -> None:
        """Wait for results, a moment longer for their neighbours, and save them together."""
        wait([*run.flying, *run.beside], timeout=1.0, return_when=FIRST_COMPLETED)
        if run.flying:
            wait(run.flying, timeout=GROUP_S)
        done = [future for future in run.flying if future.done()]
        for future in done:
            run.flying.pop(future)
        for some in chunks([landed for future in done for landed in future.result()], SAVE_MOST):
            self._save(run, some)
        for part in run.parts:
            part.land()
        run.back.look()

    def _told(self, run: Run) -> None:
        """Save what feeds told of this account's orders, row by row with what came of it."""
        if run.slice.people or not run.feeds.offered:
            return
        while True:
            landed, rows, wait_for = feeding.told(self._services, run.slice)
            if wait_for:
                feeding.put_off(self._services, run.slice, wait_for)
            if not rows:
                return
            self._save(run, landed, rows)

    def _save(self, run: Run, group: Sequence[Landed], rows: Sequence[Claimed] = ()) -> None:
        """`rows` of the inbox are closed by it."""
        for left in range(SAVE_TRIES - 1, -1, -1):
            try:
                with session_scope(self._services.sessions) as session:
                    now = self._services.clock.now()
                    saver = Saver(self._services, run.slice, run.account, session, now)
                    if group:
                        saver.save(group)
                    inbox.close(session, run.slice, [row_id for row in rows for row_id in row.ids], now)
                break
            except ChangedMeanwhileError:
                if not left:
                    raise
        for lane in saver.wake:
            self._services.waker.wake(lane)

    def _next_due(self, run: Run) -> datetime | None:
        """Of the account as it is now: this very slice may have tested or subscribed it."""
        with read_scope(self._services.sessions) as session:
            account = portals.connection(session, run.slice.portal_id, run.slice.owner_id)
            if account is None or account.state != ConnectionState.READY:
                return None
            tries = sending.earliest_due(session, run.slice, Intent)
            polls = shipments.next_poll(session, run.slice)
            errands = return_errand_lane.earliest(session, run.slice)
        now = self._services.clock.now()
        moments = (tries, polls, errands, chores.next_check(account, run.slice, now), run.feeds.next_due(now))
        return min(moment for moment in moments if moment is not None)


def _shared(rows: list[Intent], run: Run, polls: int) -> list[Intent]:
    """Half of the width is for orders to be followed, if there are any: a crowd of new ones must not keep the numbers
    of the earlier ones waiting. A person's rows (they come first) go before both."""
    kept = min(polls, max(0, run.width // 2 - run.reading), run.room)
    people = sum(bool(row.priority) for row in rows)
    return rows[: max(people, run.room - kept)]
