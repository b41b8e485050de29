"""What befalls the deployment: kills, stops, wipes, in an order that the seed decides."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from b24app.demo.house import House
from tests.faults.scale import Scale

#: How often each is struck, relative to the others.
TARGETS = {"worker": 4, "hooks": 2, "redis_killed": 2, "redis_wiped": 1, "pages": 1}
REDIS_AWAY_S = 1.0


class Havoc:
    """Call `step` often, from one thread; it also starts the dead again. `heal` ends it."""

    def __init__(self, house: House, scale: Scale, seed: int) -> None:
        self._house = house
        self._scale = scale
        self._rng = random.Random(seed)
        self._next = time.monotonic() + scale.strike_s[1]
        self._redis_back = 0.0
        self._freezes = list(scale.freeze_s)
        self._frozen_until = 0.0
        self._freeze_at = time.monotonic() + 2 * scale.strike_s[1]
        self.struck: Counter[str] = Counter()

    @property
    def victim(self) -> str:
        """The worker that is stopped and continued; the others are killed meanwhile."""
        return f"worker-{self._scale.workers - 1}"

    @property
    def over(self) -> bool:
        """Whether every stop has been made and undone."""
        return not self._freezes and not self._frozen_until

    def step(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        self._house.supervisor.tick()
        if self._redis_back and now >= self._redis_back:
            self._house.redis.start()
            self._redis_back = 0.0
        self._freeze_or_thaw(now)
        if now >= self._next:
            self._strike()
            self._next = time.monotonic() + self._rng.uniform(*self._scale.strike_s)

    def heal(self) -> None:
        """Everything runs again."""
        if self._frozen_until:
            self._house.supervisor[self.victim].thaw()
            self._frozen_until = 0.0
        self._freezes.clear()
        self._house.redis.start()
        self._redis_back = 0.0
        self._house.supervisor.tick()

    def _freeze_or_thaw(self, now: float) -> None:
        child = self._house.supervisor[self.victim]
        if self._frozen_until and now >= self._frozen_until:
            child.thaw()
            self._frozen_until = 0.0
            self._freeze_at = now + 2 * self._scale.strike_s[1]
        elif self._freezes and not self._frozen_until and now >= self._freeze_at:
            child.freeze()
            self._frozen_until = now + self._freezes.pop(0)
            self.struck["worker_stopped"] += 1

    def _strike(self) -> None:
        what = self._rng.choices(list(TARGETS), list(TARGETS.values()))[0]
        strike: Callable[[], None] = getattr(self, f"_{what}")
        strike()
        self.struck[what] += 1

    def _worker(self) -> None:
        names = [f"worker-{number}" for number in range(self._scale.workers)]
        awake = [name for name in names if not (self._frozen_until and name == self.victim)]
        self._house.supervisor[self._rng.choice(awake)].kill()

    def _hooks(self) -> None:
        self._house.supervisor["hooks"].kill()

    def _pages(self) -> None:
        self._house.supervisor["pages"].kill()

    def _redis_killed(self) -> None:
        self._house.redis.kill()
        self._redis_back = time.monotonic() + REDIS_AWAY_S

    def _redis_wiped(self) -> None:
        self._house.redis.start()
        self._redis_back = 0.0
        self._house.redis.wipe()
