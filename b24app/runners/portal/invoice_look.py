"""Looking for the delivery's invoices right before they are written: by our mark, with their rows, in as few requests
as the portal allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24app.bitrix24 import deals as calls
from b24app.bitrix24 import goods, invoices
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.bitrix24.invoices import OF_DEAL, Invoice
from b24app.runners.portal.context import Run
from b24app.runners.portal.delivery_invoice import Seen, Step, decide
from b24app.store import delivery_invoices
from b24app.store.delivery_invoices import OwnInvoice
from b24app.store.models import OutboxRow


def questions(run: Run, deal_ids: Sequence[int], known: Mapping[int, OwnInvoice]) -> list[Command]:
    """What is asked of the portal about the invoices of these deals, for `steps`."""
    lists = [_by_mark(run, f"i{at}", ids) for at, ids in enumerate(calls.chunks(deal_ids))]
    return [*lists, *(invoices.list_rows(f"s{deal}", known[deal].id) for deal in deal_ids if _id_of(known, deal))]


def _by_mark(run: Run, key: str, deal_ids: Sequence[int]) -> Command:
    return invoices.list_invoices(key, [delivery_invoices.mark(run.portal.code, deal) for deal in deal_ids])


def _id_of(known: Mapping[int, OwnInvoice], deal_id: int) -> int:
    return known.get(deal_id, OwnInvoice()).id


def steps(
    run: Run,
    rows: Sequence[OutboxRow],
    known: Mapping[int, OwnInvoice],
    deals: Mapping[int, Mapping[str, Any]],
    answer: BatchAnswer,
) -> dict[int, Step]:
    """What is done for each of these outbox rows. `deals` are those that exist, as the portal told them; one more
    request, if there are invoices of which we do not know enough. Raises what reading the portal raises."""
    deal_ids = [row.deal_id for row in rows]
    found: dict[int, Invoice] = {}
    refused: dict[int, Command] = {}
    for at, ids in enumerate(calls.chunks(deal_ids)):
        if f"i{at}" in answer.errors:
            refused |= {deal: _by_mark(run, f"i{at}", [deal]) for deal in ids}
        else:
            found |= _of_deals(run, ids, invoices.parse_invoices(answer.results.get(f"i{at}")), known)
    more = _more(found, known)
    if more:
        answer = answer.merged(run.client.read_all(list(more.values()), people=run.people))
    # Their mark names them, so what cannot be read of an invoice that is there is a refusal.
    for deal, invoice in found.items():
        for key in (_rows_key(deal, invoice, known), f"b{invoice.category}"):
            if key in answer.errors:
                refused[deal] = more.get(key) or invoices.list_rows(key, invoice.id)
    decided = {}
    for row in rows:
        if row.deal_id not in deals:  # a deal that is gone has no invoice of ours
            decided[row.id] = Step("nothing")
        elif row.deal_id in refused:
            decided[row.id] = Step("look", asks=refused[row.deal_id])
        else:
            seen = _seen(run, row.deal_id, deals[row.deal_id], found.get(row.deal_id), known, answer)
            step = decide(seen, known.get(row.deal_id, OwnInvoice()), row.payload)
            decided[row.id] = replace(step, begins=seen.begins)
    return decided


def _of_deals(
    run: Run, deal_ids: Iterable[int], told: Iterable[Invoice], known: Mapping[int, OwnInvoice]
) -> dict[int, Invoice]:
    """Of several with one mark (somebody's copies) the one that we know, else the oldest."""
    by_mark: dict[str, list[Invoice]] = {}
    for invoice in told:
        by_mark.setdefault(invoice.mark, []).append(invoice)
    found = {}
    for deal in deal_ids:
        ours = by_mark.get(delivery_invoices.mark(run.portal.code, deal), [])
        if ours:
            found[deal] = next((each for each in ours if each.id == _id_of(known, deal)), ours[0])
    return found


def _more(found: Mapping[int, Invoice], known: Mapping[int, OwnInvoice]) -> dict[str, Command]:
    """The rows of invoices that nobody has told us of before, and where invoices begin if we do not know it of one."""
    asked = {}
    for deal, invoice in found.items():
        if _id_of(known, deal) != invoice.id:
            key = _rows_key(deal, invoice, known)
            asked[key] = invoices.list_rows(key, invoice.id)
        if not _began(invoice, known.get(deal)):
            asked[f"b{invoice.category}"] = invoices.list_stages(f"b{invoice.category}", invoice.category)
    return asked


def _rows_key(deal_id: int, invoice: Invoice, known: Mapping[int, OwnInvoice]) -> str:
    """Under which the rows of this invoice were asked for."""
    return f"s{deal_id}" if _id_of(known, deal_id) == invoice.id else f"n{deal_id}"


def _began(invoice: Invoice, own: OwnInvoice | None) -> str:
    return own.stage if own is not None and own.id == invoice.id else ""


def _seen(
    run: Run,
    deal_id: int,
    deal: Mapping[str, Any],
    invoice: Invoice | None,
    known: Mapping[int, OwnInvoice],
    answer: BatchAnswer,
) -> Seen:
    currency = str(deal.get("currencyId") or "RUB")
    taken = {
        OF_DEAL: deal_id,
        "xmlId": delivery_invoices.mark(run.portal.code, deal_id),
        "companyId": calls.company_id(deal),
        "contactIds": calls.contact_ids(deal),
        "assignedById": number(deal.get("assignedById")) or 0,
        "currencyId": currency,
    }
    taken = {name: value for name, value in taken.items() if value}
    if invoice is None:
        return Seen(currency, taken)
    rows = goods.sold_rows(answer.results.get(_rows_key(deal_id, invoice, known)))
    begins = _began(invoice, known.get(deal_id))
    begins = begins or invoices.first_stage(answer.results.get(f"b{invoice.category}"))
    return Seen(currency, taken, invoice, rows, begins)
