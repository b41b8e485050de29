"""Leaving the stage after sending offers to cancel and never cancels; coming back with a live order says so."""

from __future__ import annotations

import pytest

from tests.flows.town import PAID, STATUS, Shop

DEAL = 501


def test_leaving_offers_to_cancel_and_coming_back_says_that_there_is_an_order(shop: Shop) -> None:
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    shop.town.calm()

    shop.move(DEAL, to=PAID)
    shop.echo()
    offer = shop.told(DEAL, "ушла со стадии отправки")
    assert number in offer
    shop.town.calm()
    assert shop.town.journal("order.delete_accepted") == []
    assert shop.order(DEAL)["statuses"][0]["code"] == "CREATED"

    shop.move(DEAL)
    shop.echo()
    assert number in shop.told(DEAL, "Второй не создаём")
    shop.town.calm()
    assert len(shop.orders(DEAL)) == 1
    assert len(shop.comments(DEAL)) == 3
    assert shop.status(DEAL) == "Заказ создан"


def test_leaving_before_anything_was_sent_withdraws_silently(shop: Shop) -> None:
    """CDEK takes no calls (429: surely nothing was done): the order waits with us, then nobody wants it any more."""
    shop.fill_in(DEAL)
    shop.town.calm()
    fault = shop.town.fault("status", params={"status": 429}, match={"path": "/v2/*"})
    shop.move(DEAL)
    shop.town.wait(lambda: "пока не отвечает" in shop.tab_says(DEAL), "the first try")
    shop.move(DEAL, to=PAID)
    shop.echo()

    def withdrawn() -> bool:
        """The move may meet a try under way, which nobody can take back: then the deal is looked at again soon."""
        shop.town.advance(15)
        return "Заказ отменён" in shop.tab_says(DEAL)

    shop.town.wait(withdrawn, "the withdrawal")
    shop.town.world.control.delete(f"/faults/{fault}")
    shop.town.advance(3600)
    shop.town.calm()
    assert shop.orders(DEAL) == []


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_the_button_cancels_an_order_that_has_not_moved(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    shop.press("cancel", DEAL)
    shop.becomes(DEAL, "Отменён")
    assert len(shop.town.journal("order.delete_accepted")) == 1
    assert "отменён у перевозчика" in shop.told(DEAL, "отменён")
    shop.town.wait(lambda: "Заказ отменён" in shop.tab_says(DEAL), "the tab")
    shop.town.calm()
    assert len(shop.orders(DEAL)) == 1
    assert len([entry for entry in shop.comments(DEAL) if "отменён" in entry]) == 1

    shop.press("ship_now", DEAL)
    shop.town.wait(lambda: len(shop.orders(DEAL)) == 2, "a new order under the next number")
    shop.becomes(DEAL, "Заказ создан")


def test_a_parcel_at_the_carrier_is_not_cancelled(shop: Shop) -> None:
    """The tab no longer offers it; pressed in an old page it is refused by CDEK, said so, and the parcel goes on."""
    shop.ship(DEAL)
    shop.shipped(DEAL)
    stale = shop.tab(DEAL)
    shop.happens(DEAL, "RECEIVED_AT_SHIPMENT_WAREHOUSE")
    shop.becomes(DEAL, "Принят на складе")
    assert "Отменить заказ" not in shop.tab_says(DEAL)
    stale.press("/tab/cancel", {"key": "pressed-too-late"})
    shop.town.wait(lambda: "Перевозчик не отменил заказ" in shop.tab_says(DEAL), "CDEK's refusal in the tab")
    assert shop.deal(DEAL)[STATUS] == "Принят на складе"
