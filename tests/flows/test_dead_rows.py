"""What was tried many times in vain is visible on the app's page, and a person tries it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flows.program import Program
from tests.flows.town import TRACK, Town

if TYPE_CHECKING:
    from sandbox.world import World

DEAL = 501


def test_a_dead_call_is_shown_and_retried_by_a_person(
    world: World, database: str, redis_url: str, installed: int
) -> None:
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2})
    with Program(world, database, redis_url, dead_after=3, port=installed) as program:
        town = Town(program)
        shop = town.installed()
        shop.fill_in(DEAL)
        town.calm()
        fault = town.fault("status", match={"path": "/v2/*"}, params={"status": 503})
        shop.move(DEAL)

        def given_up() -> bool:
            town.calm()
            town.advance(120)
            return "Не получилось 1" in shop.health()

        town.wait(given_up, "the dead call")
        assert "вызов перевозчика" in shop.health()
        assert "СДЭК так и не ответил" in shop.tab_says(DEAL) or "долго не отвечает" in shop.tab_says(DEAL)
        assert len(shop.notices(DEAL)) == 1
        town.forget(fault)
        shop.app_press(f"/app/deal/{DEAL}/retry")

        def tracked() -> bool:
            # The last of the failed calls may have closed CDEK off just now: it is called again when that is over.
            town.calm()
            town.advance(30)
            return bool(shop.deal(DEAL)[TRACK])

        town.wait(tracked, "a tracking number")
        assert len(shop.orders(DEAL)) == 1
        town.wait(lambda: "вызов перевозчика" not in shop.health(), "the end of the dead call")
