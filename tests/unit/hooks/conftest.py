"""A hook process in miniature: the app, what it stored, and whom it woke."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.hooks.carrier import carrier_callbacks
from b24app.hooks.counters import HookCounters
from b24app.hooks.desk import Desk
from b24app.hooks.health import WorkCollector, database_check, health
from b24app.hooks.portal_events import portal_events
from b24app.hooks.robots import robots
from b24app.hooks.sms import sms
from b24app.lanes.wake import LocalWakes
from b24app.store.engine import Sessions, read_scope
from b24app.store.models import InboxRow, LaneKind


@dataclass
class Hooks:
    client: FlaskClient
    sessions: Sessions
    wakes: LocalWakes
    registry: CollectorRegistry

    def rows(self) -> list[InboxRow]:
        with read_scope(self.sessions) as session:
            return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))

    def woken(self) -> list[int]:
        found = []
        while (lane := self.wakes.pop(list(LaneKind), 0)) is not None:
            found.append(lane.id)
        return found

    def counted(self, hook: str, outcome: str) -> float:
        labels = {"hook": hook, "outcome": outcome}
        return self.registry.get_sample_value("waybill_hook_requests_total", labels) or 0.0


@pytest.fixture
def hooks(sessions: Sessions, clock: FixedClock) -> Iterator[Hooks]:
    engine = sessions.kw["bind"]
    wakes, registry = LocalWakes(), CollectorRegistry()
    counters = HookCounters(registry)
    desk = Desk.open(engine, sessions, wakes, clock, counters, cache_s=0.0, max_bytes=4096)
    app = Flask("hooks")
    app.register_blueprint(portal_events(desk))
    app.register_blueprint(carrier_callbacks(desk))
    app.register_blueprint(robots(desk))
    app.register_blueprint(sms(desk))
    work = WorkCollector(sessions, clock)
    app.register_blueprint(health({"database": database_check(sessions)}, registry, work))
    yield Hooks(app.test_client(), sessions, wakes, registry)
    desk.intake.close()
