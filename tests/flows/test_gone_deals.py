"""Deleted and lost deals are handled."""

from __future__ import annotations

from tests.flows.town import LOST, Shop

DEAL, NEVER_SENT = 501, 558


def test_a_deleted_deal_is_left_alone_and_its_parcel_is_followed(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    shop.ask("POST", "/delete", {"id": DEAL, "user": 7})
    shop.town.calm()
    shop.happens(DEAL, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    shop.town.calm()
    shop.town.advance(700)
    shop.town.calm()
    assert shop.town.journal("order.delete_accepted") == []
    assert "не получ" not in shop.health()
    assert len(shop.orders(DEAL)) == 1


def test_deleted_with_a_problem_the_problem_is_over(shop: Shop) -> None:
    shop.ship(NEVER_SENT)
    shop.noticed(NEVER_SENT)
    assert "Нужно исправить 1" in shop.health()
    shop.ask("POST", "/delete", {"id": NEVER_SENT, "user": 7})
    shop.town.wait(lambda: "Нужно исправить" not in shop.health(), "the problem's end")


def test_a_lost_deal_offers_to_cancel(shop: Shop) -> None:
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    shop.town.calm()
    shop.move(DEAL, to=LOST)
    shop.echo()
    assert number in shop.told(DEAL, "Сделка проиграна")
    shop.town.calm()
    assert shop.town.journal("order.delete_accepted") == []
