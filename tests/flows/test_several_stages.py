"""Several stages of one pipeline ship."""

from __future__ import annotations

from tests.flows.town import MANAGER, Town


def test_a_deal_ships_from_any_of_the_chosen_stages(town: Town) -> None:
    shop = town.shop(more_trigger_NEW="yes")
    shop.fill_in(501, 502)
    shop.move(501)
    shop.ask("POST", "/move", {"deals": [502], "stage": "NEW", "user": MANAGER})
    shop.shipped(501, 502)
    assert [len(shop.orders(deal)) for deal in (501, 502)] == [1, 1]
