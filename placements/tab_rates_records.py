"""How each account's parcels really went to where the deal goes: read for the tab's prices, kept for a minute, because
a panel that waits for prices is drawn many times a second."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from b24app.flows.forecast import Forecast, History, Lane, usual
from b24app.flows.rates import Facts
from b24app.frames.formats import portal_zone
from b24app.logistics.model import DeliveryKind
from b24app.logistics.points import PickupPoint
from b24app.logistics.regions import region_of_place
from b24app.store import transit_lanes, transits
from b24app.store.models import Connection, Portal

KEPT = timedelta(minutes=1)
#: Portals and places at a time.
MOST = 256

_Key = tuple[int, str, str, tuple[int, ...]]


class Records:
    """Of one process; a portal's are reached by its own id only."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, tuple[datetime, dict[int, Forecast]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(
        self,
        session: Session,
        portal: Portal,
        accounts: Sequence[Connection],
        facts: Facts | None,
        places: Mapping[int, PickupPoint | None],
        now: datetime,
    ) -> Mapping[int, Forecast]:
        """By account. Empty where fewer than two were asked, or nobody knows which region the deal goes to."""
        if facts is None or facts.kind is None or len(accounts) < 2:
            return {}
        to = _region(facts, places)
        if not to:
            return {}
        key = (portal.id, facts.kind.value, to, tuple(sorted(each.id for each in accounts)))
        with self._lock:
            at, found = self._kept.get(key, (None, {}))
        if at is not None and timedelta() <= now - at < KEPT:
            return found
        found = _read(session, portal, accounts, facts.kind, to, now)
        with self._lock:
            self._kept[key] = (now, found)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found


def _region(facts: Facts, places: Mapping[int, PickupPoint | None]) -> str:
    if facts.kind is not DeliveryKind.PICKUP:
        return facts.region
    point = next((each for each in places.values() if each is not None), None)
    return region_of_place(point.city, point.region, point.postal_code, point.address) if point else ""


def _read(
    session: Session, portal: Portal, accounts: Sequence[Connection], kind: DeliveryKind, to: str, now: datetime
) -> dict[int, Forecast]:
    today = now.astimezone(portal_zone(portal.language)).date()
    systems = sorted({each.system for each in accounts})
    pasts = transits.finished(session, portal.id, today, systems=systems, kind=kind.value)
    if not pasts:
        return {}
    origins, history = transit_lanes.Places(session, portal.id), History(pasts)
    return {each.id: usual(Lane(each.system, kind.value, origins.origin(each.id), to), history) for each in accounts}
