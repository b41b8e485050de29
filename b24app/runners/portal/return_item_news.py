"""What people and robots do with items of the smart process: told by events, and swept up where none came.

Each change becomes a wish (`store.return_acts`), the same whether it was made in the form, on the kanban or by
automation; what became of it is looked up in a row of its own, which puts a refused item back and tells why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.bitrix24.errors import RestError
from b24app.bitrix24.return_items import Item
from b24app.flows.return_process import ReturnField, ReturnProcess
from b24app.flows.returns.quantities import Rooms, rooms_of
from b24app.flows.returns.rules import ReturnRules
from b24app.lanes import ladder
from b24app.logistics.problem import Field, Problem
from b24app.runners.portal import return_item_acts, return_item_read
from b24app.runners.portal import return_item_sweep as sweep
from b24app.runners.portal.context import Run
from b24app.runners.portal.return_item import lost, process_of
from b24app.runners.portal.return_item_acts import Wisher, later
from b24app.runners.portal.return_item_decide import begins_in, is_news, of_tied, reason_of, wishes_of
from b24app.runners.portal.return_item_read import More, News
from b24app.store import inbox, return_acts, return_items, return_process, returns
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ActState, GoodsReturn, InboxKind
from b24app.store.part_looks import look_again
from b24app.store.return_acts import ActKind
from b24app.store.return_items import Reading
from b24app.store.returns import Kept
from b24app.wire.trace import current_trace

#: Items of one read, and how far apart reads are while events keep coming.
MOST, READ_GAP_S = 50, 1.0


@dataclass
class Rows:
    """Claimed rows of one item: their ids, and whether somebody is known to have done it."""

    ids: list[int] = field(default_factory=list)
    by_person: bool = False
    attempts: int = 0
    first: datetime | None = None
    trace_id: str = ""


def do(run: Run) -> bool:
    """Serve what was told of items, or the sweep that is due; False when there was nothing to do now."""
    process = process_of(run)
    if process is not None and ReturnField.NUMBER not in process.fields:
        process = None
    if process is not None and Reading.of(run.portal.settings or {}).entity != process.entity:
        sweep.begin(run, process)
    with read_scope(run.services.sessions) as session:
        claimed = run.slice.claim_inbox(session, (InboxKind.RETURN_ITEM,), MOST)
    if process is None:
        _close(run, [row_id for row in claimed for row_id in row.ids])
        return bool(claimed)
    busy = False
    for row in claimed:
        busy |= row.key.startswith(return_items.ACT) and return_item_acts.judged(run, process, row)
    told, foreign = _told(process, [row for row in claimed if not row.key.startswith(return_items.ACT)])
    _close(run, foreign)
    swept = sweep.is_due(run)
    if not swept and (not told or _waits(run)):
        return busy or bool(foreign)
    try:
        _look(run, process, told, swept)
    except RestError as error:
        if error.retryable or error.portal_wide:
            raise
        _put_off(run, told, error)
    run.pace.last_items = run.services.clock.monotonic()
    return True


def wait_for_more(run: Run) -> float | None:
    """Seconds until rows that wait for company are served; None when none wait."""
    with read_scope(run.services.sessions) as session:
        if not inbox.claim(session, run.slice, run.services.clock.now(), 1, (InboxKind.RETURN_ITEM,)):
            return None
    return max(0.05, READ_GAP_S - (run.services.clock.monotonic() - run.pace.last_items))


def _waits(run: Run) -> bool:
    return not run.people and run.services.clock.monotonic() - run.pace.last_items < READ_GAP_S


def _told(process: ReturnProcess, claimed: Iterable[Claimed]) -> tuple[dict[int, Rows], list[int]]:
    """Rows by item, and ids of those that are about other processes."""
    found: dict[int, Rows] = {}
    foreign: list[int] = []
    for row in claimed:
        entity, _, rest = row.key.partition(":")
        item, _, robot = rest.partition(":")
        if entity != str(process.entity) or not item.isdigit():
            foreign += row.ids
            continue
        mine = found.setdefault(int(item), Rows())
        mine.ids += row.ids
        mine.attempts = max(mine.attempts, row.attempts)
        mine.first = min(mine.first or row.first, row.first)
        mine.by_person = mine.by_person or not robot
        mine.trace_id = mine.trace_id or row.trace_id
    return found, foreign


def _close(run: Run, ids: Sequence[int]) -> None:
    if ids:
        with session_scope(run.services.sessions) as session:
            inbox.close(session, run.slice, ids, run.services.clock.now())


# --- serving ----------------------------------------------------------------------------------------------------------


def _look(run: Run, process: ReturnProcess, told: Mapping[int, Rows], swept: bool) -> None:
    """Raises what reading the portal raises."""
    found, reading = sweep.read(run, process) if swept else ([], None)
    ids = list(dict.fromkeys([*told, *(item.id for item in found)]))
    for start in range(0, len(ids), MOST):
        _serve(run, process, told, ids[start : start + MOST])
    if reading is not None:
        with session_scope(run.services.sessions) as session:
            run.slice.check(session)
            return_items.keep_reading(session, run.portal.id, reading)
        sweep.remember(run, reading)


def _put_off(run: Run, told: Mapping[int, Rows], error: RestError) -> None:
    """The portal refuses to show its items: the process may be gone, or closed to us. Deals are not to wait for that;
    the step of the set-up that looks after the process finds out why."""
    now = run.services.clock.now()
    reading = replace(Reading.of(run.portal.settings or {}), at=now)
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        for rows in told.values():
            if ladder.is_spent(rows.attempts + 1, run.services.settings.dead_after):
                inbox.bury(session, run.slice, rows.ids, now, str(error))
            else:
                inbox.retry(session, run.slice, rows.ids, ladder.next_try(now, rows.attempts + 1), str(error))
        return_items.keep_reading(session, run.portal.id, reading)
        look_again(session, run.portal.id, return_process.STEP, now, current_trace(), people=False)
    sweep.remember(run, reading)


def _serve(run: Run, process: ReturnProcess, told: Mapping[int, Rows], ids: Sequence[int]) -> None:
    news = return_item_read.read(run, process, ids)
    beside = _beside(run, process, news)
    for each in news:
        rows = told.get(each.id, Rows(by_person=True))
        with session_scope(run.services.sessions) as session:
            run.slice.check(session)
            waits = _judge(run, session, process, each, beside, rows)
            now = run.services.clock.now()
            if waits and rows.ids:
                inbox.defer(session, run.slice, rows.ids, later(now, rows.first or now))
            else:
                inbox.close(session, run.slice, rows.ids, now)


def _beside(run: Run, process: ReturnProcess, news: Sequence[News]) -> More:
    """What has to be asked besides: only where somebody wants something."""
    deals: set[int] = set()
    users: set[int] = set()
    items: list[int] = []
    for each in news:
        item = each.item
        if item is None:
            continue
        if each.kept is None:
            if item.deal and begins_in(process, item) is not None and not _is_ours(run, item):
                deals.add(item.deal)
                items.append(item.id)
                users.add(item.moved_by or item.made_by)
            continue
        meant = of_tied(process, each.kept, each.seen, item, each.digest)
        if meant.rows:
            deals.add(each.kept.case.deal_id)
        if meant.rows or meant.to is not None:
            users.add(item.moved_by)
    return return_item_read.more(run, process, sorted(deals), sorted(users - {0}), items)


def _is_ours(run: Run, item: Item) -> bool:
    """Whether we have made it. One with a number of ours that its return does not wait for is somebody's copy."""
    with read_scope(run.services.sessions) as session:
        return _untied(session, run.portal.id, item.number) is not None


