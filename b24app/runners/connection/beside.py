"""What an account is asked beside its orders: a queue that was read when the slice began, several calls at once, each
answer saved as it comes."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import structlog

from b24app.lanes.slices import Slice
from b24app.runners.connection.account import Account
from b24app.runners.services import Services

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
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
