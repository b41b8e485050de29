"""Dry runs: the job's kinds, what is kept of them and how long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.store import portal_settings

#: The dry run itself, and the look at the newest deals that it offers.
KIND, DEALS_KIND = "trial", "trial_deals"
#: What a deal asks of a pickup point (flows/pickup_points.py): it shows a client's name and address too.
NEEDS_KIND = "point_needs"
KINDS = frozenset({KIND, DEALS_KIND, NEEDS_KIND})
#: A result shows a client's name, phone and address: it is deleted after a day, or by the person's next dry run.
KEPT = timedelta(days=1)
#: Key of the portal's settings.
KEY = "trial"


def note(session: Session, portal_id: int, good: bool, problems: int, now: datetime) -> None:
    """Keeps how the last dry run ended; that one once went well is never forgotten. Nothing about a client."""

    def write(settings: dict[str, Any]) -> None:
        before: Mapping[str, Any] = settings.get(KEY, {})
        passed = now.isoformat() if good else before.get("passed_at", "")
        settings[KEY] = {"at": now.isoformat(), "good": good, "problems": problems, "passed_at": passed}

    portal_settings.change(session, portal_id, write)
