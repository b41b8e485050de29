"""Wishes that items of the smart process make, and what became of them: a refused item is put back, and the reason is
told on it and to whoever moved it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.goods import SoldRow
from b24app.bitrix24.return_items import Item, rows_digest, timeline_type
from b24app.flows.decisions import Text
from b24app.flows.return_process import ReturnProcess
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Wish
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import ReturnStage
from b24app.runners.portal.context import Run
from b24app.runners.portal.return_item_decide import meaning_of, put_back
from b24app.runners.tell import item_notice
from b24app.store import inbox, outbox, return_acts, return_items, returns
from b24app.store.comments import Owner, item_comment
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ActState, InboxKind
from b24app.store.return_acts import Act, ActKind, Wanted
from b24app.store.return_items import Seen
from b24app.store.returns import Kept
from b24app.words import say, say_problem

#: Where a wish comes from, as the return's journal says it.
SOURCE = "crm"
#: A wish that nobody has judged yet is looked at again, ever more seldom.
SOON, LATE = timedelta(seconds=2), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wisher:
    """An item that changed, in the transaction that keeps what it means. `by_person`: somebody is known to have done
    it; `names` of users, where they were asked for."""

    run: Run
    session: Session
    process: ReturnProcess
    item: Item
    by_person: bool
    names: Mapping[int, str]
    trace_id: str

    @property
    def actor(self) -> Actor:
        return Actor.PERSON if self.by_person else Actor.AUTOMATION

    @property
    def user(self) -> int:
        return (self.item.moved_by or self.item.made_by) if self.by_person else 0


# --- asking -----------------------------------------------------------------------------------------------------------


def ask(
    who: Wisher, kind: ActKind, key: str, deal_id: int, kept: Kept | None, given: Mapping[str, Any], seen: Seen
) -> Seen:
    """Keeps the wish, and a row that looks what became of it; the item as it is known from now on."""
    run, session, item = who.run, who.session, who.item
    now, user = run.services.clock.now(), who.user
    wanted = Wanted(
        kind, key, who.actor, deal_id, kept.id if kept is not None else None, given, user, who.names.get(user, ""),
        SOURCE,
    )  # fmt: skip
    if return_acts.ask(session, run.portal.id, wanted, now=now, trace_id=who.trace_id, people=run.people) is None:
        return seen
    act = return_acts.by_key(session, run.portal.id, key)
    if act is None:
        return seen
    told = {"item": item.id, "stage": item.stage, "moved": item.moved}
    inbox.append(
        session, run.slice.lane_id, InboxKind.RETURN_ITEM, return_items.act_key(act.id), told, now=now,
        trace_id=who.trace_id, people=run.people,
    )  # fmt: skip
    return replace(seen, act=act.id)


def begin(
    who: Wisher,
    wishes: Sequence[Wish],
    strange: Sequence[str],
    rows: Sequence[SoldRow],
    stage: ReturnStage,
    reason: str,
) -> None:
    """Asked anew whenever the item says something else: what was refused may have been put right in it."""
    item, digest = who.item, rows_digest(rows)
    if strange:
        tell(who, f"goods-{digest}", _strange(strange))
        return
    given = {"wishes": list(wishes), "reason": reason, "note": "", "approve": False, "stage": stage, "item": item.id}
    key = f"item:{who.process.entity}:{item.id}:{item.deal}:{item.stage}:{digest}"
    ask(who, ActKind.BEGIN, key, item.deal, None, given, Seen())


def lines(who: Wisher, kept: Kept, wishes: Sequence[Wish], strange: Sequence[str], digest: str, seen: Seen) -> Seen:
    if strange:
        tell(who, f"goods-{digest}", _strange(strange), kept.case.deal_id)
        return seen
    key = f"item-rows:{who.process.entity}:{who.item.id}:{digest}:{kept.version}"
    return ask(who, ActKind.LINES, key, kept.case.deal_id, kept, {"wishes": list(wishes)}, seen)


def _strange(names: Sequence[str]) -> Problem:
    return Problem("return_item_goods", Field.ITEMS, params={"items": ", ".join(names)})


def tie(who: Wisher, kept: Kept) -> None:
    """The item was made for this return, and the answer was lost."""
    run, session, item = who.run, who.session, who.item
    returns.tie(session, run.portal.id, kept.id, item.id)
    stands = meaning_of(who.process, item.stage)
    seen = Seen(item.stage, item.moved, stands=stands.value if stands is not None else "")
    return_items.keep(session, run.portal.id, kept.id, seen)
    now = run.services.clock.now()
    return_items.queue(session, run.portal, kept, now=now, trace_id=who.trace_id, why=f"tied-{item.id}")


def tell(who: Wisher, what: str, problem: Problem, deal_id: int = 0) -> None:
    """A Problem in the item's timeline, and to whoever made it so: each `what` once."""
    run = who.run
    user = who.user or who.item.assigned
    _tell(run, who.session, who.process, who.item.id, deal_id or who.item.deal, user, what, (problem,), who.trace_id)


