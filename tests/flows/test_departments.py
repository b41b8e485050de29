"""A right given to a department is its people's: read from the company's structure, asked anew with every page."""

from __future__ import annotations

import re

import pytest

from b24app.demo.person import PageFailedError
from tests.flows.town import MANAGER, Shop

DEAL, NEXT = 501, 502
SALES, STORE = 3, 5
STOREMAN = 21


def test_only_the_chosen_department_ships(shop: Shop) -> None:
    shop.ask("POST", "/users", {"id": STOREMAN, "name": "Олег", "departments": [STORE]})
    shown = shop.app().get("/app/s/rights")
    for name in ("Компания", "Отдел продаж", "Склад"):
        assert name in shown
    form = {"ship_who": "chosen", "ship_department": str(SALES), "cancel_who": "everyone", "costs_who": "everyone"}
    shop.app_press("/app/rights", **form, settings_who="chosen", settings_department=str(STORE))

    shop.fill_in(DEAL, NEXT)
    shop.town.calm()
    assert "ship_now" in shop.tab(DEAL).page
    assert "ship_now" not in shop.tab(DEAL, STOREMAN).page
    with pytest.raises(PageFailedError, match="403"):
        shop.press("ship_now", DEAL, STOREMAN)
    shop.town.calm()
    assert shop.orders(DEAL) == []
    shop.press("ship_now", DEAL)
    shop.shipped(DEAL)

    # The store's people have the settings now; the sales people find the returns there, and nothing to set up.
    assert re.search("Подключения", shop.app(STOREMAN).get("/app/s/health"))
    theirs = shop.app(MANAGER)
    assert "Подключения" not in theirs.page
    assert "Возвраты" in theirs.page
    with pytest.raises(PageFailedError, match="403"):
        theirs.get("/app/s/connections")

    # Somebody who changes the department changes rights with it.
    shop.ask("POST", "/users", {"id": STOREMAN, "departments": [SALES]})
    assert "ship_now" in shop.tab(NEXT, STOREMAN).page
    shop.press("ship_now", NEXT, STOREMAN)
    shop.shipped(NEXT)
