"""Background work uses the portal's own key: refreshed when a call needs it, by one, and replaced from the pool."""

from __future__ import annotations

import pytest

from tests.flows.town import ADMIN, Shop

DEALS, SECOND_ADMIN = (501, 502, 503), 3


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_an_expired_key_is_refreshed_once(shop: Shop) -> None:
    shop.fill_in(*DEALS)
    shop.town.calm()
    shop.ask("POST", "/tokens/expire")
    shop.move(*DEALS)
    shop.shipped(*DEALS)
    assert len(shop.town.journal("oauth.refreshed", "bitrix24")) == 1
    assert [len(shop.orders(deal)) for deal in DEALS] == [1, 1, 1]


def test_a_key_near_its_end_is_refreshed_before_it_is_used(shop: Shop) -> None:
    shop.fill_in(DEALS[0])
    shop.town.calm()
    # Not past its end: a call under way while the clock jumps would hold a dead key, which no real clock does.
    shop.town.advance(3600 - 45)
    shop.move(DEALS[0])
    shop.shipped(DEALS[0])
    assert len(shop.town.journal("oauth.refreshed", "bitrix24")) == 1
    refused = [row for row in shop.town.journal("rest.call", "bitrix24") if "expired_token" in str(row)]
    assert refused == []


def test_a_dismissed_installer_is_replaced_from_the_pool(shop: Shop) -> None:
    shop.ask("POST", "/users", {"id": SECOND_ADMIN, "name": "Вторая", "admin": True})
    shop.app(SECOND_ADMIN)
    shop.ask("POST", "/dismiss", {"user": ADMIN})
    shop.ship(*DEALS)
    shop.shipped(*DEALS)
    assert [len(shop.orders(deal)) for deal in DEALS] == [1, 1, 1]


def test_without_any_key_rows_wait_until_an_administrator_opens_the_app(shop: Shop) -> None:
    shop.fill_in(*DEALS)
    shop.town.calm()
    shop.ask("POST", "/users", {"id": SECOND_ADMIN, "name": "Вторая", "admin": True})
    page = shop.app()
    shop.ask("POST", "/dismiss", {"user": ADMIN})
    shop.move(*DEALS)
    page.wait("/app/version?v=0", lambda text: "Нет ключа администратора" in text, "who can fix it", 20)
    shop.town.calm(1.5)
    assert [shop.orders(deal) for deal in DEALS] == [[], [], []]
    shop.app(SECOND_ADMIN)
    shop.shipped(*DEALS)
    assert [len(shop.orders(deal)) for deal in DEALS] == [1, 1, 1]
    assert "Нет ключа администратора" not in shop.health(SECOND_ADMIN)


def test_dismissed_with_integrations_kept_nothing_stops(shop: Shop) -> None:
    """The administrator chose so when dismissing (bitrix24-app.md §1.12): the key goes on as a system user."""
    shop.ask("POST", "/dismiss", {"user": ADMIN, "keep_integrations": True})
    shop.ship(*DEALS)
    shop.shipped(*DEALS)
    assert [len(shop.orders(deal)) for deal in DEALS] == [1, 1, 1]
