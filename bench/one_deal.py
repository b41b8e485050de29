"""One deal from its stage change to the tracking number on it, with a real internet's waits injected.

`one_deal_seconds`: the event comes after 0.2 s, a portal call takes 150 ms more, a CDEK call 300 ms more, and CDEK
decides after 1 s. `one_deal_after_decision_seconds`: the same with a decision after 3–7 s, counted from that decision.
`one_deal_own_seconds`: the first less every moment in which at least one injected wait was running.
`one_deal_reads`, `one_deal_writes`: HTTP calls to the portal from the move until the number is on the deal, the most of
all deals; the note tells how many there were QUIET_S later, when the echoes of our own writes have been looked at.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import Bar, Figure, Say
from bench.journal import CARRIER, PORTAL, Journal, Row, covered
from bench.samples import median
from bench.town import Resident, Town

DEALS = 6
EVENT_S, PORTAL_S, CARRIER_S, DECISION_S = 0.2, 0.15, 0.3, 1.0
SLOW_DECISION_S = (3.0, 7.0)
#: Time enough for what our own writes set off.
QUIET_S = 11.0
#: The call that writes the number ends a moment after it is written.
SAME_CALL_S = 0.3
WAIT_S = 60.0
ROWS = (
    "one_deal_seconds",
    "one_deal_after_decision_seconds",
    "one_deal_own_seconds",
    "one_deal_reads",
    "one_deal_writes",
)


@dataclass(frozen=True)
class Told:
    """One deal's story. `calls` are the portal's."""

    seconds: float
    own: float
    after_decision: float
    reads: int
    writes: int
    reads_with_echo: int
    writes_with_echo: int


def measure(town: Town, rows: Sequence[str], say: Say) -> list[Figure]:
    """The rows asked for."""
    home = town.home
    home.control("POST", "settings", {"event_delay_min": EVENT_S, "event_delay_max": EVENT_S})
    town.fault(system=PORTAL, action="latency", match={"path": "/rest/*"}, params={"seconds": PORTAL_S})
    town.fault(system=CARRIER, action="latency", match={"path": "/v2/*"}, params={"seconds": CARRIER_S})
    figures: list[Figure] = []
    if set(rows) - {"one_deal_after_decision_seconds"}:
        say(f"one deal: CDEK decides after {DECISION_S:g} s")
        town.carrier(decision_min=DECISION_S, decision_max=DECISION_S)
        figures += _quick(_stories(town, QUIET_S))
    if "one_deal_after_decision_seconds" in rows:
        say("one deal: CDEK decides after 3–7 s")
        town.carrier(decision_min=SLOW_DECISION_S[0], decision_max=SLOW_DECISION_S[1])
        told = _stories(town, 3.5)
        after = [story.after_decision for story in told]
        note = f"move to number: {median([story.seconds for story in told]):.2f} s"
        figures.append(Figure("one_deal_after_decision_seconds", max(after), "s", Bar(1), after, note=note))
    town.no_faults()
    return [figure for figure in figures if figure.name in rows]


def _quick(told: Sequence[Told]) -> list[Figure]:
    seconds, own = [story.seconds for story in told], [story.own for story in told]
    reads, writes = [story.reads for story in told], [story.writes for story in told]
    return [
        Figure("one_deal_seconds", median(seconds), "s", Bar(4, strict=True), seconds),
        Figure("one_deal_own_seconds", median(own), "s", Bar(1, strict=True), own),
        Figure(
            "one_deal_reads", max(reads), "calls", Bar(3), reads, note=_later([one.reads_with_echo for one in told])
        ),
        Figure(
            "one_deal_writes", max(writes), "calls", Bar(2), writes, note=_later([one.writes_with_echo for one in told])
        ),
    ]


def _later(calls: Sequence[int]) -> str:
    return f"with echoes {max(calls)}"


def _stories(town: Town, quiet_s: float) -> list[Told]:
    home = town.home
    time.sleep(quiet_s)  # what was set off before is over
    return [_story(town, home, deal_id, quiet_s) for deal_id in home.deals(DEALS)]


def _story(town: Town, home: Resident, deal_id: int, quiet_s: float) -> Told:
    """Raises RuntimeError when the deal has no number in time."""
    journal, carrier = home.journal(), town.carrier_journal()
    home.move([deal_id])
    numbered = journal.wait_numbers([deal_id], WAIT_S, every=0.2).get(deal_id)
    if numbered is None:
        raise RuntimeError(f"deal {deal_id} had no number after {WAIT_S:g} s")
    time.sleep(quiet_s)
    journal.read()
    carrier.read()
    moved = journal.moved()[deal_id]
    decided = next(row.at for row in carrier.rows if row.kind == "order.decided")
    calls = journal.calls()
    return Told(
        seconds=numbered - moved,
        own=numbered - moved - covered(_waits(moved, journal, carrier), moved, numbered),
        after_decision=numbered - decided,
        reads=sum(not row.writes for row in calls if row.at <= numbered + SAME_CALL_S),
        writes=sum(row.writes for row in calls if row.at <= numbered + SAME_CALL_S),
        reads_with_echo=sum(not row.writes for row in calls),
        writes_with_echo=sum(row.writes for row in calls),
    )


def _waits(moved: float, journal: Journal, carrier: Journal) -> list[tuple[float, float]]:
    """Every injected wait as a span of time."""
    spans = [(moved, moved + EVENT_S)]
    spans += [_latency(row, PORTAL_S) for row in journal.rows if row.kind == "rest.call"]
    spans += [_latency(row, CARRIER_S) for row in carrier.rows if row.kind == "rest.call"]
    accepted = {row.key: row.at for row in carrier.rows if row.kind == "order.accepted"}
    spans += [
        (accepted[row.key], row.at) for row in carrier.rows if row.kind == "order.decided" and row.key in accepted
    ]
    return spans


def _latency(row: Row, seconds: float) -> tuple[float, float]:
    return row.began, row.began + seconds
