"""What an account is asked beside its orders: a queue that was read when the slice began, several calls at once, each
answer saved as it comes."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from b24app.lanes.slices import Slice
from b24app.logistics.errors import AccountProblem, LogisticsError
from b24app.runners.connection.account import Account, refused
from b24app.runners.services import Services
from b24app.store.models import ConnectionState
from b24app.systems.plugin import Manifest

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
#: A write begins within this after its row was marked, or not at all.
SEND_WITHIN_S = 8.0
#: … and is over after this at the latest: systems limit their calls to less (a look-up and a creation).
DONE_WITHIN = timedelta(seconds=SEND_WITHIN_S + 32)
_log = structlog.get_logger("waybill.connection")


@dataclass
class Beside(Generic[Asked, Answer]):
    """One slice's questions of a kind. `waiting` are those that no call was begun for, `flying` the calls."""

    services: Services
    slice: Slice
    account: Account
    system: Any
    pool: Executor
    waiting: deque[Asked] = field(default_factory=deque)
    flying: dict[Future[Answer], Asked] = field(default_factory=dict)
    #: The log's event for a fault of ours.
    failed: ClassVar[str]
    #: Only rows of this kind ask for it; empty: other tables do.
    kind: ClassVar[str] = ""

    def begin(self, room: int) -> None:
        """Ask as many as there is room for."""
        while self.waiting and room > 0:
            asked = self.waiting.popleft()
            self.flying[self.pool.submit(self._ask, asked)] = asked
            room -= 1

    def land(self) -> None:
        """Save what has come."""
        for future in [future for future in self.flying if future.done()]:
            asked, error = self.flying.pop(future), future.exception()
            if error is not None:  # a fault of ours in one question: it must not stop the account's orders
                _log.error(self.failed, **self._named(asked), exc_info=error)
            self._save(asked, future.result() if error is None else self._broken(asked))

    def _ask(self, asked: Asked) -> Answer:
        """The call, in a thread of its own, without the database."""
        raise NotImplementedError

    def _named(self, asked: Asked) -> dict[str, Any]:
        """What it was about, for the log."""
        raise NotImplementedError

    def _broken(self, asked: Asked) -> Answer:
        """What a fault of ours counts as."""
        raise NotImplementedError

    def _save(self, asked: Asked, answer: Answer) -> None:
        raise NotImplementedError


@dataclass
class OfLane(Beside[Asked, Answer]):
    """Rows of the lane's own (errands, messages): chosen when there is room for them, those that are to be written
    marked before their calls (`store.lane_rows`). Nobody of whom a people's slice knows waits for one."""

    _due: datetime | None = None
    #: Ports of which the account's system has at least one.
    ports: ClassVar[frozenset[str]]

    def load(self) -> None:
        """When the next one is due."""
        if not self.slice.people and self.ports & set(self._manifest.ports):
            self._due = self._earliest()

    def begin(self, room: int) -> None:
        now = self.services.clock.now()
        if room < 1 or self._due is None or self._due > now:
            return
        if self.account.connection.state != ConnectionState.READY:
            self._wait(now)
            self.load()
            return
        send_by = self.services.clock.monotonic() + SEND_WITHIN_S
        chosen, self._due = self._chosen(now, room, send_by)
        self.waiting.extend(chosen)
        super().begin(room)

    def land(self) -> None:
        done = any(future.done() for future in self.flying)
        super().land()
        if done:
            self.load()

    @property
    def _manifest(self) -> Manifest:
        return self.services.plugins[self.account.connection.system].manifest

    def _refused(self, session: Session, error: LogisticsError | None, now: datetime) -> None:
        """Where the account itself was refused, nothing more of these leaves in this slice either."""
        if isinstance(error, AccountProblem):
            refused(session, self.account.connection, error.problem, now)
            self.account.connection.state = ConnectionState.BROKEN

    def _earliest(self) -> datetime | None:
        raise NotImplementedError

    def _chosen(self, now: datetime, room: int, send_by: float) -> tuple[list[Asked], datetime | None]:
        """Those that are asked about now, and when the next one is due. What is only read stays due while it is: where
        something was chosen that is None, and the next look is when its call is back."""
        raise NotImplementedError

    def _wait(self, now: datetime) -> None:
        """The account does not work."""
        raise NotImplementedError
