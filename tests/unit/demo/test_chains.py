"""The story of chains waits for what is due at its own portal, and for nobody else's."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.demo.chains import Chains
from b24app.parts import Parts
from b24app.store import feeds, intents, outbox, portals, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal, Shipment
from b24app.store.outbox import ToPortal


@pytest.fixture
def chains(sessions: Sessions, clock: FixedClock, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Chains:
    monkeypatch.setattr(Parts, "open", lambda _: SimpleNamespace(sessions=sessions))
    house: Any = SimpleNamespace(
        addresses={"portals": [{"member_id": portal.member_id}]},
        settings=lambda: None,
        steer=lambda *_: {"now": clock.now().isoformat()},
    )
    return Chains(house, lambda _: None, portal=0)


def order(session: Session, portal: Portal, now: datetime, **more: Any) -> Shipment:
    [account] = portals.connections(session, portal.id)
    return shipments.create(session, portal, 1, 1, account.id, status="created", request={}, now=now, **more)


def call(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        intents.add(session, order(session, portal, clock.now()), "create", {}, now=clock.now(), trace_id="t")


def look_at(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        order(session, portal, clock.now(), next_poll_at=clock.now())


def news(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        [account] = portals.connections(session, portal.id)
        feeds.join(session, account, portal.member_id, clock.now())


def write(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        things = [ToPortal(1, "deal_update", portal.member_id, {"fields": {}})]
        outbox.add(session, portal.id, things, now=clock.now(), trace_id="t")


@pytest.mark.parametrize("due", [call, look_at, news, write])
def test_it_waits_for_its_own_portal_alone(
    sessions: Sessions, clock: FixedClock, portal: Portal, neighbour: Portal, chains: Chains, due: Any
) -> None:
    assert chains._idle()
    due(sessions, neighbour, clock)
    assert chains._idle()
    due(sessions, portal, clock)
    assert not chains._idle()
