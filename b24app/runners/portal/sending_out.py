"""What waits for the portal leaves: up to 25 deals in one batch, each row closed by its own result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import deals as calls
from b24app.bitrix24 import feed as timeline
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.features import Feature, has
from b24app.flows.snapshot import DealSnapshot
from b24app.runners.portal import answers, letters_out, looked, lookups, robot_answers, shop_words, sms_answers
from b24app.runners.portal.batching import DealLetter, fill, is_full, letters
from b24app.runners.portal.context import Run
from b24app.runners.portal.looked import Step
from b24app.runners.portal.values import api_fields
from b24app.runners.tell import DEAL_UPDATE
from b24app.store import deals, inbox, outbox, papers, sending, triggers
from b24app.store.comments import COMMENT, DEAL_TIMELINE, owner_of
from b24app.store.engine import read_scope, session_scope
from b24app.store.letters_out import ONCE
from b24app.store.models import DealState, InboxKind, OutboxRow
from b24app.store.sending import Outcome
from b24app.store.shop_words import KIND as WORD
from b24app.wire.errors import NotSent, OutcomeUnknown
from b24app.wire.trace import current_trace

#: The portal may go on working for 60 s after it lost us (bitrix24-app.md §3.1): the look-up waits for that.
CALL_LASTS = timedelta(seconds=75)
SEND_WITHIN_S = 5.0
#: How long a batch waits for the portal's budget. Giving up at once, it would meet a budget that the look at its deals'
#: stages (asked again at every try) has just emptied, and never leave.
BUDGET_PATIENCE_S = 2.0
#: A batch that is not full leaves when this has passed since the one before.
BATCH_GAP_S = 1.5
#: How old our knowledge of a deal's stage may be when we move it.
STAGE_KNOWN_FOR = timedelta(seconds=60)
TAKE = 150
#: Kinds of rows that leave in requests of their own (`firing`).
BY_THEMSELVES = (triggers.KIND,)
_MADE: dict[str, Callable[[Run, OutboxRow, str], Command | None]] = {
    **dict.fromkeys(ONCE, letters_out.command),
    **{each.KIND: each.command for each in (robot_answers, sms_answers)},
    WORD: shop_words.command,
}


@dataclass
class Batch:
    """Letters on their way: the rows that have commands by the key of their first, and what is done for those that
    looked first."""

    letters: list[DealLetter]
    commands: list[Command] = field(default_factory=list)
    rows: dict[str, OutboxRow] = field(default_factory=dict)
    steps: dict[int, Step] = field(default_factory=dict)


def do(run: Run) -> bool:
    """Send one batch if there is one to send; False when nothing may leave now. Raises NotSent when the portal's budget
    is empty."""
    now, due = run.services.clock.now(), next_due(run)
    if due is None or due > now:
        return False
    if lookups.do(run):
        return True
    now = run.services.clock.now()
    with read_scope(run.services.sessions) as session:
        waiting = letters(outbox.due(session, run.slice, now, TAKE, BY_THEMSELVES))
    if not waiting or not _in_pace(run, waiting):
        return False
    chosen = fill(waiting)
    _check_stages(run, chosen, now)
    batch = _build(run, chosen, looked.steps(run, chosen))
    # Both limits count from before the mark: whoever is stopped right after it must not begin a fresh one.
    send_by = run.services.clock.monotonic() + SEND_WITHIN_S
    _mark(run, batch, run.services.clock.now())
    if batch.commands:
        _send(run, batch, send_by)
    run.pace.last_batch = run.services.clock.monotonic()
    return True


def wait_for_more(run: Run) -> float | None:
    """Seconds until rows that wait for company may leave; None when none wait."""
    with read_scope(run.services.sessions) as session:
        if not outbox.due(session, run.slice, run.services.clock.now(), 1, BY_THEMSELVES):
            return None
    return max(0.05, BATCH_GAP_S - (run.services.clock.monotonic() - run.pace.last_batch))


def next_due(run: Run) -> datetime | None:
    with read_scope(run.services.sessions) as session:
        return sending.earliest_due(session, run.slice, OutboxRow)


def _in_pace(run: Run, waiting: Sequence[DealLetter]) -> bool:
    since = run.services.clock.monotonic() - run.pace.last_batch
    return run.people or since >= BATCH_GAP_S or is_full(waiting)


# --- stages ----------------------------------------------------------------------------------------------------------


def _check_stages(run: Run, chosen: Sequence[DealLetter], now: datetime) -> None:
    """A stage move depends on where the deal stands: asked once for all deals of the batch, if unknown."""
    moving = [letter for letter in chosen if letter.stage]
    if not moving:
        return
    ids = [letter.deal_id for letter in moving]
    with read_scope(run.services.sessions) as session:
        states = deals.states(session, run.portal.id, ids)
        hinted = inbox.waiting_keys(session, run.slice, InboxKind.DEAL, [str(deal_id) for deal_id in ids])
    stale = [
        letter.deal_id
        for letter in moving
        if str(letter.deal_id) in hinted or not _fresh(states.get(letter.deal_id), letter, now)
    ]
    seen = run.reader.glance(stale, people=run.people) if stale else {}
    for letter in moving:
        place = seen.get(letter.deal_id) or states.get(letter.deal_id)
        if place is None or not stage_allowed(run, letter, place.stage, place.category):
            letter.stage = None
    _remember_stages(run, seen, now)


def _fresh(state: DealState | None, letter: DealLetter, now: datetime) -> bool:
    return (
        state is not None
        and state.last_read_at is not None
        and now - state.last_read_at < STAGE_KNOWN_FOR
        and not any(row.attempts for row in letter.rows)
    )


def stage_allowed(run: Run, letter: DealLetter, stage: str, category: int | None) -> bool:
    """Forward only, in the pipeline it was meant for, and not against somebody who moved it meanwhile."""
    target = letter.stage or {}
    pipeline = run.pipeline(category)
    if pipeline is None or target.get("stage") not in pipeline.our_stages:
        return False
    only_from = target.get("only_from") or ()
    return stage != target["stage"] and (not only_from or stage in only_from)


def _remember_stages(run: Run, seen: Mapping[int, DealSnapshot], now: datetime) -> None:
    known = {
        deal_id: {"stage": deal.stage, "category": deal.category, "last_read_at": now}
        for deal_id, deal in seen.items()
        if not deal.gone
    }
    if known:
        with session_scope(run.services.sessions) as session:
            run.slice.check(session)
            deals.save(session, run.portal.id, known)


# --- the batch -------------------------------------------------------------------------------------------------------


def _build(run: Run, chosen: Sequence[DealLetter], steps: dict[int, Step]) -> Batch:
    batch = Batch(list(chosen), steps=steps)
    for letter in chosen:
        for row in letter.rows:
            commands = _commands(run, letter, row, steps)
            if commands:
                batch.commands += commands
                batch.rows[key_of(row)] = row
    return batch


def key_of(row: OutboxRow) -> str:
    """The row's key in a batch."""
    return f"x{row.id}"


