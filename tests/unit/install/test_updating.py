"""A release that wants something else in portals brings it there by itself: differences only, in few requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.own_fields import OWN
from b24app.clock import FixedClock
from b24app.flows.return_process import OffReason
from b24app.lanes.engine import LaneEngine, Timing
from b24app.lanes.slices import Slice, SliceResult
from b24app.lanes.wake import LocalWakes
from b24app.store import inbox, portals, return_process, updates
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.lanes import portal_lane
from b24app.store.models import InboxKind, LaneKind, Portal, PortalState
from b24app.store.return_process import Kept, Off
from b24app.wire.errors import NotSent, Why
from install import run, updating, wanted
from install.steps import bindings as bindings_step
from install.steps import fields as fields_step
from install.wanted import EVENTS
from install.wanted_returns import STAGES
from tests.unit.install.conftest import ITEMS

PUBLIC, HOOKS = "https://waybill.example", "https://hooks.waybill.example"


@dataclass
class Deployment:
    """A portal that was installed, its lane, and the schedule."""

    sessions: Sessions
    clock: FixedClock
    portal_id: int
    parts: run.InstallParts
    engine: LaneEngine
    wakes: LocalWakes

    def install(self) -> None:
        with session_scope(self.sessions) as session:
            portals.get(session, self.portal_id).state = PortalState.INSTALLING
            self.wakes.wake(run.start(session, self.portal_id, self.clock.now(), "trace"))
        self.engine.run_until_idle()

    def look_around(self) -> int:
        self.clock.advance(1)
        found = updating.look_around(self.sessions, self.clock.now(), self.wakes, self.parts.wanted)
        self.engine.run_until_idle()
        return found

    def told(self, **payload: Any) -> None:
        """An event hints at a change."""
        self.clock.advance(1)
        with session_scope(self.sessions) as session:
            lane = portal_lane(session, self.portal_id)
            inbox.append(session, lane.id, InboxKind.LICENCE, "app", payload, now=self.clock.now(), trace_id="t")
        self.wakes.wake(lane)
        self.engine.run_until_idle()

    @property
    def row(self) -> Portal:
        with read_scope(self.sessions) as session:
            return portals.get(session, self.portal_id)

    def steps(self) -> dict[str, tuple[str, str]]:
        with read_scope(self.sessions) as session:
            return {row.step: (row.state, row.words) for row in portals.install_steps(session, self.portal_id)}


@pytest.fixture
def here(sessions: Sessions, clock: FixedClock, portal: Portal, there: Any) -> Iterator[Deployment]:
    wakes = LocalWakes()
    engine = LaneEngine(sessions, clock, wakes, "test", Timing())
    parts = run.InstallParts(lambda _: there, PUBLIC, HOOKS, spread=lambda: 0.5)
    chores = {
        InboxKind.LICENCE: partial(updating.handle, parts=parts),
        InboxKind.INSTALL: partial(run.handle, parts=parts),
    }

    def serve(slice_: Slice) -> SliceResult:
        for kind, chore in chores.items():
            with read_scope(sessions) as session:
                rows = slice_.claim_inbox(session, (kind,))
            if rows:
                chore(slice_, rows)
        return SliceResult()

    engine.register(LaneKind.PORTAL, serve)
    deployment = Deployment(sessions, clock, portal.id, parts, engine, wakes)
    deployment.install()
    there.asked.clear()
    there.requests.clear()
    yield deployment


@pytest.fixture
def next_release(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The release before did not want the last field and the last event yet (taken before `here` installs it)."""

    def want(most: int | None) -> None:
        for module in (wanted, fields_step):
            monkeypatch.setattr(module, "OWN", dict(list(OWN.items())[:most]))
        for module in (wanted, bindings_step):
            monkeypatch.setattr(module, "EVENTS", EVENTS[:most])

    want(-1)
    return lambda: want(None)


def test_an_installed_portal_has_what_is_wanted(here: Deployment, there: Any) -> None:
    assert here.row.provisioned == here.parts.wanted
    assert here.look_around() == 0
    assert there.requests == []


def test_a_new_release_applies_the_difference_and_says_what_it_was(
    next_release: Callable[[], None], here: Deployment, there: Any
) -> None:
    """One request reads all there is; a field is written and read back, the event is bound: four requests."""
    next_release()
    assert here.look_around() == 1
    assert there.writes == ["crm.deal.userfield.add", "event.bind"]
    assert len(there.requests) == 4, there.requests
    assert there.events[-1]["event"] == EVENTS[-1]
    assert here.row.provisioned == here.parts.wanted
    assert here.row.settings[updates.APPLIED]["steps"] == ["fields", "events"]
    assert here.look_around() == 0


def test_another_address_is_bound_and_nothing_else(here: Deployment, there: Any) -> None:
    moved = run.InstallParts(here.parts.open_portal, PUBLIC, "https://elsewhere.example", spread=lambda: 0.5)
    assert moved.wanted != here.parts.wanted


def test_an_update_that_no_event_told_is_seen_in_the_version(here: Deployment, there: Any) -> None:
    """The portal removes our handlers with every update of the app (bitrix24-app.md §1.8): two requests mend that."""
    there.info["VERSION"], there.events = 2, []
    assert here.look_around() == 0  # asked six hours after the last time, not at each look
    here.clock.advance(updates.LOOK_EVERY.total_seconds())
    assert here.look_around() == 1
    assert [row["event"] for row in there.events] == [*EVENTS, *ITEMS]
    assert here.row.app_version == "2"
    assert there.requests == ["app.info", "batch", "batch"]
    assert here.row.settings[updates.APPLIED]["steps"] == ["events"]


