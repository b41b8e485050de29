"""Sums of returns on their way to the deal's smart invoice. It is looked for right before it is written, so that the
same sums stand there once however often they are told; what somebody typed there stays, and the deal's timeline says
what differs, or why nothing was written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import deals as calls
from b24app.bitrix24 import invoices
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.fields import PortalField
from b24app.flows.decisions import Text
from b24app.flows.snapshot import RETURNED, Role
from b24app.logistics.money import Money
from b24app.runners.portal import answers
from b24app.runners.portal.context import Run
from b24app.runners.portal.values import money_value
from b24app.store import comments, delivery_invoices, field_wishes, outbox, return_sums
from b24app.store.engine import read_scope
from b24app.store.models import OutboxRow
from b24app.store.return_sums import FIELDS, OwnSums
from b24app.store.sending import Outcome

_SUM = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*\|?\s*([A-Z]{3})?\s*")


@dataclass(frozen=True, slots=True)
class Step:
    """`do`: write | nothing | differs (somebody typed something else) | none (the deal has no invoice) | gone (a chosen
    field is no field of invoices any more) | off (nobody wants it any more) | look (the portal refused to show them:
    once more, for its words). `fields` by API name; `theirs`: what stands there instead, by role."""

    do: str
    invoice: int = 0
    number: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    theirs: Mapping[Role, str] = field(default_factory=dict)
    asks: Command | None = None


# --- looking ----------------------------------------------------------------------------------------------------------


def steps(run: Run, rows: Sequence[OutboxRow]) -> dict[int, Step]:
    """What is done for each of these rows, by one request for all of their invoices. Raises what reading the portal
    raises."""
    chosen = return_sums.chosen(run.portal.settings)
    if not rows or not chosen:
        return {row.id: Step("off") for row in rows}
    names = list(chosen.values())
    asked = {row.deal_id: invoices.list_of_deal(f"v{row.deal_id}", row.deal_id, names) for row in rows}
    with read_scope(run.services.sessions) as session:
        known = return_sums.own(session, run.portal.id, list(asked))
    kinds = {each.api: each.kind for each in kept_fields(run.portal.settings or {})}
    answer = run.client.read_all(list(asked.values()), people=run.people)
    found = {}
    for row in rows:
        command = asked[row.deal_id]
        if command.key in answer.errors:
            found[row.id] = Step("look", asks=command)
            continue
        mark = delivery_invoices.mark(run.portal.code, row.deal_id)
        items = [item for item in calls.items_of(answer.results.get(command.key)) if item.get("xmlId") != mark]
        found[row.id] = decide(items, known.get(row.deal_id, OwnSums()), row.payload, chosen, kinds)
    return found


def kept_fields(settings: Mapping[str, Any]) -> tuple[PortalField, ...]:
    """The portal's own fields of invoices, as they were read last."""
    return tuple(PortalField.from_json(each) for each in settings.get(FIELDS, ()))


def decide(
    items: Sequence[Mapping[str, Any]],
    own: OwnSums,
    payload: Mapping[str, Any],
    chosen: Mapping[Role, str],
    kinds: Mapping[str, str],
) -> Step:
    """`items`: the deal's invoices but the one for its delivery, the oldest first. The one that we wrote on stays the
    one; else it is the first."""
    item = next((each for each in items if each.get("id") == own.invoice), None) or next(iter(items), None)
    if item is None:
        return Step("none" if any(payload.values()) else "nothing")
    invoice, number = int(item.get("id") or 0), str(item.get("accountNumber") or item.get("id"))
    if any(name not in item for name in chosen.values()):
        return Step("gone", invoice, number)
    fields: dict[str, Any] = {}
    theirs: dict[Role, str] = {}
    for role, name in chosen.items():
        wanted = Money.from_json(payload[role.value]) if payload.get(role.value) else None
        there = str(item[name] if item[name] is not None else "").strip()
        if _says(there, wanted):
            continue
        if there and not any(_says(there, each) for each in own.of(role)):
            theirs[role] = there
            continue
        fields[name] = money_value(wanted, kinds.get(name, "")) if wanted is not None else ""
    if fields:
        return Step("write", invoice, number, fields, theirs)
    return Step("differs" if theirs else "nothing", invoice, number, theirs=theirs)


def _says(text: str, money: Money | None) -> bool:
    """Whether a field says this sum, in whatever way its type writes it."""
    found = _SUM.fullmatch(text)
    if money is None:
        return not text
    return found is not None and Decimal(found[1]) == money.amount and found[2] in (None, money.currency)


# --- writing ----------------------------------------------------------------------------------------------------------


def commands(key: str, step: Step) -> list[Command]:
    if step.asks is not None:
        return [replace(step.asks, key=key)]
    return [invoices.update_invoice(key, step.invoice, step.fields)] if step.do == "write" else []


def leaving(run: Run, session: Session, row: OutboxRow, step: Step) -> None:
    """Nothing leaves: what the invoice does not say, the timeline says."""
    if step.do == "nothing" and step.invoice:
        return_sums.written(session, run.portal.id, row.deal_id, step.invoice)
    if step.do in ("differs", "none", "gone"):
        _say(run, session, row, step)
    if step.do == "gone":
        # The portal's fields are read again, and the administrator's card tells what became of them.
        now = run.services.clock.now()
        field_wishes.read_again(session, run.portal.id, now, row.trace_id or "", people=False)


def outcome(
    run: Run, session: Session, row: OutboxRow, step: Step, answer: BatchAnswer, now: datetime, ms: int
) -> Outcome:
    """What became of the command."""
    error = answer.errors.get(f"x{row.id}")
    if error is not None and step.do == "write" and error.not_found:  # deleted meanwhile: looked for anew
        return Outcome(row.id, "pending", "again", ms, error.code, error.text, now)
    if error is not None:
        return answers.refused(run, session, row, error, now, ms, gone_is_final=True)
    if step.do == "look":
        return Outcome(row.id, "pending", "again", ms, next_try_at=now)
    return_sums.written(session, run.portal.id, row.deal_id, step.invoice)
    if step.theirs:
        _say(run, session, row, replace(step, do="differs"))
    return Outcome(row.id, "done", "done", ms, result_ref=str(step.invoice))


def _say(run: Run, session: Session, row: OutboxRow, step: Step) -> None:
    ours = {role: Money.from_json(row.payload[role.value]) for role in RETURNED if row.payload.get(role.value)}
    params = {
        "number": step.number,
        "owed": ours.get(Role.RETURN_OWED),
        "paid": ours.get(Role.RETURN_PAID),
        "theirs": ", ".join(text.replace("|", " ") for text in step.theirs.values()),
    }
    text = Text(f"return_sums.{step.do}", params, marker=f"sums-{row.id}")
    thing = comments.comment(run.portal.id, row.deal_id, text, run.portal.language)
    outbox.add(session, run.portal.id, [thing], now=run.services.clock.now(), trace_id=row.trace_id)
