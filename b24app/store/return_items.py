"""Items of the portal's smart process "Returns": that one is to be written, and how it stood when the portal showed it
last.

A return without an item gets one as soon as the portal has the process; what an item says is worked out when its row
leaves (`runners.portal.return_item`), so that pending rows of one return are one writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from b24app.logistics.jsonable import Jsonable
from b24app.store import outbox, portal_settings, return_process, returns, returns_rows
from b24app.store.lanes import LaneRef
from b24app.store.models import GoodsReturn, Portal
from b24app.store.outbox import ToPortal
from b24app.store.returns import Kept
from b24app.store.sql import changed, chunks

#: Kind of the outbox row; its payload names the return: `{"return": 12}`.
KIND = "return_item"
#: The Problem of a return whose item somebody has deleted.
GONE = "return_item_gone"
#: How keys of inbox rows begin that look what became of a wish.
ACT = "act:"
#: Key of the portal's settings: how far its items are read.
READ = "return_items"


@dataclass(frozen=True, slots=True)
class Seen(Jsonable):
    """An item as the portal showed it last. `stage`: the portal's own, since `moved` (as the portal wrote it).
    `stands`: where the return stood when both were alike, or when it was known that they are not to be. `sent`: a stage
    that was let go and of whose arrival nobody knows yet. `act`: a wish made of it that is still to be judged, 0 =
    none; `back`: it was refused, so that the item goes back to where the return stands. `rows` tells its product rows
    from others, `lines` those of the return that they were made of. `gone`: somebody deleted it. `backs`: how often it
    was put back of late, the last time at `back_at`."""

    stage: str = ""
    moved: str = ""
    stands: str = ""
    sent: str = ""
    act: int = 0
    back: bool = False
    rows: str = ""
    lines: str = ""
    gone: bool = False
    backs: int = 0
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading(Jsonable):
    """How far the items of the process `entity` are read: up to `until` (the portal's clock), at `at` the last time,
    and so often without any news since. Items that nobody has made or moved after `since` were there before us.
    `served`: items with their last change that the next look shows once more (`return_item_sweep`)."""

    entity: int = 0
    until: datetime | None = None
    at: datetime | None = None
    idle: int = 0
    since: datetime | None = None
    served: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Reading:
        return cls.from_json(settings.get(READ, {}))


def item_key(entity: int, item_id: int, *, robot: bool = False) -> str:
    """Key of the inbox row of an item that changed; `robot`: nobody is known to have done it."""
    return f"{entity}:{item_id}" + (":r" if robot else "")


def act_key(act_id: int) -> str:
    """Key of the inbox row that looks what became of a wish that an item made."""
    return f"{ACT}{act_id}"


def queue(
    session: Session, portal: Portal, kept: Kept, *, now: datetime, trace_id: str, people: bool = False, why: str = ""
) -> LaneRef | None:
    """Has the return's item say what the return says. None where the portal has no process for them. Wake the lane
    after the commit. `why` tells one writing from another where the return itself is as it was."""
    known = return_process.Kept.of(portal.settings or {})
    if known.process is None or known.off is not None:
        return None
    marker = f"ri:{portal.id}:{kept.id}:{kept.version}" + (f":{why}" if why else "")
    thing = ToPortal(kept.case.deal_id, KIND, marker[:80], {"return": kept.id}, people=people)
    return outbox.add(session, portal.id, [thing], now=now, trace_id=trace_id)


def seen(session: Session, portal_id: int, return_ids: Sequence[int]) -> dict[int, Seen]:
    """By return; one of which the portal has shown no item has an empty one."""
    found: dict[int, Seen] = {each: Seen() for each in return_ids}
    for some in chunks(list(found)):
        mine = (GoodsReturn.portal_id == portal_id, GoodsReturn.id.in_(some), GoodsReturn.item.is_not(None))
        rows = session.execute(select(GoodsReturn.id, GoodsReturn.item).where(*mine))
        found |= {row.id: Seen.from_json(row.item) for row in rows if row.item}
    return found


def keep(session: Session, portal_id: int, return_id: int, shown: Seen) -> None:
    """What the portal showed. No new version: it is nothing of the return itself."""
    mine = update(GoodsReturn).where(GoodsReturn.portal_id == portal_id, GoodsReturn.id == return_id)
    changed(session, mine.values(item=shown.to_json()))


def keep_reading(session: Session, portal_id: int, reading: Reading) -> None:
    portal_settings.merge(session, portal_id, **{READ: reading.to_json()})


def make_anew(session: Session, portal: Portal, kept: Kept, *, now: datetime, trace_id: str) -> LaneRef | None:
    """A person wants an item again in place of the one that is gone. None = it has one, or the portal no process."""
    if kept.item_id is not None and not seen(session, portal.id, [kept.id])[kept.id].gone:
        return None
    why = f"anew-{now.timestamp():.0f}"
    lane = queue(session, portal, kept, now=now, trace_id=trace_id, people=True, why=why)
    if lane is None:
        return None
    open_ones = [problem for problem in kept.problems if problem.code != GONE]
    returns.save(session, portal.id, kept, kept.case, by=0, name="", now=now, problems=open_ones)
    mine = update(GoodsReturn).where(GoodsReturn.portal_id == portal.id, GoodsReturn.id == kept.id)
    changed(session, mine.values(item_id=None, item=None))
    return lane


def begin_reading(session: Session, portal_id: int, entity: int, now: datetime) -> list[int]:
    """The portal keeps its returns in another process from now on, or in its first one: items of the former are none of
    ours any more. Returns the ids of open returns, which are to get one."""
    mine = GoodsReturn.portal_id == portal_id
    changed(session, update(GoodsReturn).where(mine, GoodsReturn.item_id.is_not(None)).values(item_id=None, item=None))
    keep_reading(session, portal_id, Reading(entity, now, now, since=now))
    running = select(GoodsReturn.id).where(mine, GoodsReturn.stage.not_in(returns_rows.ENDS))
    return list(session.scalars(running.order_by(GoodsReturn.id)))
