"""Messages to clients in the lane of their gateway's account, beside everything else that the account is asked.

A row is `sending` before its call leaves. Whoever finds one after its deadline asks the gateway by our number, and
sends again only where it knows of none: each message reaches the gateway once, whatever crashes or breaks off."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from b24app.clock import Clock
from b24app.lanes.slices import Slice
from b24app.logistics.errors import AccountProblem, LogisticsError, Unavailable, Uncertain
from b24app.logistics.messages import SmsStatus
from b24app.logistics.problem import Problem
from b24app.runners.connection import testing
from b24app.runners.connection.account import Account
from b24app.runners.connection.outcomes import ACCOUNT_PAUSE
from b24app.runners.connection.text_outcomes import FRESH, TOO_LATE, Deed, Said, Terms, after, deed_of
from b24app.runners.services import Services
from b24app.store import inbox, message_lane, portals, problems
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.message_lane import Waiting
from b24app.store.models import ConnectionState, MessageState
from b24app.wire.trace import new_trace_id

#: A call begins within this after its row was marked, and is over after that (as an order's, `runner`).
SEND_WITHIN_S = 8.0
DONE_WITHIN = timedelta(seconds=SEND_WITHIN_S + 32)
PORT = "Messages"
_log = structlog.get_logger("waybill.connection")


@dataclass
class Texting:
    """The messages of one slice."""

    services: Services
    slice: Slice
    account: Account
    system: Any
    pool: Executor
    flying: dict[Future[Said], Waiting] = field(default_factory=dict)
    _due: datetime | None = None

    def load(self) -> None:
        """When the next one is due. A people's slice leaves them to the others: nobody waits before a page for one."""
        if not self.slice.people and PORT in self.services.plugins[self.account.connection.system].manifest.ports:
            with read_scope(self.services.sessions) as session:
                self._due = message_lane.earliest(session, self.slice)

    def begin(self, room: int) -> None:
        now = self.services.clock.now()
        if room < 1 or self._due is None or self._due > now:
            return
        if self.account.connection.state != ConnectionState.READY:
            self._wait(now)
            return
        send_by = self.services.clock.monotonic() + SEND_WITHIN_S
        for message in self._chosen(now, room):
            take = self.pool.submit(carry, self.system, message, send_by, self.services.clock)
            self.flying[take] = message

    def land(self) -> None:
        done = [future for future in self.flying if future.done()]
        for future in done:
            message, error = self.flying.pop(future), future.exception()
            if error is not None:  # a fault of ours in one message: it must not stop the others
                _log.error("message_failed", message=message.id, exc_info=error)
            self._save(message, future.result() if error is None else Said(error=_of_ours(error)))
        if done:
            self.load()

    # --- choosing ----------------------------------------------------------------------------------------------------

    def _chosen(self, now: datetime, room: int) -> list[Waiting]:
        """Those that are due, what is to be sent or looked up marked."""
        taken = {message.id for message in self.flying.values()}
        chosen: list[Waiting] = []
        with session_scope(self.services.sessions) as session:
            message_lane.expire(session, self.slice, now)
            for row in message_lane.due(session, self.slice, now, room + len(taken)):
                if row.id in taken or len(chosen) >= room:
                    continue
                message = message_lane.waiting(row)
                if message.follows or message_lane.mark(session, self.slice, row, now + DONE_WITHIN):
                    chosen.append(message)
            # What is only asked about stays due while it is: the next look is when the last call is back.
            self._due = None if chosen else message_lane.earliest(session, self.slice)
        return chosen

    def _wait(self, now: datetime) -> None:
        """The account does not work: messages wait for it, as long as they are news. A refused one is tested again by
        itself: whoever has topped it up expects that messages go on."""
        wake: set[LaneRef] = set()
        while some := self._give_up_old(now):
            wake |= some
        with session_scope(self.services.sessions) as session:
            message_lane.put_off(session, self.slice, now, now + ACCOUNT_PAUSE)
            if self._may_work_again(now):
                key = str(self.account.connection.id)
                inbox.append(session, self.slice.lane_id, testing.KIND, key, {}, now=now, trace_id=new_trace_id())
        for lane in wake:
            self.services.waker.wake(lane)
        self.load()

    def _give_up_old(self, now: datetime) -> set[LaneRef]:
        """Some of those that are no news any more; the lanes to be woken, among them this one: empty = none is left."""
        wake: set[LaneRef] = set()
        with session_scope(self.services.sessions) as session:
            message_lane.expire(session, self.slice, now)
            for row in message_lane.overdue(session, self.slice, now - FRESH):
                then = message_lane.given_up(MessageState(row.state), TOO_LATE)
                wake |= message_lane.keep(session, row, then, None, now) | {self.slice.ref}
        return wake

    def _may_work_again(self, now: datetime) -> bool:
        connection = self.account.connection
        since = connection.refused_at if connection.state == ConnectionState.BROKEN else None
        return since is not None and now - since >= ACCOUNT_PAUSE

    # --- landing -----------------------------------------------------------------------------------------------------

    def _save(self, message: Waiting, said: Said) -> None:
        now = self.services.clock.now()
        with session_scope(self.services.sessions) as session:
            row = message_lane.landed(session, self.slice, message.id, marked=not message.follows)
            if row is None:
                return
            then = after(message, said, Terms(now, self.services.spread()))
            wake = message_lane.keep(session, row, then, said.state, now)
            if isinstance(said.error, AccountProblem):
                self._break_account(session, said.error.problem, now)
            if said.state is not None and said.state.status is SmsStatus.UNKNOWN:
                told = ("sms", said.state.their_code, said.state.their_text[:255])
                problems.note_unknown_code(session, self.account.portal.id, self.account.connection.system, *told, now)
        for lane in wake:
            self.services.waker.wake(lane)

    def _break_account(self, session: Session, problem: Problem, now: datetime) -> None:
        """Nothing leaves through a refused account until it was tested again; its administrators are told
        (`runners.alarms`)."""
        reason = f"{problem.their_code} {problem.their_text}".strip() or problem.code
        connection = self.account.connection
        portals.set_connection_state(
            session, connection.portal_id, connection.id, ConnectionState.BROKEN, reason, now=now
        )
        connection.state = ConnectionState.BROKEN


def carry(system: Any, message: Waiting, send_by: float, clock: Clock) -> Said:
    """The call, in a thread of its own. What may have left before is asked about first, and not sent where the gateway
    knows it."""
    deed, text = deed_of(message), message.text
    try:
        if deed is not Deed.SEND:
            found = system.text_state(text.number, text.phone)
            if found is not None or deed is Deed.FOLLOW:
                return Said(found)
        if clock.monotonic() > send_by:  # somebody may look it up from now on: it must not leave any more
            return Said(error=Unavailable("it waited too long for its turn"))
        return Said(system.send_text(text))
    except LogisticsError as error:
        return Said(error=error)


def _of_ours(error: BaseException) -> LogisticsError:
    """Nobody knows how far it came."""
    return Uncertain(f"{type(error).__name__} of ours")
