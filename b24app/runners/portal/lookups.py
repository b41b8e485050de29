"""Writes whose outcome nobody knows are looked up before anything is repeated."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.bitrix24 import feed as timeline
from b24app.bitrix24.encoding import BATCH_MOST
from b24app.runners.portal import letters_out, shop_words
from b24app.runners.portal.context import Run
from b24app.runners.tell import DEAL_UPDATE, NOTICE
from b24app.store import (
    delivery_invoices,
    delivery_rows,
    return_items,
    return_sums,
    robot_answers,
    sending,
    shop_requests,
    sms_status,
    trigger_news,
    triggers,
)
from b24app.store.comments import COMMENT, owner_of
from b24app.store.engine import session_scope
from b24app.store.letters_out import ONCE, UNSENT
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome
from b24app.store.shop_words import KIND as WORD

_AGAIN = frozenset(
    {
        DEAL_UPDATE,
        NOTICE,
        delivery_rows.KIND,
        delivery_invoices.KIND,
        robot_answers.KIND,
        return_items.KIND,
        return_sums.KIND,
        sms_status.KIND,
        shop_requests.NEWS,
        UNSENT,
    }
)


def do(run: Run) -> bool:
    """Look up what is overdue; False when there is nothing. Raises what reading the portal raises."""
    if run.people:
        return False
    now = run.services.clock.now()
    with session_scope(run.services.sessions) as session:
        rows = sending.claim_expired(session, run.slice, OutboxRow, now, BATCH_MOST)
    if not rows:
        return False
    comments = [row for row in rows if row.kind == COMMENT]
    outcomes = [_again(row) for row in rows if row.kind in _AGAIN]
    outcomes += _of_comments(run, comments) if comments else []
    outcomes += [shop_words.unsure(row, words=row.last_error or "") for row in rows if row.kind == WORD]
    lost = [row for row in rows if row.kind == triggers.KIND]
    outcomes += [Outcome(row.id, "done", "maybe", words="interrupted") for row in lost]
    with session_scope(run.services.sessions) as session:
        # Nothing in the portal tells whether a trigger fired, and twice would be two messages to somebody.
        trigger_news.unsure(session, run.portal.id, lost, "interrupted", now)
        run.slice.check(session)
        outcomes += [
            letters_out.unsure(run, session, row, row.last_error or "", now) for row in rows if row.kind in ONCE
        ]
        sending.settle(session, run.slice, OutboxRow, outcomes, now)
    return True


def _again(row: OutboxRow) -> Outcome:
    """Writing the same values once more changes nothing and fires nothing; a notice replaces the one of its tag. A
    product row is looked for among the deal's before it is written, an invoice by its mark. A stage move is compared
    with where the deal stands before it leaves again (`attempts` > 0 forces that read). A workflow takes one answer;
    an SMS is as it was told last."""
    return Outcome(row.id, "pending", "again", next_try_at=row.next_try_at)


def _of_comments(run: Run, rows: Sequence[OutboxRow]) -> list[Outcome]:
    """A comment has no key of its own: its mark is searched among the newest of its timeline."""
    asked = {f"t{at}": owner for at, owner in enumerate(sorted({owner_of(row) for row in rows}))}
    keys = {owner: key for key, owner in asked.items()}
    answer = run.client.read_all([timeline.list_comments(key, owner) for key, owner in asked.items()])
    outcomes = []
    for row in rows:
        key = keys[owner_of(row)]
        error = answer.errors.get(key)
        if error is not None and not error.not_found:
            raise error
        found = timeline.found_markers(answer.results.get(key), [row.payload["mark"]])
        if row.payload["mark"] in found:
            ref = str(found[row.payload["mark"]])
            outcomes.append(Outcome(row.id, "done", "found", result_ref=ref))
        else:
            outcomes.append(Outcome(row.id, "pending", "not_found", next_try_at=row.next_try_at))
    return outcomes
