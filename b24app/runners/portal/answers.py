"""What a portal's answer to a write means for its outbox row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.errors import Kind, NoToken, RestError
from b24app.lanes import ladder
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.portal.batching import DealLetter
from b24app.runners.portal.context import Run
from b24app.runners.tell import DEAL_UPDATE
from b24app.store import deals, outbox, problems
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome
from b24app.wire.errors import NotSent, OutcomeUnknown

#: A portal call may still be running this long after we lost it (bitrix24-app.md §3.1).
LOOK_UP_AFTER = timedelta(seconds=60)
#: Without a key of an administrator nothing can be written before somebody opens the app.
NO_KEY_PAUSE = timedelta(minutes=5)
#: Refusals that no repetition changes.
_FINAL = frozenset(
    {Kind.ACCESS, Kind.SCOPE, Kind.METHOD, Kind.VALUE, Kind.REQUIRED, Kind.ARGUMENT, Kind.PLAN, Kind.CONFIRM}
)


Failure = NotSent | OutcomeUnknown | RestError


def reference(result: Any) -> str | None:
    """The id that the portal gave (a comment's), for the row."""
    return str(result)[:64] if isinstance(result, int | str) and not isinstance(result, bool) else None


def of_whole(rows: Iterable[OutboxRow], error: Failure, now: datetime, spread: float) -> list[Outcome]:
    """The request as a whole had no answer, or a refusal."""
    return [_of_whole(row, error, now, spread) for row in rows]


def _of_whole(row: OutboxRow, error: Failure, now: datetime, spread: float) -> Outcome:
    words = str(error)
    if isinstance(error, OutcomeUnknown) or (isinstance(error, RestError) and error.uncertain):
        return Outcome(row.id, "uncertain", "unknown", words=words, next_try_at=now + LOOK_UP_AFTER)
    if isinstance(error, NoToken):
        return Outcome(row.id, "pending", "no_key", words=words, next_try_at=now + NO_KEY_PAUSE)
    return Outcome(row.id, "pending", "not_sent", words=words, next_try_at=_later(row, error, now, spread))


def of_row(
    run: Run, session: Session, row: OutboxRow, letter: DealLetter, error: RestError, now: datetime, ms: int
) -> Outcome:
    """One command was refused. What cannot be put right by waiting becomes a Problem; nothing is dropped silently."""
    words, code = error.text, error.code
    if error.stage_forbidden and row.kind == DEAL_UPDATE and letter.stage:
        _open(run, session, row, Problem("stage_forbidden", Field.STAGE, Who.ADMIN, code, words, letter.stage), now)
        outbox.drop_stage(session, run.portal.id, row.id, letter.fields)
        return Outcome(row.id, "pending", "stage_forbidden", ms, code, words, now)
    if error.not_found and row.deal_id:
        deals.save(session, run.portal.id, {row.deal_id: {"gone": True}})
        return Outcome(row.id, "dead", "deal_gone", ms, code, words)
    return refused(run, session, row, error, now, ms)


def refused(
    run: Run, session: Session, row: OutboxRow, error: RestError, now: datetime, ms: int, *, gone_is_final: bool = False
) -> Outcome:
    """A refusal that says nothing of the deal itself. `gone_is_final`: what the command names is missing for good."""
    words, code = error.text, error.code
    if error.uncertain or error.kind is Kind.NOT_RUN:
        return Outcome(row.id, "uncertain", "unknown", ms, code, words, now + LOOK_UP_AFTER)
    final = error.kind in _FINAL or (gone_is_final and error.not_found)
    if final or ladder.is_spent(row.attempts + 1, run.services.settings.dead_after):
        _open(run, session, row, Problem("portal_refused", Field.NONE, Who.ADMIN, code, words), now)
        return Outcome(row.id, "dead", "refused", ms, code, words)
    return Outcome(row.id, "pending", "later", ms, code, words, _later(row, error, now, run.services.spread()))


def _later(row: OutboxRow, error: Failure, now: datetime, spread: float) -> datetime:
    """What the portal asked for, else the ladder."""
    if error.retry_after:
        return now + timedelta(seconds=error.retry_after)
    return ladder.next_try(now, row.attempts + 1, spread=spread)


def _open(run: Run, session: Session, row: OutboxRow, problem: Problem, now: datetime) -> None:
    if not row.deal_id:  # a notice to an administrator is about no deal
        return
    problems.open_problem(
        session,
        run.portal.id,
        row.deal_id,
        problem.key,
        problem.to_json(),
        now=now,
        shipment_id=row.shipment_id,
    )
