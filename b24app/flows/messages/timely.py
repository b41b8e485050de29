"""Whether what was to be told is still so: a message may wait for hours. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from b24app.flows.messages.moments import Moment
from b24app.logistics.returning import ReturnStage
from b24app.logistics.status import Status

#: What is first learnt so late is no news any more. Longer than a day: so long a status stays unknown whose callback
#: was lost, until its carrier is looked at (`systems.plugin.TrackPolicy.net_s`).
STALE = timedelta(hours=36)
_LAST_MILE = Status.READY_FOR_PICKUP.rank
_STANDS = {
    Moment.READY: (Status.READY_FOR_PICKUP,),
    Moment.STORAGE: (Status.READY_FOR_PICKUP,),
    Moment.COURIER: (Status.OUT_FOR_DELIVERY,),
    Moment.DELIVERED: (Status.DELIVERED,),
    Moment.FAILED: (Status.DELIVERY_FAILED,),
    Moment.RETURNING: (Status.RETURNING, Status.RETURNED),
}


def is_news(moment: Moment, learnt: datetime, happened: datetime | None, zone: tzinfo) -> bool:
    """An account that was connected yesterday tells of what its clients know for weeks. A courier who was to come today
    is no news tomorrow."""
    if happened is None:
        return True
    same_day = moment is not Moment.COURIER or _day(happened, zone) == _day(learnt, zone)
    return same_day and learnt - happened <= STALE


def overtaken(
    moment: Moment, status: Status, now: datetime, zone: tzinfo, noted: datetime, keep_until: datetime | None = None
) -> bool:
    """Whether a parcel that stands so now makes the moment an old story. `noted` is when the fact was learnt."""
    if moment in _STANDS:
        if status not in _STANDS[moment]:
            return True
        if moment is Moment.COURIER:
            return _day(now, zone) != _day(noted, zone)
        return moment is Moment.STORAGE and keep_until is not None and keep_until <= now
    if moment in (Moment.NUMBER, Moment.TRANSIT):
        return status.is_final or status.rank >= _LAST_MILE or (moment is Moment.NUMBER and not _has_order(status))
    return moment is Moment.LATE and (status.is_final or status is Status.READY_FOR_PICKUP)


def overtaken_return(moment: Moment, stage: ReturnStage) -> bool:
    """The same of a return."""
    if moment is Moment.RETURN_REFUSED:
        return stage is not ReturnStage.REFUSED
    if stage is ReturnStage.REFUSED:
        return True
    if moment is Moment.RETURN_LABEL:
        return stage.rank >= ReturnStage.RECEIVED.rank
    return moment is Moment.RETURN_APPROVED and stage.rank >= ReturnStage.RECEIVED.rank


def _has_order(status: Status) -> bool:
    return status.rank >= Status.CREATED.rank


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()
