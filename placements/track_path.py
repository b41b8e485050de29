"""The way of a parcel as its client sees it: five stops, in the client's words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from b24app.flows.returns.storage import last_day
from b24app.frames.formats import Formats
from b24app.logistics.status import Status
from placements.track_reading import Track

_NO_PATH = (Status.DRAFT, Status.SUBMITTING, Status.REJECTED, Status.CANCELLED, Status.UNKNOWN)
_BAD = (Status.DELIVERY_FAILED, Status.RETURNING, Status.RETURNED, Status.LOST)
#: Which stop a parcel of a status is at; nothing of what is ahead is promised to one that goes back.
_AT = {
    Status.CREATED: 0,
    Status.ACCEPTED_AT_WAREHOUSE: 1,
    Status.IN_TRANSIT: 2,
    Status.READY_FOR_PICKUP: 3,
    Status.OUT_FOR_DELIVERY: 3,
    Status.DELIVERY_FAILED: 3,
    Status.DELIVERED: 4,
    Status.LOST: 2,
}


@dataclass(frozen=True, slots=True)
class Stop:
    """`state`: is-done, is-here, is-bad or empty (ahead)."""

    title: str
    detail: str
    state: str


def stops(track: Track, fmt: Formats, carrier: str) -> tuple[Stop, ...]:
    status = track.status
    if status in (Status.RETURNING, Status.RETURNED):
        return _back(track, fmt, carrier)
    if status in _NO_PATH:
        return ()
    at = 0 if track.at_warehouse else _AT[status]
    last = "point" if track.to_point else "door"
    names = ("ready", "handed", "way", last, "yours")
    return tuple(
        Stop(fmt.words(f"trk.stop.{name}", carrier=carrier), _detail(track, n - at, n, fmt), _state(status, n - at))
        for n, name in enumerate(names)
    )


def _back(track: Track, fmt: Formats, carrier: str) -> tuple[Stop, ...]:
    done = track.status is Status.RETURNED
    handed, turned = _first(track, Status.ACCEPTED_AT_WAREHOUSE), _first(track, Status.RETURNING)
    came = _day(track.shipment.status_at, fmt) if done else ""
    return (
        Stop(fmt.words("trk.stop.handed", carrier=carrier), _day(handed, fmt), "is-done"),
        Stop(fmt.words("trk.stop.turned"), _day(turned, fmt), "is-done" if done else "is-here"),
        Stop(fmt.words("trk.stop.back"), came, "is-done" if done else ""),
    )


def _state(status: Status, ahead: int) -> str:
    if ahead > 0:
        return ""
    if ahead < 0 or status is Status.DELIVERED:
        return "is-done"
    return "is-bad" if status in _BAD else "is-here"


def _detail(track: Track, ahead: int, n: int, fmt: Formats) -> str:
    """When it was there; of what is ahead, when that is promised."""
    if ahead <= 0:
        return _day(_when(track, n), fmt)
    shipment = track.shipment
    if track.to_point and n == len(_AT_STOP) - 1 and shipment.keep_until is not None:
        return fmt.words("trk.stop.until", day=fmt.short_day(last_day(shipment.keep_until, track.zone)))
    promise = 3 if track.to_point else len(_AT_STOP) - 1
    if n == promise and track.promised is not None and track.promised >= fmt.today and not track.is_late:
        return fmt.short_day(track.promised)
    return ""


_AT_STOP: tuple[tuple[Status, ...], ...] = (
    (Status.CREATED,),
    (Status.ACCEPTED_AT_WAREHOUSE,),
    (Status.IN_TRANSIT,),
    (Status.READY_FOR_PICKUP, Status.OUT_FOR_DELIVERY),
    (Status.DELIVERED,),
)


def _when(track: Track, n: int) -> datetime | None:
    if n == 0:
        return track.packed_at or (None if track.at_warehouse else track.shipment.created_at)
    found = [each for each in (_first(track, status) for status in _AT_STOP[n]) if each is not None]
    if not found and track.status in _AT_STOP[n]:
        return track.shipment.status_at
    return min(found, default=None)


def _first(track: Track, status: Status) -> datetime | None:
    return min((each.at for each in track.events if each.status == status), default=None)


def _day(when: datetime | None, fmt: Formats) -> str:
    return fmt.short_day(when) if when is not None else ""
