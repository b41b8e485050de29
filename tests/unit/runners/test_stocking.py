"""Asking a warehouse what lies there, over its own HTTP and a real database: one call for all who ask, nothing that is
still new is asked again, and whatever goes wrong is told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.flows.stock import Level, Need, Shelf, judge
from b24app.logistics import ports
from b24app.runners.connection.stocking import Names, Stocking
from b24app.store import inbox, lanes, portals, stock
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Connection, ConnectionState, DealStock, Portal, StockLook
from b24app.systems import MemoryTokens, OpenContext, discover
from b24app.wire.calls import RemoteKey
from b24app.wire.guard import Guard
from b24app.wire.http import Http
from tests.contract.systems.harness import Calls
from tests.made_up_world.badger import KEY, Warehouse

DEAL, OTHER = 501, 502
NEEDS = (Need("Плед", "P1", Decimal(2)), Need("Подушка", "P2", Decimal(3)), Need("Загадка", "P3", Decimal(1)))


@dataclass
class Town:
    """One portal's account at Badger, whose lane is served slice by slice."""

    sessions: Sessions
    clock: FixedClock
    portal: Portal
    account: int
    badger: Warehouse
    system: Any
    names: Names

    def connection(self) -> Connection:
        with read_scope(self.sessions) as session:
            found = portals.connection(session, self.portal.id, self.account)
        assert found is not None
        return found

    def change(self, **values: Any) -> None:
        with session_scope(self.sessions) as session:
            account = portals.connection(session, self.portal.id, self.account)
            for name, value in values.items():
                setattr(account, name, value)

    def spread(self, deal: int, needs: tuple[Need, ...] = NEEDS, again: bool = False, leg: bool = True) -> None:
        """What the portal's lane does once it has read the deal."""
        legs = [self.account] if leg else []
        with session_scope(self.sessions) as session:
            account = portals.connection(session, self.portal.id, self.account)
            assert account is not None
            stock.spread(session, self.portal.id, deal, needs, legs, [account], again, self.clock.now(), "t")

    def serve(self) -> int:
        """One slice of the account's lane; how many rows it found."""
        with read_scope(self.sessions) as session:
            lane = lanes.connection_lane(session, self.account)
        hold: Any = SimpleNamespace(lane_id=lane.id, people=True, fence=0)
        slice_: Any = SimpleNamespace(
            people=True, lane_id=lane.id, check=lambda _: None,
            claim_inbox=lambda session, kinds: inbox.claim(session, hold, self.clock.now(), kinds=kinds),
        )  # fmt: skip
        services: Any = SimpleNamespace(clock=self.clock, sessions=self.sessions, plugins=discover())
        owner: Any = SimpleNamespace(connection=self.connection(), portal=self.portal)
        with ThreadPoolExecutor(1) as pool:
            work = Stocking(services, slice_, owner, self.system, pool, self.names)
            work.load()
            work.begin(1)
            while work.flying:
                work.land()
                time.sleep(0.005)
        return len(work.rows)

    def known(self, deal: int = DEAL) -> stock.Known:
        with read_scope(self.sessions) as session:
            return stock.of_deal(session, self.portal.id, deal)

    def shelf(self, sku: str) -> Shelf | None:
        return self.known().shelves.get((self.account, sku))

    def levels(self, own: str = "") -> list[Level | None]:
        return [judge(need, self.shelf(need.sku), own).level for need in self.known().needs or ()]

    def lacking(self, deal: int = DEAL) -> list[tuple[str, str]]:
        with read_scope(self.sessions) as session:
            found = stock.lacking(session, self.portal.id, [deal]).get(deal, {}).get(self.account, ())
        return [(each.sku, each.level.value) for each in found]

    def version(self) -> int:
        with read_scope(self.sessions) as session:
            wanted = select(DealStock.version).where(DealStock.deal_id == DEAL)
            return session.scalars(wanted).one()

    @property
    def calls(self) -> list[list[str]]:
        return [each.said["articles"] for each in self.badger.asked("/stock")]


@pytest.fixture
def town(
    made_up_plugins: None, badger: Warehouse, sessions: Sessions, clock: FixedClock, portal: Portal,
    monkeypatch: pytest.MonkeyPatch,
) -> Town:  # fmt: skip
    monkeypatch.setattr(inbox, "check", lambda *_: None)  # whose turn it is has tests of its own
    settings = {"address": badger.url, "key": KEY}
    with session_scope(sessions) as session:
        account = portals.add_connection(session, portal.id, "badger", "Склад", "live", settings, clock.now())
        account.state = ConnectionState.READY
        session.flush()
        lanes.connection_lane(session, account.id)
        number = account.id
    remote = RemoteKey("badger", str(number))
    context = OpenContext(
        settings, "live", "", Http(clock, Calls(), Guard([badger.url])), clock, MemoryTokens(clock), remote
    )
    badger.lies = {"P1": {"MSK-01": "5", "KZN-01": "0"}, "P2": {"MSK-01": "1", "KZN-01": "1"}}
    return Town(sessions, clock, portal, number, badger, discover()["badger"].open(context), Names())


def test_badger_is_what_its_manifest_says(town: Town) -> None:
    manifest = discover()["badger"].manifest
    assert [name for name in manifest.ports if not isinstance(town.system, getattr(ports, name))] == []
    assert [step.ok for step in town.system.test()] == [True, True]


