"""Prices of a shipment from the quote to the invoice, kept with what tells them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.costs import BilledBy, Costs, Price, QuotedBy
from b24app.flows.rates import Choice
from b24app.flows.simulate import Priced
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.status import Status
from b24app.store import costs, decisions, portals, shipments
from b24app.store.costs import Heard
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal, Rate, Shipment, ShipmentFigures
from tests.unit.queries import statements

DEAL = 501
PARCEL = Parcel(2100, 400, 300, 250, (Item("Плед", "sku", 1, Money(100000), 2100),))
WISH = ShipmentRequest("", "parcel", DeliveryKind.PICKUP, Recipient("Анна", "", ""), (PARCEL,), point_code="K1")


def made(sessions: Sessions, portal: Portal, clock: FixedClock, deal: int = DEAL, n: int = 1) -> int:
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0].id
        row = shipments.create(session, portal, deal, n, account, status="draft", request={}, now=clock.now())
        return row.id


def told(sessions: Sessions, portal: Portal, shipment_id: int) -> Costs:
    with sessions() as session:
        return costs.of_shipments(session, portal.id, [shipment_id]).get(shipment_id, Costs())


def figures(sessions: Sessions, shipment_id: int) -> ShipmentFigures:
    with sessions() as session:
        return session.scalars(select(ShipmentFigures).where(ShipmentFigures.shipment_id == shipment_id)).one()


def hears(sessions: Sessions, portal: Portal, shipment_id: int, heard: Heard, clock: FixedClock) -> None:
    """As an answer is saved: first what reports count, then the shipment's own columns."""
    with session_scope(sessions) as session:
        row = shipments.by_ids(session, portal.id, [shipment_id])[shipment_id]
        costs.hear(session, row, heard, clock.now())
        number = {"order_number": "1106"} if heard.numbered else {}
        price = {"price_minor": heard.price.minor, "currency": heard.price.currency} if heard.price else {}
        shipments.change(session, row, status=heard.status, **number, **price)


def test_a_choice_then_an_offer_is_the_quote(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    at = clock.now() - timedelta(hours=1)
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0].id
        quote = Quote("parcel", Money.of(486), 2, 3)
        decisions.choose(session, portal.id, DEAL, Choice(account, "parcel", DeliveryKind.PICKUP, at, quote=quote), at)
        offered = Priced((replace(quote, price=Money.of(490)),)).to_json()
        for deal in (DEAL, DEAL + 1):
            session.add(
                Rate(portal_id=portal.id, deal_id=deal, connection_id=account, key="k", answered_key="k", request={},
                     asked_at=at, answered_at=at, priced_at=at, priced=offered)
            )  # fmt: skip
    ids = {deal: made(sessions, portal, clock, deal) for deal in (DEAL, DEAL + 1, DEAL + 2)}
    with session_scope(sessions) as session:
        said = costs.said_of_deals(session, portal.id, list(ids))
        rows = shipments.by_ids(session, portal.id, list(ids.values()))
        for deal, shipment_id in ids.items():
            costs.begin(session, rows[shipment_id], WISH, said[deal], at)
    assert told(sessions, portal, ids[DEAL]).quoted == Price(Money.of(486), at, QuotedBy.CHOICE)
    assert told(sessions, portal, ids[DEAL + 1]).quoted == Price(Money.of(490), at, QuotedBy.OFFER)
    assert told(sessions, portal, ids[DEAL + 2]) == Costs()
    assert (figures(sessions, ids[DEAL]).told_g, figures(sessions, ids[DEAL]).moved_at) == (2100, at)


def test_from_booking_to_the_invoice(sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock) -> None:
    mine = made(sessions, portal, clock)
    hears(sessions, portal, mine, Heard(Status.CREATED, True, Money.of(486), 2100), clock)
    booked = Price(Money.of(486), clock.now())
    assert told(sessions, portal, mine) == Costs(booked=booked, told_g=2100)
    assert figures(sessions, mine).numbered_at == clock.now()
    hears(sessions, portal, mine, Heard(Status.IN_TRANSIT, True, Money.of(520), 3000), clock)
    row = figures(sessions, mine)
    assert told(sessions, portal, mine).billed == Price(Money.of(520), clock.now(), BilledBy.SYSTEM)
    assert (row.over, row.reason, row.weighed_g) == (3400, "weight", 3000)
    with session_scope(sessions) as session:
        shipment = shipments.by_ids(session, portal.id, [mine])[mine]
        costs.invoice(session, shipment, Money.of(530), clock.now(), extra="Подъём")
    row = figures(sessions, mine)
    assert (row.billed, row.billed_by, row.over, row.extra) == (53000, "invoice", 4400, "Подъём")
    # What the system says later does not go before the invoice.
    hears(sessions, portal, mine, Heard(Status.DELIVERED, True, Money.of(999)), clock)
    assert (figures(sessions, mine).billed, figures(sessions, mine).billed_by) == (53000, "invoice")
    with sessions() as session:
        assert costs.of_shipments(session, neighbour.id, [mine]) == {}


def test_a_weight_that_is_told_alone_waits_for_the_bill(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    mine = made(sessions, portal, clock)
    hears(sessions, portal, mine, Heard(Status.CREATED, True, Money.of(486), 2100), clock)
    hears(sessions, portal, mine, Heard(Status.IN_TRANSIT, weighed_g=3000), clock)
    with session_scope(sessions) as session:
        costs.invoice(session, shipments.by_ids(session, portal.id, [mine])[mine], Money.of(520), clock.now())
    row = figures(sessions, mine)
    assert (row.over, row.reason, row.weighed_g) == (3400, "weight", 3000)


def test_no_news_costs_no_question(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    mine = made(sessions, portal, clock)
    hears(sessions, portal, mine, Heard(Status.CREATED, True, Money.of(486)), clock)
    with session_scope(sessions) as session:
        row = shipments.by_ids(session, portal.id, [mine])[mine]
        with statements(sessions) as said:
            for status in (Status.CREATED, Status.UNKNOWN):
                costs.hear(session, row, Heard(status, True, Money.of(486)), clock.now())
            costs.hear(session, row, Heard(Status.IN_TRANSIT), clock.now())
    assert said == []


def test_a_refused_order_has_no_number_and_the_next_one_goes_on(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    first, second = made(sessions, portal, clock), made(sessions, portal, clock, n=2)
    with session_scope(sessions) as session:
        rows = shipments.by_ids(session, portal.id, [first, second])
        costs.begin(session, rows[first], WISH, None, clock.now())
        costs.hear(session, rows[first], Heard(Status.REJECTED, True), clock.now())
        costs.go_on(session, rows[first], rows[second])
    assert (figures(sessions, first).numbered_at, figures(sessions, first).moved_at) == (None, None)
    assert (figures(sessions, second).moved_at, figures(sessions, second).told_g) == (clock.now(), 2100)


@pytest.mark.parametrize("numbered", [True, False])
def test_an_old_shipment_gets_its_figures_with_the_next_news(
    sessions: Sessions, portal: Portal, clock: FixedClock, numbered: bool
) -> None:
    mine = made(sessions, portal, clock)
    with session_scope(sessions) as session:
        old = session.get_one(Shipment, mine)
        old.price_minor, old.currency, old.status = 48600, "RUB", "created"
        old.order_number = "1106" if numbered else None
    hears(sessions, portal, mine, Heard(Status.CREATED, True, Money.of(500)), clock)
    row = figures(sessions, mine)
    assert (row.booked, row.billed, row.over, row.reason) == (48600, 50000, 1400, "unknown")
    assert (row.numbered_at is None) is numbered
