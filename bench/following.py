"""Ten thousand shipments under way at six carriers, for three hours of the emulated clock and more: it also goes on by
itself while work is done, so that the hours are measured. (Into one hour three looks fall, or four.)

`tracking_calls`: calls to a carrier a shipment and hour, all of them (sign-in, subscriptions too), against the least
that its API allows while a change has to be on the deal within 20 minutes (`least`); the worst carrier counts.
`tracking_polled`, `tracking_called`: from a change at the carrier to the status on the portal's deal, p95 of the
emulated seconds, of carriers that are polled and of those that call us. Russian Post's tickets are held against their
own pace: half an hour.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from b24app.demo.accounts import connect_all
from b24app.demo.house import House, Plan
from b24app.demo.setting_up import set_up
from b24app.parts import Parts
from b24app.store import portals
from b24app.store.calls import NOT_SENT
from b24app.store.engine import read_scope
from b24app.store.models import CallLogRow, FeedRow, InboxRow, InboxState, OutboxRow, OutboxState, Shipment
from b24app.systems import discover
from bench import crowd
from bench.figures import Bar, Figure, Say
from bench.journal import PORTAL, Journal
from bench.samples import percentile

SHIPMENTS = 10_000
HOURS, STEP_S = 3, 30
WARM_S = 1260
CHANGES = 240
FRESH_S = 1200.0
SETTLE_S = 120.0
ROWS = ("tracking_calls", "tracking_polled", "tracking_called")


@dataclass
class Seen:
    """What was watched. Times are of the emulated clock."""

    calls: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    moved: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    told: dict[int, datetime] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    hours: float = HOURS

    def seconds(self, systems: Sequence[str]) -> list[float]:
        """From each change to the deal; one that never came counts as endless."""
        return [
            (self.told[deal] - at).total_seconds() if deal in self.told else math.inf
            for deal, (system, at) in self.moved.items()
            if system in systems
        ]


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """All rows from one run."""
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        systems = (PORTAL, "tiles", *crowd.SIX)
        env = {"WAYBILL_LOG_LEVEL": "WARNING"}
        plan = Plan(Path(folder), workers=2, systems=systems, world={"portals": 1}, env=env)
        with House(plan) as house:
            seen = _Watch(house, say).run()
    found = [_calls(seen), _delay("tracking_polled", seen, called=False), _delay("tracking_called", seen, called=True)]
    return [figure for figure in found if figure.name in rows]


class _Watch:
    def __init__(self, house: House, say: Say) -> None:
        self._house, self._say = house, say
        self._parts = Parts.open(house.settings())
        self._member = str(house.addresses["portals"][0]["member_id"])
        self._seen = Seen()

    def run(self) -> Seen:
        house, say = self._house, self._say
        say("tracking: a portal and six accounts")
        set_up(house.steer, self._member, house.addresses["cdek"]["accounts"][0])
        connect_all(house, self._member, [code for code in crowd.SIX if code != "cdek"], self._parts)
        accounts = crowd.accounts_of(self._parts, self._member)
        deals = self._deals()
        made = self._orders(deals)
        crowd.write(self._parts, self._member, accounts, made, self._now())
        self._settle()
        say(f"tracking: {len(made)} orders; {HOURS} hours of the emulated clock")
        self._hours(made)
        return self._seen

    def _deals(self) -> list[int]:
        found = self._house.steer("POST", f"/{PORTAL}/{self._member}/bulk", {"count": SHIPMENTS})
        return list(found["deals"])

    def _orders(self, deals: Sequence[int]) -> list[crowd.Made]:
        with read_scope(self._parts.sessions) as session:
            portal = portals.by_member(session, self._member)
            assert portal is not None
            code = portal.code
        made: list[crowd.Made] = []
        for at, system in enumerate(crowd.SIX):
            mine = deals[at :: len(crowd.SIX)]
            began = time.monotonic()
            made += crowd.make(crowd.harness_of(self._house, system), code, mine)
            self._seen.orders[system] = len(mine)
            self._say(f"tracking: {len(mine)} orders at {system} in {time.monotonic() - began:.0f} s")
        return made

    def _hours(self, made: Sequence[crowd.Made]) -> None:
        """Steps of the clock; in the first third of the time orders change, one after another."""
        steps = HOURS * 3600 // STEP_S
        chosen = made[:: max(1, len(made) // CHANGES)][:CHANGES]
        harnesses = {system: crowd.harness_of(self._house, system) for system in crowd.SIX}
        # What is loaded once (lists of points, WSDLs) is not what following costs.
        self._walk(WARM_S // STEP_S)
        began, before, journal = self._now(), self._counts(), Journal(self._house.steer, PORTAL, self._member)
        journal.skip()
        for step in range(steps):
            if step < steps // 3:
                for each in chosen[step * len(chosen) // (steps // 3) : (step + 1) * len(chosen) // (steps // 3)]:
                    self._change(harnesses[each.system], each)
            self._walk(1)
            if not (step + 1) % (steps // 8):
                self._say(f"tracking: {(step + 1) * STEP_S // 60} of {HOURS * 60} minutes")
        after = self._counts()
        self._seen.hours = (self._now() - began).total_seconds() / 3600
        self._seen.labels = after - before
        for name, n in self._seen.labels.items():
            self._seen.calls[name.partition(" ")[0]] += n
        journal.read()
        for row in journal.rows:
            deal = int(row.key) if row.kind == "deal.updated" and row.key.isdigit() else 0
            if deal in self._seen.moved and deal not in self._seen.told:
                self._seen.told[deal] = datetime.fromtimestamp(row.at, self._seen.moved[deal][1].tzinfo)

    def _walk(self, steps: int) -> None:
        for _ in range(steps):
            self._house.steer("POST", "/clock", {"advance": STEP_S})
            self._settle()

    def _change(self, harness: Any, each: crowd.Made) -> None:
        # Not `move`: the suite's lets a minute pass before, which would make everybody else's news old.
        harness.step(each.state, harness.moves["accepted_at_warehouse"])
        self._seen.moved[each.deal_id] = (each.system, self._now())
        self._seen.changes[each.system] += 1

    def _counts(self) -> Counter[str]:
        """Calls to carriers that left, by (system, label), from the program's own log of every attempt: one that our
        budget held back cost the carrier nothing."""
        time.sleep(2.0)  # the log is written behind the calls
        with read_scope(self._parts.sessions) as session:
            sent = select(CallLogRow.remote, CallLogRow.label, func.count()).where(CallLogRow.outcome != NOT_SENT)
            rows = session.execute(sent.group_by(CallLogRow.remote, CallLogRow.label))
            return Counter({f"{remote.partition(':')[0]} {label}": n for remote, label, n in rows})

    def _now(self) -> datetime:
        return datetime.fromisoformat(self._house.steer("GET", "/clock")["now"])

    def _settle(self) -> None:
        """Until nothing is due any more."""
        end = time.monotonic() + SETTLE_S
        while self._due() and time.monotonic() < end:
            time.sleep(0.05)

    def _due(self) -> int:
        now = self._now()
        with read_scope(self._parts.sessions) as session:
            waiting = select(func.count()).select_from(Shipment).where(Shipment.next_poll_at <= now)
            inbox = select(func.count()).select_from(InboxRow)
            inbox = inbox.where(InboxRow.state == InboxState.NEW, InboxRow.due_at <= now)
            outbox = select(func.count()).select_from(OutboxRow).where(OutboxRow.state == OutboxState.PENDING)
            feeds = select(func.count()).select_from(FeedRow)
            feeds = feeds.where(FeedRow.due_at <= now)
            return sum(int(session.scalar(each) or 0) for each in (waiting, inbox, outbox, feeds))


# --- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Least:
    """What an API allows at best (contracts/*.md): the calls that tell of `batch` orders, each `every_s`, the calls
    that a changed order costs, and how old news may be however one asks."""

    calls: int
    batch: int
    every_s: float
    a_change: float = 0.0
    age_s: float = FRESH_S


#: boxberry §7: one balance of all, one history a changed piece. cdek §15: a callback names the order, which is read;
#: one look a day at each, as callbacks stop after twelve tries. dpd §8: the inbox and its confirmation. pek §7: fifty
#: codes a call. russian-post §14.2: a ticket of 3,000 numbers and its answer 15 minutes later, when the next one may be
#: asked. yandex-delivery A7: a hundred orders a call, and the history of one whose status is another.
LEAST: Mapping[str, Least] = {
    "boxberry": Least(1, 10**6, FRESH_S, 1),
    "cdek": Least(1, 1, 24 * 3600.0, 1),
    "dpd": Least(2, 10**6, FRESH_S),
    "pek": Least(1, 50, FRESH_S),
    "russian_post": Least(2, 3000, 900.0, age_s=1800.0),
    "yandex_delivery": Least(1, 100, FRESH_S, 1),
}


def least(system: str, orders: int, changes: int, hours: float) -> float:
    """Calls that cannot be avoided in these hours."""
    rule = LEAST[system]
    return hours * 3600 / rule.every_s * rule.calls * orders / min(rule.batch, orders) + changes * rule.a_change


def _calls(seen: Seen) -> Figure:
    floor = {code: least(code, seen.orders[code], seen.changes[code], seen.hours) for code in crowd.SIX}
    ratios = {code: seen.calls[code] / floor[code] for code in crowd.SIX}
    worst = max(ratios, key=lambda code: ratios[code])
    per_hour = {code: seen.calls[code] / seen.orders[code] / seen.hours for code in crowd.SIX}
    told = ", ".join(f"{code} {per_hour[code]:.3f} a shipment and hour ({ratios[code]:.2f} ×)" for code in crowd.SIX)
    return Figure(
        "tracking_calls",
        float(seen.calls[worst]),
        "calls",
        Bar(1.2),
        [float(seen.calls[code]) for code in crowd.SIX],
        floor[worst],
        note=f"{seen.hours:.1f} h; worst: {worst}; {told}",
        more={"per_shipment_hour": per_hour, "ratios": ratios, "calls": dict(seen.labels)},
    )


def _delay(name: str, seen: Seen, called: bool) -> Figure:
    plugins = discover()
    systems = [code for code in crowd.SIX if ("Callbacks" in plugins[code].manifest.ports) is called]
    seconds = seen.seconds(systems)
    limit = 60.0 if called else FRESH_S
    late = [code for code in systems if percentile(seen.seconds([code]), 95) > max(limit, LEAST[code].age_s)]
    by_system: Mapping[str, float] = {code: percentile(seen.seconds([code]), 95) for code in systems}
    note = ", ".join(f"{code} {value:.0f}" for code, value in by_system.items())
    lost = sum(math.isinf(each) for each in seconds)
    usual = [each for code in systems if called or LEAST[code].age_s <= FRESH_S for each in seen.seconds([code])]
    value = percentile(usual, 95)
    note += f"; {lost} never came" + (f"; too late: {', '.join(late)}" if late else "")
    return Figure(name, value, "s", Bar(limit), usual, holds_too=not (lost or late), note=note)
