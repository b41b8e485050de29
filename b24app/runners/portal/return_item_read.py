"""Items of the smart process that changed, read together with what is needed to judge them: two requests at most,
however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from b24app.bitrix24 import goods
from b24app.bitrix24 import return_items as calls
from b24app.bitrix24.deals import PAGE, chunks
from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.goods import SoldRow, sold_rows
from b24app.bitrix24.return_items import Item
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.sold import sold_of
from b24app.logistics.returning import Sold
from b24app.runners.portal.context import Run
from b24app.runners.portal.return_item_decide import ROWS_OPEN
from b24app.store import return_items, returns
from b24app.store.engine import read_scope
from b24app.store.return_items import Seen
from b24app.store.returns import Kept

#: Pages of changed items that one sweep reads.
PAGES = 20
#: The key of their command, also beside others'.
CHANGED = "items"


@dataclass(frozen=True, slots=True)
class News:
    """One item that changed, or is gone (`item` None). `kept`: its return, None = none has it. `rows` None = they were
    not read."""

    id: int
    item: Item | None
    kept: Kept | None
    seen: Seen
    rows: tuple[SoldRow, ...] | None = None

    @property
    def digest(self) -> str:
        return calls.rows_digest(self.rows) if self.rows is not None else ""


@dataclass(frozen=True, slots=True)
class More:
    """What a judge needs beside: goods of deals by deal, names of users, and product rows of items without a return."""

    sold: Mapping[int, tuple[Sold, ...]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    rows: Mapping[int, tuple[SoldRow, ...]] = field(default_factory=dict)


def read(run: Run, process: ReturnProcess, item_ids: Sequence[int]) -> list[News]:
    """Raises what reading the portal raises, also for one command: absent must mean deleted."""
    known = _known(run, item_ids)
    open_rows = [item for item, (kept, seen) in known.items() if kept and kept.case.stage in ROWS_OPEN and seen.lines]
    lists = [calls.list_items(f"i{at}", process, some) for at, some in enumerate(chunks(item_ids))]
    rows = [calls.list_rows(f"r{item}", process.entity, item) for item in open_rows]
    answer = run.client.read_all([*lists, *rows], people=run.people)
    found = {item.id: item for each in lists for item in calls.parse_items(answer.get(each.key), process)}
    told = {item: sold_rows(answer.results[f"r{item}"]) for item in open_rows if f"r{item}" in answer.results}
    return [News(item, found.get(item), *known[item], told.get(item)) for item in known]


def changed_since(process: ReturnProcess, since: datetime, after: int = 0) -> Command:
    """The first items that were changed at `since` or later, or those that follow `after`."""
    return calls.list_changed(CHANGED, process, since, after)


def changed(
    run: Run, process: ReturnProcess, since: datetime, told: BatchAnswer | None = None
) -> tuple[list[Item], bool]:
    """Items that were changed at `since` or later, and whether that is all. `told`: the first ones were asked for
    already, with something else. Raises as `read`."""
    found: list[Item] = []
    for _ in range(PAGES):
        command = changed_since(process, since, found[-1].id if found else 0)
        answer = told if told is not None else run.client.read_all([command], people=run.people)
        page, told = calls.parse_items(answer.get(CHANGED), process), None
        found += page
        if len(page) < PAGE:
            return found, True
    return found, False


def more(run: Run, process: ReturnProcess, deals: Sequence[int], users: Sequence[int], items: Sequence[int]) -> More:
    """Goods of these deals, names of these users, rows of these items. What is refused is absent."""
    commands: list[Command] = [goods.list_rows(f"d{deal}", deal) for deal in deals]
    commands += [Command(f"u{user}", "user.get", {"ID": user}) for user in users]
    commands += [calls.list_rows(f"r{item}", process.entity, item) for item in items]
    if not commands:
        return More()
    results = run.client.read_all(commands, people=run.people).results
    sold = {deal: sold_of(goods.parse_rows(results[f"d{deal}"], "RUB")) for deal in deals if f"d{deal}" in results}
    names = {user: _name(results.get(f"u{user}")) for user in users}
    rows = {item: sold_rows(results[f"r{item}"]) for item in items if f"r{item}" in results}
    return More(sold, names, rows)


def _known(run: Run, item_ids: Sequence[int]) -> dict[int, tuple[Kept | None, Seen]]:
    with read_scope(run.services.sessions) as session:
        kept = {item: returns.by_item(session, run.portal.id, item) for item in item_ids}
        seen = return_items.seen(session, run.portal.id, [each.id for each in kept.values() if each is not None])
    return {item: (each, seen[each.id] if each is not None else Seen()) for item, each in kept.items()}


def _name(result: object) -> str:
    """`NAME LAST_NAME` of the one user of a `user.get` (bitrix24-crm.md §12)."""
    row = as_map(next(iter(as_list(result)), {}))
    return " ".join(str(row[key]).strip() for key in ("NAME", "LAST_NAME") if row.get(key))
