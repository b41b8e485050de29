"""Pulling a feed: saved, then confirmed; a crash in between repeats a page and loses none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.feed import FeedPage
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.runners.connection.feeding import Feeding
from b24app.store import portals, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import ConnectionState, FeedRow, InboxRow, Portal
from b24app.systems.plugin import TrackPolicy


class CrashError(RuntimeError):
    """The process is gone here."""


@dataclass
class Inbox:
    """A system whose news stay until they are confirmed. `crash` names the step that does not come back."""

    clock: FixedClock
    pages: list[str]
    crash: str = ""
    confirmed: list[str] = field(default_factory=list)
    feed_key: str = "1001"

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:
        if self.crash == "silent":
            raise Unavailable("no answer", 90)
        if self.crash == "refused":
            raise AccountProblem(Problem("account_refused"))
        if not self.pages:
            return FeedPage(cursor=cursor)
        code = self.pages[0]
        event = TrackingEvent(code, code, Status.IN_TRANSIT, self.clock.now())
        return FeedPage((OrderState("r7", decision=Decision.ACCEPTED, events=(event,)),), receipt=code, more=True)

    def confirm(self, receipt: str) -> None:
        if self.crash == "before_confirm":
            raise CrashError
        self.confirmed.append(receipt)
        if receipt in self.pages:
            self.pages.remove(receipt)
        if self.crash == "after_confirm":
            raise CrashError


@dataclass
class Scene:
    sessions: Sessions
    portal: Portal
    clock: FixedClock
    feed: int = 0

    def pull(self, system: Inbox) -> None:
        """One slice of a connection's lane, as far as its feed goes."""
        manifest = SimpleNamespace(ports=("Feed",), track=TrackPolicy(feed_s=600))
        services: Any = SimpleNamespace(
            clock=self.clock,
            sessions=self.sessions,
            plugins={"cdek": SimpleNamespace(manifest=manifest)},
            waker=SimpleNamespace(wake=lambda _: None),
        )
        with read_scope(self.sessions) as session:
            account = portals.connections(session, self.portal.id)[0]
        account.state = ConnectionState.READY
        slice_: Any = SimpleNamespace(people=False, check=lambda _: None)
        owner: Any = SimpleNamespace(connection=account, portal=self.portal)
        with ThreadPoolExecutor(1) as pool:
            feeding = Feeding(services, slice_, owner, system, pool)
            feeding.load()
            feeding.begin(1)
        feeding.land()
        self.feed = feeding.feed_id

    def row(self) -> FeedRow:
        with read_scope(self.sessions) as session:
            found = session.get(FeedRow, self.feed)
        assert found is not None
        return found

    def news(self) -> list[str]:
        with read_scope(self.sessions) as session:
            rows = session.query(InboxRow).filter_by(kind="feed").order_by(InboxRow.id)
            return [row.payload["state"]["events"][0]["code"] for row in rows]


@pytest.fixture
def scene(sessions: Sessions, portal: Portal, clock: FixedClock) -> Scene:
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        shipment = shipments.create(session, portal, 7, 1, account.id, status="created", request={}, now=clock.now())
        shipment.remote_id = "r7"
    return Scene(sessions, portal, clock)


def test_pages_are_saved_and_confirmed_one_by_one(scene: Scene) -> None:
    system = Inbox(scene.clock, ["A", "B"])
    scene.pull(system)
    assert (scene.news(), system.confirmed, system.pages) == (["A", "B"], ["A", "B"], [])
    assert (scene.row().receipt, (scene.row().due_at - scene.clock.now()).total_seconds()) == ("", 600)
    scene.pull(system)
    assert system.confirmed == ["A", "B"]


@pytest.mark.parametrize("crash", ["before_confirm", "after_confirm"])
def test_a_crash_around_the_confirmation_loses_nothing(scene: Scene, crash: str) -> None:
    system = Inbox(scene.clock, ["A", "B"], crash)
    scene.pull(system)
    assert (scene.news(), scene.row().receipt) == (["A"], "A")
    system.crash = ""
    scene.clock.advance(61)
    scene.pull(system)
    assert set(scene.news()) == {"A", "B"}
    assert (system.pages, scene.row().receipt) == ([], "")


def test_a_silent_carrier_is_asked_again_when_it_said(scene: Scene) -> None:
    scene.pull(Inbox(scene.clock, ["A"], "silent"))
    assert (scene.row().due_at - scene.clock.now()).total_seconds() == 90
    assert scene.row().problem == "no answer"


def test_an_account_that_is_refused_keeps_no_other_from_their_feed(scene: Scene) -> None:
    """Another portal's, perhaps, whose password is an old one."""
    scene.pull(Inbox(scene.clock, ["A"], "refused"))
    assert (scene.row().due_at - scene.clock.now()).total_seconds() == 3600
    with session_scope(scene.sessions) as session:
        other = portals.add_connection(session, scene.portal.id, "cdek", "B", "live", {}, scene.clock.now())
        other.feed_id = scene.feed
    scene.clock.advance(3601)
    scene.pull(Inbox(scene.clock, ["A"], "refused"))
    assert (scene.row().due_at - scene.clock.now()).total_seconds() == 60
