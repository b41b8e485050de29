"""Answers that workflows wait for leave beside everything else (bitrix24-crm.md §7.2).

A token lets its workflow go on once. So a repeat after an unknown outcome is the look-up itself: the portal refuses it
where the first one arrived."""

from __future__ import annotations

from b24app.bitrix24 import robots as calls
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.features import Feature, has
from b24app.runners.portal.context import Run
from b24app.store import robot_answers
from b24app.store.engine import read_scope
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome
from b24app.words import say

KIND = robot_answers.KIND


def command(run: Run, row: OutboxRow, key: str) -> Command | None:
    """None: the portal took the scope back, and its workflows with it."""
    if not has(Feature.ROBOTS, run.portal.scopes):
        return None
    with read_scope(run.services.sessions) as session:
        answer = robot_answers.opened(session, row.payload)
    log = answer.problem or answer.log or say("robot.done", run.portal.language, number=answer.number)
    return calls.answer(key, answer.token, answer.values, log)


def refused(row: OutboxRow, error: RestError, ms: int) -> Outcome | None:
    """None = a refusal like any other. A token that is no good any more means that nobody waits: the workflow was told
    already (by a call whose answer was lost), or somebody has ended it."""
    if error.kind is not Kind.ACCESS:
        return None
    what = "told_before" if row.attempts > 1 else "nobody_waits"
    return Outcome(row.id, "done", what, ms, error.code, error.text)
