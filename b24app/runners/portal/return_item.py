"""The item of a return on its way to the portal. It is read right before it is written, and looked for by our number
before one is made, so that there is one of it however often an answer is lost.

A stage is written when the return has moved on since both stood alike, or when somebody's move was refused; a stage in
which a person has put it since is judged first (`return_item_news`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import return_items as calls
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.goods import sold_rows
from b24app.bitrix24.return_items import GoodsRow, Item
from b24app.flows.return_process import ReturnProcess
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.portal import answers
from b24app.runners.portal.context import Run
from b24app.runners.portal.return_item_content import Content, differs, own_fields, whole
from b24app.store import inbox, return_items, return_process, returns
from b24app.store.models import InboxKind, OutboxRow
from b24app.store.part_looks import look_again
from b24app.store.return_items import Seen
from b24app.store.returns import Kept
from b24app.store.sending import Outcome

#: Problems of an item, kept with its return.
GONE, STAGE = return_items.GONE, "return_item_stage"


@dataclass(frozen=True, slots=True)
class Step:
    """`do`: add | write | nothing | gone (somebody has deleted it) | look (`asks` was refused: once more, for the
    portal's words). `seen` is how it stands from now on; `ties`: the return gets this item; `moved`: somebody has moved
    it since, which is to be judged. `rows` None = they say it already."""

    do: str
    process: ReturnProcess | None = None
    kept: Kept | None = None
    content: Content | None = None
    item: int = 0
    seen: Seen = field(default_factory=Seen)
    fields: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[GoodsRow, ...] | None = None
    ties: bool = False
    moved: bool = False
    asks: Command | None = None

    @property
    def stage(self) -> str:
        return str(self.fields.get("stageId", ""))


def process_of(run: Run) -> ReturnProcess | None:
    """Where the portal keeps its returns; None = nowhere, now."""
    known = return_process.Kept.of(run.portal.settings or {})
    return known.process if known.off is None else None


def decide(
    process: ReturnProcess, kept: Kept, content: Content, seen: Seen, item: Item | None, shown: str = ""
) -> Step:
    """What makes the item say what the return says. `shown` tells its product rows from others, "" = not read."""
    if item is None:
        if kept.item_id is not None:
            return Step("gone", process, kept, content, kept.item_id, seen)
        fields = whole(content, process)
        if seen.stands == content.stands.value:  # its stage was refused
            fields.pop("stageId", None)
        return Step("add", process, kept, content, seen=seen, fields=fields)
    seen = arrived(seen, item, process)
    fields = {**differs(content, item), **own_fields(content, item, process)}
    known = not seen.stage or (item.stage, item.moved) == (seen.stage, seen.moved)
    wants = bool(content.stage) and item.stage != content.stage
    if wants and known and not seen.act and (seen.back or seen.stands != content.stands.value):
        fields["stageId"] = content.stage
    elif not wants:
        seen = replace(seen, stage=item.stage, moved=item.moved, stands=content.stands.value, back=False)
    if shown and shown == calls.as_shown(content.rows):
        # Written once more, they could take the place of what somebody is just changing.
        seen = replace(seen, rows=shown, lines=content.lines)
    edited = bool(shown and seen.rows and shown != seen.rows)
    rows = content.rows if content.lines != seen.lines and not edited else None
    do = "write" if fields or rows is not None else "nothing"
    ties = kept.item_id is None
    return Step(do, process, kept, content, item.id, seen, fields, rows, ties, moved=edited or (wants and not known))


def arrived(seen: Seen, item: Item, process: ReturnProcess) -> Seen:
    """A stage that we sent and of whose arrival nobody knew."""
    if not seen.sent or item.stage != seen.sent:
        return seen
    stands = next((each.value for each, stage in process.stages.items() if stage == item.stage), seen.stands)
    return replace(seen, stage=item.stage, moved=item.moved, sent="", stands=stands, back=False)


# --- writing ----------------------------------------------------------------------------------------------------------


def commands(key: str, step: Step) -> list[Command]:
    """At most two; none when the item stays as it is."""
    if step.asks is not None:
        return [replace(step.asks, key=key)]
    if step.process is None:
        return []
    if step.do == "add":
        return [calls.add_item(key, step.process, step.fields)]
    if step.do != "write":
        return []
    found = [calls.update_item(key, step.process, step.item, step.fields)] if step.fields else []
    if step.rows is not None:
        found.append(calls.set_rows(_rows_key(key), step.process, step.item, step.rows))
    return found


def _rows_key(key: str) -> str:
    return f"{key}-rows"


def leaving(run: Run, session: Session, row: OutboxRow, step: Step) -> None:
    """Kept with the mark that its commands leave, or that none do."""
    kept = step.kept
    if kept is None or step.do in ("add", "look"):
        return
    if step.do == "gone":
        lost(session, run, kept, step.seen)
        return
    if step.ties:
        returns.tie(session, run.portal.id, kept.id, step.item)
    return_items.keep(session, run.portal.id, kept.id, replace(step.seen, sent=step.stage or step.seen.sent))
    if step.moved and step.process is not None:
        now = run.services.clock.now()
        key = return_items.item_key(step.process.entity, step.item)
        inbox.append(session, run.slice.lane_id, InboxKind.RETURN_ITEM, key, {}, now=now, trace_id=row.trace_id)


def lost(session: Session, run: Run, kept: Kept, seen: Seen) -> None:
    """Somebody has deleted the item: the return lives on, and a new one is made when a person says so."""
    return_items.keep(session, run.portal.id, kept.id, replace(seen, gone=True))
    problem(session, run, kept.id, Problem(GONE, Field.NONE, Who.MANAGER))


def problem(session: Session, run: Run, return_id: int, found: Problem) -> None:
    """An open problem of the return, once."""
    kept = returns.present(session, run.portal.id, return_id)
    if found.code in {each.code for each in kept.problems}:
        return
    now = run.services.clock.now()
    problems = (*kept.problems, found)
    returns.save(session, run.portal.id, kept, kept.case, by=0, name="", now=now, problems=problems)


def outcome(
    run: Run, session: Session, row: OutboxRow, step: Step, answer: BatchAnswer, now: datetime, ms: int
) -> Outcome:
    """What became of the commands."""
    key = f"x{row.id}"
    error = answer.errors.get(key) or answer.errors.get(_rows_key(key))
    kept, content = step.kept, step.content
    if error is not None or kept is None or content is None or step.process is None:
        return _refused(run, session, row, step, error, now, ms)
    told = next(iter(calls.parse_items(answer.results.get(key), step.process)), None)
    if step.do == "add":
        if told is None:
            return Outcome(row.id, "pending", "again", ms, next_try_at=now)
        returns.tie(session, run.portal.id, kept.id, told.id)
        seen = Seen(told.stage, told.moved, stands=content.stands.value)
        return_items.keep(session, run.portal.id, kept.id, seen)
        # Its product rows follow: they need its id.
        return Outcome(row.id, "pending", "again", ms, next_try_at=now, result_ref=str(told.id))
    return_items.keep(
        session, run.portal.id, kept.id, _written(step, content, told, answer.results.get(_rows_key(key)))
    )
    return Outcome(row.id, "done", "done", ms, result_ref=str(step.item))


def _written(step: Step, content: Content, told: Item | None, rows: Any) -> Seen:
    seen = step.seen
    if step.stage and told is not None:
        seen = replace(seen, stage=told.stage, moved=told.moved, sent="", stands=content.stands.value, back=False)
    if step.rows is not None:
        seen = replace(seen, rows=calls.rows_digest(sold_rows(rows)), lines=content.lines)
    return seen


def _refused(
    run: Run, session: Session, row: OutboxRow, step: Step, error: RestError | None, now: datetime, ms: int
) -> Outcome:
    kept, content = step.kept, step.content
    if error is None:
        return Outcome(row.id, "pending", "again", ms, next_try_at=now)
    if step.do == "look" and error.not_found:
        # The process itself is gone: the step of the set-up that looks after it says so.
        look_again(session, run.portal.id, return_process.STEP, now, row.trace_id, people=False)
        return Outcome(row.id, "dead", "refused", ms, error.code, error.text)
    if kept is None or step.do == "look":
        return answers.refused(run, session, row, error, now, ms)
    if error.not_found and step.item:
        lost(session, run, kept, step.seen)
        return Outcome(row.id, "done", "gone", ms, error.code, error.text)
    if step.stage and content is not None and (error.stage_forbidden or error.kind is Kind.VALUE):
        # Without its stage the rest may go: a person, or an administrator, has to move it.
        params = {"stage": step.process.names.get(content.stands, step.stage) if step.process else step.stage}
        problem(session, run, kept.id, Problem(STAGE, Field.STAGE, Who.ADMIN, error.code, error.text, params))
        seen = replace(step.seen, sent="", stands=content.stands.value, back=False)
        return_items.keep(session, run.portal.id, kept.id, seen)
        return Outcome(row.id, "pending", "stage_forbidden", ms, error.code, error.text, now)
    if error.kind is Kind.PLAN:
        # The portal's daily look at its process tells why there are no items any more (`install.steps.returns`).
        return Outcome(row.id, "dead", "refused", ms, error.code, error.text)
    return answers.refused(run, session, row, error, now, ms, gone_is_final=True)
