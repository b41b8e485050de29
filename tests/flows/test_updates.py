"""The app gets a new version in a portal: our handlers are gone (contracts/bitrix24-app.md §1.8), and come back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from b24app.runners.portal.nightly import NIGHT
from install import wanted_returns
from install.wanted import EVENTS
from tests.flows.town import ADMIN, Shop, Town

DEAL, NEXT, SECOND_ADMIN = 501, 502, 3
#: Of deals, of the app, and of the items of returns.
OURS = sorted([*EVENTS, *wanted_returns.EVENTS])


def handlers(shop: Shop) -> list[str]:
    """Events of items without the type that some portals have them for."""
    return sorted(re.sub(r"_\d+$", "", row["event"]) for row in shop.ask("GET", "")["handlers"])


def new_version(shop: Shop, told: bool) -> None:
    """The administrator has updated the app, and went through its wizard where there is one."""
    shop.settings(update_event=told)
    shop.ask("POST", "/update-app", {})
    if not told:
        shop.ask("POST", "/finish-install", {"user": ADMIN})


def _to_a_day_hour(now: datetime, hours: float) -> float:
    """Seconds: these hours, or as many more as keep the nightly look, which reads the portal too, out of it."""
    while any((now + timedelta(hours=hours)).hour in night for night in NIGHT):
        hours += 1
    return hours * 3600


def calls(town: Town) -> list[Any]:
    return [row["key"] for row in town.journal("rest.call", "bitrix24")]


def test_an_event_tells_of_the_update(shop: Shop) -> None:
    shop.town.calm()
    new_version(shop, told=True)
    shop.town.wait(lambda: handlers(shop) == OURS, "our handlers")
    shop.town.wait(lambda: "Waybill обновлён" in shop.health(), "the word of it, which is said after the last step")
    shop.ship(DEAL)
    shop.shipped(DEAL)


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_nothing_tells_of_the_update_and_nobody_opens_anything(shop: Shop) -> None:
    """The portal is asked for its version now and then; what is missing is read in one request and bound in another."""
    shop.town.calm()
    new_version(shop, told=False)
    assert handlers(shop) == []
    before = len(calls(shop.town))
    shop.town.advance(_to_a_day_hour(shop.town.world.control.now(), 6.1))
    shop.town.wait(lambda: handlers(shop) == OURS, "our handlers", 40)
    shop.town.calm()
    made = calls(shop.town)[before:]
    binding = [at for at, row in enumerate(made) if row == "batch"]
    assert made.count("app.info") == 1, made
    # What moved since the last look, of deals and of items of returns, takes two of them.
    assert len(binding) <= 5, made
    page = shop.health()
    assert "Waybill обновлён" in page
    assert "Уведомления об изменении сделок" in page
    shop.ship(DEAL)
    shop.shipped(DEAL)
    assert len(shop.orders(DEAL)) == 1


def test_the_next_frame_tells_of_the_update(shop: Shop) -> None:
    """A manager opens a deal: the frame's proof names another version."""
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    new_version(shop, told=False)
    shop.tab(DEAL)
    shop.town.wait(lambda: handlers(shop) == OURS, "our handlers")
    shop.town.wait(lambda: "Waybill обновлён" in shop.health(), "the word of it, which is said after the last step")


def test_without_a_key_the_update_waits_for_an_administrator(shop: Shop) -> None:
    shop.fill_in(DEAL)
    shop.town.calm()
    shop.ask("POST", "/users", {"id": SECOND_ADMIN, "name": "Вторая", "admin": True})
    new_version(shop, told=False)
    shop.ask("POST", "/dismiss", {"user": ADMIN})
    shop.tab(DEAL)
    shop.town.calm(1.5)
    assert handlers(shop) == []
    shop.app(SECOND_ADMIN)
    shop.town.wait(lambda: handlers(shop) == OURS, "our handlers")
    shop.town.wait(lambda: "Waybill обновлён" in shop.health(SECOND_ADMIN), "the word of it")
