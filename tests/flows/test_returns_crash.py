"""Waybill stops at each step of an act about a return, with what it was about to save lost: the act is done, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.way import Way, WayKind
from b24app.logistics.returning import Condition, Counted, Outcome, Return, ReturnStage
from b24app.runners.portal import returning_reading, returning_shipping
from b24app.store import inbox, outbox, refunds, return_acts, return_basis, return_journal, returns
from b24app.store.return_acts import ActKind
from b24app.store.returns import Kept, Written
from tests.flows.returning import ReturnsOf, delivered
from tests.flows.test_chain_crash import Once
from tests.flows.town import Shop

DEAL = 501
S = ReturnStage


def _always(*_: Any) -> bool:
    return True


#: Where it stops, in the order of an act: the object, the name of what stops there, and whether before or after.
STEPS: dict[str, tuple[Any, str, bool]] = {
    "the deal not yet read": (returning_reading, "read", True),
    "the deal kept": (return_basis, "keep", False),
    "begun, not kept": (returns, "begin", False),
    "saved, not kept": (returns, "save", False),
    "written into the journal": (return_journal, "add", False),
    "the refund proposed": (refunds, "add", False),
    "the new goods planned": (returning_shipping, "plan", False),
    "the new goods saved, not kept": (returning_shipping, "save", False),
    "told, not kept": (outbox, "add", False),
    "the act finished, its row open": (return_acts, "finish", False),
    "the row closed, not kept": (inbox, "close", False),
}


@pytest.fixture(params=list(STEPS))
def crash(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Once]:
    where, name, before = STEPS[request.param]

    def arm() -> Once:
        found = Once(getattr(where, name), _always, before)
        monkeypatch.setattr(where, name, found.stand_in())
        return found

    return arm


def test_who_wrote_to_the_return_meanwhile_is_seen_by_the_next_try(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = ReturnsOf(shop, DEAL)
    kept = mine.does(ActKind.BEGIN, reason="defect")
    saved: list[int] = []

    def save(session: Any, portal_id: int, seen: Kept, case: Return, **more: Any) -> Written:
        """A clerk's scan came in after this was read: as of its version, nothing is written."""
        saved.append(seen.version)
        return real(session, portal_id, replace(seen, version=0) if len(saved) < 3 else seen, case, **more)

    real = returns.save
    monkeypatch.setattr(returns, "save", save)
    assert mine.moves(kept.id, S.REFUSED, why="передумал").case.stage is S.REFUSED
    assert saved == [kept.version] * 3
    assert [row.stands for row in mine.journal(kept.id)] == [S.REQUESTED, S.REFUSED]


def test_an_act_that_was_cut_off_is_done_once(shop: Shop, crash: Callable[[], Once]) -> None:
    delivered(shop, DEAL)
    mine = ReturnsOf(shop, DEAL)
    mine.act(ActKind.READ)
    shop.town.calm()
    cup, _ = mine.rows
    stopped = crash()
    kept = mine.does(ActKind.BEGIN, wishes=(Wish(cup, Decimal(2), "defect"),), approve=True)
    mine.does(ActKind.WAY, kept.id, way=Way(WayKind.BROUGHT), book=True)
    mine.does(ActKind.COUNT, kept.id, counted=(Counted(cup, Decimal(1), Condition.DAMAGED),), finished=True)
    mine.does(ActKind.OUTCOME, kept.id, outcome=Outcome.REPLACEMENT)
    mine.moves(kept.id, S.REPLACED)
    shop.town.calm(limit=60)
    assert stopped.stopped
    [one] = mine.all
    assert (one.case.number, one.case.stage) == (f"{shop.row.code}-{DEAL}-R1", S.REPLACED)
    assert len(mine.refunds(one.id)) == 1
    assert [row.stands for row in mine.journal(one.id)] == [S.APPROVED, S.COLLECTION_BOOKED, S.INSPECTED, S.REPLACED]
    assert len(shop.orders(DEAL)) == 2
    said = [text for text in shop.comments(DEAL) if one.case.number in text]
    assert len(said) == len(set(said))
