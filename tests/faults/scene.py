"""A deployment in which a worker dies (or is stopped) at one line and another one finishes. The sandbox's journal says
how often what was done.

The carrier's own check of numbers is off throughout, and a fresh order stays invisible to look-ups for a second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from sqlalchemy import func, select

from b24app.demo.house import ROOT, House
from b24app.demo.setting_up import set_up
from b24app.dev.child import Child, Spec
from b24app.parts import Parts
from b24app.store.engine import read_scope
from b24app.store.models import Intent, OutboxRow
from tests.faults.autopsy import autopsy
from tests.faults.crasher import EXIT_CODE
from tests.faults.journal import Journal
from tests.faults.judge import TRACK, Case, Evidence, Row, deal_of, judge

WORKER = "worker-0"
#: Longer than any lease, deadline or pause of what a dead worker left behind.
LATER_S = 150.0


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
        self._crashing: list[Child] = []
        self._parts = Parts.open(house.settings())
        self.wait(self._heard, "the installation's own event, taken by our hooks", 60)
        house.supervisor.hold(WORKER)

    def _heard(self) -> bool:
        """Whether what the portal sends arrives: else deals would only be found by our sweep, once a minute."""
        sent = self.house.steer("GET", "/journal?system=bitrix24&kind=event.sent")["entries"]
        return any(row["portal"] == self.member and row["data"]["status"] == 200 for row in sent)

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
            if time.monotonic() > end:
                found = autopsy(self.house, self._parts.sessions)
                pytest.fail(f"{what}: not within {seconds:g} s\n{found}", pytrace=False)
            time.sleep(0.1)
