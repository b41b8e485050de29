"""What is kept of our robots in a portal: what was registered last, with whose key, and when it was looked at. In the
portal's settings, as the smart process for returns (`store.return_process`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from b24app.logistics.jsonable import Jsonable

#: Key of the portal's settings, and the provisioning step that looks after them.
KEY = STEP = "robots"
#: What somebody deleted, and reasons that were renamed, are right again the next day.
LOOK_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept(Jsonable):
    """`registered`: a digest of what the portal was told; `user`: whose key the portal gives to them, because it tells
    nothing about us without anybody's."""

    registered: str = ""
    user: int = 0
    looked_at: datetime | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Kept:
        return cls.from_json(settings.get(KEY, {}))

    def due(self, now: datetime) -> bool:
        return self.looked_at is None or now - self.looked_at >= LOOK_EVERY
