"""CDEK is down for one account: its orders wait, and nobody else notices."""

from __future__ import annotations

import pytest

from tests.flows.town import Town

DEAL = 501


@pytest.mark.parametrize("action", ["status", "hang"])
def test_orders_wait_and_the_other_portal_ships(town: Town, action: str) -> None:
    east, north = town.shop(0, account=0), town.shop(1, account=2)
    east.fill_in(DEAL)
    north.fill_in(DEAL)
    town.calm()
    broken = town.world.addresses["cdek"]["accounts"][0]["client_id"]
    params = {"status": 503} if action == "status" else {"seconds": 3}
    fault = town.fault(action, match={"portal": broken}, params=params)
    east.move(DEAL)
    north.move(DEAL)
    north.shipped(DEAL, seconds=10)
    town.wait(lambda: "пока не отвечает" in east.tab_says(DEAL), "the tab's word about CDEK")
    assert east.orders(DEAL) == []
    assert east.notices(DEAL) == []
    town.forget(fault)
    town.advance(300)
    east.shipped(DEAL)
    assert len(east.orders(DEAL)) == len(north.orders(DEAL)) == 1
