"""What a delivery costs, from the price that a person saw to what the carrier asks for once it has weighed the parcel:
over real HTTP, as the deal's tab and the dashboard say it."""

from __future__ import annotations

import pytest

from b24app.flows.costs import Costs
from b24app.store import costs, shipments
from b24app.store.models import ShipmentFigures
from tests.flows.town import Shop

DEAL = 501
GRAMS = 9000


def known(shop: Shop) -> Costs:
    read, portal = shop.town.program.read, shop.id
    [row] = read(shipments.of_deals, portal, [DEAL])[DEAL]
    found: dict[int, Costs] = read(costs.of_shipments, portal, [row.id])
    return found.get(row.id, Costs())


def figures(shop: Shop) -> ShipmentFigures:
    [row] = shop.town.program.read(lambda session: session.query(ShipmentFigures).all())
    assert isinstance(row, ShipmentFigures)
    return row


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_parcel_that_is_heavier_than_said(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    booked = known(shop)
    assert booked.booked is not None
    assert (booked.billed, booked.told_g < GRAMS) == (None, True)
    row = figures(shop)
    assert row.moved_at is not None
    assert row.numbered_at is not None
    assert row.moved_at <= row.numbered_at
    steer = shop.town.program.steer
    steer("POST", f"/cdek/orders/{shop.our_number(DEAL)}/weigh", {"grams": GRAMS})
    shop.happens(DEAL, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    shop.becomes(DEAL, "Принят на складе")
    shop.town.calm()
    billed = known(shop)
    assert billed.billed is not None
    assert (billed.billed.by, billed.weighed_g) == ("system", GRAMS)
    assert billed.booked == booked.booked
    over = billed.billed.money.minor - booked.booked.money.minor
    assert over > 0
    assert (figures(shop).over, figures(shop).reason) == (over, "weight")
    assert "→ 9,000 кг" in shop.tab_says(DEAL)
    said = shop.app().get("/app/s/dashboard?period=2w")
    assert "перевес в 1 посылке" in said
    # Heard again without news, nothing is billed anew.
    shop.town.advance(90_000)
    shop.town.calm()
    assert known(shop) == billed
