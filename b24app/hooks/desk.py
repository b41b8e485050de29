"""What both kinds of hooks share: append one row, wake its lane, answer."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from b24app.clock import Clock
from b24app.hooks.counters import HookCounters
from b24app.hooks.known import Memory
from b24app.lanes.wake import Waker
from b24app.store import doors
from b24app.store.doors import Door, SenderDoor
from b24app.store.engine import Sessions, read_scope
from b24app.store.intake import Intake, IntakeError
from b24app.wire.trace import new_trace_id

T = TypeVar("T")
Answer = tuple[str, int]
OK: Answer = ("", 200)


@dataclass(frozen=True)
class Desk:
    """Everything a hook needs, made once per process."""

    engine: Engine
    intake: Intake
    portals: Memory[Door]
    carriers: Memory[Door]
    senders: Memory[SenderDoor]
    waker: Waker
    clock: Clock
    counters: HookCounters
    max_bytes: int

    @classmethod
    def open(
        cls,
        engine: Engine,
        sessions: Sessions,
        waker: Waker,
        clock: Clock,
        counters: HookCounters,
        *,
        cache_s: float,
        max_bytes: int,
    ) -> Desk:
        """Join the parts; nothing is connected before the first request."""

        def loader(find: Callable[[Session, str], T | None]) -> Callable[[str], T | None]:
            def load(key: str) -> T | None:
                if "\x00" in key:  # PostgreSQL takes none, not even in a question
                    return None
                with read_scope(sessions) as session:
                    return find(session, key)

            return load

        return cls(
            engine=engine,
            intake=Intake(engine),
            portals=Memory(loader(doors.portal_door), cache_s),
            carriers=Memory(loader(doors.carrier_door), cache_s),
            senders=Memory(loader(doors.sender_door), cache_s),
            waker=waker,
            clock=clock,
            counters=counters,
            max_bytes=max_bytes,
        )

    def take(self, hook: str, door: Door, kind: str, key: str, payload: Mapping[str, Any]) -> Answer:
        """Append the row, wake the lane. 503 when it could not be stored: nobody must believe that it was."""
        try:
            self.intake.append(door.lane.id, kind, key, payload, self.clock.now(), new_trace_id())
        except IntakeError:
            self.counters.count(hook, "not_stored")
            return "", 503
        self.waker.wake(door.lane)
        self.counters.count(hook, "taken")
        return OK

    def drop(self, hook: str, why: str) -> Answer:
        """Answer as if nothing was wrong (a sender learns nothing from it) and count why."""
        self.counters.count(hook, why)
        return OK


def same(secret: bytes, shown: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(secret, shown.encode("utf-8", "replace"))
