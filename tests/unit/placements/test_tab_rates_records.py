"""How parcels to where the deal goes really went: of the portal's own accounts and parcels, asked for once a minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.forecast import ENOUGH, Level
from b24app.flows.rates import Facts
from b24app.logistics.model import DeliveryKind
from b24app.logistics.points import PickupPoint
from b24app.store import portals, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Portal, Transit, TransitState
from placements.tab_rates_records import KEPT, Records
from tests.unit.queries import statements

FACTS = Facts(DeliveryKind.COURIER, "Казань", region="TA")


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


@pytest.fixture
def pek(sessions: Sessions, set_up: Portal, clock: FixedClock) -> int:
    """A second account of the portal."""
    with session_scope(sessions) as session:
        row = portals.add_connection(session, set_up.id, "pek", "ПЭК", "test", {}, clock.now())
        session.flush()
        return row.id


def came(sessions: Sessions, portal: Portal, clock: FixedClock, days: int, kind: str = "courier") -> None:
    today = clock.now().date()
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        for deal in range(1, ENOUGH + 1):
            row = shipments.create(
                session, portal, 100 * days + deal, 1, account.id, status="delivered", request={}, now=clock.now()
            )
            way = session.scalars(select(Transit).where(Transit.shipment_id == row.id)).one()
            way.state, way.system, way.kind, way.to = TransitState.DONE, account.system, kind, "TA"
            way.arrived, way.handed, way.promised = today, today - timedelta(days=days), today


def asked(
    records: Records, sessions: Sessions, portal: Portal, clock: FixedClock, facts: Facts | None = FACTS,
    places: dict[int, PickupPoint | None] | None = None,
) -> dict[str, tuple[Level, int, int]]:  # fmt: skip
    with read_scope(sessions) as session:
        accounts = portals.connections(session, portal.id)
        found = records.of(session, portals.get(session, portal.id), accounts, facts, places or {}, clock.now())
        return {
            row.system: (found[row.id].level, found[row.id].high, found[row.id].in_time) for row in accounts if found
        }


def test_each_account_is_told_by_its_own_parcels(
    sessions: Sessions, set_up: Portal, neighbour: Portal, pek: int, clock: FixedClock
) -> None:
    came(sessions, set_up, clock, 3)
    came(sessions, neighbour, clock, 9)
    told = asked(Records(), sessions, set_up, clock)
    assert told == {"cdek": (Level.LANE, 3, ENOUGH), "pek": (Level.CARRIER, 0, 0)}


def test_where_nothing_can_be_compared_nobody_is_asked(
    sessions: Sessions, set_up: Portal, pek: int, clock: FixedClock
) -> None:
    came(sessions, set_up, clock, 3)
    assert asked(Records(), sessions, set_up, clock, None) == {}
    assert asked(Records(), sessions, set_up, clock, Facts(DeliveryKind.COURIER)) == {}
    with read_scope(sessions) as session:
        one = portals.connections(session, set_up.id)[:1]
        assert Records().of(session, set_up, one, FACTS, {}, clock.now()) == {}


def test_to_a_point_its_own_region_counts(sessions: Sessions, set_up: Portal, pek: int, clock: FixedClock) -> None:
    came(sessions, set_up, clock, 2, "pickup")
    facts = Facts(DeliveryKind.PICKUP, "KZN12")
    assert asked(Records(), sessions, set_up, clock, facts) == {}
    point = PickupPoint("KZN12", "", "ул. Баумана, 44/8", "Казань")
    told = asked(Records(), sessions, set_up, clock, facts, {1: point, pek: None})
    assert told["cdek"] == (Level.LANE, 2, ENOUGH)


def test_a_panel_that_waits_asks_once_a_minute(sessions: Sessions, set_up: Portal, pek: int, clock: FixedClock) -> None:
    records = Records()
    came(sessions, set_up, clock, 3)
    asked(records, sessions, set_up, clock)
    came(sessions, set_up, clock, 1)
    with statements(sessions) as said:
        told = asked(records, sessions, set_up, clock)
    assert (told["cdek"][1], sum("FROM transit" in each for each in said)) == (3, 0)
    clock.at += KEPT
    assert asked(records, sessions, set_up, clock)["cdek"][2] == 2 * ENOUGH
