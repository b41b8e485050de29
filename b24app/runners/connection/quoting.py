"""Prices for a simulation of the rules, in the account's own lane: beside its orders, never before them.

A deal's prices are kept as they come, so that whatever stops a slice (a crash, a hanging carrier) costs the calls that
were under way and no others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import structlog

from b24app.flows.simulate import Priced
from b24app.lanes.slices import Slice
from b24app.logistics.errors import LogisticsError, Unavailable, problem_in
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection.account import Account
from b24app.runners.connection.patience import LATER, is_busy
from b24app.runners.connection.wishing import wishing
from b24app.runners.services import Services
from b24app.store import inbox, jobs, simulations
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ConnectionState, InboxKind, JobState
from b24app.wire.errors import NotSent, Why
from b24app.wire.mask import mask_text
from b24app.wire.trace import tracing

_log = structlog.get_logger("waybill.connection")


@dataclass(frozen=True, slots=True)
class Asked:
    """One deal to be priced. `chosen`: the rules would ship it with this account."""

    row: Claimed
    job_id: int
    deal: str
    chosen: bool
    request: ShipmentRequest


@dataclass
class Quoting:
    """The prices that one slice asks for. `waiting` is read once, when the slice begins."""

    services: Services
    slice: Slice
    account: Account
    system: Any
    pool: Executor
    waiting: deque[Asked] = field(default_factory=deque)
    flying: dict[Future[Priced], Asked] = field(default_factory=dict)
    #: Only rows of this kind ask for it (`Beside`).
    kind: ClassVar[str] = InboxKind.QUOTES

    def load(self) -> None:
        """What is asked of this account and not answered yet. An account that does not work answers at once."""
        with read_scope(self.services.sessions) as session:
            rows = self.slice.claim_inbox(session, (InboxKind.QUOTES,))
            found = [(row, jobs.get(session, self.account.portal.id, int(row.key))) for row in rows]
        for row, job in found:
            if job is None or job.kind != simulations.QUOTES or job.state in (JobState.DONE, JobState.FAILED):
                self._close(row)
                continue
            known = job.memory.get("found", {})
            left = [each for each in job.input.get("asked", ()) if str(each["deal"]) not in known]
            self.waiting.extend(
                Asked(row, job.id, str(each["deal"]), bool(each["chosen"]), ShipmentRequest.from_json(each["request"]))
                for each in left
            )
        if self.waiting and self.account.connection.state != ConnectionState.READY:
            self._refuse_all()

    def begin(self, room: int) -> None:
        """Ask as many as there is room for."""
        services = frozenset(code for code, _ in self._plugin.manifest.services) if self.waiting else frozenset()
        while self.waiting and room > 0:
            asked = self.waiting.popleft()
            self.flying[self.pool.submit(price, self.system, services, asked)] = asked
            room -= 1

    def land(self) -> None:
        """Keep the prices that have come."""
        done = [future for future in self.flying if future.done()]
        landed = [(self.flying.pop(future), future) for future in done]
        found: list[tuple[Asked, Priced]] = []
        for asked, future in landed:
            error = future.exception()
            if error is not None and is_busy(error):
                self._put_off(asked.row)
                continue
            if error is not None:  # a fault of ours in one deal: it must not stop the account's orders
                _log.error("quote_failed", deal=asked.deal, exc_info=error)
            found.append((asked, future.result() if error is None else Priced(problem=_BROKEN)))
        self._keep_all(found)

    @property
    def _plugin(self) -> Any:
        return self.services.plugins[self.account.connection.system]

    def _refuse_all(self) -> None:
        problem = Problem("account_stopped", Field.ACCOUNT, Who.ADMIN)
        found = [(asked, Priced(problem=problem)) for asked in self.waiting]
        self.waiting.clear()
        self._keep_all(found)

    def _put_off(self, row: Claimed) -> None:
        """Its other deals wait too: they would meet the same."""
        self.waiting = deque(each for each in self.waiting if each.row is not row)
        with session_scope(self.services.sessions) as session:
            inbox.defer(session, self.slice, row.ids, self.services.clock.now() + LATER)

    def _keep_all(self, found: Iterable[tuple[Asked, Priced]]) -> None:
        by_row: dict[int, tuple[Claimed, dict[str, Priced]]] = {}
        for asked, priced in found:
            by_row.setdefault(asked.job_id, (asked.row, {}))[1][asked.deal] = priced
        for row, prices in by_row.values():
            self._keep(row, prices)

    def _keep(self, row: Claimed, prices: Mapping[str, Priced]) -> None:
        now = self.services.clock.now()
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            job = jobs.get(session, self.account.portal.id, int(row.key))
            if job is not None:
                simulations.answered(job, {deal: each.to_json() for deal, each in prices.items()}, now)
            if job is None or job.state == JobState.DONE:
                inbox.close(session, self.slice, row.ids, now)

    def _close(self, row: Claimed) -> None:
        with session_scope(self.services.sessions) as session:
            inbox.close(session, self.slice, row.ids, self.services.clock.now())


_BROKEN = Problem("quote_failed", Field.NONE, Who.WAYBILL)


def price(system: Any, services: Collection[str], asked: Asked) -> Priced:
    """All prices of the account for one deal, and the chosen service's. What the system answers instead is a result.
    Raises the LogisticsError of an account that is busy: the deal is asked again."""
    with tracing(asked.row.trace_id):
        try:
            found = Priced(_offers(system, services, asked.request))
        except Unavailable as error:
            # One method of theirs may fail while another works (cdek.md §5.3): the chosen service is still asked for.
            found = _said(error)
        except LogisticsError as error:
            return _said(error)
        return _chosen(system, asked, found) if asked.chosen and not found.left_alone else found


def _chosen(system: Any, asked: Asked, found: Priced) -> Priced:
    """With the price of the service that the rules chose, or why it has none."""
    own = next((one for one in found.offers if one.service_code == asked.request.service_code), None)
    try:
        own = own or wishing(system.quote, asked.request)
    except LogisticsError as error:
        return replace(_said(error), offers=found.offers)
    return Priced(found.offers or (own,), own)


def _offers(system: Any, services: Collection[str], request: ShipmentRequest) -> tuple[Quote, ...]:
    """Of a system that prices one service a call, only that one: a simulation is not worth a call a service."""
    if hasattr(system, "offers"):
        return tuple(sorted(offers(system, request), key=lambda one: one.price.minor))
    return (wishing(system.quote, request),) if request.service_code in services else ()


def offers(system: Any, request: ShipmentRequest) -> list[Quote]:
    """All that the system offers; nothing with what was wished for beside carrying: what it offers without."""
    found = list(wishing(system.offers, request))
    return found or (list(system.offers(replace(request, extras=()))) if request.wished and request.extras else [])


def _said(error: LogisticsError) -> Priced:
    if is_busy(error):
        raise error
    return without(error)


def without(error: LogisticsError) -> Priced:
    """What a system answers instead of prices. Of an account that was busy for too long no words are theirs."""
    why = error.__cause__.why if isinstance(error.__cause__, NotSent) else None
    found = problem_in(error)
    if found.code == "system_silent":
        theirs = "" if is_busy(error) else mask_text(found.their_text)
        found = Problem(found.code, found.field, found.who, their_text=theirs)
    return Priced(problem=found, left_alone=why is Why.CIRCUIT)
