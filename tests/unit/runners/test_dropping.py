"""While no pipeline ships: hints go unread, what lies packed is not forgotten, what a person asked for stays."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.legs import CARRIED, PICKED
from b24app.flows.picking import Asked, Picking
from b24app.lanes.slices import Slice
from b24app.logistics.picking import Packed
from b24app.logistics.status import Status
from b24app.runners.portal import dropping
from b24app.store import inbox, lanes, portals, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import InboxKind, InboxRow, InboxState, Portal
from tests.unit.queries import statements

ASKED = (Asked(1, "Чашка", Decimal(2), sku="CUP-1"),)
PACKED = Picking(asked=ASKED, packed=Packed())
PLAIN, LYING, ON_THE_SHELF, CARRIED_ON = 1, 2, 3, 4


@dataclass
class House:
    """A portal whose pipelines are all off, in a slice that began before anybody pressed anything."""

    sessions: Sessions
    clock: FixedClock
    portal: Portal
    run: Any

    def ship(
        self, deal_id: int, n: int = 1, leg: str = CARRIED, picking: Picking | None = None, follows: int = 0
    ) -> int:
        with session_scope(self.sessions) as session:
            [account] = portals.connections(session, self.portal.id)
            told = picking.to_json() if picking else None
            made = shipments.create(
                session, self.portal, deal_id, n, account.id, status=Status.CREATED, request={}, now=self.clock.now(),
                leg=leg, picking=told, follows=follows,
            )  # fmt: skip
            return made.id

    def append(self, deal_id: int, kind: InboxKind = InboxKind.DEAL, people: bool = False) -> None:
        with session_scope(self.sessions) as session:
            lane, now = self.run.slice.lane_id, self.clock.now()
            inbox.append(session, lane, kind, str(deal_id), {}, now=now, trace_id="t", people=people)

    def drop(self) -> list[int]:
        return sorted(int(row.key) for row in dropping.drop(self.run, 400))

    def waiting(self) -> list[tuple[int, str, timedelta]]:
        """Deal, kind and how long it is put off, of what nobody has served."""
        with read_scope(self.sessions) as session:
            rows = session.scalars(select(InboxRow).where(InboxRow.state == InboxState.NEW).order_by(InboxRow.id))
            return [(int(row.key), str(row.kind), row.due_at - self.clock.now()) for row in rows]


@pytest.fixture
def house(sessions: Sessions, clock: FixedClock, portal: Portal) -> House:
    with session_scope(sessions) as session:
        lane = lanes.portal_lane(session, portal.id)
        hold = lanes.claim(session, lane.id, "a", clock.now(), timedelta(seconds=10))
    assert hold is not None
    given = asdict(hold)
    slice_ = Slice(**given, sessions=sessions, clock=clock, started=clock.monotonic(), length_s=5, lease=timedelta(0))
    services = SimpleNamespace(clock=clock, sessions=sessions)
    return House(sessions, clock, portal, SimpleNamespace(services=services, slice=slice_, portal=portal))


def test_hints_go_but_not_those_about_goods_that_lie_packed(house: House) -> None:
    house.ship(PLAIN)
    house.ship(LYING, leg=PICKED, picking=PACKED)
    house.ship(ON_THE_SHELF, leg=PICKED, picking=Picking(asked=ASKED))
    picked = house.ship(CARRIED_ON, leg=PICKED, picking=PACKED)
    house.ship(CARRIED_ON, n=2, follows=picked)
    for deal_id in (PLAIN, LYING, ON_THE_SHELF, CARRIED_ON, 99):
        house.append(deal_id)
    assert house.drop() == [PLAIN, ON_THE_SHELF, CARRIED_ON, 99]
    assert house.waiting() == [(LYING, "deal", dropping.SWITCHED_OFF)]
    assert house.drop() == []


def test_a_press_on_many_deals_goes_with_the_hints(house: House) -> None:
    house.append(PLAIN, InboxKind.SHIP_NOW)
    assert house.drop() == [PLAIN]


@pytest.mark.parametrize("kind", [InboxKind.SHIP_NOW, InboxKind.RETRY])
def test_what_a_person_pressed_waits_for_nothing(house: House, kind: InboxKind) -> None:
    house.ship(LYING, leg=PICKED, picking=PACKED)
    house.append(LYING)
    for deal_id in (PLAIN, LYING):
        house.append(deal_id, kind, people=True)
    assert house.drop() == []
    now = timedelta(0)
    assert house.waiting() == [(LYING, "deal", dropping.SWITCHED_OFF), (PLAIN, kind, now), (LYING, kind, now)]


def test_where_nothing_goes_through_a_warehouse_no_shipment_is_read(house: House) -> None:
    house.ship(PLAIN)
    house.append(PLAIN)
    with statements(house.sessions) as found:
        assert house.drop() == [PLAIN]
    [asked] = [each for each in found if "FROM shipment" in each]
    assert "request" not in asked
