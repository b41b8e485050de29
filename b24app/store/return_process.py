"""What is kept of a portal's smart process for returns: the process itself, or why there is none, and what somebody
asked to be done about it. In the portal's settings, so that a portal that comes back finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.return_process import OffReason, ReturnProcess
from b24app.logistics.jsonable import Jsonable
from b24app.store import portal_settings

#: Key of the portal's settings.
KEY = "return_process"
#: The provisioning step that looks after it.
STEP = "returns"
#: How often it is looked at when nobody asks: stages and fields that somebody deleted are there again the next day.
LOOK_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Off(Jsonable):
    """Why there is none, in the portal's words too, and since when it is known."""

    why: OffReason
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Making(Jsonable):
    """A type of this title, which no other had, was asked for: what became of the call may be unknown."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TypeName(Jsonable):
    """A smart process that the portal has, for choosing."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Kept(Jsonable):
    """`process` None = none yet; with `off` as well = the one that was. `chosen`: the type that an administrator named
    (0 = nobody did); `anew`: make one, though the one that was is gone. Both until it is done."""

    process: ReturnProcess | None = None
    off: Off | None = None
    making: Making | None = None
    types: tuple[TypeName, ...] = ()
    chosen: int = 0
    anew: bool = False
    looked_at: datetime | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Kept:
        return cls.from_json(settings.get(KEY, {}))

    def due(self, now: datetime) -> bool:
        return self.looked_at is None or now - self.looked_at >= LOOK_EVERY


def entity_of(settings: Mapping[str, Any]) -> int:
    """The smart process that keeps the portal's returns just now, by its number in addresses and methods; 0 = none."""
    kept = Kept.of(settings)
    return kept.process.entity if kept.process is not None and kept.off is None else 0


def change(session: Session, portal_id: int, edit: Callable[[Kept], Kept]) -> None:
    """Applies `edit` to what is kept, under the row's lock. Raises NoResultFound."""

    def write(settings: dict[str, Any]) -> None:
        settings[KEY] = edit(Kept.of(settings)).to_json()

    portal_settings.change(session, portal_id, write)


def looked(session: Session, portal_id: int, before: Kept, edit: Callable[[Kept], Kept]) -> None:
    """Keeps what a look found. What it was asked to do is done; what was asked for while it ran stays asked for."""

    def merge(now: Kept) -> Kept:
        chosen = now.chosen if now.chosen != before.chosen else 0
        return replace(edit(now), chosen=chosen, anew=now.anew and not before.anew)

    change(session, portal_id, merge)
