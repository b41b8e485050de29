"""`rates_one_dead`: six systems are asked for one deal's prices, one of them hangs for 30 s.

How long until the other five are shown in the tab, which asks as often as the page's script does, against the slowest
healthy answer as the carrier's own server timed it. A portal call takes 150 ms, a CDEK call 300 ms, the made-up systems
0.4 to 3 s. Beside it: p99 of taking events in while ten tabs wait for the hanging one, against the same without them.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from b24app import systems
from b24app.demo.house import ONE_CARRIER, House, Plan
from b24app.demo.person import Person
from b24app.parts import Parts
from b24app.settings import PREFIX
from b24app.store import portals, rates
from b24app.store.engine import read_scope, session_scope
from bench.figures import Bar, Figure, Say
from bench.journal import CARRIER, PORTAL
from bench.samples import median
from bench.tabs import hooks, p99
from bench.town import Resident, settle
from placements.tab_rates_view import OFTEN_MS
from tests.made_up_world import HANGS_S, KEY, Carriers, carriers

ROWS = ("rates_one_dead",)
DEALS, TABS, ROUNDS, LOAD_S = 7, 10, 5, 2.0
DELAYS = {"hare": 0.4, "feather": 0.8, "barter": 1.2, "tortoise": 3.0, "owl": HANGS_S}
PORTAL_S, CDEK_S = 0.15, 0.3
BAR = Bar(1.2)
MADE_UP = Path(__file__).resolve().parents[1] / "tests" / "made_up_systems"


class SixHouse(House):
    """A house whose program may call the made-up carriers too."""

    def __init__(self, plan: Plan, made_up: Carriers) -> None:
        super().__init__(plan)
        self._made_up = made_up

    def _environment(self) -> dict[str, str]:
        found = super()._environment()
        urls = [carrier.url for carrier in self._made_up.all.values()]
        name = f"{PREFIX}ALLOWED_ORIGINS"
        return found | {name: ",".join([found[name], *urls])}


@dataclass(frozen=True)
class Place:
    """A portal with six accounts, and the servers behind five of them."""

    house: SixHouse
    home: Resident
    made_up: Carriers
    parts: Parts

    def forget(self) -> None:
        """No price is known any more."""
        with session_scope(self.parts.sessions) as session:
            rates.purge(session, self.parts.clock.now() + timedelta(days=1))


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """The row, if it is asked for."""
    if not set(rows) & set(ROWS):
        return []
    with six(say) as place:
        for code, seconds in DELAYS.items():
            place.made_up[code].delay_s = seconds
        for system, path, seconds in ((PORTAL, "/rest/*", PORTAL_S), (CARRIER, "/v2/*", CDEK_S)):
            spec = {"system": system, "action": "latency", "match": {"path": path}, "params": {"seconds": seconds}}
            place.house.steer("POST", "/faults", spec)
        say("rates: five of six, one hangs")
        deals = place.home.deals(DEALS + TABS)
        found = [_shown(place, deal) for deal in deals[:DEALS]]
        say("rates: taking events in meanwhile")
        calm, busy = _intake(place, deals[DEALS:])
    shown, healthy, asked = ([each[at] for each in found] for at in range(3))
    harm = median(busy) / median(calm)
    note = f"intake p99 {median(busy):.1f} ms with ten waiting tabs, {median(calm):.1f} ms without: {harm:.2f}"
    note += f"; the slowest was asked after {median(asked):.2f} s"
    more = {"intake_p99_ms": [round(one, 2) for one in busy], "intake_p99_calm_ms": [round(one, 2) for one in calm]}
    return [
        Figure(
            "rates_one_dead",
            median(shown),
            "s",
            BAR,
            shown,
            median(healthy),
            healthy,
            holds_too=BAR.holds(harm),
            note=note,
            more=more,
        )
    ]


def _shown(place: Place, deal: int) -> tuple[float, float, float]:
    """Seconds until five accounts stand in the tab, the slowest healthy answer, and when that one was asked for it."""
    place.forget()
    for carrier in place.made_up.all.values():
        carrier.took.clear()
        carrier.began.clear()
    person, _ = place.home.open_tab(deal)
    began = time.perf_counter()
    _wait_for_five(person, person.press("/tab/rates", _sent(person.page)))
    seconds = time.perf_counter() - began
    healthy = [carrier for code, carrier in place.made_up.all.items() if code != "owl"]
    slowest = max(healthy, key=lambda carrier: carrier.took[-1])
    return seconds, slowest.took[-1], slowest.began[-1] - began


def _wait_for_five(person: Person, page: str = "") -> None:
    """Ask as the page's script does. Raises RuntimeError."""
    end = time.perf_counter() + HANGS_S
    page = page or person.get("/tab/rates/panel")
    while "5 из 6" not in page:
        if time.perf_counter() > end:
            raise RuntimeError("five of six did not answer")
        time.sleep(OFTEN_MS / 1000)
        page = person.get(f"/tab/rates/version?v={_version(page)}") or page


