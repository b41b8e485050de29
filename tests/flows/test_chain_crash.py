"""Waybill stops at each step of a chain, with what it was about to save lost or its answer never kept: the goods go on,
and nobody has a second order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from b24app.runners.connection import chaining, tasks, telling
from b24app.runners.portal import deciding
from tests.flows.test_chain import picked, shop, store, town
from tests.flows.town import Shop
from tests.flows.warehouses import DEAL, rows_of
from tests.made_up_world.barn import Barn

__all__ = ["shop", "store", "town"]


class StoppedError(RuntimeError):
    """The process is gone."""


class Once:
    """The first call that matters stops before it does anything, or after it did everything but was not kept."""

    def __init__(self, real: Callable[..., Any], when: Callable[..., bool], before: bool) -> None:
        self._real, self._when, self._before = real, when, before
        self.stopped = False

    def stand_in(self) -> Callable[..., Any]:
        """A function, so that it is bound where a method was."""

        def stops(*args: Any, **named: Any) -> Any:
            if self.stopped or not self._when(*args):
                return self._real(*args, **named)
            self.stopped = True
            if not self._before:
                self._real(*args, **named)
            raise StoppedError

        return stops


def _carries(_saver: Any, _verdict: Any, decision: Any) -> bool:
    return bool(decision.follows)


def _of_carrier(_system: Any, task: Any) -> bool:
    return str(task.number).endswith("-2")


#: Where it stops: the object, the name of what stops there, which call, and whether before or after.
STEPS: dict[str, tuple[Any, str, Callable[..., bool], bool]] = {
    "checked, the warehouse not yet asked": (chaining, "checked", lambda *_: True, False),
    "packed, not kept": (chaining.Chain, "_packed", lambda *_: True, False),
    "the carrier's leg decided, not kept": (deciding.DecisionSaver, "_create", _carries, False),
    "the carrier not yet asked": (tasks, "_create", _of_carrier, True),
    "the carrier's answer lost": (tasks, "_create", _of_carrier, False),
    "the carrier's number kept nowhere": (telling, "after_advance", lambda *_: True, False),
    "the warehouse told, not kept": (telling, "act", lambda *_: True, False),
}


@pytest.fixture(params=list(STEPS))
def crash(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Once:
    where, name, when, before = STEPS[request.param]
    found = Once(getattr(where, name), when, before)
    monkeypatch.setattr(where, name, found.stand_in())
    return found


def test_nothing_is_lost_and_nothing_is_doubled(shop: Shop, crash: Once, store: Barn) -> None:
    shop.move(DEAL)
    number = _goes_on(shop, lambda: next((row["number"] for row in store.orders.values()), ""), "an order at the barn")
    assert number == picked(shop, store)
    store.pack(number, (2400, 300, 200, 150))
    _goes_on(shop, lambda: rows_of(shop)[-1].follows and rows_of(shop)[-1].order_number, "the carrier's number")
    _goes_on(shop, lambda: store.told.get(number), "the warehouse hears of it")
    shop.town.calm(limit=60)
    assert store.created == len(shop.orders(DEAL)) == 1
    assert [row.leg for row in rows_of(shop)] == ["warehouse", ""]
    [track] = shop.shipped(DEAL)
    assert {each["tracking_number"] for each in store.told[number]} == {track}
    assert crash.stopped


def _goes_on(shop: Shop, until: Callable[[], Any], what: str) -> Any:
    """Wait for it. Deadlines of calls that were cut off pass: the world's clock runs ahead when nothing happens."""

    def found() -> Any:
        there = until()
        if not there:
            shop.town.calm(limit=60)
            there = until()
        if not there:
            shop.town.advance(30)
        return there

    return shop.town.wait(found, what, 120)
