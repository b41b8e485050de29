"""After an optional hold of N seconds: until then a deal may leave the stage and nothing happens."""

from __future__ import annotations

from tests.flows.town import PAID, Town

DEAL, OTHER = 501, 502


def test_a_hold_keeps_the_order_back_and_leaving_during_it_ships_nothing(town: Town) -> None:
    shop = town.shop(hold_s="120")
    shop.ship(DEAL, OTHER)
    town.calm()
    town.advance(60)
    town.calm()
    assert shop.orders(DEAL) == shop.orders(OTHER) == []
    shop.move(OTHER, to=PAID)
    town.calm()
    town.advance(70)
    shop.shipped(DEAL)
    town.calm()
    assert len(shop.orders(DEAL)) == 1
    assert shop.orders(OTHER) == []
    assert shop.comments(OTHER) == []
