"""Prices that people look at: one account's answers for single deals, each call in a thread of its own.

Calls begin where the deal was read, without a lane, while there is room in that process; the rest waits in the
accounts' lanes. A slice only begins the calls. An answer is saved by the thread it came to, with no lane held: a
carrier that hangs holds neither its own orders nor a worker. What a crash swallows is a price that somebody asks for
again.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from b24app.flows.simulate import Priced
from b24app.lanes.slices import Slice
from b24app.logistics.errors import LogisticsError, Refused, Unavailable
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection.account import Account
from b24app.runners.connection.patience import patiently
from b24app.runners.connection.quoting import offers, without
from b24app.runners.connection.wishing import wishing
from b24app.runners.services import Services
from b24app.store import inbox, rates
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import Connection, ConnectionState, InboxKind
from b24app.wire.trace import tracing

#: Calls of one account, and of all, that may be under way in a process.
MOST_OF_ONE, MOST = 6, 48
#: Questions for which there is no room are looked at again after this.
LATER = timedelta(seconds=0.5)
#: So long a call waits for the account's budget.
PATIENCE_S = 8.0
_log = structlog.get_logger("waybill.connection")
Opened = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What one account is asked about one deal."""

    portal_id: int
    connection_id: int
    rate_id: int
    asked_at: datetime
    request: ShipmentRequest
    trace_id: str


class Rater:
    """Asks for prices on behalf of all lanes of a process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._flying: Counter[int] = Counter()
        self._lock = threading.Lock()

    def do(self, slice_: Slice, account: Account, system: Any) -> None:
        """Begin what is asked of this account, as much as there is room for; returns at once."""
        with read_scope(self._services.sessions) as session:
            rows = slice_.claim_inbox(session, (InboxKind.RATES,))
            found = [(row, self._question(session, account, row)) for row in rows]
        if not rows:
            return
        begun = [(row, each) for row, each in found if each is None or self._room(account.connection.id)]
        late = [row for row, _ in found if row not in [each for each, _ in begun]]
        try:
            self._close(slice_, [row for row, _ in begun], late)
        except BaseException:
            self.leave(each.connection_id for _, each in begun if each is not None)
            raise
        ready = account.connection.state == ConnectionState.READY
        services = self._services_of(account.connection)
        for _, question in begun:
            if question is not None:
                self._start((lambda: system) if ready else None, services, question)

    def seats(self, connections: Iterable[int]) -> set[int]:
        """Takes a seat for a call of each account that has room for one. Each is flown (`begin`) or left (`leave`)."""
        return {each for each in connections if self._room(each)}

    def leave(self, connections: Iterable[int]) -> None:
        """Gives seats back."""
        with self._lock:
            self._flying.subtract(connections)

    def begin(self, account: Connection, question: Question) -> None:
        """Asks an account that works, on a seat that was taken for it; returns at once."""
        self._start(lambda: self._services.open_system(account), self._services_of(account), question)

    def _services_of(self, account: Connection) -> tuple[str, ...]:
        return tuple(code for code, _ in self._services.plugins[account.system].manifest.services)

    def _start(self, opened: Opened | None, services: Collection[str], question: Question) -> None:
        # Not of a pool: nobody waits at the end of a process for a carrier that hangs.
        threading.Thread(target=self._fly, args=(opened, services, question), name="price", daemon=True).start()

    def _close(self, slice_: Slice, begun: Sequence[Claimed], late: Sequence[Claimed]) -> None:
        """Before the calls: what is lost afterwards is asked for again by who looks at the page."""
        now = self._services.clock.now()
        with session_scope(self._services.sessions) as session:
            inbox.close(session, slice_, [id_ for row in begun for id_ in row.ids], now)
            inbox.defer(session, slice_, [id_ for row in late for id_ in row.ids], now + LATER)

    def _question(self, session: Any, account: Account, row: Claimed) -> Question | None:
        portal_id, connection_id = account.portal.id, account.connection.id
        rate = rates.question(session, portal_id, connection_id, int(row.key))
        if rate is None:
            return None
        request = ShipmentRequest.from_json(rate.request)
        return Question(portal_id, connection_id, rate.id, rate.asked_at, request, row.trace_id)

    def _room(self, connection_id: int) -> bool:
        with self._lock:
            if self._flying[connection_id] >= MOST_OF_ONE or self._flying.total() >= MOST:
                return False
            self._flying[connection_id] += 1
            return True

    def _fly(self, opened: Opened | None, services: Collection[str], question: Question) -> None:
        try:
            priced = _STOPPED if opened is None else ask(opened(), services, question)
            self._keep(question, priced)
        except Exception as error:  # noqa: BLE001 - the last one who can tell of it; the page says that nobody answers
            _log.error("rate_failed", connection=question.connection_id, exc_info=error)
        finally:
            self.leave([question.connection_id])

    def _keep(self, question: Question, priced: Priced) -> None:
        with session_scope(self._services.sessions) as session:
            now = self._services.clock.now()
            lane = rates.answered(session, question.portal_id, question.rate_id, question.asked_at, priced, now)
        if lane is not None:
            self._services.waker.wake(lane)


_STOPPED = Priced(problem=Problem("account_stopped", Field.ACCOUNT, Who.ADMIN))


def ask(system: Any, services: Collection[str], question: Question) -> Priced:
    """All prices of the account; what the system answers instead is a result."""
    with tracing(question.trace_id):
        return prices(system, services, question.request)


def prices(system: Any, services: Collection[str], request: ShipmentRequest) -> Priced:
    """The cheapest first, or why there are none. Waits a while for the account's budget."""
    try:
        return Priced(_sorted(patiently(lambda: _offers(system, services, request), PATIENCE_S)))
    except LogisticsError as error:
        return without(error)


def _offers(system: Any, services: Collection[str], request: ShipmentRequest) -> list[Quote]:
    """In one call where the system has one; service by service where it has not, or where that one call answers with an
    error of the system's own while others work (cdek.md §1)."""
    if hasattr(system, "offers"):
        try:
            return offers(system, request)
        except Unavailable as error:
            if error.__cause__ is not None:
                raise
    return one_by_one(system, services, request)


def one_by_one(system: Any, services: Collection[str], request: ShipmentRequest) -> list[Quote]:
    """Services that do not carry this are left out; if none does, the last refusal tells why. Raises LogisticsError."""
    found: list[Quote] = []
    refused: Refused | None = None
    for code in services:
        try:
            found.append(wishing(system.quote, replace(request, service_code=code)))
        except Refused as error:
            refused = error
    if refused is not None and not found:
        raise refused
    return found


def _sorted(offers: list[Quote]) -> tuple[Quote, ...]:
    return tuple(sorted(offers, key=lambda one: one.price.minor))