def _sent(page: str) -> dict[str, str]:
    """What the tab's page sends along when its prices are asked for."""
    found = re.search(r"hx-post=\"/tab/rates\" hx-vals='([^']*)'", page)
    if found is None:
        raise RuntimeError("the tab does not name its goods")
    return dict(json.loads(html.unescape(found[1])))


def _version(page: str) -> str:
    return str(re.findall(r'data-version="(\w+)"', page)[0])


def _intake(place: Place, deals: Sequence[int]) -> tuple[list[float], list[float]]:
    """p99 in ms: rounds without and with tabs that wait for the hanging carrier, in turn."""
    server = hooks(place.house, place.home.member)
    server.load(0.5)
    calm: list[float] = []
    busy: list[float] = []
    for _ in range(ROUNDS):
        calm.append(p99(server.load(LOAD_S)))
        place.forget()
        for person in [place.home.open_tab(deal)[0] for deal in deals]:
            person.press("/tab/rates", _sent(person.page))
            _wait_for_five(person)  # from now on they wait for the hanging one alone
        time.sleep(1)
        busy.append(p99(server.load(LOAD_S)))
        time.sleep(1)
    return calm, busy


@contextmanager
def six(say: Say, env: Mapping[str, str] | None = None) -> Iterator[Place]:
    """A portal with accounts at six systems. `env`: further settings of its deployment."""
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder, carriers() as made_up:
        say("installing the made-up systems, starting a deployment")
        site = Path(folder) / "site"
        argv = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index"]
        argv += ["--no-deps", "--no-build-isolation", "--target", str(site), str(MADE_UP)]
        subprocess.run(argv, check=True)
        sys.path.append(str(site))
        systems._found.cache_clear()
        more = {"WAYBILL_LOG_LEVEL": "WARNING", "PYTHONPATH": os.pathsep.join([str(site), os.getenv("PYTHONPATH", "")])}
        env = {**more, **(env or {})}
        plan = Plan(Path(folder), workers=2, clock=False, systems=ONE_CARRIER, world={"portals": 1}, env=env)
        with SixHouse(plan, made_up) as house:
            parts = Parts.open(house.settings())
            member = str(house.addresses["portals"][0]["member_id"])
            home = settle(house, parts, member, house.addresses["cdek"]["accounts"][0])
            _connect(house, member, parts, made_up)
            yield Place(house, home, made_up, parts)
            parts.engine.dispose()


def _connect(house: House, member: str, parts: Parts, made_up: Carriers) -> None:
    page = Person(house.steer("POST", f"/{PORTAL}/{member}/frame", {"user": 1, "placement": "DEFAULT"}))
    for code, carrier in made_up.all.items():
        form = {"title": code, "mode": "live", "address": carrier.url, "key": KEY}
        page.press(f"/app/account/{code}/0", form)
    end = time.monotonic() + HANGS_S
    while _working(parts, member) < len(made_up.all) + 1:
        if time.monotonic() > end:
            raise RuntimeError("the made-up accounts do not work")
        time.sleep(0.1)


def _working(parts: Parts, member: str) -> int:
    with read_scope(parts.sessions) as session:
        portal = portals.by_member(session, member)
        rows = portals.connections(session, portal.id) if portal else []
        return sum(row.state == "ready" for row in rows)