def _commands(run: Run, letter: DealLetter, row: OutboxRow, steps: Mapping[int, Step]) -> list[Command]:
    """Empty when an update has nothing (left) to say, or the portal has not granted what the entry takes."""
    if row.id in steps:
        return looked.commands(key_of(row), row, steps[row.id], run.portal.language)
    command = _command(run, letter, row)
    return [command] if command is not None else []


def _command(run: Run, letter: DealLetter, row: OutboxRow) -> Command | None:
    key = key_of(row)
    if row.kind == DEAL_UPDATE:
        fields = api_fields(letter.fields, run.names, run.portal.language)
        if letter.stage:
            fields["stageId"] = letter.stage["stage"]
        return calls.update_deal(key, row.deal_id, fields) if fields else None
    if row.kind == COMMENT:
        files = _files(run, row)
        return timeline.add_comment(key, owner_of(row), row.payload["text"], row.payload["mark"], files)
    if row.kind in _MADE:
        return _MADE[row.kind](run, row, key)
    if not has(Feature.NOTICES, run.portal.scopes):
        return None
    return timeline.notify(key, row.payload["user_id"], row.payload["text"], row.payload["tag"])


def _files(run: Run, row: OutboxRow) -> list[tuple[str, bytes]]:
    """The paper that an entry tells of; one that is kept no longer is told without it."""
    paper_id = row.payload.get("paper")
    if not paper_id:
        return []
    with read_scope(run.services.sessions) as session:
        paper = papers.get(session, run.portal.id, paper_id)
        content = papers.content(session, run.portal.id, paper_id)
    return [(f"{paper.form}-{paper.deal_id}.pdf", content)] if paper is not None and content is not None else []


