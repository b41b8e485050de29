"""Hours in which nobody is disturbed, by the client's own clock. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo


def is_quiet(at: datetime, zone: tzinfo, begins: int, ends: int) -> bool:
    """Whether it is quiet then; hours that are equal are never quiet, those that begin later than they end reach over
    midnight."""
    hour = at.astimezone(zone).hour
    if begins == ends:
        return False
    return begins <= hour < ends if begins < ends else hour >= begins or hour < ends


def may_leave(at: datetime, zone: tzinfo, begins: int, ends: int) -> datetime:
    """`at`, or the end of the quiet hours in which it lies (UTC). A clock that is put forward over the end ends them
    too; one that is put back over it ends them at the first time it shows the hour, and never twice."""
    moment = at.astimezone(UTC)
    if not is_quiet(moment, zone, begins, ends):
        return moment
    local = at.astimezone(zone)
    for days in (0, 1, 2):
        end = datetime.combine(local.date() + timedelta(days=days), time(ends % 24), zone).astimezone(UTC)
        if end > moment and not is_quiet(end, zone, begins, ends):
            return end
    raise ValueError(f"quiet hours {begins}-{ends} have no end")
