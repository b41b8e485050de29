"""What every fault run does alike: a deployment of nothing, havoc, healing, time that passes, a verdict."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from b24app.demo.house import House, Plan
from b24app.dev.child import Restart
from b24app.dev.postgres_server import PostgresServer
from b24app.parts import Parts
from b24app.store import lanes
from b24app.store.engine import read_scope
from b24app.store.models import Lane
from tests.faults.havoc import Havoc
from tests.faults.journal import Journal
from tests.faults.judge import Finding
from tests.faults.scale import Scale

Say = Callable[[str], None]
LOOK_S = 1.0
#: What our lanes have to do is waited for so long at most: a busy machine starves workers, which is no end.
STARVED_S = 60.0
#: After the last write the journal has to stay silent for this long before it is judged.
QUIET_S = 4.0


@dataclass(frozen=True)
class Orders:
    """Which run: the carrier's own check of numbers, the database, the dice."""

    unique_numbers: bool
    database: str
    seed: int


@dataclass
class Verdict:
    """What a run came to. `seconds` by phase, `struck` how often what happened."""

    orders: Orders
    findings: list[Finding]
    struck: Mapping[str, int]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return all(finding.holds for finding in self.findings)


@contextmanager
def deployed(scale: Scale, orders: Orders, var: Path, systems: Collection[str]) -> Iterator[House]:
    """Raises what the deployment raises when it cannot even be started."""
    shutil.rmtree(var, ignore_errors=True)
    with _database(orders.database) as url:
        plan = Plan(var, url, workers=scale.workers, restart=Restart.ALWAYS, systems=tuple(systems), env=scale.env)
        with House(plan) as house:
            yield house


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """Its address; empty for the house's own SQLite."""
    if kind == "sqlite":
        yield ""
        return
    with (
        tempfile.TemporaryDirectory(prefix="waybill-faults-", ignore_cleanup_errors=True) as folder,
        PostgresServer(Path(folder) / "data") as server,
    ):
        yield server.create_database("waybill")


class Driven:
    """Drives the emulated world from outside. `more`: what its journal reads beside what runs of orders do."""

    def __init__(
        self, house: House, scale: Scale, orders: Orders, say: Say, more: Sequence[tuple[str, str]] = ()
    ) -> None:
        self._house, self._scale, self._orders, self._say = house, scale, orders, say
        self._member = str(house.addresses["portals"][0]["member_id"])
        self._base = f"/bitrix24/{self._member}"
        self._journal = Journal(lambda path: house.steer("GET", path), self._member, more)
        self._parts = Parts.open(house.settings())
        self._waiting: list[int] = []
        self._next_wave = 0.0
        self._seconds: dict[str, float] = {}

    def run(self) -> Verdict:
        began = time.monotonic()
        self._prepare()
        self._seconds["set-up"] = time.monotonic() - began
        havoc = self._burst()
        self._settle(havoc)
        return Verdict(self._orders, self._judged(), self._counted(havoc), self._seconds)

    def _prepare(self) -> None:
        """Everything that happens in peace."""
        raise NotImplementedError

    def _burst(self) -> Havoc:
        raise NotImplementedError

    def _settle(self, havoc: Havoc) -> None:
        """Heal, wait for the rest, and let time pass: what was done twice would be done by then."""
        raise NotImplementedError

    def _judged(self) -> list[Finding]:
        raise NotImplementedError

    def _counted(self, havoc: Havoc) -> dict[str, int]:
        """What really happened, havoc's own strikes and the faults of the world."""
        raise NotImplementedError

    def _break(self, *calls: tuple[str, dict[str, str]]) -> None:
        """Applied, then the connection breaks, of each system's calls; some of the portal's events go astray."""
        for at, (system, match) in enumerate(calls):
            rule = {"system": system, "action": "break_after", "match": match, "probability": self._scale.share}
            self._house.steer("POST", "/faults", {**rule, "seed": self._orders.seed + at})
        share = self._scale.share
        events = {"event_drop": share, "event_duplicate": share, "event_seed": self._orders.seed}
        self._house.steer("POST", f"{self._base}/settings", events)

    def _heal(self) -> None:
        """Nothing more is broken from now on."""
        self._house.steer("DELETE", "/faults")
        self._house.steer("POST", f"{self._base}/settings", {"event_drop": 0.0, "event_duplicate": 0.0})

    def _broken(self) -> list[str]:
        """The systems of calls that were applied and then broke off."""
        calls: list[dict[str, Any]] = self._house.steer("GET", "/journal?kind=rest.call")["entries"]
        return [str(row["system"]) for row in calls if row["data"].get("fault") == "break_after"]

    def _await(self, until: Callable[[], Any], seconds: float, otherwise: str) -> None:
        """Raises RuntimeError(otherwise)."""
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise RuntimeError(otherwise)
            time.sleep(LOOK_S / 2)

    def _is_silent(self, last: float, patience_s: float) -> bool:
        """Whether nothing happened since `last` for the patience, and no lane of ours is due or held: then somebody
        waits for a later hour."""
        silent = time.monotonic() - last
        if silent < patience_s or silent > max(STARVED_S, patience_s):
            return silent >= patience_s
        with read_scope(self._parts.sessions) as session:
            now = self._parts.clock.now()
            held = session.scalar(select(func.count(Lane.id)).where(Lane.lease_until > now))
            return not held and not lanes.due_lanes(session, now)

    def _night(self, seconds: float) -> None:
        """All workers are killed, that much time passes, they start again; until nothing more comes of it. (The clock
        must not jump under a call.)"""
        names = [f"worker-{number}" for number in range(self._scale.workers)]
        for name in names:
            self._house.supervisor.hold(name)
        time.sleep(LOOK_S)
        self._house.steer("POST", "/clock", {"advance": seconds})
        time.sleep(LOOK_S)
        for name in names:
            self._house.supervisor.release(name)
        self._await_silence()

    def _await_silence(self) -> None:
        last = time.monotonic()
        while time.monotonic() - last < QUIET_S:
            time.sleep(LOOK_S / 2)
            self._house.supervisor.tick()
            if self._journal.read():
                last = time.monotonic()
