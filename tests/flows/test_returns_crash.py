"""Waybill stops at each step of an act about a return, with what it was about to save lost: the act is done, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.way import Way, WayKind
from b24app.logistics.returning import Condition, Counted, Outcome, Return, ReturnStage
from b24app.runners.portal import returning_reading, returning_shipping
from b24app.store import inbox, outbox, refunds, return_acts, return_basis, return_journal, returns
from b24app.store.models import ActState
from b24app.store.return_acts import ActKind
from b24app.store.returns import Kept, Written
from tests.flows.returning import ReturnsOf, delivered
from tests.flows.test_chain_crash import Once
from tests.flows.town import Shop

DEAL = 501
S = ReturnStage


#: Where it stops: the object, the name of what stops there, and whether before or after.
Step = tuple[Any, str, bool]
BEGUN: tuple[Step, ...] = (
    (returning_reading, "read", True),
    (return_basis, "keep", False),
    (returns, "begin", False),
    (return_journal, "add", False),
)
BOOKED: tuple[Step, ...] = ((returns, "save", False), (outbox, "add", False), (return_acts, "finish", False))
COUNTED: tuple[Step, ...] = ((refunds, "add", False), (inbox, "close", False))
SENT: tuple[Step, ...] = ((returning_shipping, "plan", False), (returning_shipping, "save", False))


class Stopping(ReturnsOf):
    """Each act is cut off at these steps, one after the other, and done all the same."""

    def through(self, steps: Sequence[Step], kind: ActKind, return_id: int | None = None, **given: Any) -> Kept:
        with pytest.MonkeyPatch.context() as patch:
            stops = [Once(getattr(where, name), lambda *_: True, before) for where, name, before in steps]
            for (where, name, _), stop in zip(steps, stops, strict=True):
                patch.setattr(where, name, stop.stand_in())
            key = self.ask(kind, return_id, **given)
            self.shop.town.wait(lambda: self._is_done(key), f"{kind} is done", 60)
        assert [stop.stopped for stop in stops] == [True] * len(steps)
        act = self.came(key)
        assert act.problems == ()
        assert act.wanted.return_id is not None
        return self.kept(act.wanted.return_id)

    def _is_done(self, key: str) -> bool:
        """Whoever fails is tried again later and later: the world's clock runs ahead of that."""
        act = self.shop.town.program.read(return_acts.by_key, self.shop.id, key)
        if act is not None and act.state is not ActState.WAITING:
            return True
        self.shop.town.advance(60)
        return False


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


def test_an_act_that_is_cut_off_at_any_step_is_done_once(shop: Shop) -> None:
    delivered(shop, DEAL)
    mine = Stopping(shop, DEAL)
    mine.act(ActKind.READ)
    shop.town.calm()
    cup, _ = mine.rows
    wishes = (Wish(cup, Decimal(2), "defect"),)
    kept = mine.through(BEGUN, ActKind.BEGIN, wishes=wishes, approve=True)
    mine.through(BOOKED, ActKind.WAY, kept.id, way=Way(WayKind.BROUGHT), book=True)
    counted = (Counted(cup, Decimal(1), Condition.DAMAGED),)
    mine.through(COUNTED, ActKind.COUNT, kept.id, counted=counted, finished=True)
    mine.does(ActKind.OUTCOME, kept.id, outcome=Outcome.REPLACEMENT)
    mine.through(SENT, ActKind.MOVE, kept.id, to=S.REPLACED)
    shop.town.calm(limit=60)
    [one] = mine.all
    assert (one.case.number, one.case.stage) == (f"{shop.row.code}-{DEAL}-R1", S.REPLACED)
    assert len(mine.refunds(one.id)) == 1
    assert [row.stands for row in mine.journal(one.id)] == [S.APPROVED, S.COLLECTION_BOOKED, S.INSPECTED, S.REPLACED]
    assert len(shop.orders(DEAL)) == 2
    said = [text for text in shop.comments(DEAL) if one.case.number in text]
    assert len(said) == len(set(said))