def test_one_call_tells_all_rows_of_all_deals_that_ask(town: Town) -> None:
    town.spread(DEAL)
    town.spread(OTHER, (Need("Плед", "P1", Decimal(9)), Need("Стул", "P4", Decimal(1))))
    assert [look.is_open for look in town.known().looks.values()] == [True]
    town.serve()
    assert town.calls == [["P1", "P2", "P3", "P4"]]
    assert town.levels() == [Level.ENOUGH, Level.SHORT, Level.UNKNOWN]
    assert [(each.title, each.available) for each in town.shelf("P1").lying] == [  # type: ignore[union-attr]
        ("Москва", Decimal(5)), ("Казань", Decimal(0)),
    ]  # fmt: skip
    assert town.lacking() == [("P2", "short"), ("P3", "unknown")]
    assert town.lacking(OTHER) == [("P1", "short"), ("P4", "unknown")]
    assert town.serve() == 0


def test_deals_are_held_in_one_order_and_before_anything_of_theirs_is_written(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, locked = [], stock._locked

    def spy(session: Session, portal_id: int, deal_id: int, now: datetime) -> DealStock:
        written = [each for each in session.dirty if isinstance(each, StockLook) and each.deal_id == deal_id]
        held.append((deal_id, written))
        return locked(session, portal_id, deal_id, now)

    town.spread(OTHER)
    town.spread(DEAL)
    monkeypatch.setattr(stock, "_locked", spy)
    town.serve()
    assert held == [(DEAL, []), (OTHER, [])]


def test_what_was_heard_within_a_minute_is_not_asked_again(town: Town) -> None:
    town.spread(DEAL)
    town.serve()
    town.clock.advance(59)
    town.spread(OTHER, (Need("Плед", "P1", Decimal(6)), Need("Стул", "P4", Decimal(1))))
    town.spread(DEAL)
    town.serve()
    assert town.calls == [["P1", "P2", "P3"], ["P4"]]
    assert town.lacking(OTHER) == [("P1", "short"), ("P4", "unknown")]
    town.clock.advance(2)
    town.spread(DEAL)
    town.serve()
    assert town.calls[2:] == [["P1", "P2", "P3"]]
    assert len(town.badger.asked("/stores")) == 1
    # A person wants to know it now; two presses in a row are one.
    town.clock.advance(5)
    town.spread(DEAL, again=True)
    town.serve()
    town.spread(DEAL, again=True)
    town.serve()
    assert len(town.calls) == 4


def test_the_first_line_hears_only_of_what_changed_and_of_warehouses_on_the_way(town: Town) -> None:
    town.spread(DEAL, leg=False)
    town.serve()
    assert (town.lacking(), town.version()) == ([], 0)
    town.spread(DEAL)  # the answer is still new: it is judged at once
    assert (town.lacking(), town.version()) == ([("P2", "short"), ("P3", "unknown")], 1)
    town.clock.advance(61)
    town.spread(DEAL)
    town.serve()
    assert town.version() == 1
    town.badger.lies["P2"]["KZN-01"] = "3"
    town.clock.advance(61)
    town.spread(DEAL)
    town.serve()
    assert (town.lacking(), town.version()) == ([("P3", "unknown")], 2)
    town.spread(DEAL, leg=False)
    assert (town.lacking(), town.version()) == ([], 3)


def test_the_accounts_own_warehouse_is_the_one_that_counts(town: Town) -> None:
    town.change(settings={**town.connection().settings, "warehouse": "KZN-01"})
    town.spread(DEAL)
    town.serve()
    assert town.levels("KZN-01") == [Level.NONE, Level.SHORT, Level.UNKNOWN]
    assert ("P1", "none") in town.lacking()


@pytest.mark.parametrize(
    ("state", "broken", "code"),
    [(ConnectionState.PAUSED, False, "account_stopped"), (ConnectionState.READY, True, "system_silent")],
)
def test_who_does_not_answer_is_told_and_old_answers_stay(
    town: Town, state: ConnectionState, broken: bool, code: str
) -> None:
    town.spread(DEAL)
    town.serve()
    town.change(state=state)
    town.badger.broken = broken
    town.clock.advance(61)
    town.spread(DEAL)
    town.serve()
    [look] = town.known().looks.values()
    assert look.problem is not None
    assert (look.is_open, look.problem.code) == (False, code)
    assert town.levels() == [Level.ENOUGH, Level.SHORT, Level.UNKNOWN]
    town.change(state=ConnectionState.READY)
    town.badger.broken = False
    town.spread(DEAL)
    town.serve()
    assert [each.problem for each in town.known().looks.values()] == [None]


def test_a_wrong_key_is_told_in_their_words(town: Town) -> None:
    context = OpenContext(
        {"address": town.badger.url, "key": "another"}, "live", "",
        Http(town.clock, Calls(), Guard([town.badger.url])), town.clock, MemoryTokens(town.clock),
        RemoteKey("badger", "9"),
    )  # fmt: skip
    town.system = discover()["badger"].open(context)
    town.spread(DEAL)
    town.serve()
    [look] = town.known().looks.values()
    assert look.problem is not None
    assert (look.problem.code, look.problem.their_text) == ("account_refused", "unknown key")


def test_neighbours_see_nothing_and_old_rows_are_forgotten(town: Town, neighbour: Portal) -> None:
    town.spread(DEAL)
    town.serve()
    with session_scope(town.sessions) as session:
        assert stock.of_deal(session, neighbour.id, DEAL) == stock.Known()
        assert stock.lacking(session, neighbour.id, [DEAL]) == {}
        assert stock.purge(session, town.clock.now()) == 0
    town.clock.advance(1)
    with session_scope(town.sessions) as session:
        assert stock.purge(session, town.clock.now()) == 5
