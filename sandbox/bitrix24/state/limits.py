"""The two limits of the portal's REST: the leaky bucket and the operating time (contract bitrix24-app §3.5, §3.6)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW = 600.0
BUCKET = 60.0


@dataclass
class LeakyBucket:
    """One request adds 1, time takes away; above the capacity a request is refused and adds nothing."""

    level: float = 0.0
    at: float = 0.0

    def take(self, now: float, capacity: float, drain: float) -> bool:
        self.level = max(0.0, self.level - max(0.0, now - self.at) * drain)
        self.at = now
        if self.level + 1 > capacity:
            return False
        self.level += 1
        return True


@dataclass
class Operating:
    """Seconds spent in one method by one app, in one-minute buckets of the last ten minutes."""

    buckets: deque[tuple[float, float]] = field(default_factory=deque)
    total: float = 0.0

    def spent(self, now: float) -> float:
        while self.buckets and self.buckets[0][0] + WINDOW <= now:
            self.total -= self.buckets.popleft()[1]
        if not self.buckets:
            self.total = 0.0
        return self.total

    def charge(self, now: float, seconds: float) -> None:
        start = now - now % BUCKET
        self.spent(now)
        self.total += seconds
        if self.buckets and self.buckets[-1][0] == start:
            seconds += self.buckets.pop()[1]
        self.buckets.append((start, seconds))

    def reset_at(self, now: float) -> int:
        """When the oldest bucket drops out (unix seconds)."""
        oldest = self.buckets[0][0] if self.buckets else now - now % BUCKET
        return int(oldest + WINDOW)


class Limits:
    """Buckets by caller address, operating time by (client, method)."""

    def __init__(self) -> None:
        self._buckets: dict[str, LeakyBucket] = {}
        self._operating: dict[tuple[str, str], Operating] = {}

    def bucket(self, address: str) -> LeakyBucket:
        return self._buckets.setdefault(address, LeakyBucket())

    def operating(self, client: str, method: str) -> Operating:
        return self._operating.setdefault((client, method), Operating())

    def spent(self, now: float) -> dict[str, float]:
        """Method -> seconds used in the last ten minutes, all apps together."""
        out: dict[str, float] = {}
        for (_, method), counter in self._operating.items():
            out[method] = out.get(method, 0.0) + counter.spent(now)
        return out

    def levels(self) -> dict[str, float]:
        return {address: bucket.level for address, bucket in self._buckets.items()}
