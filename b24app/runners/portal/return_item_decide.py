"""What a changed item of the smart process means for its return. Pure.

REST does not tell a robot from the person who set it off: who moved an item is a user in any case (bitrix24-crm.md
§6.2). Only an event without a key says that nobody is known to have done it (bitrix24-app.md §4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from b24app.bitrix24.goods import SoldRow, is_delivery
from b24app.bitrix24.return_items import Item
from b24app.flows.portions import same_product
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.quantities import Rooms, Wish, take_left
from b24app.flows.returns.rules import ReturnRules
from b24app.logistics.returning import ReturnStage
from b24app.runners.portal.return_item import arrived
from b24app.store.return_items import Reading, Seen
from b24app.store.returns import Kept

#: While a return stands here, other rows may be meant.
ROWS_OPEN = frozenset({ReturnStage.REQUESTED, ReturnStage.APPROVED})
#: An item that is moved to and fro is put back so often within so long; then it stays, and people are told.
BACKS_MOST, BACKS_WITHIN = 3, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Meaning:
    """`seen`: the item as it is known from now on. `to`: somebody has moved it there. `rows`: its product rows are
    other ones than we knew. `strays`: what it says of its return is not so any more."""

    seen: Seen
    to: ReturnStage | None = None
    rows: bool = False
    strays: bool = False


def meaning_of(process: ReturnProcess, stage: str) -> ReturnStage | None:
    """What a stage of the portal stands for; None = nothing of ours."""
    return next((each for each, name in process.stages.items() if name == stage), None)


def of_tied(process: ReturnProcess, kept: Kept, seen: Seen, item: Item, rows: str) -> Meaning:
    """An item that has its return. `rows` "" = its rows were not read."""
    seen, case = arrived(seen, item, process), kept.case
    strays = item.number != case.number or item.deal != case.deal_id
    other_rows = bool(rows and seen.rows and rows != seen.rows)
    if (item.stage, item.moved) == (seen.stage, seen.moved) or not seen.stage:
        return Meaning(seen, rows=other_rows, strays=strays)
    now = replace(seen, stage=item.stage, moved=item.moved)
    to = meaning_of(process, item.stage)
    if to is None or to is case.stage:
        # A stage of the portal's own is its own affair.
        return Meaning(replace(now, stands=case.stage.value, back=False), rows=other_rows, strays=strays)
    return Meaning(now, to, other_rows, strays)


def is_news(reading: Reading, item: Item) -> bool:
    """Whether an item without a return was made or moved since we look: older ones are the portal's past."""
    since = reading.since
    moments = [each for each in (item.made_at, item.moved_at) if each is not None]
    return since is None or any(each >= since - timedelta(minutes=1) for each in moments)


def begins_in(process: ReturnProcess, item: Item) -> ReturnStage | None:
    """Where a return begins that this item stands for; None = it is over, nothing begins."""
    stage = meaning_of(process, item.stage) or ReturnStage.REQUESTED
    return None if stage.is_final else stage


def wishes_of(rows: Sequence[SoldRow], rooms: Rooms, reason: str) -> tuple[list[Wish], list[str]]:
    """The item's product rows as wishes of the deal's rows, and goods that the deal does not have. No rows = all that
    may still come back. What is more than there is stays wished, so that whoever judges says so."""
    goods = [each for each in rows if not is_delivery(each.name) and each.quantity > 0]
    if not goods:
        return [Wish(row, room.left, reason) for row, room in rooms.items() if room.left > 0], []
    left = {row: room.left for row, room in rooms.items()}
    wishes: list[Wish] = []
    strange: list[str] = []
    for each in goods:
        name = each.name.strip()
        named = [
            row
            for row, room in rooms.items()
            if same_product((room.sold.product_id, room.sold.title), (each.product_id, name))
        ]
        here, more = take_left(left, named, each.quantity, reason)
        wishes += here
        if more > 0 and named:
            wishes.append(Wish(named[0], more, reason))
        elif more > 0:
            strange.append(name)
    return wishes, strange


def reason_of(rules: ReturnRules, text: str) -> str:
    """The code of a reason that somebody has written into the item; "" = none of the portal's."""
    told = text.strip().casefold()
    found = (
        each.code
        for each in rules.reasons
        if told and told in {each.code.casefold(), *(name.casefold() for name in each.names.values())}
    )
    return next(found, "")


def put_back(seen: Seen, stands: ReturnStage, now: datetime) -> tuple[Seen, bool]:
    """The move was refused. False = it was put back so often that it stays: a robot moves it each time."""
    lately = seen.back_at is not None and now - seen.back_at < BACKS_WITHIN
    backs = seen.backs + 1 if lately else 1
    if backs > BACKS_MOST:
        return replace(seen, act=0, back=False, stands=stands.value), False
    return replace(seen, act=0, back=True, backs=backs, back_at=now), True
