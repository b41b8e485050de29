"""Public reference data of one address (cities, points), kept for a while in this process and shared by portals."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

MOST = 4096
CITIES_S = 24 * 3600.0
POINTS_S = 3600.0


class Directory:
    """A small least-recently-used cache with ages. Failures are not kept; an empty answer is kept a tenth as long."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._rows: OrderedDict[tuple[str, ...], tuple[float, Any]] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: tuple[str, ...], now: float, age_s: float, load: Callable[[], Any]) -> Any:
        """The kept value, or what `load` gives (its errors pass through)."""
        return self.get_all([key], now, age_s, lambda _missing: [load()])[0]

    def get_all(
        self,
        keys: Sequence[tuple[str, ...]],
        now: float,
        age_s: float,
        load: Callable[[Sequence[tuple[str, ...]]], Sequence[Any]],
    ) -> list[Any]:
        """The values of these keys; one `load` gives those that are not kept, in their order."""
        found: dict[tuple[str, ...], Any] = {}
        with self._guard:
            for key in keys:
                until, value = self._rows.get(key, (0.0, None))
                if until > now:
                    self._rows.move_to_end(key)
                    found[key] = value
        if missing := [key for key in dict.fromkeys(keys) if key not in found]:
            found |= zip(missing, load(missing), strict=True)
            with self._guard:
                for key in missing:
                    self._rows[key] = (now + (age_s if found[key] else age_s / 10), found[key])
                while len(self._rows) > self._most:
                    self._rows.popitem(last=False)
        return [found[key] for key in keys]

    def drop(self, key: tuple[str, ...]) -> None:
        """Forget one value: it was just changed."""
        with self._guard:
            self._rows.pop(key, None)

    def clear(self) -> None:
        with self._guard:
            self._rows.clear()
