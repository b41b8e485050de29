"""Ten thousand orders under way at six carriers: made at the emulators through the adapters, and written into our
database as if they had been shipped one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from b24app.demo.house import House
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.status import Status
from b24app.parts import Parts
from b24app.runners.connection.account import pace_of
from b24app.store import lanes, portals, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import Connection
from b24app.store.sql import chunks
from b24app.systems import discover
from sandbox.control import Control
from tests.contract.systems.conftest import HARNESSES
from tests.contract.systems.harness import Harness

#: ApiShip stands in front of carriers, it is none of the six.
SIX = ("boxberry", "cdek", "dpd", "pek", "russian_post", "yandex_delivery")
THREADS = 6
#: Emulated limits of calls a minute are lifted while the crowd is made: nobody measures that.
LIMITS = {"pek": "rate_limit", "boxberry": "rate_limit"}
ROWS_A_COMMIT = 100


@dataclass(frozen=True)
class Made:
    """One order: the deal, what was asked and what the carrier shows."""

    deal_id: int
    system: str
    request: ShipmentRequest
    state: OrderState


def harness_of(house: House, system: str) -> Harness:
    """The contract suite's face of an emulator, over this house's."""
    control = Control(house.control)
    world: Any = SimpleNamespace(addresses=house.addresses, control=control, clock=SimpleNamespace(now=control.now))
    return HARNESSES[system](world)


def make(harness: Harness, code: str, deals: Sequence[int]) -> list[Made]:
    """One order a deal, accepted."""
    lifted = LIMITS.get(harness.code)
    usual = harness.control("GET", "settings").get(lifted) if lifted else None
    if lifted:
        harness.switch(**{lifted: 10_000_000})
    if harness.decides_later:
        harness.decide_after(0.0)

    def one(deal: int) -> Made:
        request = harness.request(f"{code}-{deal}-1")
        state = harness.port.create(request)
        if state.decision is Decision.PENDING or not state.tracking_number:
            state = harness.settle(state)
        return Made(deal, harness.code, request, state)

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(one, deals))
    if lifted:
        harness.switch(**{lifted: usual})
    return found


def write(parts: Parts, member: str, accounts: Mapping[str, int], made: Sequence[Made], now: datetime) -> None:
    """Shipments that were accepted just now."""
    for some in chunks(made, ROWS_A_COMMIT):
        with session_scope(parts.sessions) as session:
            portal = portals.by_member(session, member)
            assert portal is not None
            for each in some:
                account = portals.connection(session, portal.id, accounts[each.system])
                assert account is not None
                _row(session, portal, account, each, now)
    # Written behind the lanes' backs: each is told to look.
    with session_scope(parts.sessions) as session:
        for account_id in accounts.values():
            lanes.ask(session, lanes.connection_lane(session, account_id).id, now)


def _row(session: Any, portal: Any, account: Connection, each: Made, now: datetime) -> None:
    pace = pace_of(discover()[each.system].manifest, account)
    row = shipments.create(
        session,
        portal,
        each.deal_id,
        1,
        account.id,
        status=Status.CREATED,
        request=each.request.to_json(),
        now=now,
        remote_id=each.state.remote_id,
        order_number=each.state.order_number,
        tracking_number=each.state.tracking_number,
        tracking_url=each.state.tracking_url,
        accepted_at=now,
        sent=True,
        next_poll_at=pace.next_look(now) if pace else now,
    )
    events = [
        {
            "key": event.key,
            "code": event.code[:80],
            "text": event.text,
            "status": event.status or Status.CREATED,
            "at": event.at,
        }
        for event in each.state.events
    ]
    shipments.add_events(session, portal.id, row.id, events)


def accounts_of(parts: Parts, member: str) -> dict[str, int]:
    """System -> its connection."""
    with read_scope(parts.sessions) as session:
        portal = portals.by_member(session, member)
        return {row.system: row.id for row in portals.connections(session, portal.id)} if portal else {}
