"""What the item of a return says in the portal's smart process, from what is kept of the return now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.return_items import GoodsRow, Item, goods_digest, written
from b24app.bitrix24.smart_process import OF_DEAL
from b24app.flows.return_process import ReturnField, ReturnProcess
from b24app.flows.returns.basis import Basis
from b24app.flows.returns.facts import money_of
from b24app.flows.returns.owed import MoneyLine
from b24app.flows.returns.pieces import rounded, worth_of
from b24app.flows.returns.rules import ReturnRules
from b24app.logistics.money import Money
from b24app.logistics.returning import Return, ReturnLine, ReturnStage
from b24app.logistics.status import Status
from b24app.store import return_basis, return_errands, returns
from b24app.store.models import ErrandKind, ErrandState, Portal
from b24app.store.return_errands import Errand
from b24app.store.returns import Kept
from b24app.words import say

#: Collections that bring nothing back.
_OVER = frozenset({ErrandState.CANCELLED, ErrandState.REFUSED, ErrandState.DEAD})


@dataclass(frozen=True, slots=True)
class Content:
    """`stage` is the portal's, "" = it has none for where the return stands. `amount` None = nobody can say. `lines`
    tells these rows from others."""

    title: str
    deal: int
    contact: int
    assigned: int
    stands: ReturnStage
    stage: str
    amount: Money | None
    rows: tuple[GoodsRow, ...]
    fields: Mapping[ReturnField, str | Money | None] = field(default_factory=dict)

    @property
    def lines(self) -> str:
        return goods_digest(self.rows)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Where the goods are, as the carrier tells."""

    number: str = ""
    link: str = ""
    status: Status | None = None


def contents(session: Session, portal: Portal, process: ReturnProcess, kept: Sequence[Kept]) -> dict[int, Content]:
    """By return."""
    deals = sorted({each.case.deal_id for each in kept})
    known = return_basis.of_deals(session, portal.id, deals)
    others = returns.of_deals(session, portal.id, deals)
    errands = return_errands.of_returns(session, portal.id, [each.id for each in kept])
    rules = ReturnRules.of(portal.settings or {})
    found = {}
    for each in kept:
        basis = known.get(each.case.deal_id)
        rest = [other.case for other in others[each.case.deal_id] if other.id != each.id]
        line = _money(each, basis, rest, rules)
        parcel = _parcel(each, basis, errands[each.id])
        found[each.id] = content(each, basis, line, parcel, rules, process, portal.language)
    return found


def content(
    kept: Kept,
    basis: Basis | None,
    line: MoneyLine | None,
    parcel: Parcel,
    rules: ReturnRules,
    process: ReturnProcess,
    lang: str,
) -> Content:
    case = kept.case
    reasons = dict.fromkeys(rules.reason(each.reason, lang) for each in case.lines if each.reason)
    client = kept.client.contact_id if kept.client else 0
    return Content(
        title=say("return_item.title", lang, number=case.number, deal=basis.title if basis else ""),
        deal=case.deal_id,
        contact=client or (basis.contact_id if basis else 0),
        assigned=basis.assigned_by if basis else 0,
        stands=case.stage,
        stage=process.stages.get(case.stage, ""),
        amount=line.owed if line else None,
        rows=tuple(goods_row(each) for each in case.lines),
        fields={
            ReturnField.NUMBER: case.number,
            ReturnField.REASON: "; ".join(reasons),
            ReturnField.TRACKING: parcel.number,
            ReturnField.LINK: parcel.link,
            ReturnField.STATUS: say(f"status.{parcel.status.value}", lang) if parcel.status else "",
            ReturnField.OWED: line.owed if line else None,
            ReturnField.REFUNDED: case.refunded,
        },
    )


def goods_row(line: ReturnLine) -> GoodsRow:
    """The pieces that come back, each at what was paid for it (rounded: the item's own sum is written beside)."""
    worth = worth_of(line.sold, line.pieces)
    price = Money(rounded(worth.minor / Fraction(line.asked)), worth.currency)
    return GoodsRow(line.sold.title, line.asked, price, line.sold.product_id)


def differs(content: Content, item: Item) -> dict[str, Any]:
    """System fields of the item that do not say what they should. What people have named or assigned stays theirs."""
    fields: dict[str, Any] = {}
    if item.deal != content.deal:
        fields[OF_DEAL] = content.deal
    if content.contact and not item.contact:
        fields["contactIds"] = [content.contact]
    if content.amount is not None and not _is_amount(item.amount, content.amount):
        fields |= _amount(content.amount)
    return fields


def own_fields(content: Content, item: Item, process: ReturnProcess) -> dict[str, Any]:
    """Fields of ours that do not say what they should, by their names in the portal."""
    told = {each: value if value not in (None, "") else None for each, value in content.fields.items()}
    return {
        process.fields[each]: written(value)
        for each, value in told.items()
        if each in process.fields and item.fields.get(each) != value
    }


def whole(content: Content, process: ReturnProcess) -> dict[str, Any]:
    """Everything, for an item that is made now."""
    fields: dict[str, Any] = {"title": content.title, **differs(content, Item(0))}
    if content.assigned:
        fields["assignedById"] = content.assigned
    if content.stage:
        fields |= {"stageId": content.stage, "categoryId": process.category}
    return {**fields, **own_fields(content, Item(0), process)}


def _is_amount(there: Money | None, wanted: Money) -> bool:
    """An empty amount is nothing owed, in whatever currency the portal counts."""
    if not wanted:
        return not there
    return there == wanted


def _amount(owed: Money) -> dict[str, Any]:
    """By hand: else the portal adds up the product rows (bitrix24-crm.md §1.4)."""
    return {"opportunity": float(owed.amount), "currencyId": owed.currency, "isManualOpportunity": "Y"}


def _money(kept: Kept, basis: Basis | None, others: Sequence[Return], rules: ReturnRules) -> MoneyLine | None:
    """By the rules that it was promised under."""
    if basis is None:
        return None
    promised = kept.decided.money if kept.decided and kept.decided.money else rules.money
    return money_of(kept.case, basis, others, promised)[0]


def _parcel(kept: Kept, basis: Basis | None, errands: Sequence[Errand]) -> Parcel:
    """Of the collection that was ordered last, else what a person wrote down, else the order that comes back by
    itself."""
    ordered = [each for each in errands if each.kind is ErrandKind.COLLECTION and each.state not in _OVER]
    if ordered:
        last = ordered[-1]
        link = last.order.tracking_url if last.order else ""
        return Parcel(last.tracking_number or last.order_number, link, last.status)
    if kept.way is not None and kept.way.tracking:
        return Parcel(kept.way.tracking)
    if kept.case.undelivered and basis is not None:
        back = [each for each in basis.brought if each.status in (Status.RETURNING, Status.RETURNED)]
        if back:
            return Parcel(back[-1].tracking_number or back[-1].number, status=back[-1].status)
    return Parcel()
