"""What runs beside a return: collections and receipts that are not called off, and new goods on their way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.flows.returns.facts import Running
from b24app.store.models import ErrandKind, ErrandState
from b24app.store.return_errands import Errand
from b24app.store.return_running import running_of
from b24app.store.returns import Kept
from tests.unit.flows.returns.given import NOW, a_return

KEPT = Kept(1, 1, a_return(), None, None, None, 0, "", NOW, NOW)
BOOKED = Errand(
    1,
    1,
    5,
    ErrandKind.COLLECTION,
    1,
    "wb-5120-R1",
    ErrandState.WAITING,
    False,
    "",
    "",
    "",
    None,
    (),
    None,
    None,
    NOW,
    NOW,
)


@pytest.mark.parametrize(
    ("state", "wants_cancel", "booked"),
    [
        (ErrandState.WAITING, False, True),
        (ErrandState.UNCERTAIN, False, True),
        (ErrandState.LIVE, False, True),
        (ErrandState.LIVE, True, False),
        (ErrandState.DONE, False, True),
        (ErrandState.REFUSED, False, False),
        (ErrandState.CANCELLED, False, False),
        (ErrandState.DEAD, False, False),
    ],
)
def test_a_collection_runs_until_it_came_to_nothing(state: ErrandState, wants_cancel: bool, booked: bool) -> None:
    errand = replace(BOOKED, state=state, wants_cancel=wants_cancel)
    assert running_of([errand], KEPT, ()) == Running(booked=booked)


def test_receipts_warehouses_and_new_goods_are_told_apart() -> None:
    receipt = replace(BOOKED, kind=ErrandKind.RECEIPT)
    assert running_of([receipt], KEPT, [3]) == Running(expected=True, has_warehouse=True)
    assert running_of([], replace(KEPT, replacement="wb-5120-2"), ()) == Running(replaced=True)
