"""What statuses mean at one site (manhattan.md §1.5, §5). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from b24app.logistics.picking import PACKED
from b24app.logistics.status import Status
from b24app.systems.kit.statuses import status_named
from b24app.systems.kit.units import moment_of
from b24app.systems.manhattan.profile import Profile
from b24app.systems.manhattan.vocabulary import between

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meanings:
    """What statuses mean here: the admin's own choices (`map`), where there are any, else the profile's ranges;
    `titles` are theirs."""

    profile: Profile
    zone: str
    chosen: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def at(self, value: Any) -> datetime | None:
        """Their times have no zone (§3.1)."""
        return moment_of(value, ZoneInfo(self.zone)) if value else None

    def status(self, facts: Json) -> Status:
        raw = str(facts.get("raw") or "")
        if self.chosen and not facts.get("cancelled"):
            return status_named(self.chosen.get(raw, ""))
        return status_named(self.profile.order_status(facts))

    def is_packed(self, raw: str, status: Status) -> bool:
        """From the status on that says so, for ever after (until it is cancelled)."""
        if status in (Status.CANCELLED, Status.UNKNOWN):
            return False
        marks = sorted(code for code, means in self.chosen.items() if means == PACKED)
        last = self.profile.data["packed"][1]
        return any(between(raw, code, last) for code in marks) if marks else self.profile.is_packed(raw)

    def means(self, raw: str) -> str:
        """What we take a status for when nobody says otherwise; "" = we do not know."""
        found = self.profile.order_status({"raw": raw, "rawMax": raw})
        return PACKED if found == Status.ACCEPTED_AT_WAREHOUSE.value and self.profile.is_packed(raw) else found
