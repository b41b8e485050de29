"""How long a clerk may come back to a return that they have finished counting. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

#: Until when of the day, by the portal's clock; who finishes late has at least `LEAST`.
HOUR = time(18)
LEAST = timedelta(hours=1)


def reopens_until(finished_at: datetime, zone: tzinfo) -> datetime:
    """Until 18:00 of the day on which it was finished."""
    here = finished_at.astimezone(zone)
    evening = datetime.combine(here.date(), HOUR, zone)
    return max(evening, here + LEAST)