def test_an_event_of_an_update_is_believed_at_once(here: Deployment, there: Any) -> None:
    there.events = []
    here.told(update=True)
    assert [row["event"] for row in there.events] == [*EVENTS, *ITEMS]


def test_a_stage_that_the_portal_removed_is_not_brought_back(here: Deployment, there: Any) -> None:
    """It was put in place once; the administrator may have chosen another one."""
    there.stages["DEAL_STAGE"].pop()
    here.told(update=True)
    assert there.writes == []
    assert "crm.category.list" not in there.asked


def test_a_field_of_the_portals_own_that_plays_the_role_is_enough(here: Deployment, there: Any) -> None:
    there.fields[:] = [row for row in there.fields if row["FIELD_NAME"] != "UF_CRM_DELIVERY_PHONE"]
    there.fields.append({"FIELD_NAME": "UF_CRM_OUR_PHONE", "USER_TYPE_ID": "string"})
    with session_scope(here.sessions) as session:
        portals.set_fields(session, here.portal_id, {"phone": "UF_CRM_OUR_PHONE"})
    here.told(update=True)
    assert there.writes == []


def test_a_silent_portal_is_tried_again_and_what_was_done_stays_done(
    next_release: Callable[[], None], here: Deployment, there: Any
) -> None:
    next_release()
    there.broken["event.bind"] = NotSent(Why.CONNECT)
    here.look_around()
    assert here.row.provisioned != here.parts.wanted
    assert here.look_around() == 0  # it is under way
    there.broken.clear()
    there.asked.clear()
    here.clock.advance(10)
    here.engine.run_until_idle()
    assert there.writes == ["event.bind"]
    assert "crm.deal.userfield.list" not in there.asked
    assert here.row.settings[updates.APPLIED]["steps"] == ["fields", "events"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RestError("ACCESS_DENIED", "Access denied!", "event.bind"), "refused|Access denied!"),
        (NoToken("none"), "no_admin_key|none"),
    ],
)
def test_a_refusal_waits_for_an_administrator_and_not_for_the_next_look(
    next_release: Callable[[], None], here: Deployment, there: Any, error: Exception, words: str
) -> None:
    next_release()
    there.broken["event.bind"] = error
    here.look_around()
    assert here.steps()["events"] == ("failed", words)
    assert here.row.state == PortalState.ACTIVE
    assert here.look_around() == 0
    there.broken.clear()
    with session_scope(here.sessions) as session:
        lane = updates.start(session, here.portal_id, here.parts.wanted, here.clock.now(), "t")
    assert lane is not None
    here.wakes.wake(lane)
    here.engine.run_until_idle()
    assert here.row.provisioned == here.parts.wanted


@pytest.mark.parametrize("error", [RestError("PAYMENT_REQUIRED", "", "app.info"), NoToken("payment_required")])
def test_a_lapsed_licence_is_noted_when_an_event_hints_at_it(here: Deployment, there: Any, error: Exception) -> None:
    there.broken["app.info"] = error
    here.told()
    assert here.row.state == PortalState.BLOCKED
    assert "payment_required" in here.row.blocked_reason.lower()


def test_a_portal_that_stays_silent_is_left_alone_until_the_next_look(here: Deployment, there: Any) -> None:
    there.broken["app.info"] = NotSent(Why.CONNECT)
    here.told()
    for _ in range(10):
        here.clock.advance(3600)
        here.engine.run_until_idle()
    assert there.asked.count("app.info") == updating.TRIES
    assert here.row.state == PortalState.ACTIVE


def test_a_frame_tells_of_another_version_and_of_other_scopes(here: Deployment) -> None:
    with session_scope(here.sessions) as session:
        row = portals.get(session, here.portal_id)
        updates.heard(session, row, "1", ())
        assert not updates.lacks(row, here.parts.wanted)  # the first version is no news
        assert not updates.differs(row, "1", ())
        assert updates.differs(row, "2", ())
        updates.heard(session, row, "2", ())
        assert updates.lacks(row, here.parts.wanted)
    assert here.look_around() == 1
    with session_scope(here.sessions) as session:
        row = portals.get(session, here.portal_id)
        assert not updates.lacks(row, here.parts.wanted)
        assert updates.differs(row, "2", ("crm",))
        updates.heard(session, row, "2", ("crm",))
        assert row.scopes == ["crm"]
        assert updates.lacks(row, here.parts.wanted)


def test_the_smart_process_is_looked_after_each_day_and_nothing_else(here: Deployment, there: Any) -> None:
    """Of the four looks of a day one reads it, in one request; a stage that somebody deleted is there again."""
    directory = next(name for name in there.stages if name.startswith("DYNAMIC"))
    there.stages[directory].pop()
    for _ in range(4):
        here.clock.advance(updates.LOOK_EVERY.total_seconds())
        here.look_around()
    assert there.requests == ["app.info"] * 4 + ["batch", "batch"]
    assert there.writes == ["crm.status.add"]
    assert len(there.stages[directory]) == len(STAGES)
    assert here.row.provisioned == here.parts.wanted


def test_another_plan_is_tried_at_once_for_a_smart_process(here: Deployment, there: Any) -> None:
    there.types.clear()
    with session_scope(here.sessions) as session:
        off = Off(OffReason.PLAN, "Исчерпан тариф", here.clock.now())
        return_process.change(session, here.portal_id, lambda _: Kept(off=off, looked_at=here.clock.now()))
    here.told()
    assert there.types == []
    there.info["LICENSE_TYPE"] = "ent250"
    here.told()
    assert len(there.types) == 1
    assert Kept.of(here.row.settings).off is None
