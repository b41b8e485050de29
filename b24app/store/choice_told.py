"""Where a chosen rate goes in the portal: the fields that the administrator mapped for the price and the service, the
delivery's product row, and its invoice. In the portal's language, for colleagues and clients read it there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows.pricing import ClientPrice, PriceRules
from b24app.flows.rates import Facts
from b24app.logistics.money import Money
from b24app.store import decisions, delivery_invoices, delivery_rows, rates
from b24app.store.lanes import LaneRef
from b24app.store.models import Portal
from b24app.words import say


def tell(
    session: Session, portal: Portal, deal_id: int, quoted: Money | None, service: str, now: datetime, trace: str
) -> list[LaneRef]:
    """`service` is the chosen one in words, `quoted` the carrier's price; None and "" = nothing is chosen any more.
    Wake the lanes after the commit."""
    price = client_price(session, portal, deal_id, quoted) if quoted is not None else None
    paid = price.price if price else None
    lanes: list[LaneRef | None] = [decisions.tell_choice(session, portal.id, deal_id, price, service, now, trace)]
    wanted = delivery_rows.Wanted.of(portal.settings)
    name = say("row.delivery", portal.language, what=service)
    if wanted.on or paid is None:
        lanes.append(delivery_rows.tell(session, portal.id, deal_id, wanted, name, paid, now, trace))
    if delivery_invoices.is_on(portal.settings) or paid is None:
        title = say("invoice.title", portal.language, what=service)
        due = paid or None  # nobody is sent an invoice of nothing
        wish = delivery_invoices.Wish(title, name, due, wanted.product)
        lanes.append(delivery_invoices.tell(session, portal.id, deal_id, wish, now, trace))
    return [lane for lane in lanes if lane is not None]


def client_price(session: Session, portal: Portal, deal_id: int, quoted: Money) -> ClientPrice:
    """What the client pays for it by the portal's rule, with these goods."""
    return price_of(PriceRules.of(portal.settings), rates.of_deal(session, portal.id, deal_id).facts, quoted)


def price_of(rules: PriceRules, facts: Facts | None, quoted: Money) -> ClientPrice:
    """`facts` are those that the prices were asked for."""
    return rules.apply(quoted, facts.cargo.worth if facts and facts.cargo else None)
