"""Another time for the courier of an other-day order (yandex-delivery.md §A9): windows at the place where it goes, and
the edit that asks for one of them. Their windows are in UTC, ours are hours of the clock where it is brought; which one
that is, `actual_info` tells (§A7)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timezone, tzinfo
from typing import Any

from b24app.logistics.changes import Slot
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.units import moment_of
from b24app.systems.yandex_delivery.client import must, refusal
from b24app.systems.yandex_delivery.errors import child
from b24app.systems.yandex_delivery.parcels import Parcels

#: What their no means while one only asks: there is no other time (now).
_NONE = frozenset({"too_late_to_change", "service_unavailable", "date_refused"})
_INTERVALS = ("interval_utc", "interval")


def may_move(order: Mapping[str, Any]) -> bool:
    """Whether a courier brings it and Yandex lets the day be changed; a flag that it does not send forbids nothing."""
    request = child(order, "request")
    open_ = child(request, "available_actions").get("update_dates_available") is not False
    return open_ and bool(child(request, "destination", "custom_location"))


def zone_of(actual: Mapping[str, Any]) -> tzinfo | None:
    """The clock of `actual_info`: `"09:00+03:00"`; None = it does not tell."""
    with suppress(ValueError):
        shift = time.fromisoformat(str(child(actual, "delivery_interval").get("from") or "")).utcoffset()
        return None if shift is None else timezone(shift)
    return None


def slot_of(window: Mapping[str, Any], zone: tzinfo) -> Slot | None:
    """None for what cannot be read, or goes beyond midnight."""
    begin, end = (_moment(window.get(name), zone) for name in ("from", "to"))
    if begin is None or end is None or begin.date() != end.date() or begin >= end:
        return None
    return Slot(begin.date(), begin.time(), end.time())


def _moment(told: Any, zone: tzinfo) -> datetime | None:
    """Text, or unix seconds as older servers write them (§A6)."""
    if isinstance(told, int | float) and not isinstance(told, bool) and told > 0:
        return datetime.fromtimestamp(told, zone)
    at = moment_of(told)
    return None if at is None else at.astimezone(zone)


def is_agreed(order: Mapping[str, Any], slot: Slot, zone: tzinfo) -> bool:
    """Whether this is the time that the order shows."""
    there = child(order, "request", "destination")
    window = next((found for name in _INTERVALS if (found := child(there, name))), {})
    return slot_of(window, zone) == slot


def build_day(remote_id: str, order: Mapping[str, Any], window: Mapping[str, Any]) -> dict[str, Any]:
    """`request/edit`: the place as Yandex has it, with the window as it was offered."""
    there = child(order, "request", "destination")
    place = {name: there[name] for name in ("type", "custom_location") if name in there}
    return {"request_id": remote_id, "destination": {**place, "interval_utc": dict(window)}}


class CourierDays:
    """The port `Days` for orders of the platform."""

    def __init__(self, parcels: Parcels) -> None:
        self._parcels = parcels
        self._api = parcels.api

    def slots(self, remote_id: str) -> tuple[Slot, ...]:
        order = self._parcels.row({"request_id": remote_id})
        if order is None or not may_move(order):
            return ()
        return tuple(sorted(self._windows(remote_id), key=lambda slot: (slot.day, slot.begin, slot.end)))

    def bring_on(self, remote_id: str, slot: Slot) -> OrderState:
        """Only a window that is offered right now. What they have is looked at until it shows: an edit tells no more
        than that it begins."""
        order = self._parcels.row({"request_id": remote_id})
        if order is None or not may_move(order):
            raise Refused([Problem("too_late_to_change", Field.ORDER)])
        window = self._windows(remote_id).get(slot)
        if window is None:
            raise Refused([Problem("date_refused", Field.DATE)])
        body = build_day(remote_id, order, window)
        return self._parcels.edited(body, lambda: self.brought_on(remote_id, slot))

    def brought_on(self, remote_id: str, slot: Slot) -> OrderState | None:
        order = self._parcels.row({"request_id": remote_id})
        if order is None:
            return OrderState(remote_id=remote_id, gone=True)
        if not is_agreed(order, slot, self._zone(remote_id)):
            return None
        return replace(self._parcels.state_of(order), changes=(ChangeState("", Decision.ACCEPTED),))

    def _windows(self, remote_id: str) -> dict[Slot, Mapping[str, Any]]:
        """What they offer, by the recipient's clock. A no is an empty offer."""
        reply = self._api.ask("request/datetime_options", "request.times", {"request_id": remote_id})
        if not reply.ok and reply.status < 500 and refusal(reply).problems[0].code in _NONE:
            return {}
        rows, zone = rows_of(must(reply, "request.times").get("options")), self._zone(remote_id)
        told = [(slot_of(row, zone), {"from": row.get("from"), "to": row.get("to")}) for row in rows]
        return {slot: window for slot, window in told if slot is not None}

    def _zone(self, remote_id: str) -> tzinfo:
        """Raises Unavailable: hours by nobody's clock would be a promise of other hours."""
        reply = self._api.get("request/actual_info", "request.actual", {"request_id": remote_id})
        zone = zone_of(must(reply, "request.actual"))
        if zone is None:
            raise Unavailable("request.actual: no clock of the place where it goes")
        return zone
