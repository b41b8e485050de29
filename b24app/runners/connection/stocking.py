"""What lies in an account's warehouses, in its own lane: one call for all articles that anybody asks about just now,
beside the account's orders.

Nothing is tried again: the person who looks is told that nobody answered, and may ask anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import structlog

from b24app.flows.stock import shelves_of
from b24app.lanes.slices import Slice
from b24app.logistics.errors import LogisticsError
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import StockAnswer, Warehouse
from b24app.runners.connection.account import Account
from b24app.runners.connection.patience import patiently
from b24app.runners.connection.quoting import without
from b24app.runners.services import Services
from b24app.store import inbox, portals, stock
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ConnectionState, InboxKind
from b24app.store.stock import Question
from b24app.wire.trace import tracing

#: So long a question waits for the account's budget.
PATIENCE_S = 6.0
#: Names of warehouses hardly ever change; each process asks for them this often.
NAMED = timedelta(hours=1)
_log = structlog.get_logger("waybill.connection")


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a question. `named` None = the warehouses were not asked for, or did not answer."""

    answer: StockAnswer | None = None
    named: tuple[Warehouse, ...] | None = None
    problem: Problem | None = None


@dataclass
class Names:
    """Warehouses of accounts by connection, as this process last heard of them."""

    known: dict[int, tuple[datetime, tuple[Warehouse, ...]]] = field(default_factory=dict)

    def get(self, connection_id: int, now: datetime) -> tuple[Warehouse, ...] | None:
        at, found = self.known.get(connection_id, (now - 2 * NAMED, ()))
        return found if now - at < NAMED else None

    def put(self, connection_id: int, found: tuple[Warehouse, ...], now: datetime) -> None:
        self.known[connection_id] = (now, found)


def look(system: Any, skus: Sequence[str], named: tuple[Warehouse, ...] | None, trace: str) -> Came:
    """One question, without the database; a crowded budget is waited for a while. A warehouse that we have no name for
    makes us ask for the names; without them their codes have to do."""
    with tracing(trace):
        try:
            answer: StockAnswer = patiently(lambda: system.stock(skus), PATIENCE_S)
        except LogisticsError as error:
            return Came(problem=without(error).problem)
        codes = {line.warehouse for line in answer.lines}
        if named is None or codes - {each.code for each in named}:
            return Came(answer, _names(system))
        return Came(answer, named)


def _names(system: Any) -> tuple[Warehouse, ...] | None:
    try:
        return tuple(system.warehouses())
    except LogisticsError:
        return None


@dataclass
class Stocking:
    """The questions of one slice: at most one call is under way."""

    services: Services
    slice: Slice
    account: Account
    system: Any
    pool: Executor
    names: Names
    rows: list[Claimed] = field(default_factory=list)
    waiting: Question | None = None
    flying: dict[Future[Came], Question] = field(default_factory=dict)
    #: Only rows of this kind ask for it (`Beside`).
    kind: ClassVar[str] = InboxKind.STOCK

    def load(self) -> None:
        """What is asked and not known yet. An account that does not work answers at once: a person waits."""
        connection = self.account.connection
        if not self.services.plugins[connection.system].manifest.gives(stock.PORT, connection.settings):
            return
        with read_scope(self.services.sessions) as session:
            self.rows = self.slice.claim_inbox(session, (InboxKind.STOCK,))
            if not self.rows:
                return
            asked = {int(row.key): list(row.payload.get("skus", ())) for row in self.rows}
            question = stock.question(session, connection.portal_id, connection.id, asked)
        if connection.state != ConnectionState.READY:
            self._save(question, Came(problem=_STOPPED))
        elif not question.skus:
            self._save(question, Came(StockAnswer()))
        else:
            self.waiting = question

    def begin(self, room: int) -> None:
        """Ask, when orders leave room for it."""
        if self.waiting is None or room < 1:
            return
        question, self.waiting = self.waiting, None
        named = self.names.get(self.account.connection.id, self.services.clock.now())
        self.flying[self.pool.submit(look, self.system, question.skus, named, self.rows[0].trace_id)] = question

    def land(self) -> None:
        for future in [each for each in self.flying if each.done()]:
            question, error = self.flying.pop(future), future.exception()
            if error is not None:  # a fault of ours in one question: it must not stop the account's orders
                _log.error("stock_failed", connection=self.account.connection.id, exc_info=error)
            self._save(question, future.result() if error is None else Came(problem=_BROKEN))

    def _save(self, question: Question, came: Came) -> None:
        now, shelves = self.services.clock.now(), []
        connection = self.account.connection
        if came.named is not None:
            self.names.put(connection.id, came.named, now)
        if came.answer is not None:
            shelves = shelves_of(came.answer, question.skus, came.named or (), now)
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            account = portals.connection(session, connection.portal_id, connection.id) or connection
            stock.answered(session, account, question.looks, shelves, came.problem, now)
            inbox.close(session, self.slice, [row_id for row in self.rows for row_id in row.ids], now)


_STOPPED = Problem("account_stopped", Field.ACCOUNT, Who.ADMIN)
_BROKEN = Problem("stock_failed", Field.NONE, Who.WAYBILL)
