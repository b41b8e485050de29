"""What is ours in the portal's online store: which services, properties and extra services have which numbers there. In
the portal's settings, as its robots are (`store.robots`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import DeliveryKind

#: Key of the portal's settings, and the provisioning step that looks after all of it.
KEY = "shop_standing"
STEP = "shop"
#: What somebody deleted or changed in the store is right again the next day.
LOOK_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing(Jsonable):
    """0 and empty = not there. `services`: the profiles' numbers -> their kind (JSON keys are texts); `properties`:
    the numbers of properties -> our codes."""

    handler: int = 0
    parent: int = 0
    services: Mapping[str, DeliveryKind] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    looked_at: datetime | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any] | None) -> Standing:
        return cls.from_json((settings or {}).get(KEY, {}))

    @property
    def is_there(self) -> bool:
        return bool(self.handler and self.parent and self.services)

    def due(self, now: datetime) -> bool:
        return self.looked_at is None or now - self.looked_at >= LOOK_EVERY
