"""A slice: a few seconds in which one runner alone drains one lane."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from b24app.store import inbox, lanes
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import FenceLostError, LaneHold

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from b24app.clock import Clock


@dataclass(frozen=True)
class SliceResult:
    """What a handler says at its end.

    `next_due`: come back then, although no row asks (polling). `more`: come back at once. `not_before`: nobody may
    serve the lane before (the remote said so, or its budget is empty), whatever is due in it.
    """

    next_due: datetime | None = None
    more: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Slice(LaneHold):
    """A claimed lane with a clock. It is a `LaneHold`, so every `store` function that checks the fence takes it.

    `batch_limit` shrinks after failures of the lane, so that one row that always fails ends up alone and is found.
    """

    sessions: Sessions
    clock: Clock
    started: float
    length_s: float
    lease: timedelta
    batch_limit: int = 500
    lost: threading.Event = field(default_factory=threading.Event)
    claimed: list[Claimed] = field(default_factory=list)

    def time_left(self) -> float:
        """Return the seconds of this slice that are left; 0 when it is over or the lane was lost."""
        if self.lost.is_set():
            return 0.0
        return max(0.0, self.started + self.length_s - self.clock.monotonic())

    def check(self, session: Session) -> None:
        """Call it in every transaction that writes. Raises `FenceLostError` when somebody else has the lane."""
        if self.lost.is_set():
            raise FenceLostError(f"lane {self.lane_id}: the lease of fence {self.fence} was lost")
        lanes.check(session, self)

    def renew(self) -> None:
        """Prolong the lease by hand (the worker does it in the background). Raises `FenceLostError`."""
        with session_scope(self.sessions) as session:
            gone = lanes.renew(session, [self], self.clock.now(), self.lease)
        if gone:
            self.lost.set()
            raise FenceLostError(f"lane {self.lane_id}: fence {self.fence} is outdated")

    def due_kinds(self) -> frozenset[str]:
        """Kinds of which `claim_inbox` would find rows now: one question for all of them."""
        with read_scope(self.sessions) as session:
            return inbox.due_kinds(session, self, self.clock.now())

    def claim_inbox(self, session: Session, kinds: Iterable[str] = (), limit: int | None = None) -> list[Claimed]:
        """Return due rows, folded, at most `limit` rows of the table; call it before the read that will serve them."""
        rows = inbox.claim(
            session, self, self.clock.now(), min(limit or self.batch_limit, self.batch_limit), list(kinds)
        )
        self.claimed.extend(rows)
        return rows


Handler = Callable[[Slice], SliceResult]
