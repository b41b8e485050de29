"""The handler of connection lanes: several calls side by side, within the account's budget, for one slice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from b24app.lanes.slices import Slice, SliceResult
from b24app.runners.connection import chores
from b24app.runners.connection.papering import Papering
from b24app.runners.connection.quoting import Quoting
from b24app.runners.connection.rating import Rater
from b24app.runners.connection.refreshing import Refreshing
from b24app.runners.connection.saving import Account, Saver
from b24app.runners.connection.tasks import CHANGE, CREATE, FOLLOW, Landed, Task, carry_out
from b24app.runners.services import Services
from b24app.runners.views import pipeline_config
from b24app.store import intents, origins, portals, sending, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import ConnectionState, Intent, IntentState, PortalState, Shipment
from b24app.store.shipments import ChangedMeanwhileError
from b24app.wire.trace import steady_trace

#: A write begins within this after its row was marked, or not at all.
SEND_WITHIN_S = 8.0
#: … and is over after this at the latest: systems limit their calls to less (a look-up and a creation).
DONE_WITHIN = timedelta(seconds=SEND_WITHIN_S + 32)
#: Results are saved in groups: a commit costs more than this wait.
GROUP_S = 0.02
#: While there is work, callbacks are looked at this often: they say which orders to read first.
HEAR_EVERY_S = 0.5
SAVE_TRIES = 5
POOL = 64


@dataclass
class Run:
    """One slice's work in progress. `quotes`, `papers` and `points` fly beside the orders, in what room these leave."""

    slice: Slice
    account: Account
    system: Any
    width: int
    quotes: Quoting
    papers: Papering
    points: Refreshing
    flying: dict[Future[Landed], Task] = field(default_factory=dict)

    @property
    def room(self) -> int:
        beside = len(self.quotes.flying) + len(self.papers.flying) + len(self.points.flying)
        return self.width - len(self.flying) - beside

    @property
    def reading(self) -> int:
        """Calls under way that only follow an order."""
        return sum(task.kind == FOLLOW for task in self.flying.values())

    @property
    def followed(self) -> set[int]:
        return {task.shipment_id for task in self.flying.values()}


class ConnectionRunner:
    """Registered for `LaneKind.CONNECTION`."""

    def __init__(self, services: Services, rater: Rater) -> None:
        self._services = services
        self._pool = ThreadPoolExecutor(POOL, "carrier")
        self._rater = rater

    def __call__(self, slice_: Slice) -> SliceResult:
        run = self._open(slice_)
        if run is None:
            return SliceResult()
        self._rater.do(slice_, run.account, run.system)
        chores.do(self._services, slice_, run.account, run.system)
        run.quotes.load()
        run.papers.load()
        run.points.load()
        heard = time.monotonic()
        while True:
            if run.flying and time.monotonic() - heard > HEAR_EVERY_S:
                self._rater.do(slice_, run.account, run.system)
                chores.hear(self._services, slice_, run.account, run.system)
                heard = time.monotonic()
            if slice_.time_left() > 0 and run.room > 0:
                for task in self._pick(run):
                    run.flying[self._pool.submit(carry_out, run.system, task, self._services.clock)] = task
                run.papers.begin(min(run.room, run.width // 2 - len(run.papers.flying)))
                run.quotes.begin(min(run.room, run.width // 2 - len(run.quotes.flying)))
                run.points.begin(run.room)
            if not (run.flying or run.quotes.flying or run.papers.flying or run.points.flying):
                break
            self._land(run)
        return SliceResult(next_due=self._next_due(run))

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
        width = services.plugins[connection.system].manifest.rate.concurrency
        account, system = Account(portal, connection, pipelines), services.open_system(connection)
        beside = (services, slice_, account, system, self._pool)
        return Run(slice_, account, system, width, Quoting(*beside), Papering(*beside), Refreshing(*beside))

    # --- choosing ----------------------------------------------------------------------------------------------------

    def _pick(self, run: Run) -> list[Task]:
        """Mark due intents as being sent and choose orders to read, people's first, as many as there is room for."""
        if run.account.connection.state != ConnectionState.READY:
            return []
        now = self._services.clock.now()
        # Counts from before the mark, as the deadline does: whoever is stopped right after it must not begin.
        send_by = self._services.clock.monotonic() + SEND_WITHIN_S
        with session_scope(self._services.sessions) as session:
            sending.claim_expired(session, run.slice, Intent, now)
            states = (IntentState.WAITING, IntentState.UNCERTAIN)
            rows = intents.due(session, run.slice, now, run.room, states)
            due = [] if run.slice.people else shipments.due_polls(session, run.slice, now, run.room + len(run.flying))
            due = [row for row in due if row.id not in run.followed and row.remote_id]
            rows = _shared(rows, run, len(due))
            sending.begin_sending(session, run.slice, rows, now + DONE_WITHIN)
            owners = shipments.by_ids(session, run.slice.portal_id, [row.shipment_id for row in rows])
        tasks = [_intent_task(row, owners[row.shipment_id], send_by) for row in rows]
        taken = {task.shipment_id for task in tasks}
        follow = [_follow_task(row) for row in due if row.id not in taken]
        return [*tasks, *follow[: max(0, run.room - len(tasks))]]

    # --- landing -----------------------------------------------------------------------------------------------------

    def _land(self, run: Run) -> None:
        """Wait for results, a moment longer for their neighbours, and save them together."""
        calls: list[Future[Any]] = [*run.flying, *run.quotes.flying, *run.papers.flying, *run.points.flying]
        wait(calls, timeout=1.0, return_when=FIRST_COMPLETED)
        if run.flying:
            wait(run.flying, timeout=GROUP_S)
        done = [future for future in run.flying if future.done()]
        for future in done:
            run.flying.pop(future)
        if done:
            self._save(run, [future.result() for future in done])
        run.quotes.land()
        run.papers.land()
        run.points.land()

    def _save(self, run: Run, group: Sequence[Landed]) -> None:
        for left in range(SAVE_TRIES - 1, -1, -1):
            try:
                with session_scope(self._services.sessions) as session:
                    saver = Saver(self._services, run.slice, run.account, session, self._services.clock.now())
                    saver.save(group)
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
        check = chores.next_check(account, run.slice, self._services.clock.now())
        return min(moment for moment in (tries, polls, check) if moment is not None)


def _shared(rows: list[Intent], run: Run, polls: int) -> list[Intent]:
    """Half of the width is for orders to be followed, if there are any: a crowd of new ones must not keep the numbers
    of the earlier ones waiting. A person's rows (they come first) go before both."""
    kept = min(polls, max(0, run.width // 2 - run.reading), run.room)
    people = sum(bool(row.priority) for row in rows)
    return rows[: max(people, run.room - kept)]


def _intent_task(intent: Intent, shipment: Shipment, send_by: float) -> Task:
    return Task(
        kind=intent.kind,
        shipment_id=intent.shipment_id,
        deal_id=shipment.deal_id,
        number=intent.number,
        trace_id=intent.trace_id,
        remote_id=shipment.remote_id or "",
        intent_id=intent.id,
        attempts=intent.attempts,
        tries=intent.attempts - intent.ladder_from,
        payload=intent.payload if intent.kind in (CREATE, CHANGE) else {},
        send_by=send_by,
        people=bool(intent.priority),
        fresh=intent.attempts == 0 and intent.n == 1,
    )


def _follow_task(shipment: Shipment) -> Task:
    remote_id, request = shipment.remote_id or "", dict(shipment.request)
    trace = steady_trace(shipment.number)
    return Task(FOLLOW, shipment.id, shipment.deal_id, shipment.number, trace, remote_id, payload=request)