def _mark(run: Run, batch: Batch, now: datetime) -> None:
    """Rows become `sending`; older updates are folded into the one that leaves."""
    with session_scope(run.services.sessions) as session:
        for letter in batch.letters:
            if letter.folded and letter.update is not None:
                outbox.fold(session, run.slice, letter.folded, letter.update, letter.carries, now)
            overtaken = [(letter.former_rows, letter.row), (letter.former_invoices, letter.invoice)]
            overtaken.append((letter.former_sums, letter.sums))
            overtaken += [(former, letter.items[of]) for of, former in letter.former_items.items()]
            overtaken += [(former, letter.shops[of]) for of, former in letter.former_shops.items()]
            for former, newest in overtaken:
                if former and newest is not None:
                    outbox.fold(session, run.slice, former, newest, newest.payload, now)
        rows = [row for letter in batch.letters for row in letter.rows]
        sending.begin_sending(session, run.slice, rows, now + CALL_LASTS)
        said = {row.id for row in batch.rows.values()}
        silent = [Outcome(row.id, "done", "nothing_to_say") for row in rows if row.id not in said]
        for row in rows:
            if row.id in batch.steps:
                looked.leaving(run, session, row, batch.steps[row.id], row.id in said)
            elif row.kind in ONCE and row.id not in said:
                letters_out.silent(run, session, row, now)
        sending.finish(session, run.slice, OutboxRow, silent, now, current_trace())


def _send(run: Run, batch: Batch, send_by: float) -> None:
    clock = run.services.clock
    began = clock.monotonic()
    try:
        answer = run.client.batch(batch.commands, people=run.people, send_by=send_by, patience_s=BUDGET_PATIENCE_S)
    except (NotSent, OutcomeUnknown, RestError) as error:
        _save(run, answers.of_whole(batch.rows.values(), error, clock.now(), run.services.spread()))
        if isinstance(error, NoToken):
            raise
        if isinstance(error, NotSent) or (isinstance(error, RestError) and (error.portal_wide or error.rate)):
            raise
        return
    ms = int((clock.monotonic() - began) * 1000)
    _save_answer(run, batch, answer, ms)


def _save(run: Run, outcomes: Sequence[Outcome]) -> None:
    with session_scope(run.services.sessions) as session:
        sending.finish(session, run.slice, OutboxRow, outcomes, run.services.clock.now(), current_trace())


def _save_answer(run: Run, batch: Batch, answer: BatchAnswer, ms: int) -> None:
    now = run.services.clock.now()
    by_deal = {letter.deal_id: letter for letter in batch.letters}
    with session_scope(run.services.sessions) as session:
        outcomes = [
            _row_outcome(run, session, by_deal[row.deal_id], row, batch.steps, answer, now, ms)
            for row in batch.rows.values()
        ]
        deals.save(session, run.portal.id, _moved(batch, answer, now))
        sending.finish(session, run.slice, OutboxRow, outcomes, now, current_trace())


def _row_outcome(
    run: Run,
    session: Session,
    letter: DealLetter,
    row: OutboxRow,
    steps: Mapping[int, Step],
    answer: BatchAnswer,
    now: datetime,
    ms: int,
) -> Outcome:
    key = key_of(row)
    error = answer.errors.get(key)
    if row.id in steps:
        return looked.outcome(run, session, letter, row, steps[row.id], answer, now, ms)
    if row.kind in ONCE:
        return letters_out.outcome(run, session, row, answer, key, now, ms)
    if row.kind == WORD and error is not None:
        return shop_words.outcome(run, row, error, now, ms)
    if error is None:
        return Outcome(row.id, "done", "done", ms, result_ref=answers.reference(answer.results.get(key)))
    if row.kind == COMMENT and owner_of(row).type != DEAL_TIMELINE:
        return answers.refused(run, session, row, error, now, ms, gone_is_final=True)
    judge = {robot_answers.KIND: robot_answers.refused, sms_answers.KIND: sms_answers.refused}.get(row.kind)
    known = judge(row, error, ms) if judge is not None else None
    return known or answers.of_row(run, session, row, letter, error, now, ms)


def _moved(batch: Batch, answer: BatchAnswer, now: datetime) -> dict[int, dict[str, Any]]:
    """Where deals stand whose stage was written."""
    return {
        letter.deal_id: {"stage": letter.stage["stage"], "last_read_at": now}
        for letter in batch.letters
        if letter.stage and letter.update is not None and key_of(letter.update) in answer.results
    }
