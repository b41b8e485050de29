"""Pulling an account's feed (`logistics.feed`) in its lane, beside the orders: page, save, confirm. Where it stands is
in the database, so that a crash at any line costs a page that comes twice and never one that is lost."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import structlog

from b24app.lanes.slices import Slice
from b24app.logistics.errors import AccountProblem, LogisticsError, Unavailable
from b24app.logistics.order import OrderState
from b24app.runners.connection.account import Account
from b24app.runners.connection.tasks import FOLLOW, Landed, Task
from b24app.runners.services import Services
from b24app.store import feeds, inbox, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import FenceLostError, LaneRef
from b24app.store.models import ConnectionState, InboxKind
from b24app.systems.plugin import Manifest
from b24app.wire.trace import new_trace_id, tracing

PORT = "Feed"
#: A pull with all its calls is over after this; then another worker may take the feed.
HELD = timedelta(seconds=180)
#: Pages of one pull; the rest is pulled at once after it.
MOST_PAGES = 20
#: After a pull that failed, and when the account is refused.
AGAIN, LATER = timedelta(seconds=60), timedelta(hours=1)
#: News of an order whose creation is not known to have gone well wait for that.
NOT_YET = timedelta(seconds=10)
#: … but not for ever.
KEPT = timedelta(days=7)
_log = structlog.get_logger("waybill.feed")


@dataclass
class Feeding:
    """What one slice does for it: at most one pull is under way."""

    services: Services
    slice: Slice
    account: Account
    system: Any
    pool: Executor
    feed_id: int = 0
    flying: dict[Future[None], int] = field(default_factory=dict)
    #: No rows of the inbox ask for it (`Beside`).
    kind: ClassVar[str] = ""

    @property
    def _manifest(self) -> Manifest:
        return self.services.plugins[self.account.connection.system].manifest

    @property
    def offered(self) -> bool:
        """Whether the system has feeds at all: of no other one is there ever anything told."""
        return PORT in self._manifest.ports

    @property
    def _pause(self) -> timedelta:
        track = self._manifest.track
        return timedelta(seconds=track.feed_s if track and track.feed_s else 900)

    def load(self) -> None:
        ready = self.account.connection.state == ConnectionState.READY
        if self.slice.people or not ready or not self.offered:
            return
        key = self.system.feed_key
        if not key:  # this account has no such part
            return
        with read_scope(self.services.sessions) as session:
            self.feed_id = feeds.joined(session, self.account.connection, key)
        if not self.feed_id:  # once for each account, not in every slice
            with session_scope(self.services.sessions) as session:
                self.feed_id = feeds.join(session, self.account.connection, key, self.services.clock.now()).id

    def begin(self, room: int) -> None:
        """A pull, when its time has come and orders leave room for it."""
        if not self.feed_id or self.flying or room < 1:
            return
        now, holder = self.services.clock.now(), new_trace_id()
        with read_scope(self.services.sessions) as session:
            due = feeds.due_at(session, self.feed_id, now)
        if due is None or due > now:
            return
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            row = feeds.take(session, self.feed_id, holder, now, now + HELD)
        if row is not None:
            self.flying[self.pool.submit(self._pull, row.id, holder, row.cursor, row.receipt)] = row.id

    def land(self) -> None:
        for future in [each for each in self.flying if each.done()]:
            self.flying.pop(future)
            error = future.exception()
            if error is not None and not isinstance(error, FenceLostError):
                _log.error("feed_failed", system=self.account.connection.system, exc_info=error)

    def next_due(self, now: datetime) -> datetime | None:
        if not self.feed_id:
            return None
        with read_scope(self.services.sessions) as session:
            return feeds.due_at(session, self.feed_id, now)

    # --- in a thread of its own ------------------------------------------------------------------------------------

    def _pull(self, feed_id: int, holder: str, cursor: str, receipt: str) -> None:
        due, why = AGAIN, ""
        try:
            with tracing(holder):
                due = self._pages(feed_id, holder, cursor, receipt)
        except Unavailable as error:
            due = max(AGAIN, timedelta(seconds=error.retry_after or 0))
            why = str(error)
        except AccountProblem as error:
            due, why = self._refused(feed_id), str(error)
        except LogisticsError as error:
            why = str(error)
        except FenceLostError:
            raise
        except Exception as error:
            why = type(error).__name__
            raise
        finally:
            with session_scope(self.services.sessions) as session:
                feeds.release(session, feed_id, holder, self.services.clock.now() + due, why)

    def _refused(self, feed_id: int) -> timedelta:
        """When the feed is due after this account was refused. Others that share it may have a newer password, and do
        not wait for this one's."""
        with read_scope(self.services.sessions) as session:
            return LATER if len(feeds.sharers(session, feed_id)) == 1 else AGAIN

    def _pages(self, feed_id: int, holder: str, cursor: str, receipt: str) -> timedelta:
        """Returns the pause until the next pull."""
        if receipt:  # saved, and then we stopped: nobody has confirmed it yet
            self._confirm(feed_id, holder, receipt)
        for _ in range(MOST_PAGES):
            page = self.system.pull(cursor, lambda: self._watched(feed_id))
            with session_scope(self.services.sessions) as session:
                now = self.services.clock.now()
                kept = {"cursor": page.cursor, "receipt": page.receipt, "pulled_at": now, "held_until": now + HELD}
                feeds.keep(session, feed_id, holder, **kept)
                wake, strange = feeds.tell(session, feed_id, page.states, page.read_again, now)
            self._wake(wake)
            _log.info("feed", feed=feed_id, told=len(page.states), strange=strange, skipped=page.skipped)
            if page.receipt:
                self._confirm(feed_id, holder, page.receipt)
            cursor = page.cursor
            if not page.more:
                return self._pause if page.wait_s is None else timedelta(seconds=page.wait_s)
        return timedelta(0)

    def _confirm(self, feed_id: int, holder: str, receipt: str) -> None:
        """Never before it is saved. Repeated after a crash in between, it does no harm."""
        self.system.confirm(receipt)
        with session_scope(self.services.sessions) as session:
            feeds.keep(session, feed_id, holder, receipt="")

    def _watched(self, feed_id: int) -> Sequence[str]:
        with read_scope(self.services.sessions) as session:
            return feeds.watched(session, feed_id)

    def _wake(self, wake: set[LaneRef]) -> None:
        for lane in wake:
            self.services.waker.wake(lane)


