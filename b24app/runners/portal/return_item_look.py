"""Looking at items of returns right before they are written: by their ids, or by our numbers where none is known, in as
few requests as the portal allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24app.bitrix24 import return_items as calls
from b24app.bitrix24.deals import PAGE, chunks
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.goods import sold_rows
from b24app.bitrix24.return_items import Item
from b24app.flows.return_process import ReturnField, ReturnProcess
from b24app.runners.portal.context import Run
from b24app.runners.portal.return_item import Step, decide, process_of
from b24app.runners.portal.return_item_content import Content, contents
from b24app.store import return_items, returns
from b24app.store.engine import read_scope
from b24app.store.models import OutboxRow
from b24app.store.return_items import Seen
from b24app.store.returns import Kept


@dataclass(frozen=True, slots=True)
class _Known:
    kept: dict[int, Kept]
    seen: dict[int, Seen]
    content: dict[int, Content]

    def rows_leave(self, kept: Kept) -> bool:
        """Whether product rows are to take the place of others that somebody may have changed since."""
        seen = self.seen[kept.id]
        return kept.item_id is not None and bool(seen.rows) and self.content[kept.id].lines != seen.lines


def steps(run: Run, rows: Sequence[OutboxRow]) -> dict[int, Step]:
    """What is done for each of these outbox rows, of one return each: one request for all of them. Raises what reading
    the portal raises."""
    process = process_of(run)
    if process is None or ReturnField.NUMBER not in process.fields:
        return {row.id: Step("nothing") for row in rows}
    ids = {row.id: int(row.payload["return"]) for row in rows}
    known = _known(run, process, sorted(set(ids.values())))
    wanted = [each for each in known.kept.values() if not known.seen[each.id].gone]
    open_rows = [each for each in wanted if known.rows_leave(each)]
    found, refused, rows_there = _found(run, process, wanted, open_rows)
    decided: dict[int, Step] = {}
    for row in rows:
        kept = known.kept.get(ids[row.id])
        if kept is None or known.seen[kept.id].gone:
            decided[row.id] = Step("nothing")
        elif kept.id in refused:
            decided[row.id] = Step("look", process, kept, asks=refused[kept.id])
        else:
            there, shown = found.get(kept.id), rows_there.get(kept.id, "")
            decided[row.id] = decide(process, kept, known.content[kept.id], known.seen[kept.id], there, shown)
    return decided


def _known(run: Run, process: ReturnProcess, return_ids: Sequence[int]) -> _Known:
    with read_scope(run.services.sessions) as session:
        read = [returns.get(session, run.portal.id, each) for each in return_ids]
        kept = {each.id: each for each in read if each is not None}
        seen = return_items.seen(session, run.portal.id, list(kept))
        return _Known(kept, seen, contents(session, run.portal, process, list(kept.values())))


def _found(
    run: Run, process: ReturnProcess, wanted: Sequence[Kept], open_rows: Sequence[Kept]
) -> tuple[dict[int, Item], dict[int, Command], dict[int, str]]:
    """The items of these returns by return, what was refused where nothing is known of one, and what tells the product
    rows of `open_rows` from others."""
    by_id = {each.item_id: each for each in wanted if each.item_id is not None}
    by_number = {each.case.number: each for each in wanted if each.item_id is None}
    asked: list[tuple[Command, dict[int, Command]]] = []
    for at, some in enumerate(chunks(by_id)):
        alone = {by_id[item].id: calls.list_items("i", process, [item]) for item in some}
        asked.append((calls.list_items(f"i{at}", process, some), alone))
    numbers = sorted(by_number)
    for at in range(0, len(numbers), PAGE):
        some_numbers = numbers[at : at + PAGE]
        alone = {by_number[each].id: calls.list_numbered("n", process, [each]) for each in some_numbers}
        asked.append((calls.list_numbered(f"n{at}", process, some_numbers), alone))
    if not asked:
        return {}, {}, {}
    rows = {f"r{each.id}": each for each in open_rows}
    more = [calls.list_rows(key, process.entity, each.item_id or 0) for key, each in rows.items()]
    answer = run.client.read_all([*(command for command, _ in asked), *more], people=run.people)
    found: dict[int, Item] = {}
    refused: dict[int, Command] = {}
    for command, alone in asked:
        if command.key in answer.errors:
            refused |= alone
            continue
        for item in calls.parse_items(answer.results[command.key], process):
            kept = by_id.get(item.id) or by_number.get(item.number)
            if kept is not None and (kept.item_id is not None or not _is_of_another(run, item.id)):
                found.setdefault(kept.id, item)
    shown = {each.id: calls.rows_digest(sold_rows(answer.results[key])) for key, each in rows.items()
             if key in answer.results}  # fmt: skip
    return found, refused, shown


def _is_of_another(run: Run, item_id: int) -> bool:
    with read_scope(run.services.sessions) as session:
        return returns.by_item(session, run.portal.id, item_id) is not None
