"""A thousand deals moved at once, the portal's limits enforced, people at work, and a carrier that hangs next door.

`burst_calls_per_deal`: every call to the portal and its OAuth server until 60 s after the last write, people's too, by
deals; afterwards nothing but sweeps. `burst_wall_seconds`: from the move until every deal has its number.
`burst_ship_now_p95_seconds`: a manager presses "ship now" in a tab until the number is on that deal.
`burst_tab_open_p95_seconds`: the POST of a tab's frame. `burst_neighbour`: one deal on another portal, median of those
moved during the burst against idle. `worker_mb`: the largest worker's resident memory afterwards.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import Bar, Figure, Say
from bench.journal import CARRIER, Journal, Row
from bench.samples import median, percentile
from bench.town import Resident, Town

DECISION_S = 1.0
DEALS = 1000
WAIT_S = 300.0
AFTER_S = 60.0
WATCHED_S = 20.0
UPDATE_COST_S = 0.3
#: How often a manager ships by hand, and how often the neighbour moves a deal, during the burst.
PRESS_EVERY_S, NEIGHBOUR_EVERY_S = 6.0, 2.0
BY_HAND = 30
IDLE_DEALS = 7
HANGING_DEALS = 12
KEY = re.compile(r'name="key" value="([^"]+)"')
ROWS = (
    "burst_calls_per_deal",
    "burst_wall_seconds",
    "burst_ship_now_p95_seconds",
    "burst_tab_open_p95_seconds",
    "burst_neighbour",
    "worker_mb",
)


@dataclass
class Found:
    """What the burst left behind. Times by deal are seconds since the epoch."""

    moved: float = 0.0
    numbered: dict[int, float] = field(default_factory=dict)
    pressed: dict[int, float] = field(default_factory=dict)
    opened: list[float] = field(default_factory=list)
    neighbour: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    decided: dict[int, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def measure(town: Town, rows: Sequence[str], say: Say) -> list[Figure]:
    """The rows asked for: one burst gives them all."""
    home, found = town.home, Found()
    _prepare(town)
    say("burst: the neighbour alone")
    _neighbour(town.neighbour, found.idle, lambda count: count < IDLE_DEALS, found.failures)
    deals, by_hand = home.deals(DEALS), home.deals(BY_HAND)
    home.control("POST", "limits/reset")
    time.sleep(12)  # echoes of earlier rows
    say(f"burst: {DEALS} deals")
    journal = home.journal()
    _hang(town)
    _storm(town, journal, deals, by_hand, found)
    town.no_faults()
    say("burst: what follows")
    _aftermath(journal)
    figures = [*_speed(found, deals), _calls(journal, found), _memory(town)]
    return [figure for figure in figures if figure.name in rows]


def _prepare(town: Town) -> None:
    town.no_faults()
    # The table names no decision time for the burst: the one of `one_deal_seconds`.
    town.carrier(decision_min=DECISION_S, decision_max=DECISION_S)
    settings = {"event_delay_min": 0.1, "event_delay_max": 3.0, "operating_cost": {"crm.item.update": UPDATE_COST_S}}
    town.home.control("POST", "settings", settings)
    # The neighbour's own waits are always the same: the ratio must not be about dice.
    town.neighbour.control("POST", "settings", {"event_delay_min": 0.2, "event_delay_max": 0.2})
    quick = {"match": {"number": f"{town.neighbour.code}-*"}, "delay": 1.0}
    town.house.steer("POST", f"/{CARRIER}/overrides", quick)


def _hang(town: Town) -> None:
    """The carrier account of the third portal answers nothing for 60 s, while it has work to do."""
    match = {"portal": town.stuck.account["client_id"]}
    town.fault(system=CARRIER, action="hang", match=match, params={"seconds": 60})
    town.stuck.move(town.stuck.deals(HANGING_DEALS))


def _storm(town: Town, journal: Journal, deals: list[int], by_hand: list[int], found: Found) -> None:
    over, carrier = threading.Event(), town.carrier_journal()
    people = [
        threading.Thread(target=_ship_by_hand, args=(town.home, by_hand, over, found)),
        threading.Thread(
            target=_neighbour, args=(town.neighbour, found.neighbour, lambda _: not over.is_set(), found.failures)
        ),
    ]
    town.home.move(deals)
    for person in people:
        person.start()
    found.numbered = journal.wait_numbers(deals, WAIT_S, every=1.0)
    over.set()
    for person in people:
        person.join()
    found.numbered |= journal.wait_numbers(list(found.pressed), WAIT_S / 5, every=0.5)
    carrier.read()
    numbers = {f"{town.home.code}-{deal_id}-1": deal_id for deal_id in found.pressed}
    found.decided = {
        numbers[row.key]: row.at for row in carrier.rows if row.kind == "order.decided" and row.key in numbers
    }
    moved = journal.moved()
    found.moved = min(moved[deal_id] for deal_id in deals)


def _ship_by_hand(home: Resident, deal_ids: Sequence[int], over: threading.Event, found: Found) -> None:
    """A manager opens tabs and presses "ship now"."""
    for deal_id in deal_ids:
        if over.wait(PRESS_EVERY_S):
            return
        try:
            tab, seconds = home.open_tab(deal_id)
            found.opened.append(seconds)
            key = KEY.search(tab.page)
            found.pressed[deal_id] = time.time()
            tab.press("/tab/ship_now", {"key": key[1] if key else ""})
        except (RuntimeError, OSError) as error:
            found.failures.append(f"deal {deal_id} by hand: {str(error)[:90]}")


def _neighbour(portal: Resident, found: list[float], more: Callable[[int], bool], failures: list[str]) -> None:
    """One deal after the other, each from its move to its number."""
    journal = portal.journal()
    while more(len(found)):
        deal_id = portal.deals(1)[0]
        portal.move([deal_id])
        numbered = journal.wait_numbers([deal_id], 60.0).get(deal_id)
        if numbered is None:
            failures.append(f"the neighbour's deal {deal_id} had no number after 60 s")
        else:
            found.append(numbered - journal.moved()[deal_id])
        time.sleep(NEIGHBOUR_EVERY_S)


def _aftermath(journal: Journal) -> None:
    """Read on until WATCHED_S after the time that is counted."""
    while time.time() < last_write(journal) + AFTER_S + WATCHED_S:
        time.sleep(2)
        journal.read()


def last_write(journal: Journal) -> float:
    """When anything was last written into the portal, seconds since the epoch."""
    return max((row.at for row in journal.calls() if row.writes), default=0.0)


# --- figures ---------------------------------------------------------------------------------------------------------


def _speed(found: Found, deals: Sequence[int]) -> list[Figure]:
    done = [found.numbered[deal_id] - found.moved for deal_id in deals if deal_id in found.numbered]
    whole = len(done) == len(deals)
    by_hand = [found.numbered[deal_id] - at for deal_id, at in found.pressed.items() if deal_id in found.numbered]
    shipped = len(by_hand) == len(found.pressed)
    ours = [found.numbered[deal_id] - at for deal_id, at in found.decided.items() if deal_id in found.numbered]
    after = f"{percentile(ours, 95):.2f} s of it after CDEK decided ({DECISION_S:g} s)"
    words = f"{len(by_hand)} of {len(found.pressed)}; {after}"
    fair = not found.failures
    return [
        Figure(
            "burst_wall_seconds",
            max(done, default=float("nan")),
            "s",
            Bar(75),
            [percentile(done, share) for share in (5, 50, 95, 100)],
            holds_too=whole,
            note=f"{len(done)} of {len(deals)} deals; samples: 5 %, 50 %, 95 %, 100 %",
        ),
        Figure(
            "burst_ship_now_p95_seconds",
            percentile(by_hand, 95),
            "s",
            Bar(8, strict=True),
            by_hand,
            holds_too=shipped and fair,
            note="; ".join([words, *found.failures[:2]]),
        ),
        Figure("burst_tab_open_p95_seconds", percentile(found.opened, 95), "s", Bar(1.5, strict=True), found.opened),
        Figure(
            "burst_neighbour",
            median(found.neighbour),
            "s",
            Bar(1.5),
            found.neighbour,
            median(found.idle),
            found.idle,
            holds_too=fair,
        ),
    ]


def _calls(journal: Journal, found: Found) -> Figure:
    last = last_write(journal)
    calls = journal.calls()
    counted = [row for row in calls if row.at <= last + AFTER_S]
    late = [row for row in calls if row.at > last + AFTER_S and not row.sweeps]
    deals = DEALS + len(found.pressed)
    kinds = Counter(kind(row) for row in counted)
    refused = sum(1 for row in counted if str(row.data.get("status")) != "200")
    note = ", ".join(f"{name} {count}" for name, count in sorted(kinds.items()))
    return Figure(
        "burst_calls_per_deal",
        len(counted) / deals,
        "calls",
        Bar(0.15),
        [len(counted)],
        holds_too=not late,
        note=f"{note}; refused {refused}; afterwards {len(late)} that were no sweep",
        more={"calls": dict(kinds)},
    )


def kind(row: Row) -> str:
    """Who called, and what for."""
    if row.kind == "oauth.call":
        return "oauth"
    if row.data.get("user") == 7:
        return "people"
    if row.writes:
        return "writes"
    return "sweeps" if row.sweeps else "reads"


def _memory(town: Town) -> Figure:
    resident = [_memory_of(pid, "status", "VmRSS") for pid in town.worker_pids()]
    shared = [_memory_of(pid, "smaps_rollup", "Pss") for pid in town.worker_pids()]
    note = "proportional: " + ", ".join(f"{one:.0f}" for one in shared)
    return Figure("worker_mb", max(resident), "MB", Bar(200, strict=True), resident, note=note)


def _memory_of(pid: int, file: str, name: str) -> float:
    """Megabytes of a line of /proc."""
    for line in Path(f"/proc/{pid}/{file}").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return float("nan")