def told(services: Services, slice_: Slice) -> tuple[list[Landed], list[Claimed], list[Claimed]]:
    """What feeds told of this account's orders: results to be saved, the rows they came in (close them with that), and
    rows that must wait."""
    with read_scope(services.sessions) as session:
        rows = slice_.claim_inbox(session, (InboxKind.FEED,), 50)
        found = shipments.by_ids(session, slice_.portal_id, [int(row.payload["shipment"]) for row in rows])
    landed: list[Landed] = []
    good: list[Claimed] = []
    wait: list[Claimed] = []
    for row in rows:
        shipment = found.get(int(row.payload["shipment"]))
        if shipment is not None and not shipment.remote_id:
            over = shipment.closed or services.clock.now() - row.first > KEPT
            (good if over else wait).append(row)
            continue
        good.append(row)
        if shipment is not None:
            state = OrderState.from_json(row.payload["state"])
            task = Task(FOLLOW, shipment.id, shipment.deal_id, shipment.number, row.trace_id, shipment.remote_id or "")
            landed.append(Landed(task, 0, state=state))
    return landed, good, wait


def put_off(services: Services, slice_: Slice, rows: Sequence[Claimed]) -> None:
    """Look again a little later."""
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        for row in rows:
            inbox.defer(session, slice_, row.ids, now + NOT_YET)
