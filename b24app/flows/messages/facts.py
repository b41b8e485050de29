"""What a message may say: gathered from the store when it leaves, so that it says what is true then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from b24app.flows.brand import Brand
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money


@dataclass(frozen=True, slots=True)
class PointFacts(Jsonable):
    """Where a parcel lies. `hours` as the system tells them, in the client's language."""

    code: str
    name: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class MessageFacts(Jsonable):
    """`name` is the client's, `order` what the shop calls the deal, `number` the tracking number (else the order's),
    `carrier` as clients know it. `link` is our page, or the carrier's where the portal has no page. `code`: what is
    shown at the point, where the system tells one. `cod`: what is to be paid there. `promised`: the day that was
    promised; `expected`: the day that is expected now. `owed`, `label`, `reason` are a return's."""

    brand: Brand
    name: str = ""
    order: str = ""
    number: str = ""
    carrier: str = ""
    link: str = ""
    stop_link: str = ""
    point: PointFacts | None = None
    keep_until: datetime | None = None
    code: str = ""
    cod: Money | None = None
    promised: date | None = None
    expected: date | None = None
    address: str = ""
    reason: str = ""
    return_number: str = ""
    return_link: str = ""
    owed: Money | None = None