def _untied(session: Session, portal_id: int, number: str) -> Kept | None:
    """The return of this number, if it has no item yet."""
    mine = (GoodsReturn.portal_id == portal_id, GoodsReturn.number == number, GoodsReturn.item_id.is_(None))
    found = session.scalar(select(GoodsReturn.id).where(*mine)) if number else None
    return returns.get(session, portal_id, found) if found is not None else None


def _judge(run: Run, session: Session, process: ReturnProcess, news: News, beside: More, rows: Rows) -> bool:
    """What one item means, kept with what follows from it. True = it waits for a wish that is being judged."""
    kept, item = news.kept, news.item
    if kept is not None:
        # Read again under the lane's fence: the seen of before is what this lane alone writes.
        kept = returns.present(session, run.portal.id, kept.id)
    if item is None:
        if kept is not None and not news.seen.gone:
            lost(session, run, kept, news.seen)
        return False
    who = Wisher(run, session, process, item, rows.by_person, beside.names, rows.trace_id or current_trace())
    if kept is not None:
        return _judge_tied(who, kept, news, beside, rows)
    ours = _untied(session, run.portal.id, item.number)
    if ours is not None:
        return_item_acts.tie(who, ours)
        return False
    return _judge_new(who, beside)


def _judge_tied(who: Wisher, kept: Kept, news: News, beside: More, rows: Rows) -> bool:
    """True = its rows are other ones again while what they said before is being judged."""
    run, session, item = who.run, who.session, who.item
    meant = of_tied(who.process, kept, news.seen, item, news.digest)
    seen = meant.seen
    if meant.to is not None:
        key = f"item:{who.process.entity}:{item.id}:{item.moved}:{item.stage}"
        seen = return_item_acts.ask(who, ActKind.MOVE, key, kept.case.deal_id, kept, {"to": meant.to, "why": ""}, seen)
    elif meant.rows and kept.case.deal_id in beside.sold and not seen.act:
        seen = replace(seen, rows=news.digest)
        reason = kept.case.lines[0].reason if kept.case.lines else ""
        wishes, strange = wishes_of(news.rows or (), _rooms(who, kept.case.deal_id, beside, kept.id), reason)
        seen = return_item_acts.lines(who, kept, wishes, strange, news.digest, seen)
    if seen != news.seen:
        return_items.keep(session, run.portal.id, kept.id, seen)
    if meant.strays:
        why = f"fix-{item.updated_at:%Y%m%d%H%M%S}" if item.updated_at else "fix"
        now = run.services.clock.now()
        return_items.queue(session, run.portal, kept, now=now, trace_id=who.trace_id, why=why)
    waits = meant.rows and meant.to is None and bool(news.seen.act)
    if waits and not rows.ids:  # swept up
        now, key = run.services.clock.now(), return_items.item_key(who.process.entity, item.id)
        inbox.append(
            session, run.slice.lane_id, InboxKind.RETURN_ITEM, key, {}, now=now, trace_id=who.trace_id,
            due=later(now, now),
        )  # fmt: skip
    return waits


