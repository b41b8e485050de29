"""One fault run: ship deals while everything breaks, let it settle, judge by the sandbox's journal."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from b24app.demo.house import ONE_CARRIER, House, Plan
from b24app.demo.setting_up import STAGES, TRIGGER, set_up
from b24app.dev.child import Restart
from b24app.dev.postgres_server import PostgresServer
from b24app.parts import Parts
from b24app.store import lanes
from b24app.store.engine import read_scope
from b24app.store.models import Lane
from sandbox.bitrix24.data import portal_data
from tests.faults.havoc import Havoc
from tests.faults.journal import Journal
from tests.faults.judge import TRACK, Case, Evidence, Finding, judge
from tests.faults.scale import Scale

Say = Callable[[str], None]
MANAGER = 7
#: The carrier's statuses after "created"; each is one more timeline entry.
ROUTE = ("RECEIVED_AT_SHIPMENT_WAREHOUSE", "SENT_TO_RECIPIENT_CITY", "ACCEPTED_AT_PICK_UP_POINT", "DELIVERED")
ENTRIES = 1 + len(ROUTE)
LOOK_S = 1.0
#: After the last write the journal has to stay silent for this long before it is judged.
QUIET_S = 4.0
#: What our lanes have to do is waited for so long at most: a busy machine starves workers, which is no end.
STARVED_S = 60.0


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


def run(scale: Scale, orders: Orders, var: Path, say: Say) -> Verdict:
    """Raises what the deployment raises when it cannot even be started."""
    shutil.rmtree(var, ignore_errors=True)
    with database(orders.database) as url, House(_plan(scale, var, url)) as house:
        return FaultRun(house, scale, orders, say).run()


def _plan(scale: Scale, var: Path, database_url: str) -> Plan:
    return Plan(var, database_url, workers=scale.workers, restart=Restart.ALWAYS, systems=ONE_CARRIER, env=scale.env)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Its address; empty for the house's own SQLite."""
    if kind == "sqlite":
        yield ""
        return
    with (
        tempfile.TemporaryDirectory(prefix="waybill-faults-", ignore_cleanup_errors=True) as folder,
        PostgresServer(Path(folder) / "data") as server,
    ):
        yield server.create_database("waybill")


def silent_for(last: float, patience_s: float, parts: Parts) -> bool:
    """Whether nothing happened since `last` for the patience, and no lane of ours is due or held: then somebody waits
    for a later hour."""
    silent = time.monotonic() - last
    if silent < patience_s or silent > max(STARVED_S, patience_s):
        return silent >= patience_s
    with read_scope(parts.sessions) as session:
        now = parts.clock.now()
        held = session.scalar(select(func.count(Lane.id)).where(Lane.lease_until > now))
        return not held and not lanes.due_lanes(session, now)


