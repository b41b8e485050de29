"""CDEK answers 202 and decides later; whatever happens to that answer, there is one order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.town import Shop

DEAL, OTHERS = 501, (502, 503, 516)


def _on_order(**more: Any) -> dict[str, Any]:
    return {"match": {"method": "POST", "path": "/v2/orders"}, **more}


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_lost_202_is_looked_up_by_our_number(shop: Shop) -> None:
    shop.fill_in(DEAL)
    shop.town.fault("break_after", **_on_order(times=1))
    shop.move(DEAL)
    shop.town.wait(lambda: shop.orders(DEAL), "the order of which we did not hear")
    assert "Ищем заказ по нашему номеру" in shop.tab_says(DEAL)
    shop.town.advance(15)
    shop.shipped(DEAL)
    assert len(shop.orders(DEAL)) == 1


def test_a_lost_202_where_cdek_does_not_check_numbers(shop: Shop) -> None:
    """… and where the fresh order cannot be found at once."""
    shop.town.carrier(unique_numbers=False, lookup_delay=5.0)
    shop.fill_in(DEAL, *OTHERS)
    shop.town.fault("break_after", **_on_order(times=4))
    shop.move(DEAL, *OTHERS)
    shop.town.wait(lambda: all(shop.orders(deal) for deal in (DEAL, *OTHERS)), "the orders of which we did not hear")
    shop.town.advance(15)
    shop.shipped(DEAL, *OTHERS)
    assert [len(shop.orders(deal)) for deal in (DEAL, *OTHERS)] == [1, 1, 1, 1]


def test_a_request_that_never_arrived_is_sent_again(shop: Shop) -> None:
    shop.fill_in(DEAL)
    fault = shop.town.fault("break_before", **_on_order())
    shop.move(DEAL)
    shop.town.wait(lambda: "Ищем заказ" in shop.tab_says(DEAL), "the uncertain order")
    shop.town.forget(fault)
    shop.town.advance(15)
    shop.shipped(DEAL)
    assert len(shop.orders(DEAL)) == 1


def test_a_server_error_is_no_refusal(shop: Shop) -> None:
    shop.fill_in(DEAL)
    fault = shop.town.fault("status", **_on_order(params={"status": 503}))
    shop.move(DEAL)
    shop.town.wait(lambda: "Ищем заказ" in shop.tab_says(DEAL), "the uncertain order")
    shop.town.calm()
    assert shop.notices(DEAL) == []
    shop.town.forget(fault)
    shop.town.advance(60)
    shop.shipped(DEAL)
    assert len(shop.orders(DEAL)) == 1