def _tell(
    run: Run,
    session: Session,
    process: ReturnProcess,
    item_id: int,
    deal_id: int,
    user: int,
    what: str,
    problems: Sequence[Problem],
    trace_id: str,
) -> None:
    lang, portal_id = run.portal.language, run.portal.id
    why = " ".join(say_problem(each, lang) for each in problems)
    owner = Owner(timeline_type(process.entity), item_id)
    things = [item_comment(portal_id, owner, deal_id, Text("return_item.problem", {"why": why}, marker=what), lang)]
    if user:
        words = say("return_item.notice", lang, why=why)
        things.append(item_notice(portal_id, process.entity, item_id, deal_id, user, what, words))
    outbox.add(session, portal_id, things, now=run.services.clock.now(), trace_id=trace_id)


def later(now: datetime, first: datetime) -> datetime:
    """When a wish that waits since `first` is looked at again."""
    return now + min(max((now - first) / 2, SOON), LATE)


# --- what became of it ------------------------------------------------------------------------------------------------


def judged(run: Run, process: ReturnProcess, row: Claimed) -> bool:
    """Looks what became of a wish; False = nobody has judged it yet."""
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        act = return_acts.get(session, run.portal.id, int(row.key.partition(":")[2]))
        if act is not None and act.state is ActState.WAITING:
            inbox.defer(session, run.slice, row.ids, later(now, row.first))
            return False
        if act is not None:
            _settle(run, session, process, act, row)
        inbox.close(session, run.slice, row.ids, now)
    return True


def _settle(run: Run, session: Session, process: ReturnProcess, act: Act, row: Claimed) -> None:
    wanted, told = act.wanted, row.payload
    item_id = int(told["item"])
    kept = returns.get(session, run.portal.id, wanted.return_id) if wanted.return_id is not None else None
    left = True
    if kept is not None:
        left = _keep(run, session, process, act, kept, item_id, told)
        now = run.services.clock.now()
        return_items.queue(session, run.portal, kept, now=now, trace_id=row.trace_id, why=f"act-{act.id}")
    if act.problems:
        problems = act.problems if left else (*act.problems, Problem("return_item_left", Field.STAGE))
        _tell(run, session, process, item_id, wanted.deal_id, wanted.by, f"act-{act.id}", problems, row.trace_id)


def _keep(
    run: Run, session: Session, process: ReturnProcess, act: Act, kept: Kept, item_id: int, told: Mapping[str, Any]
) -> bool:
    """How the item is known from now on; False = it stays where somebody has put it."""
    put = True
    if act.wanted.kind is ActKind.BEGIN:
        if kept.item_id is None:
            returns.tie(session, run.portal.id, kept.id, item_id)
        elif kept.item_id != item_id:
            return True
        alike = meaning_of(process, str(told["stage"])) in (None, kept.case.stage)
        seen = Seen(str(told["stage"]), str(told["moved"]), stands=kept.case.stage.value if alike else "")
    else:
        seen = return_items.seen(session, run.portal.id, [kept.id])[kept.id]
        if act.problems and act.wanted.kind is ActKind.MOVE:
            seen, put = put_back(seen, kept.case.stage, run.services.clock.now())
        elif act.problems:
            seen = replace(seen, act=0, lines="")
        else:
            seen = replace(seen, act=0)
    return_items.keep(session, run.portal.id, kept.id, seen)
    return put