class FaultRun:
    """Drives the emulated world from outside."""

    def __init__(self, house: House, scale: Scale, orders: Orders, say: Say) -> None:
        self._house = house
        self._scale = scale
        self._orders = orders
        self._say = say
        self._member = str(house.addresses["portals"][0]["member_id"])
        self._base = f"/bitrix24/{self._member}"
        self._journal = Journal(lambda path: house.steer("GET", path), self._member)
        self._parts = Parts.open(house.settings())
        self._deals: list[int] = []
        self._waiting: list[int] = []
        self._next_wave = 0.0
        self._looked = 0.0
        self._seconds: dict[str, float] = {}

    def run(self) -> Verdict:
        began = time.monotonic()
        self._prepare()
        self._seconds["set-up"] = time.monotonic() - began
        havoc = self._burst()
        self._settle(havoc)
        findings = judge(self._case(), self._evidence())
        return Verdict(self._orders, findings, self._counted(havoc), self._seconds)

    # --- before ------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        steer = self._house.steer
        page = set_up(steer, self._member, self._house.addresses["cdek"]["accounts"][0])
        self._trigger = page.triggers[0]
        self._deals = list(steer("POST", f"{self._base}/bulk", {"count": self._scale.deals})["deals"])
        self._waiting = list(self._deals)
        time.sleep(2 * LOOK_S)  # the pipelines' start is read from the history: moves must come after it
        self._steer_carrier()
        self._break_calls()
        share = self._scale.share
        events = {"event_drop": share, "event_duplicate": share, "event_seed": self._orders.seed}
        steer("POST", f"{self._base}/settings", events)

    def _steer_carrier(self) -> None:
        scale, steer = self._scale, self._house.steer
        settings = {
            "unique_numbers": self._orders.unique_numbers,
            "lookup_delay": scale.lookup_delay_s,
            "decision_min": 0.5,
            "decision_max": 3.0,
            "webhook_retry_seconds": scale.webhook_retry_s,
            "webhook_double": scale.share,
            "webhook_drop": scale.share,
            "seed": self._orders.seed,
        }
        steer("POST", "/cdek/settings", settings)
        route = [{"code": code, "seconds": pause} for code, pause in zip(ROUTE, scale.route_s, strict=True)]
        steer("POST", "/cdek/overrides", {"match": {}, "route": route})

    def _break_calls(self) -> None:
        """Applied, then the connection breaks: every kind of carrier call, and the portal's batches."""
        for at, (system, match) in enumerate((("cdek", {}), ("bitrix24", {"path": "/rest/*batch*"}))):
            rule = {"system": system, "action": "break_after", "match": match, "probability": self._scale.share}
            self._house.steer("POST", "/faults", {**rule, "seed": self._orders.seed + at})

    # --- havoc -------------------------------------------------------------------------------------------------------

    def _burst(self) -> Havoc:
        """Until every deal has its number and every stop is over, or the time is."""
        began = time.monotonic()
        havoc = Havoc(self._house, self._scale, self._orders.seed)
        while time.monotonic() - began < self._scale.burst_s:
            havoc.step()
            self._move_some()
            if self._look() and havoc.over and self._numbered() == len(self._deals):
                break
            time.sleep(0.05)
        self._seconds["havoc"] = time.monotonic() - began
        return havoc

    def _move_some(self) -> None:
        now = time.monotonic()
        if self._waiting and now >= self._next_wave:
            wave, self._waiting = self._waiting[: self._scale.wave], self._waiting[self._scale.wave :]
            body = {"deals": wave, "stage": self._trigger, "user": MANAGER}
            self._house.steer("POST", f"{self._base}/move", body)
            self._next_wave = now + self._scale.wave_s

    def _look(self) -> bool:
        """Read the journal now and then; whether it was read."""
        now = time.monotonic()
        if now - self._looked < LOOK_S:
            return False
        self._journal.read()
        self._looked = time.monotonic()
        self._tell()
        return True

    def _tell(self) -> None:
        moved = len(self._deals) - len(self._waiting)
        accepted, entries = len(self._journal.of("order.accepted")), len(self._journal.of("timeline.added"))
        line = f"  moved {moved}, accepted {accepted}, numbers on deals {self._numbered()}, timeline entries {entries}"
        self._say(line)

    def _numbered(self) -> int:
        return len({row["key"] for row in self._journal.of("deal.updated") if row["data"]["fields"].get(TRACK)})

    # --- afterwards --------------------------------------------------------------------------------------------------

    def _settle(self, havoc: Havoc) -> None:
        """Heal, wait for the rest, and let time pass at least once more: what was done twice would be done by then."""
        began = time.monotonic()
        self._house.steer("DELETE", "/faults")
        self._house.steer("POST", f"{self._base}/settings", {"event_drop": 0.0, "event_duplicate": 0.0})
        self._house.steer("POST", "/cdek/settings", {"webhook_drop": 0.0})
        while self._waiting:
            self._move_some()
            time.sleep(0.05)
        havoc.heal()
        for seconds in self._scale.nights_s:
            self._await_end()
            complete = self._complete()
            self._night(seconds)
            if complete:
                break
        self._seconds["settling"] = time.monotonic() - began

    def _await_end(self) -> None:
        """Until everything is told, or nothing has happened for the scale's patience and nobody has anything to do."""
        last = time.monotonic()
        while not self._complete() and not silent_for(last, self._scale.patience_s, self._parts):
            time.sleep(LOOK_S)
            self._house.supervisor.tick()
            if self._journal.read():
                last = time.monotonic()
        self._tell()

    def _complete(self) -> bool:
        entries = len(self._journal.of("timeline.added")) >= ENTRIES * len(self._deals)
        return entries and self._numbered() == len(self._deals)

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
            if self._journal.read():
                last = time.monotonic()

    # --- evidence ----------------------------------------------------------------------------------------------------

    def _case(self) -> Case:
        by_name = {stage.name: stage.status_id for stage in portal_data(0).stages if stage.category_id == 0}
        way = (TRIGGER, *(STAGES[status] for status in ("in_transit", "ready_for_pickup", "delivered")))
        return Case(frozenset(self._deals), ENTRIES, tuple(by_name[name] for name in way))

    def _evidence(self) -> Evidence:
        self._journal.read()
        rows = self._journal.of
        shown = {int(deal["id"]): deal for deal in self._house.steer("GET", f"{self._base}/deals")["deals"]}
        return Evidence(
            rows("order.accepted"),
            rows("order.decided"),
            rows("timeline.added"),
            rows("deal.updated"),
            rows("stage.moved"),
            shown,
        )

    def _counted(self, havoc: Havoc) -> dict[str, int]:
        """What really happened, havoc's own strikes and the faults of the world."""
        counts = self._house.steer("GET", "/journal/counts")
        calls = self._house.steer("GET", "/journal?kind=rest.call")["entries"]
        broken = [row["system"] for row in calls if row["data"].get("fault") == "break_after"]
        return {
            **havoc.struck,
            "carrier_calls_broken": broken.count("cdek"),
            "batches_broken": broken.count("bitrix24"),
            "events_dropped": counts["bitrix24"].get("event.dropped", 0),
            "callbacks_dropped": counts["cdek"].get("webhook.dropped", 0),
        }
