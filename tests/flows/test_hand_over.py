"""The day's orders are handed over from the tab to carriers that have such a step: once whatever is lost on the way;
afterwards the order is past the point of no return."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from b24app.demo.accounts import connect
from b24app.logistics.status import Status
from b24app.store import shipments
from tests.flows.town import Shop
from tests.flows.warehouses import working

DEAL = 501
#: The call of each carrier past which there is no way back (russian-post.md §8, boxberry.md §3), and how its emulator
#: shows that it was made.
FINAL: Mapping[str, tuple[Mapping[str, str], Callable[[Mapping[str, Any]], bool]]] = {
    "russian_post": ({"path": "/1.0/batch/*/checkin"}, lambda order: order["batch_status"] == "FROZEN"),
    "boxberry": ({"contains": "method=ParselSend&"}, lambda order: bool(order["act"])),
}


def _ships_with(shop: Shop, code: str, service: str) -> None:
    """One more account, and a rule that gives it every deal."""
    connect(shop.app(), code, shop.town.world.addresses[code]["accounts"][0])
    account = working(shop, code, 60).id
    form = {"title": code, "connection_id": str(account), "service_courier": service, "service_pickup": service}
    shop.app_press("/app/rules/0", **form)


@pytest.mark.parametrize(("code", "service"), [("russian_post", "parcel"), ("boxberry", "parcel")])
def test_an_order_is_handed_over_once_though_the_answer_was_lost(shop: Shop, code: str, service: str) -> None:
    town = shop.town
    _ships_with(shop, code, service)
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    tab = shop.tab(DEAL)
    address = re.search(r'hx-post="(/tab/collect/\d+/hand-over)"', tab.page)
    assert address, "nothing to hand over in the tab"
    lost, is_final = FINAL[code]

    def handed() -> bool:
        return is_final(town.program.steer("GET", f"/{code}/orders/{shop.our_number(DEAL)}"))

    assert not handed()
    town.fault("break_after", system=code, match=lost, times=1)
    tab.press(address[1], {"key": f"pressed-{time.monotonic_ns()}"})
    town.wait(handed, "the hand-over of which we did not hear")
    town.advance(60)
    told = shop.told(DEAL, f"Передано перевозчику: заказ {number}", 60)
    assert told
    town.calm()
    assert len([text for text in shop.comments(DEAL) if text.startswith("Передано перевозчику")]) == 1
    said = shop.tab_says(DEAL)
    assert "/hand-over" not in shop.tab(DEAL).page
    assert "Заказы сданы" in said or "Передано" in said
    [row] = town.program.read(shipments.of_deals, shop.id, [DEAL])[DEAL]
    assert row.status in (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE)
