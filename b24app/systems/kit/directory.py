"""Public reference data of one address (cities, points), kept for a while in this process and shared by portals."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Key = tuple[str, ...]

MOST = 4096
CITIES_S = 24 * 3600.0
POINTS_S = 3600.0
#: What `known` says of a value that is not there: None may be one.
UNKNOWN = object()


class Directory:
    """A small least-recently-used cache with ages. `now` are seconds of any clock that only goes on."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._rows: OrderedDict[Key, tuple[float, Any]] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Key, now: float, age_s: float, load: Callable[[], T]) -> T:
        """The kept value, or what `load` gives (its errors pass through, and are not kept). An empty answer is kept a
        tenth as long."""
        return self.get_all([key], now, age_s, lambda _missing: [load()])[0]

    def get_all(
        self, keys: Sequence[Key], now: float, age_s: float, load: Callable[[Sequence[Key]], Sequence[T]]
    ) -> list[T]:
        """As `get`, of these keys; one `load` gives those that are not kept, in their order."""
        found = {key: value for key in keys if (value := self.known(key, now)) is not UNKNOWN}
        if missing := [key for key in dict.fromkeys(keys) if key not in found]:
            found |= zip(missing, load(missing), strict=True)
            for key in missing:
                self.keep(key, now, age_s if found[key] else age_s / 10, found[key])
        return [found[key] for key in keys]

    def known(self, key: Key, now: float) -> Any:
        """The kept value, else UNKNOWN: nobody is asked."""
        with self._guard:
            until, value = self._rows.get(key, (0.0, UNKNOWN))
            if until <= now:
                return UNKNOWN
            self._rows.move_to_end(key)
            return value

    def keep(self, key: Key, now: float, age_s: float, value: object) -> None:
        """What was learnt on the way, in the place of what was kept."""
        with self._guard:
            self._rows[key] = (now + age_s, value)
            self._rows.move_to_end(key)
            while len(self._rows) > self._most:
                self._rows.popitem(last=False)

    def drop(self, key: Key) -> None:
        """Forget one value: it was just changed."""
        with self._guard:
            self._rows.pop(key, None)
