"""What a chosen rate becomes in the portal beside its fields: a product row of the deal, a smart invoice, or both. Both
look before they write, and they look together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.bitrix24 import deals as calls
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.runners.portal import delivery_invoice, delivery_row, invoice_look
from b24app.runners.portal.batching import DealLetter
from b24app.runners.portal.context import Run
from b24app.store import delivery_invoices, delivery_rows
from b24app.store.delivery_invoices import OwnInvoice
from b24app.store.engine import read_scope
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome

Step = delivery_row.Step | delivery_invoice.Step


def steps(run: Run, letters: Sequence[DealLetter]) -> dict[int, Step]:
    """What is done for each outbox row of these letters that is about a product row or an invoice: one request for all
    of them, or two. Raises RestError when deals cannot be listed: absent must mean deleted."""
    rows = [letter.row for letter in letters if letter.row is not None]
    invoices = [letter.invoice for letter in letters if letter.invoice is not None]
    if not rows and not invoices:
        return {}
    with read_scope(run.services.sessions) as session:
        own_rows = delivery_rows.own(session, run.portal.id, [row.deal_id for row in rows])
        own_invoices = delivery_invoices.own(session, run.portal.id, [row.deal_id for row in invoices])
    now = run.services.clock.now()
    known = ((row, delivery_invoice.fresh(row, own_invoices.get(row.deal_id, OwnInvoice()), now)) for row in invoices)
    found: dict[int, Step] = {row.id: step for row, step in known if step is not None}
    invoices = [row for row in invoices if row.id not in found]
    ids = sorted({row.deal_id for row in (*rows, *invoices)})
    if not ids:
        return found
    lists = [calls.list_deals(f"d{at}", some, run.names) for at, some in enumerate(calls.chunks(ids))]
    commands = [*lists, *delivery_row.questions([row.deal_id for row in rows], own_rows)]
    commands += invoice_look.questions(run, [row.deal_id for row in invoices], own_invoices)
    answer = run.client.read_all(commands, people=run.people)
    items = [item for each in lists for item in calls.items_of(answer.get(each.key))]
    deals = {number(item.get("id")) or 0: item for item in items}
    found |= delivery_row.steps(rows, own_rows, deals, answer)
    found |= invoice_look.steps(run, invoices, own_invoices, deals, answer)
    return found


def commands(key: str, row: OutboxRow, step: Step) -> list[Command]:
    """Empty when the portal says it already; the first one's key is `key`, or starts with it."""
    if isinstance(step, delivery_invoice.Step):
        return delivery_invoice.commands(key, row, step)
    command = delivery_row.command(key, row, step)
    return [command] if command is not None else []


def outcome(
    run: Run, session: Session, letter: DealLetter, row: OutboxRow, step: Step, answer: BatchAnswer, now: datetime,
    ms: int,
) -> Outcome:  # fmt: skip
    """What became of them."""
    if isinstance(step, delivery_invoice.Step):
        return delivery_invoice.outcome(run, session, row, step, answer, now, ms)
    return delivery_row.outcome(run, session, letter, row, step, answer, now, ms)


def silent(run: Run, session: Session, row: OutboxRow, step: Step) -> None:
    """Nothing leaves for this row."""
    if isinstance(step, delivery_invoice.Step):
        delivery_invoice.silent(run, session, row, step)
    else:
        delivery_row.silent(run, session, row, step)
