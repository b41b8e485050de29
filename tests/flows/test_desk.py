"""The dead-letter desk, by what comes of it: seen by cause, tried again one by one and all at once, given up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.flows.program import Program
from tests.flows.town import ADMIN, Shop, Town

if TYPE_CHECKING:
    from sandbox.world import World

FIRST, SECOND, THIRD, LAST = DEALS = (501, 502, 503, 504)


@pytest.fixture
def worn(world: World, database: str, redis_url: str, installed: int) -> Iterator[tuple[Shop, int]]:
    """Four deals whose orders CDEK never answered, and the fault that keeps it silent."""
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, database, redis_url, dead_after=2, port=installed) as program:
        town = Town(program)
        shop = town.installed()
        shop.fill_in(*DEALS)
        town.calm()
        fault = town.fault("status", match={"path": "/v2/orders*"}, params={"status": 503})
        shop.move(*DEALS)

        wait_for_all(shop)
        yield shop, fault


def wait_for_all(shop: Shop) -> None:
    """Until every deal's call has been given up."""

    def dead() -> bool:
        shop.town.advance(120)
        shop.town.calm()
        return f"Не получилось {len(DEALS)}" in shop.health()

    shop.town.wait(dead, "dead calls", 60)


def test_what_died_is_grouped_tried_again_and_given_up(worn: tuple[Shop, int]) -> None:
    shop, fault = worn
    # The clock's leaps may have caught a write to the portal: it is looked up and told again by itself.
    shop.town.wait(lambda: len(_groups(shop)) == 1, "the carrier's group alone")
    [group] = _groups(shop)
    page = _desk(shop)
    rows = re.findall(r'name="row" value="(intent:\d+)"', page)
    assert len(set(rows)) == len(DEALS)
    said = shop.health()
    assert "СДЭК: нет ответа" in said
    assert "Повторить все 4" in said
    sent = shop.app().get(f"/app/failed/{rows[0].replace(':', '/')}/sent")
    assert "•" in sent

    # Still silent: the one that is tried again begins its ladder anew, and comes back.
    shop.app_press("/app/failed/retry", row=rows[0])
    shop.town.wait(lambda: f"Не получилось {len(DEALS) - 1}" in shop.health(), "one fewer on the desk")
    wait_for_all(shop)
    assert shop.orders(FIRST) == shop.orders(SECOND) == []

    # One is given up with a reason; without one nothing happens.
    given_up = shop.app_press("/app/failed/give-up", row=_row_of(shop, LAST), reason="везём сами")
    assert "везём сами" not in given_up
    shop.town.forget(fault)
    shop.town.advance(600)
    shop.app_press("/app/failed/retry", row=_row_of(shop, SECOND))
    shop.shipped(SECOND)
    assert len(shop.orders(SECOND)) == 1
    shop.app_press("/app/failed/retry", group=group)
    shop.shipped(FIRST, THIRD)
    shop.town.calm()
    assert [len(shop.orders(deal)) for deal in DEALS] == [1, 1, 1, 0]
    assert "Не получилось" not in shop.health()
    trace = shop.app().get(f"/app/trace/{LAST}")
    assert "give_up" in trace or "отказ" in trace.lower()


def _desk(shop: Shop) -> str:
    """The page that it is a part of."""
    return shop.app().get("/app/s/health")


def _groups(shop: Shop) -> set[str]:
    return set(re.findall(r'name="group" value="([^"]+)"', _desk(shop)))


def _row_of(shop: Shop, deal_id: int) -> str:
    """The form value of a deal's row."""
    page = _desk(shop)
    for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL):
        found = re.search(r'name="row" value="(intent:\d+)"', row)
        if found and f"/crm/deal/details/{deal_id}/" in row:
            return found[1]
    raise AssertionError(f"deal {deal_id} is not on the desk")


def test_a_write_the_portal_refuses_is_written_once_the_right_is_back(shop: Shop) -> None:
    """What was folded into it, too: nothing of it is lost."""
    shop.fill_in(FIRST)
    shop.town.calm()
    reader = shop.app()
    shop.ask("POST", "/users", {"id": ADMIN, "admin": False})
    shop.ask("POST", "/rights", {"user": ADMIN, "id": FIRST, "right": "edit"})
    shop.move(FIRST)
    reader.wait("/app/version?v=0", lambda text: "Портал не принял запись" in text, "the refused write", 60)
    assert len(shop.orders(FIRST)) == 1
    assert not shop.deal(FIRST)["UF_CRM_LOGISTICS_TRACK"]
    shop.ask("POST", "/users", {"id": ADMIN, "admin": True})
    group = re.findall(r'name="group" value="([^"]+)"', _desk(shop))[0]
    shop.app_press("/app/failed/retry", group=group)
    shop.shipped(FIRST)
    assert len(shop.orders(FIRST)) == 1
