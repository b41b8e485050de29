"""A deployment with three portals that ship: one for single deals and the burst, a neighbour, and one whose carrier
hangs. Each has a CDEK account of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from b24app.demo.house import ONE_CARRIER, House, Plan
from b24app.demo.person import Person
from b24app.demo.setting_up import set_up
from b24app.parts import Parts
from b24app.store import portals
from b24app.store.engine import read_scope
from bench.figures import Say
from bench.journal import CARRIER, PORTAL, Journal

MANAGER = 7
WORKERS = 2
SETTLE_S = 30.0


@dataclass(frozen=True)
class Resident:
    """A portal that ships. `trigger`: the stage of its first pipeline that starts a shipment."""

    house: House
    member: str
    account: Mapping[str, Any]
    trigger: str
    code: str
    manager: int

    def control(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """A call to this portal's own switches."""
        return self.house.steer(verb, f"/{PORTAL}/{self.member}/{path}", body)

    def deals(self, count: int) -> list[int]:
        """New ordinary deals, ready to be moved; their ids."""
        return list(self.control("POST", "bulk", {"count": count})["deals"])

    def move(self, deal_ids: list[int]) -> None:
        """A manager moves them all at once."""
        self.control("POST", "move", {"deals": deal_ids, "stage": self.trigger, "user": self.manager})

    def journal(self) -> Journal:
        """From now on."""
        journal = Journal(self.house.steer, PORTAL, self.member)
        journal.skip()
        return journal

    def open_tab(self, deal_id: int) -> tuple[Person, float]:
        """A manager opens the deal's tab; the seconds that its frame took."""
        spec = {"user": self.manager, "placement": "DETAIL_TAB", "entity_id": deal_id}
        frame = self.control("POST", "frame", spec)
        began = time.perf_counter()
        person = Person(frame)
        return person, time.perf_counter() - began


@dataclass(frozen=True)
class Town:
    """The deployment. `home` is busy, `neighbour` wants its one deal, `stuck` has a carrier that may hang."""

    house: House
    home: Resident
    neighbour: Resident
    stuck: Resident

    def carrier_journal(self) -> Journal:
        journal = Journal(self.house.steer, CARRIER)
        journal.skip()
        return journal

    def carrier(self, **settings: Any) -> None:
        self.house.steer("POST", f"/{CARRIER}/settings", settings)

    def fault(self, **spec: Any) -> int:
        return int(self.house.steer("POST", "/faults", spec)["id"])

    def no_faults(self) -> None:
        self.house.steer("DELETE", "/faults")

    def worker_pids(self) -> list[int]:
        return [self.house.supervisor[f"worker-{number}"].pid for number in range(self.house.plan.workers)]


@contextmanager
def town(say: Say, var: Path | None = None) -> Iterator[Town]:
    """Start everything, set the portals up through our own pages. Databases and logs are kept if `var` is given."""
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        say("starting the emulated world and a deployment")
        plan = Plan(
            var or Path(folder),
            workers=WORKERS,
            clock=False,
            systems=ONE_CARRIER,
            world={"portals": 3},
            env={"WAYBILL_LOG_LEVEL": "WARNING"},
        )
        with House(plan) as house:
            parts = Parts.open(house.settings())
            accounts = house.addresses["cdek"]["accounts"]
            members = [str(row["member_id"]) for row in house.addresses["portals"]]
            # The second account is a delivery contract: the one that only has to hang.
            residents = [settle(house, parts, members[at], accounts[pick]) for at, pick in ((0, 0), (1, 2), (2, 1))]
            parts.engine.dispose()
            yield Town(house, *residents)


def settle(house: House, parts: Parts, member: str, account: Mapping[str, Any]) -> Resident:
    """A portal that ships with this CDEK account. Raises RuntimeError when its pipelines do not start."""
    triggers = set_up(house.steer, member, account).triggers
    end = time.monotonic() + SETTLE_S
    while not (code := _started(parts, member)):
        if time.monotonic() > end:
            raise RuntimeError(f"the pipelines of {member} did not start within {SETTLE_S:g} s")
        time.sleep(0.1)
    house.steer("POST", f"/{PORTAL}/{member}/users", {"id": MANAGER, "active": True, "app_access": True})
    return Resident(house, member, account, triggers[0], code, MANAGER)


def _started(parts: Parts, member: str) -> str:
    """The portal's code once all its pipelines run; "" before."""
    with read_scope(parts.sessions) as session:
        portal = portals.by_member(session, member)
        if portal is None:
            return ""
        rows = portals.pipelines(session, portal.id).values()
        started = all(row.on_since_history_id is not None for row in rows if row.enabled)
        return portal.code if rows and started else ""
