"""The delivery's smart invoice on its way to the portal. It is looked for by our mark right before it is written, so
that there is one of it however often somebody chooses; what people have moved on or changed is theirs, and the deal's
timeline says what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import goods, invoices
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.goods import SoldRow
from b24app.bitrix24.invoices import OF_DEAL, Invoice
from b24app.flows.decisions import Text
from b24app.logistics.money import Money
from b24app.runners.portal import answers
from b24app.runners.portal.context import Run
from b24app.store import comments, delivery_invoices, outbox
from b24app.store.delivery_invoices import Content, OwnInvoice
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome

#: An invoice that the portal made so recently for the same row holds nothing of anybody's yet: it is not read again.
FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a deal holds: its currency, what an invoice takes over from it, and the invoice with our mark. `begins`: the
    stage that invoices start in."""

    currency: str
    deal: Mapping[str, Any] = field(default_factory=dict)
    invoice: Invoice | None = None
    rows: tuple[SoldRow, ...] = ()
    begins: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """`do`: add | write | delete | nothing | currency (the deal's is another one than the price's) | differs (the
    invoice is not ours to change) | left (nor to delete) | look (`asks` was refused: once more, for the portal's
    words). `fields` are written on the invoice itself; `put`: so is its row, `row_id` if there is one; `begins` as in
    `Seen`."""

    do: str
    invoice: Invoice | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    put: bool = False
    row_id: int = 0
    begins: str = ""
    asks: Command | None = None


def fresh(row: OutboxRow, own: OwnInvoice, now: datetime) -> Step | None:
    """What is left to do for an invoice that was made just now for this very row."""
    if own.made_by != row.id or own.made_at is None or now - own.made_at > FRESH:
        return None
    return Step("write", Invoice(own.id), put=True, begins=own.stage)


# --- deciding --------------------------------------------------------------------------------------------------------


def decide(seen: Seen, own: OwnInvoice, payload: Mapping[str, Any]) -> Step:
    """What makes the deal hold our invoice once, as `payload` wants it."""
    invoice = seen.invoice
    if payload["price"] is None:
        if invoice is None:
            return Step("nothing")
        return Step("delete" if untouched(seen, invoice, own) else "left", invoice)
    price = Money.from_json(payload["price"])
    if price.currency != seen.currency:
        return Step("currency", invoice)
    if invoice is None:
        return Step("add", fields={**seen.deal, "title": payload["title"]})
    holds = invoice.price == price and _is_row(seen.rows, payload["name"], price)
    if not untouched(seen, invoice, own):
        return Step("nothing" if holds else "differs", invoice)
    fields = _head(invoice, own, payload["title"], price.currency)
    if holds and not fields:
        return Step("nothing", invoice)
    return Step("write", invoice, fields, put=not holds, row_id=seen.rows[0].id if seen.rows else 0)


def untouched(seen: Seen, invoice: Invoice, own: OwnInvoice) -> bool:
    """Whether it stands where it began and costs what we let it cost: then it is ours to change."""
    if invoice.stage != seen.begins or invoice.by_hand or len(seen.rows) > 1:
        return False
    if invoice.deal and invoice.deal != seen.deal.get(OF_DEAL, invoice.deal):
        return False
    if not seen.rows:  # made, and nothing has come into it yet; or somebody has emptied it
        return own.held is None and not invoice.price
    return invoice.price in {each.price for each in own.contents}


def _is_row(rows: Sequence[SoldRow], name: str, price: Money) -> bool:
    return [(each.name, each.price, each.quantity) for each in rows] == [(name, price.amount, Decimal(1))]


def _head(invoice: Invoice, own: OwnInvoice, title: str, currency: str) -> dict[str, Any]:
    """What changes on the invoice itself. A title that somebody gave it stays."""
    fields: dict[str, Any] = {}
    if invoice.title != title and invoice.title in {each.title for each in own.contents}:
        fields["title"] = title
    if invoice.price.currency != currency:
        fields["currencyId"] = currency
    return fields


# --- writing ---------------------------------------------------------------------------------------------------------


def commands(key: str, row: OutboxRow, step: Step) -> list[Command]:
    """At most two; none when the portal's invoice stays as it is."""
    invoice = step.invoice
    if step.asks is not None:
        return [replace(step.asks, key=key)]
    if step.do == "add":
        return [invoices.add_invoice(key, step.fields)]
    if invoice is None or step.do not in ("write", "delete"):
        return []
    if step.do == "delete":
        return [invoices.delete_invoice(key, invoice.id)]
    found = [invoices.update_invoice(key, invoice.id, step.fields)] if step.fields else []
    if step.put:
        name, price = row.payload["name"], Money.from_json(row.payload["price"])
        product = int(row.payload.get("product") or 0)
        if step.row_id:  # what somebody has set on it, VAT say, stays
            found.append(goods.update_row(_row_key(key), step.row_id, name, price, product))
        else:
            found.append(invoices.set_row(_row_key(key), invoice.id, name, price, product))
    return found


def _row_key(key: str) -> str:
    return f"{key}-row"


def outcome(
    run: Run, session: Session, row: OutboxRow, step: Step, answer: BatchAnswer, now: datetime, ms: int
) -> Outcome:
    """What became of the commands. An invoice that was made is not done before it has its row."""
    key = f"x{row.id}"
    error = answer.errors.get(key) or answer.errors.get(_row_key(key))
    if error is not None and step.do in ("write", "delete") and error.not_found:
        # Somebody has deleted it or its row meanwhile: what it should say is decided anew.
        delivery_invoices.unfresh(session, run.portal.id, row.deal_id)
        return Outcome(row.id, "pending", "again", ms, error.code, error.text, now)
    if error is not None:
        return answers.refused(run, session, row, error, now, ms, gone_is_final=True)
    if step.do == "look":
        return Outcome(row.id, "pending", "again", ms, next_try_at=now)
    if step.do == "add":
        made = next(iter(invoices.parse_invoices(answer.results.get(key))), None)
        if made is not None:
            delivery_invoices.made(session, run.portal.id, row.deal_id, made.id, made.stage, row.id, now)
        return Outcome(row.id, "pending", "again", ms, next_try_at=now, result_ref=str(made.id) if made else None)
    _keep(run, session, row, step)
    return Outcome(row.id, "done", "done", ms, result_ref=str(step.invoice.id if step.invoice else 0))


def silent(run: Run, session: Session, row: OutboxRow, step: Step) -> None:
    """Nothing leaves. What the invoice does not say although somebody chose it, the timeline says."""
    if step.do == "nothing":
        _keep(run, session, row, step)
        return
    payload, invoice = row.payload, step.invoice
    price = Money.from_json(payload["price"]) if payload["price"] else None
    there = {"number": invoice.number if invoice else None, "sum": invoice.price if invoice else None}
    params = {"name": payload["name"], "price": price, **there}
    text = Text(f"invoice.{step.do}", params, marker=f"invoice-{row.id}")
    thing = comments.comment(run.portal.id, row.deal_id, text, run.portal.language)
    now = run.services.clock.now()
    outbox.add(session, run.portal.id, [thing], now=now, trace_id=row.trace_id)


def _keep(run: Run, session: Session, row: OutboxRow, step: Step) -> None:
    """What the portal holds now."""
    price, invoice = row.payload["price"], step.invoice
    if price is None:
        delivery_invoices.gone(session, run.portal.id, row.deal_id)
    elif invoice is not None:
        content = Content(row.payload["title"], Money.from_json(price))
        delivery_invoices.held(session, run.portal.id, row.deal_id, invoice.id, step.begins, content)
