"""The delivery's product row on its way to the portal: our row is looked for right before it is written, so that there
is one of it however often somebody chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import goods
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.goods import SoldRow
from b24app.flows.decisions import Text
from b24app.logistics.money import Money
from b24app.runners.portal import answers
from b24app.runners.portal.batching import DealLetter
from b24app.runners.portal.context import Run
from b24app.store import comments, delivery_rows, outbox
from b24app.store.delivery_rows import OwnRow
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome


@dataclass(frozen=True, slots=True)
class Seen:
    """What a deal holds: its currency, its newest rows and, if it is there, the row that we know by its id."""

    currency: str
    rows: tuple[SoldRow, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """`do`: add | update | delete | nothing | currency (the deal's is another one than the price's) | look (the rows
    could not be read: they are asked for once more, for the portal's words)."""

    do: str
    row_id: int = 0


def questions(deal_ids: Sequence[int], known: Mapping[int, OwnRow]) -> list[Command]:
    """What is asked of the portal about the rows of these deals, for `steps`."""
    mine = [goods.get_row(f"g{deal}", known[deal].id) for deal in deal_ids if deal in known and known[deal].id]
    return [*(goods.newest_rows(f"r{deal_id}", deal_id) for deal_id in deal_ids), *mine]


def steps(
    rows: Sequence[OutboxRow],
    known: Mapping[int, OwnRow],
    deals: Mapping[int, Mapping[str, Any]],
    answer: BatchAnswer,
) -> dict[int, Step]:
    """What is done for each of these outbox rows; `deals` are those that exist, as the portal told them."""
    found = {}
    for row in rows:
        deal = deals.get(row.deal_id)
        if deal is None:  # a deal that is gone has no rows
            found[row.id] = Step("nothing")
        elif f"r{row.deal_id}" in answer.errors:
            found[row.id] = Step("look")
        else:
            seen = _seen(row.deal_id, deal, answer)
            found[row.id] = decide(seen, known.get(row.deal_id, OwnRow()), row.payload)
    return found


def _seen(deal_id: int, deal: Mapping[str, Any], answer: BatchAnswer) -> Seen:
    rows = goods.sold_rows(answer.results.get(f"r{deal_id}"))
    mine = [row for row in goods.sold_rows(answer.results.get(f"g{deal_id}")) if row.owner == deal_id]
    return Seen(str(deal.get("currencyId") or "RUB"), (*mine, *rows))


def decide(seen: Seen, own: OwnRow, payload: Mapping[str, Any]) -> Step:
    """What makes the deal hold our row once, as `payload` wants it."""
    ours = find(seen.rows, own, int(payload.get("product") or 0))
    if payload["price"] is None:
        return Step("delete", ours.id) if ours else Step("nothing")
    price = Money.from_json(payload["price"])
    if price.currency != seen.currency:
        return Step("currency", ours.id if ours else 0)
    if ours is None:
        return Step("add")
    same = ours.name == payload["name"] and ours.price == price.amount and ours.quantity == 1
    return Step("nothing", ours.id) if same else Step("update", ours.id)


def find(rows: Sequence[SoldRow], own: OwnRow, product: int) -> SoldRow | None:
    """Our row: by its id, by the product that is kept for it, by a name that we gave it."""
    by_id = (row for row in rows if own.id and row.id == own.id)
    by_product = (row for row in rows if product and row.product_id == product)
    by_name = (row for row in rows if row.name in own.names)
    return next(by_id, None) or next(by_product, None) or next(by_name, None)


def command(key: str, row: OutboxRow, step: Step) -> Command | None:
    """None when the deal says it already."""
    if step.do == "look":
        return goods.newest_rows(key, row.deal_id)
    if step.do == "delete":
        return goods.delete_row(key, step.row_id)
    if step.do not in ("add", "update"):
        return None
    payload = row.payload
    price, product = Money.from_json(payload["price"]), int(payload.get("product") or 0)
    if step.do == "add":
        return goods.add_row(key, row.deal_id, payload["name"], price, product)
    return goods.update_row(key, step.row_id, payload["name"], price, product)


def outcome(
    run: Run, session: Session, letter: DealLetter, row: OutboxRow, step: Step, answer: BatchAnswer, now: datetime,
    ms: int,
) -> Outcome:  # fmt: skip
    """What became of the command; the id of a row that is there now is kept."""
    key = f"x{row.id}"
    error = answer.errors.get(key)
    if error is not None and step.do in ("update", "delete") and error.not_found:
        # Somebody has deleted the row meanwhile: what it should say is decided anew.
        return Outcome(row.id, "pending", "again", ms, error.code, error.text, now)
    if error is not None:
        return answers.of_row(run, session, row, letter, error, now, ms)
    if step.do == "look":
        return Outcome(row.id, "pending", "again", ms, next_try_at=now)
    told = goods.sold_rows(answer.results.get(key))
    row_id = 0 if step.do == "delete" else step.row_id or (told[0].id if told else 0)
    if row_id or step.do == "delete":
        delivery_rows.made(session, run.portal.id, row.deal_id, row_id)
    return Outcome(row.id, "done", "done", ms, result_ref=str(row_id))


def silent(run: Run, session: Session, row: OutboxRow, step: Step) -> None:
    """Nothing leaves. A price in another currency than the deal's is no row of it: the timeline says so."""
    now = run.services.clock.now()
    if step.do == "nothing" and step.row_id:
        delivery_rows.made(session, run.portal.id, row.deal_id, step.row_id)
    if step.do == "currency":
        price = Money.from_json(row.payload["price"])
        text = Text("row.currency", {"name": row.payload["name"], "price": price}, marker=f"row-{row.id}")
        thing = comments.comment(run.portal.id, row.deal_id, text, run.portal.language)
        outbox.add(session, run.portal.id, [thing], now=now, trace_id=row.trace_id)
