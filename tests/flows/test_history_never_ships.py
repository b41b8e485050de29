"""History never ships by itself: the cursor starts at the newest move when a pipeline is switched on."""

from __future__ import annotations

from tests.flows.town import Shop, Town

#: Stood in the stage since last week (see the data of the sandbox); both have all that an order needs.
OLD, OLD_TO_A_POINT = 569, 570
DAY = 86400
MOVED = 501


def test_deals_that_stood_in_the_stage_wait_for_a_person(shop: Shop) -> None:
    shop.fill_in(OLD, OLD_TO_A_POINT)
    shop.town.calm()
    shop.town.advance(4000)
    shop.town.calm()
    assert shop.orders(OLD) == shop.orders(OLD_TO_A_POINT) == []
    said = shop.health()
    assert "2 сделки ждут вашего решения" in said
    assert "Капсулы, ждёт с прошлой недели" in said
    assert "Сделка стояла на стадии отправки ещё до включения" in said

    shop.app_press(f"/app/deal/{OLD}/ship_now")
    shop.shipped(OLD)
    assert len(shop.orders(OLD)) == 1
    assert shop.orders(OLD_TO_A_POINT) == []
    assert "1 сделка ждёт вашего решения" in shop.health()


def test_moves_older_than_a_day_wait_for_a_person(shop: Shop) -> None:
    """No event told, and nobody swept before a day had passed."""
    shop.fill_in(MOVED)
    shop.town.calm()
    shop.settings(event_drop=1.0, rest_allowed=False)
    shop.move(MOVED)
    shop.town.advance(DAY + 60)
    shop.settings(rest_allowed=True)
    shop.town.advance(700)
    said = shop.town.wait(lambda: (page := shop.health()) and "Кофе и турка для Ольги" in page and page, "the list")
    assert "Сделка перешла на стадию отправки давно" in said
    assert shop.orders(MOVED) == []
    shop.press("ship_now", MOVED)
    shop.shipped(MOVED)
    assert len(shop.orders(MOVED)) == 1


def test_switching_off_and_on_again_leaves_out_what_came_between(town: Town) -> None:
    shop = town.shop()
    off = {"trigger_stage": shop.triggers[0], "hold_s": "0", "connection_id": "1", "service": "parcel"}
    shop.page.press("/app/pipeline/0", off)
    shop.ship(MOVED)
    town.calm()
    assert shop.orders(MOVED) == []
    shop.page.press("/app/pipeline/0", {**off, "enabled": "on"})
    town.wait(lambda: shop.is_on, "the pipeline's new start")
    town.calm()
    town.advance(200)
    town.calm()
    assert shop.orders(MOVED) == []
    assert "Кофе и турка для Ольги" in shop.health()
