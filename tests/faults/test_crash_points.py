"""A worker dies (or is stopped) at one line; another one finishes. The sandbox's journal says how often what was done.

The carrier's own check of numbers is off throughout, and a fresh order stays invisible to look-ups for a second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from sqlalchemy import func, select

from b24app.demo.house import ONE_CARRIER, ROOT, House, Plan
from b24app.demo.setting_up import open_app, set_up
from b24app.dev.child import Child, Spec
from b24app.parts import Parts
from b24app.store.engine import read_scope
from b24app.store.models import Intent, OutboxRow
from tests.faults.crasher import EXIT_CODE
from tests.faults.journal import Journal
from tests.faults.judge import TRACK, Case, Evidence, Row, deal_of, judge

WORKER = "worker-0"
#: Longer than any lease, deadline or pause of what a dead worker left behind.
LATER_S = 150.0
TOKEN_LIFE_S = 3700.0
#: A write that was begun by a stopped worker may not leave after this (5 s to the portal, 8 s to the carrier).
LONG_STOP_S = 9.0
COLLEAGUE = 77

pytestmark = pytest.mark.timeout(300)


class Scene:
    """One deployment for all tests; each moves a deal of its own and lets a worker crash over it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.member = str(house.addresses["portals"][0]["member_id"])
        self.base = f"/bitrix24/{self.member}"
        self.journal = Journal(lambda path: house.steer("GET", path), self.member)
        page = set_up(house.steer, self.member, house.addresses["cdek"]["accounts"][0])
        self.trigger = page.triggers[0]
        settings = {"unique_numbers": False, "lookup_delay": 1.0, "decision_min": 0.1, "decision_max": 0.2}
        house.steer("POST", "/cdek/settings", settings)
        house.steer("POST", f"{self.base}/settings", {"event_delay_min": 0.0, "event_delay_max": 0.1})
        time.sleep(2.0)
        house.supervisor.hold(WORKER)
        self._crashing: list[Child] = []
        self._parts = Parts.open(house.settings())

    def move_a_deal(self) -> int:
        deal_id: int = self.house.steer("POST", f"{self.base}/bulk", {"count": 1})["deals"][0]
        body = {"deals": [deal_id], "stage": self.trigger, "user": 7}
        self.house.steer("POST", f"{self.base}/move", body)
        return deal_id

    def begin(self, point: str) -> Child:
        """Start a worker that crashes at `point`."""
        argv = [sys.executable, "-m", "tests.faults.crasher", point]
        spec = Spec(name=f"{point}-{len(self._crashing)}", argv=argv, env=self.house.env, cwd=ROOT)
        self._crashing.append(self.house.supervisor.start(spec, wait=False))
        return self._crashing[-1]

    def crash(self, point: str) -> None:
        """Let a worker run until it reaches the point and dies there."""
        child = self.begin(point)
        self.wait(lambda: not child.alive, f"the crash at {point}", 60)
        assert child.exit_code == EXIT_CODE, child.log_tail()

    def stop(self, point: str) -> Child:
        """Let a worker run until it stops itself at the point."""
        child = self.begin(point)
        stopped = lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED  # noqa: E731
        self.wait(stopped, f"the stop at {point}", 60)
        return child

    def later(self, seconds: float = LATER_S) -> None:
        """Time passes while nobody works, then an ordinary worker starts."""
        self.house.steer("POST", "/clock", {"advance": seconds})
        self.house.supervisor.release(WORKER)

    def finish(self, deal_id: int) -> None:
        """Wait for the deal's end and until nothing is left to be done (or to be done twice), and judge."""
        self.wait(lambda: self.told(deal_id) and self.settled(), f"deal {deal_id} with its number and its entry", 90)
        self.rest()
        self.journal.read()
        broken = [found for found in judge(self.case(deal_id), self.evidence(deal_id)) if not found.holds]
        assert not broken, broken

    def settled(self) -> bool:
        """Whether every call of ours is closed. This only says when to look, never what is found."""
        with read_scope(self._parts.sessions) as session:
            waiting = [session.scalar(select(func.count(table.next_try_at))) for table in (Intent, OutboxRow)]
        return not any(waiting)

    def clear(self) -> None:
        """Nothing that one test began reaches the next one, however it ended."""
        for child in self._crashing:
            child.kill()
        self.house.steer("DELETE", "/faults")
        self.rest()

    def rest(self) -> None:
        self.house.supervisor.hold(WORKER)

    def told(self, deal_id: int) -> bool:
        self.journal.read()
        updated = [row for row in self.of("deal.updated", deal_id) if row["data"]["fields"].get(TRACK)]
        return bool(updated) and bool(self.of("timeline.added", deal_id))

    def accepted(self, deal_id: int) -> int:
        self.journal.read()
        return sum(deal_of(row["key"]) == deal_id for row in self.journal.of("order.accepted"))

    def of(self, kind: str, deal_id: int) -> list[Row]:
        return [row for row in self.journal.of(kind) if row["key"] == str(deal_id)]

    def case(self, deal_id: int) -> Case:
        return Case(frozenset({deal_id}), entries=1, stages=(self.trigger,))

    def evidence(self, deal_id: int) -> Evidence:
        accepted, decided = (
            [row for row in self.journal.of(kind) if deal_of(row["key"]) == deal_id]
            for kind in ("order.accepted", "order.decided")
        )
        timeline, updated, moved = (
            self.of(kind, deal_id) for kind in ("timeline.added", "deal.updated", "stage.moved")
        )
        shown = {int(deal["id"]): deal for deal in self.house.steer("GET", f"{self.base}/deals")["deals"]}
        return Evidence(accepted, decided, timeline, updated, moved, shown)

    def slow(self, system: str, method: str, path: str) -> None:
        """The next such call takes longer than a crash in its middle needs."""
        match = {"method": method, "path": path}
        rule = {"system": system, "action": "latency", "match": match, "params": {"seconds": 1.6}}
        self.house.steer("POST", "/faults", rule)

    def wait(self, until: Callable[[], Any], what: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    plan = Plan(tmp_path_factory.mktemp("house"), hook_servers=1, page_servers=1, systems=ONE_CARRIER)
    with House(plan) as house:
        yield Scene(house)


@pytest.fixture
def scene(scenes: Scene) -> Iterator[Scene]:
    yield scenes
    scenes.clear()


@pytest.mark.parametrize(
    "point", ["before_decisions_are_committed", "between_decisions_and_wake", "after_intent_before_call"]
)
def test_a_death_before_the_call(scene: Scene, point: str) -> None:
    deal_id = scene.move_a_deal()
    scene.crash(point)
    assert scene.accepted(deal_id) == 0
    scene.later()
    scene.finish(deal_id)


def test_a_death_while_the_carrier_is_still_taking_the_order(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.slow("cdek", "POST", "/v2/orders")
    scene.crash("during_create")
    assert scene.accepted(deal_id) == 0
    scene.wait(lambda: scene.accepted(deal_id) == 1, "the order that the dead worker had sent", 10)
    scene.later()
    scene.finish(deal_id)


def test_a_death_between_the_carriers_answer_and_its_saving(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.crash("after_answer_before_saving")
    assert scene.accepted(deal_id) == 1
    scene.later()
    scene.finish(deal_id)


def test_a_death_while_the_portal_is_still_writing(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.slow("bitrix24", "POST", "/rest/*batch*")
    scene.crash("during_batch")
    assert not scene.told(deal_id)
    scene.wait(lambda: scene.told(deal_id), "the batch that the dead worker had sent", 10)
    scene.later()
    scene.finish(deal_id)


def test_a_death_between_the_portals_answer_and_its_saving(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.crash("after_batch_before_saving")
    assert scene.told(deal_id)
    scene.later()
    scene.finish(deal_id)


def test_a_hook_that_dies_whenever_it_has_stored_an_event(scene: Scene) -> None:
    """The row is there, nobody was woken: the sweep finds it."""
    hooks = scene.house.supervisor["hooks"]
    scene.house.supervisor.hold("hooks")
    port = str(scene.house.hooks_port)
    argv = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "--no-control-socket"]
    spec = Spec(
        name="crashing-hooks",
        argv=[*argv, "tests.faults.crasher:hooks"],
        env=scene.house.env,
        cwd=ROOT,
        url=hooks.spec.url,
    )
    crashing = scene.house.supervisor.start(spec)
    deal_id = scene.move_a_deal()
    scene.wait(lambda: "exited with" in crashing.log_path.read_text("utf-8"), "a crash of the hook", 10)
    scene.house.supervisor.hold("crashing-hooks")
    scene.house.supervisor.release("hooks")
    hooks.wait_ready()
    scene.house.supervisor.release(WORKER)
    scene.finish(deal_id)


@pytest.mark.parametrize("point", ["stopped_before_create", "stopped_after_lookup", "stopped_before_batch"])
def test_a_worker_that_was_stopped_for_long_sends_nothing_any_more(scene: Scene, point: str) -> None:
    """Its work was looked up and done by another one meanwhile; nothing of its own may follow."""
    deal_id = scene.move_a_deal()
    child = scene.stop(point)
    time.sleep(LONG_STOP_S)
    scene.later()
    scene.wait(lambda: scene.told(deal_id), "the work done by another worker", 90)
    child.thaw()
    time.sleep(2.0)
    child.kill()
    scene.finish(deal_id)


def test_a_rotation_that_was_lost_falls_back_to_another_administrator(scene: Scene) -> None:
    scene.house.steer("POST", f"{scene.base}/users", {"id": COLLEAGUE, "name": "Вера", "admin": True})
    open_app(scene.house.steer, scene.member, COLLEAGUE)
    deal_id = scene.move_a_deal()
    scene.house.steer("POST", "/clock", {"advance": TOKEN_LIFE_S})
    scene.crash("during_rotation")
    scene.later()
    scene.finish(deal_id)


def test_without_a_key_left_everything_waits_until_an_administrator_opens_the_app(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.house.steer("POST", "/clock", {"advance": TOKEN_LIFE_S})
    scene.crash("during_rotation")
    scene.later()
    time.sleep(3.0)
    assert not scene.told(deal_id)
    open_app(scene.house.steer, scene.member)
    scene.rest()
    scene.later(400.0)
    scene.finish(deal_id)
