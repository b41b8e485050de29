"""Triggers of ours fire in the portal's automation: at most once each, in requests of their own, after everything that
is to be written to deals (`store.triggers`).

One may take the portal many seconds (bitrix24-crm.md §7.1), and the lane stands still meanwhile: as many leave together
as the last ones say will be done in a few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from b24app.bitrix24 import automation as calls
from b24app.bitrix24.errors import Kind, NoToken, RestError
from b24app.runners.messaging_case import held
from b24app.runners.portal import answers, sending_out
from b24app.runners.portal.context import Run
from b24app.store import messages, sending, trigger_news, triggers
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import MessageState, OutboxRow
from b24app.store.part_looks import look_again
from b24app.store.sending import Outcome
from b24app.store.triggers import STEP, Firing
from b24app.wire.errors import NotSent, OutcomeUnknown
from b24app.wire.trace import current_trace

#: So long a request with triggers should last, and so many are in one at most.
FEW_S, MOST = 4.0, 10
#: A trigger that has waited so long goes before writes of other deals: a stream of them must not keep it for good.
PATIENCE_S = 60
#: How often, and how soon, one that the portal does not know is tried again.
TRIES, SOON = 3, timedelta(seconds=20)


def do(run: Run) -> bool:
    """Fire what may fire now; False when nothing does. Raises NotSent when the portal's budget is empty, as
    `sending_out.do`."""
    if run.people:
        return False
    now, most = run.services.clock.now(), max(1, min(MOST, int(FEW_S / max(run.pace.trigger_s, 0.1))))
    with read_scope(run.services.sessions) as session:
        rows = triggers.due(session, run.slice, now, most)
    if not rows:
        return False
    waited = (now - rows[0].created_at).total_seconds()
    if waited < PATIENCE_S and sending_out.wait_for_more(run) is not None:
        return False
    send_by = run.services.clock.monotonic() + sending_out.SEND_WITHIN_S
    with session_scope(run.services.sessions) as session:
        late = _decided_anew(run, session, rows, now)
        rows = [row for row in rows if row.id not in late]
        sending.begin_sending(session, run.slice, rows, now + sending_out.CALL_LASTS)
    if rows:
        _send(run, rows, {f"t{row.id}": Firing.from_json(row.payload) for row in rows}, send_by)
    return True


def _decided_anew(run: Run, session: Session, rows: Sequence[OutboxRow], now: datetime) -> set[int]:
    """Those that carry a message which waited so long that it is not to be said any more, or not now."""
    late: set[int] = set()
    run.slice.check(session)
    for row in rows:
        message_id = Firing.from_json(row.payload).message_id
        message = messages.get(session, run.portal.id, message_id) if message_id is not None else None
        if message is not None and message.state == MessageState.QUEUED and held(session, run.portal, message, now):
            messages.anew(session, message, now)
            late.add(row.id)
    outcomes = [Outcome(row_id, "done", "decided_anew") for row_id in sorted(late)]
    sending.settle(session, run.slice, OutboxRow, outcomes, now, current_trace())
    return late


def _send(run: Run, rows: Sequence[OutboxRow], firings: Mapping[str, Firing], send_by: float) -> None:
    clock = run.services.clock
    began = clock.monotonic()
    commands = [calls.execute(key, each.code, each.entity, each.item) for key, each in firings.items()]
    try:
        answer = run.client.batch(commands, send_by=send_by, patience_s=sending_out.BUDGET_PATIENCE_S)
    except (NotSent, OutcomeUnknown, RestError) as error:
        run.pace.trigger_s = max(run.pace.trigger_s, (clock.monotonic() - began) / len(rows))
        _save(run, rows, dict.fromkeys(firings, error), 0)
        if isinstance(error, NoToken | NotSent) or (isinstance(error, RestError) and (error.portal_wide or error.rate)):
            raise
        return
    spent = clock.monotonic() - began
    run.pace.trigger_s = spent / len(rows)
    _save(run, rows, answer.errors, int(spent * 1000 / len(rows)))


def _save(
    run: Run, rows: Sequence[OutboxRow], errors: Mapping[str, NotSent | OutcomeUnknown | RestError], ms: int
) -> None:
    now, portal_id = run.services.clock.now(), run.portal.id
    with session_scope(run.services.sessions) as session:
        outcomes: list[Outcome] = []
        for row in rows:
            error = errors.get(f"t{row.id}")
            if error is None:
                trigger_news.ran(session, portal_id, [row], now)
                outcomes.append(Outcome(row.id, "done", "done", ms))
            elif _may_have_run(error):
                trigger_news.unsure(session, portal_id, [row], str(error), now)
                outcomes.append(Outcome(row.id, "done", "maybe", ms, words=str(error)))
            elif not isinstance(error, RestError) or error.retryable or error.portal_wide or _of_the_key(error):
                outcomes += answers.of_whole([row], error, now, run.services.spread())
            elif _unregistered(error) and row.attempts < TRIES:
                look_again(session, portal_id, STEP, now, row.trace_id, people=False)
                outcomes.append(Outcome(row.id, "pending", "unregistered", ms, error.code, error.text, now + SOON))
            else:
                trigger_news.refused(session, portal_id, row, error.text or error.code, now)
                outcomes.append(Outcome(row.id, "done", "refused", ms, error.code, error.text))
        sending.finish(session, run.slice, OutboxRow, outcomes, now, current_trace())


def _may_have_run(error: NotSent | OutcomeUnknown | RestError) -> bool:
    if isinstance(error, RestError):
        return error.uncertain or (error.kind is Kind.NOT_RUN and not error.text.startswith("not sent"))
    return isinstance(error, OutcomeUnknown)


def _unregistered(error: RestError) -> bool:
    """Somebody deleted the trigger, or an update of the app did: it is put back, and fires then."""
    return "is not registered" in error.text


def _of_the_key(error: RestError) -> bool:
    return error.kind in (Kind.TOKEN, Kind.TOKEN_DEAD)
