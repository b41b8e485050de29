"""Outbox rows that look at the portal before they write: product rows and invoices of a chosen rate, items of returns,
the store's shipments, letters that did not leave. One face for the sending of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.runners.portal import chosen_rate, letters_out, return_item, return_item_look, return_sums, shop_news
from b24app.runners.portal.batching import DealLetter
from b24app.runners.portal.context import Run
from b24app.store.letters_out import UNSENT
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome

Step = chosen_rate.Step | return_item.Step | shop_news.Step | letters_out.Step | return_sums.Step


def steps(run: Run, letters: Sequence[DealLetter]) -> dict[int, Step]:
    """What is done for each outbox row of these letters that looks first. Raises what reading the portal raises."""
    found: dict[int, Step] = dict(chosen_rate.steps(run, letters))
    items = [row for letter in letters for row in letter.items.values()]
    shops = [row for letter in letters for row in letter.shops.values()]
    unsent = [row for letter in letters for row in letter.others if row.kind == UNSENT]
    found |= return_item_look.steps(run, items) if items else {}
    found |= return_sums.steps(run, [letter.sums for letter in letters if letter.sums is not None])
    return {**found, **(shop_news.steps(run, shops) if shops else {}), **letters_out.steps(run, unsent)}


def commands(key: str, row: OutboxRow, step: Step, lang: str) -> list[Command]:
    """Empty when the portal says it already; the first one's key is `key`, or starts with it."""
    if isinstance(step, shop_news.Step):
        return shop_news.commands(key, step, lang)
    if isinstance(step, return_item.Step):
        return return_item.commands(key, step)
    if isinstance(step, letters_out.Step):
        return letters_out.removal(key, step)
    if isinstance(step, return_sums.Step):
        return return_sums.commands(key, step)
    return chosen_rate.commands(key, row, step)


def leaving(run: Run, session: Session, row: OutboxRow, step: Step, said: bool) -> None:
    """In the transaction that marks the row: its commands leave, or (not `said`) nothing does."""
    if isinstance(step, return_item.Step):
        return_item.leaving(run, session, row, step)
    elif isinstance(step, shop_news.Step):
        shop_news.leaving(run, session, step, said)
    elif isinstance(step, return_sums.Step):
        if not said:
            return_sums.leaving(run, session, row, step)
    elif not said and not isinstance(step, letters_out.Step):
        chosen_rate.silent(run, session, row, step)


def outcome(
    run: Run, session: Session, letter: DealLetter, row: OutboxRow, step: Step, answer: BatchAnswer, now: datetime,
    ms: int,
) -> Outcome:  # fmt: skip
    """What became of them."""
    if isinstance(step, return_item.Step):
        return return_item.outcome(run, session, row, step, answer, now, ms)
    if isinstance(step, return_sums.Step):
        return return_sums.outcome(run, session, row, step, answer, now, ms)
    if isinstance(step, shop_news.Step):
        return shop_news.outcome(run, session, row, step, answer, now, ms)
    if isinstance(step, letters_out.Step):
        return letters_out.removed(row, answer, f"x{row.id}", ms)
    return chosen_rate.outcome(run, session, letter, row, step, answer, now, ms)
