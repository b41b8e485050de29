"""A shop whose deals have returns: what people, clients and systems want of them, as pages and runners ask it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.flows.returns.effects import Actor
from b24app.logistics.jsonable import dump
from b24app.logistics.returning import ReturnStage
from b24app.store import refunds, return_acts, return_basis, return_journal, returns
from b24app.store.engine import session_scope
from b24app.store.models import ActState
from b24app.store.refunds import Refund
from b24app.store.return_acts import Act, ActKind, Wanted
from b24app.store.return_journal import Moved
from b24app.store.returns import Kept
from tests.flows.town import MANAGER, Shop

ANNA = "Анна Лугова"
_counter = itertools.count(1)


@dataclass
class ReturnsOf:
    """The returns of one deal, and the hand that moves them."""

    shop: Shop
    deal: int
    acts: list[int] = field(default_factory=list)

    def ask(self, kind: ActKind, return_id: int | None = None, *, key: str = "", **given: Any) -> str:
        """Asks for an act as a page does; its key. `_actor` and `_source` say who asks, the manager otherwise."""
        actor, source = given.pop("_actor", Actor.PERSON), given.pop("_source", "")
        key = key or f"press-{next(_counter)}"
        by, name = (MANAGER, ANNA) if actor is Actor.PERSON else (0, "")
        wanted = Wanted(kind, key, actor, self.deal, return_id, dump(given), by, name, source)
        parts = self.shop.town.program.parts
        with session_scope(parts.sessions) as session:
            now = parts.clock.now()
            lane = return_acts.ask(
                session, self.shop.id, wanted, now=now, trace_id="t" * 8, people=actor is Actor.PERSON
            )
        if lane is not None:
            parts.waker.wake(lane)
        return key

    def came(self, key: str) -> Act:
        """The act, once it was carried out or refused."""

        def done() -> Act | None:
            act = self.shop.town.program.read(return_acts.by_key, self.shop.id, key)
            return act if act is not None and act.state is not ActState.WAITING else None

        found: Act = self.shop.town.wait(done, f"the act {key} of deal {self.deal}")
        return found

    def act(self, kind: ActKind, return_id: int | None = None, **given: Any) -> Act:
        return self.came(self.ask(kind, return_id, **given))

    def does(self, kind: ActKind, return_id: int | None = None, **given: Any) -> Kept:
        """As `act`, for one that is carried out; the return as it stands then."""
        act = self.act(kind, return_id, **given)
        assert act.problems == (), act.problems
        assert act.wanted.return_id is not None
        return self.kept(act.wanted.return_id)

    def refused(self, kind: ActKind, return_id: int | None = None, **given: Any) -> list[str]:
        """As `act`, for one that is refused: the codes of its Problems."""
        act = self.act(kind, return_id, **given)
        assert act.state is ActState.REFUSED, act
        return [problem.code for problem in act.problems]

    def moves(self, return_id: int, to: ReturnStage, **given: Any) -> Kept:
        return self.does(ActKind.MOVE, return_id, to=to, **given)

    # --- what stands -------------------------------------------------------------------------------------------------

    def kept(self, return_id: int) -> Kept:
        found: Kept = self.shop.town.program.read(returns.get, self.shop.id, return_id)
        return found

    @property
    def all(self) -> list[Kept]:
        found: Mapping[int, list[Kept]] = self.shop.town.program.read(returns.of_deals, self.shop.id, [self.deal])
        return found[self.deal]

    def journal(self, return_id: int) -> list[Moved]:
        return list(self.shop.town.program.read(return_journal.of_return, self.shop.id, return_id))

    def refunds(self, return_id: int) -> list[Refund]:
        return list(self.shop.town.program.read(refunds.of_return, self.shop.id, return_id))

    @property
    def rows(self) -> list[int]:
        """Ids of the deal's rows of goods, as they were read last."""
        found = self.shop.town.program.read(return_basis.of_deals, self.shop.id, [self.deal])
        return [sold.row for sold in found[self.deal].sold]


def delivered(shop: Shop, deal: int) -> None:
    """The deal's goods were shipped, and the client has them."""
    shop.ship(deal)
    shop.shipped(deal)
    shop.happens(deal, "DELIVERED")
    shop.becomes(deal, "Вручён")
