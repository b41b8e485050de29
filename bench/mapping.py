"""How long an adapter thinks about one order and one quote, beside karrio's SDK with its connectors for DHL Express and
Canada Post, in one run.

Ours is taken from outside, through the ports (`create`, `quote`): the request is built, looked up in warm directories,
written out and the answer read, with every call of the wire answered at once from what the emulator had said before. So
more is counted than mapping alone; karrio's connectors only build, serialize and parse. `mapping_order`,
`mapping_quote`: median adapter of ours against the faster of the two connectors; CPU time, best of rounds that take
turns.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24app.wire.http import Answer, Call, Http
from bench.baselines import karrio_mapping
from bench.figures import Bar, Figure, Say
from sandbox.world import World
from tests.contract.systems.conftest import HARNESSES
from tests.contract.systems.harness import Harness

ROWS = ("mapping_order", "mapping_quote")
ROUNDS, TIMES = 9, 40


@dataclass
class Replay:
    """Stands where `wire.Http` stands: first it asks the emulator and remembers, then it answers by itself."""

    real: Http
    known: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    live: bool = True

    def send(self, call: Call) -> Answer:
        key = (call.verb, call.url, call.label)
        if self.live:
            self.known[key] = self.real.send(call)
        if call.json is not None:
            json.dumps(call.json, ensure_ascii=False)  # what the real door does with it
        found = self.known[key]
        return Answer(found.status, found.headers, found.body, 0.0)

    def close(self) -> None:
        self.real.close()


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """Both rows from one run."""
    with World() as world:
        made = [(name, HARNESSES[name](world)) for name in sorted(HARNESSES)]
        systems = {name: _jobs(harness) for name, harness in made if harness.has("Quotes")}
    theirs = karrio_mapping.jobs()
    figures = []
    for at, name in enumerate(ROWS):
        if name in rows:
            say(f"{name}: {len(systems)} adapters and {len(theirs)} connectors")
            mine = _timed({code: pair[at] for code, pair in systems.items()})
            others = _timed({code: pair[at] for code, pair in theirs.items()})
            figures.append(_figure(name, mine, others))
    return figures


def _jobs(harness: Harness) -> tuple[Callable[[], object], Callable[[], object]]:
    """One order and one quote of this system, warmed up on its emulator."""
    replay = Replay(harness.http)
    harness.http = replay  # type: ignore[assignment]
    port, request = harness.open(), harness.request()
    port.quote(request)
    port.create(request)
    replay.live = False

    def order() -> object:
        made = port.create(request)
        assert made.remote_id
        return made

    def quote() -> object:
        found = port.quote(request)
        assert found.price.minor > 0
        return found

    order(), quote()
    return order, quote


def _timed(jobs: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Microseconds of CPU a job, by name; rounds take turns so that a slow moment hits all."""
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            began = time.process_time()
            for _ in range(TIMES):
                job()
            found[name].append((time.process_time() - began) / TIMES * 1e6)
    return found


def _figure(name: str, mine: Mapping[str, list[float]], others: Mapping[str, list[float]]) -> Figure:
    best = {code: min(each) for code, each in mine.items()}
    beside = {code: min(each) for code, each in others.items()}
    faster = min(beside, key=lambda code: beside[code])
    middle = statistics.median(best.values())
    return Figure(
        name,
        middle,
        "µs",
        Bar(1.0),
        [value for each in mine.values() for value in each],
        beside[faster],
        others[faster],
        note=", ".join(f"{code} {value:.0f}" for code, value in sorted({**best, **beside}.items(), key=lambda x: x[1])),
        more={"adapters": {code: round(value, 1) for code, value in best.items()}, "karrio": _rounded(beside)},
    )


def _rounded(values: Mapping[str, float]) -> dict[str, Any]:
    return {code: round(value, 1) for code, value in values.items()}
