"""What the emulated world wrote down: the evidence every figure of the main job is taken from."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

Steer = Callable[[str, str, Mapping[str, Any] | None], Any]
PORTAL, CARRIER = "bitrix24", "cdek"
#: Kinds of rows that are calls somebody made to a portal or to its OAuth server.
CALLS = ("rest.call", "rest.moved", "oauth.call")
NUMBER_FIELD = "UF_CRM_LOGISTICS_TRACK"
HISTORY = "crm.stagehistory.list"
_READS = (".list", ".get", ".fields", ".info", ".current")


@dataclass(frozen=True)
class Row:
    """`at`: seconds since the epoch. A call's row is written at its end."""

    seq: int
    at: float
    kind: str
    key: str
    data: Mapping[str, Any]

    @property
    def began(self) -> float:
        return self.at - float(self.data.get("ms", 0)) / 1000

    @property
    def methods(self) -> list[str]:
        """Methods of a REST call: a batch's commands, or the one."""
        return list(self.data.get("commands") or [self.key])

    @property
    def writes(self) -> bool:
        return self.kind == "rest.call" and any(not method.endswith(_READS) for method in self.methods)

    @property
    def sweeps(self) -> bool:
        """A look at the history and nothing else."""
        return self.kind == "rest.call" and set(self.methods) <= {HISTORY}


@dataclass
class Journal:
    """Reads rows of one system (and portal) that are newer than those read before."""

    steer: Steer
    system: str
    portal: str = ""
    seq: int = 0
    rows: list[Row] = field(default_factory=list)

    def skip(self) -> None:
        """Forget everything until now."""
        self.read()
        self.rows.clear()

    def read(self) -> list[Row]:
        """All rows since the last `skip`."""
        query = {"system": self.system, "since": self.seq} | ({"portal": self.portal} if self.portal else {})
        fresh = [_row(entry) for entry in self.steer("GET", f"/journal?{urlencode(query)}", None)["entries"]]
        self.rows += fresh
        self.seq = max([self.seq, *(row.seq for row in fresh)])
        return self.rows

    def calls(self) -> list[Row]:
        return [row for row in self.rows if row.kind in CALLS]

    def moved(self) -> dict[int, float]:
        """Deal -> when it was first moved."""
        return _first((int(row.key), row.at) for row in self.rows if row.kind == "stage.moved")

    def numbered(self) -> dict[int, float]:
        """Deal -> when its tracking number was first written into it."""
        written = (row for row in self.rows if row.kind == "deal.updated" and row.data["fields"].get(NUMBER_FIELD))
        return _first((int(row.key), row.at) for row in written)

    def wait_numbers(self, deal_ids: Sequence[int], seconds: float, every: float = 0.1) -> dict[int, float]:
        """Until every deal has its number, or the time is over: then those are missing in the answer."""
        end = time.monotonic() + seconds
        while True:
            self.read()
            found = self.numbered()
            if all(deal_id in found for deal_id in deal_ids) or time.monotonic() > end:
                return {deal_id: found[deal_id] for deal_id in deal_ids if deal_id in found}
            time.sleep(every)


def _row(entry: Mapping[str, Any]) -> Row:
    at = datetime.fromisoformat(entry["at"]).timestamp()
    return Row(entry["seq"], at, entry["kind"], entry["key"], entry["data"])


def _first(pairs: Iterable[tuple[int, float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for key, at in pairs:
        found.setdefault(key, at)
    return found


def covered(spans: Iterable[tuple[float, float]], begin: float, end: float) -> float:
    """Seconds between `begin` and `end` that lie in at least one span."""
    total, reached = 0.0, begin
    for start, stop in sorted(spans):
        first, last = max(start, reached), min(stop, end)
        if last > first:
            total += last - first
            reached = last
    return total
