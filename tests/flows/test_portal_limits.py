"""The portal's REST budget: a rate bucket, operating time per method; what waits leaves later, nothing is lost."""

from __future__ import annotations

from tests.flows.town import STATUS, TRACK, Shop

DEALS = (501, 502, 503, 504, 505, 506)


def test_a_storm_of_503_delays_and_loses_nothing(shop: Shop) -> None:
    shop.fill_in(*DEALS)
    shop.town.calm()
    body = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
    shop.town.fault("status", "bitrix24", match={"path": "/rest/*"}, params={"status": 503, "body": body}, times=2)
    shop.move(*DEALS)
    shop.town.wait(lambda: _refused(shop) == 2, "the storm's end", 60)
    shop.shipped(*DEALS, seconds=60)
    shop.town.calm()
    assert [len(shop.orders(deal)) for deal in DEALS] == [1] * len(DEALS)
    assert [len(shop.comments(deal)) for deal in DEALS] == [1] * len(DEALS)


def _refused(shop: Shop) -> int:
    return len([row for row in shop.town.journal("rest.call", "bitrix24") if str(row["data"].get("status")) == "503"])


def test_when_updates_are_stopped_comments_still_go(shop: Shop) -> None:
    """Operating time is counted per method: 429 of `crm.item.update` says nothing about the others."""
    shop.settings(operating_cost={"crm.item.update": 200.0}, operating_limit=480.0)
    shop.ship(*DEALS)
    for deal in DEALS:
        shop.told(deal, "создал заказ")
    late = [deal for deal in DEALS if not shop.deal(deal)[TRACK]]
    assert late
    shop.settings(operating_cost={})
    shop.town.advance(700)
    shop.shipped(*late)
    assert all(shop.deal(deal)[STATUS] == "Заказ создан" for deal in DEALS)
    shop.town.calm()
    assert [len(shop.comments(deal)) for deal in DEALS] == [1] * len(DEALS)
