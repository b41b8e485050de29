"""Five hundred deals shipped from the list by one press.

`list_500_calls_per_deal`: every call to the portal and its OAuth server from the press until 60 s after the last write,
the person's own too, by deals. It holds only if each deal got its number and CDEK took each order once.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from b24app.demo.person import Person
from bench.burst import AFTER_S, DECISION_S, kind, last_write
from bench.figures import Bar, Figure, Say
from bench.journal import Journal
from bench.town import Town

DEALS = 500
PLACEMENT = "CRM_DEAL_LIST_TOOLBAR"
WAIT_S = 300.0
#: Nobody calls the portal for so long once earlier rows, and the telling of the new deals, are over.
QUIET_S = 12.0
ROWS = ("list_500_calls_per_deal",)


def measure(town: Town, _rows: Sequence[str], say: Say) -> list[Figure]:
    """The one row."""
    home = town.home
    town.no_faults()
    town.carrier(decision_min=DECISION_S, decision_max=DECISION_S)
    home.control("POST", "settings", {"event_delay_min": 0.1, "event_delay_max": 3.0})
    deals = home.deals(DEALS)
    _calm(home.journal())
    home.control("POST", "limits/reset")
    say(f"many: {DEALS} deals from the list")
    journal, carrier = home.journal(), town.carrier_journal()
    frame = home.control("POST", "frame", {"user": home.manager, "placement": PLACEMENT})
    page = Person(frame)
    form = {"deals": ",".join(map(str, deals)), "AUTH_ID": frame["fields"]["AUTH_ID"], "key": "bench-many-500"}
    began = time.time()
    page.press("/deals/act/ship_now", form)
    numbered = journal.wait_numbers(deals, WAIT_S, every=1.0)
    wall = max(numbered.values(), default=float("nan")) - began
    _follow(journal)
    carrier.read()
    orders = Counter(row.key for row in carrier.rows if row.kind == "order.accepted")
    calls = [row for row in journal.calls() if row.at <= last_write(journal) + AFTER_S]
    kinds = Counter(map(kind, calls))
    told = ", ".join(f"{name} {count}" for name, count in sorted(kinds.items()))
    once = len(orders) == DEALS and set(orders.values()) == {1}
    return [
        Figure(
            "list_500_calls_per_deal",
            len(calls) / DEALS,
            "calls",
            Bar(0.2),
            [len(calls)],
            holds_too=len(numbered) == DEALS and once,
            note=f"{told}; {len(numbered)} numbers and {sum(orders.values())} orders in {wall:.0f} s",
            more={"calls": dict(kinds)},
        )
    ]


def _calm(journal: Journal) -> None:
    """New deals are told of and read: that belongs to no press."""
    seen = -1
    while seen != (seen := sum(not row.sweeps for row in journal.calls())):
        time.sleep(QUIET_S)
        journal.read()


def _follow(journal: Journal) -> None:
    """Read on until what is counted is over."""
    while time.time() < last_write(journal) + AFTER_S:
        time.sleep(2)
        journal.read()
