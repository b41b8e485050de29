"""Messages to clients in the lane of their gateway's account, beside everything else that the account is asked.

A row is `sending` before its call leaves. Whoever finds one after its deadline asks the gateway by our number, and
sends again only where it knows of none: each message reaches the gateway once, whatever crashes or breaks off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from b24app.clock import Clock
from b24app.logistics.errors import LogisticsError, Unavailable, Uncertain
from b24app.logistics.messages import SmsStatus
from b24app.runners.connection import testing
from b24app.runners.connection.beside import DONE_WITHIN, OfLane
from b24app.runners.connection.outcomes import ACCOUNT_PAUSE
from b24app.runners.connection.text_outcomes import FRESH, TOO_LATE, Deed, Said, Terms, after, deed_of
from b24app.runners.messaging_case import held
from b24app.store import inbox, message_lane, problems
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.message_lane import After, Waiting
from b24app.store.models import ConnectionState, Message, MessageState
from b24app.wire.trace import new_trace_id


@dataclass(frozen=True, slots=True)
class Call:
    """One message and what is still to be done about it before `send_by`."""

    message: Waiting
    send_by: float


@dataclass
class Texting(OfLane[Call, Said]):
    """The messages of one slice."""

    failed: ClassVar[str] = "message_failed"
    ports: ClassVar[frozenset[str]] = frozenset({"Messages"})

    def _earliest(self) -> datetime | None:
        with read_scope(self.services.sessions) as session:
            return message_lane.earliest(session, self.slice)

    # --- choosing ----------------------------------------------------------------------------------------------------

    def _chosen(self, now: datetime, room: int, send_by: float) -> tuple[list[Call], datetime | None]:
        """What is to be sent or looked up is marked."""
        taken = {call.message.id for call in self.flying.values()}
        chosen: list[Call] = []
        wake: set[LaneRef] = set()
        with session_scope(self.services.sessions) as session:
            message_lane.expire(session, self.slice, now)
            for row in message_lane.due(session, self.slice, now, room + len(taken)):
                if row.id in taken or len(chosen) >= room or self._is_held(session, row, now, wake):
                    continue
                message = message_lane.waiting(row)
                if message.follows or message_lane.mark(session, self.slice, row, now + DONE_WITHIN):
                    chosen.append(Call(message, send_by))
            due = None if chosen else message_lane.earliest(session, self.slice)
        self._wake(wake)
        return chosen, due

    def _is_held(self, session: Session, row: Message, now: datetime, wake: set[LaneRef]) -> bool:
        """One that has not left and waited long: the parcel may have moved on, its client may sleep by now, or want to
        hear nothing. (What may have left is looked up first, whatever they want.)"""
        found = held(session, self.account.portal, row, now) if row.state == MessageState.WAITING else None
        if found is not None and found.why:
            wake |= message_lane.keep(session, row, After(MessageState.DROPPED, why=found.why), None, now)
        elif found is not None:
            row.next_try_at = found.due
            session.flush()
        return found is not None

    def _wait(self, now: datetime) -> None:
        """Messages wait for the account, as long as they are news. A refused one is tested again by itself: whoever has
        topped it up expects that messages go on."""
        wake: set[LaneRef] = set()
        while some := self._give_up_old(now):
            wake |= some
        with session_scope(self.services.sessions) as session:
            message_lane.put_off(session, self.slice, now, now + ACCOUNT_PAUSE)
            if self._may_work_again(now):
                key = str(self.account.connection.id)
                inbox.append(session, self.slice.lane_id, testing.KIND, key, {}, now=now, trace_id=new_trace_id())
        self._wake(wake)

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

    # --- the call, and landing ---------------------------------------------------------------------------------------

    def _ask(self, asked: Call) -> Said:
        return carry(self.system, asked.message, asked.send_by, self.services.clock)

    def _named(self, asked: Call) -> dict[str, Any]:
        return {"message": asked.message.id}

    def _broken(self, _asked: Call) -> Said:
        """Nobody knows how far it came."""
        return Said(error=Uncertain("a fault of ours"))

    def _save(self, asked: Call, said: Said) -> None:
        now, message = self.services.clock.now(), asked.message
        with session_scope(self.services.sessions) as session:
            row = message_lane.landed(session, self.slice, message.id, marked=not message.follows)
            if row is None:
                return
            then = after(message, said, Terms(now, self.services.spread()))
            wake = message_lane.keep(session, row, then, said.state, now)
            self._refused(session, said.error, now)
            if said.state is not None and said.state.status is SmsStatus.UNKNOWN:
                told = ("sms", said.state.their_code, said.state.their_text[:255])
                problems.note_unknown_code(session, self.account.portal.id, self.account.connection.system, *told, now)
        self._wake(wake)

    def _wake(self, lanes: set[LaneRef]) -> None:
        for lane in lanes:
            self.services.waker.wake(lane)


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
