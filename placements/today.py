"""The portal's today, for what is counted by days. Pure."""

from __future__ import annotations

from datetime import datetime

from b24app.flows import urgency
from b24app.frames.formats import portal_zone


def soon_of(language: str, now: datetime) -> datetime:
    """When "soon" ends (`urgency.soon`), by the clock of a portal of this `LANG`."""
    zone = portal_zone(language)
    return urgency.soon(now.astimezone(zone).date(), zone)