def _judge_new(who: Wisher, beside: More) -> bool:
    """An item that no return has. True = its wish is being judged."""
    run, session, process, item = who.run, who.session, who.process, who.item
    stage = begins_in(process, item)
    if stage is None or not is_news(Reading.of(run.portal.settings or {}), item):
        return False
    if not item.deal:
        return_item_acts.tell(who, "no-deal", Problem("return_item_no_deal", Field.NONE))
        return False
    if _is_asked(session, run.portal.id, item):
        return True
    rows = beside.rows.get(item.id, ())
    if item.deal not in beside.sold:
        return_item_acts.tell(who, f"deal-{item.deal}", Problem("return_item_deal", Field.NONE))
        return False
    reason = reason_of(ReturnRules.of(run.portal.settings or {}), str(item.fields.get(ReturnField.REASON, "")))
    wishes, strange = wishes_of(rows, _rooms(who, item.deal, beside), reason)
    return_item_acts.begin(who, wishes, strange, rows, stage, reason)
    return False


def _rooms(who: Wisher, deal_id: int, beside: More, but: int = 0) -> Rooms:
    """What of the deal may still come back, in others than this return."""
    there = returns.of_deals(who.session, who.run.portal.id, [deal_id])[deal_id]
    return rooms_of(beside.sold[deal_id], [each.case for each in there if each.id != but])


def _is_asked(session: Session, portal_id: int, item: Item) -> bool:
    """Whether a return is being begun for the item already."""
    return any(
        act.state is ActState.WAITING
        and act.wanted.kind is ActKind.BEGIN
        and int(act.wanted.given.get("item") or 0) == item.id
        for act in return_acts.latest(session, portal_id, deal_id=item.deal)
    )
