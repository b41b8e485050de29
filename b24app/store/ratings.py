"""What clients say of their deliveries: one rating a shipment, theirs to change for a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.store.models import Connection, Rating, Shipment
from b24app.store.sql import chunks, locked

#: So long after the first time it may be changed.
CHANGEABLE = timedelta(days=1)
STARS = (1, 2, 3, 4, 5)
#: From here down a person looks at it.
LOW = 2
MOST_COMMENT = 500


@dataclass(frozen=True, slots=True)
class Rated:
    """`comment` "" = no words."""

    shipment_id: int
    deal_id: int
    stars: int
    comment: str
    at: datetime
    changed_at: datetime

    @property
    def is_low(self) -> bool:
        return self.stars <= LOW

    def may_change(self, now: datetime) -> bool:
        return now < self.at + CHANGEABLE


@dataclass(frozen=True, slots=True)
class Ratings:
    """How many ratings have so many stars."""

    counts: dict[int, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def average(self) -> float | None:
        """None = nobody has rated."""
        return sum(stars * n for stars, n in self.counts.items()) / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class PeriodRatings:
    """All of a period, and those of each system's deliveries."""

    all: Ratings
    systems: dict[str, Ratings]


def rate(session: Session, shipment: Shipment, stars: int, comment: str, now: datetime) -> Rated | None:
    """Keeps what the client says; None = it was said so already, or may not be changed any more."""
    said = comment[:MOST_COMMENT]
    first = {
        "portal_id": shipment.portal_id, "deal_id": shipment.deal_id, "stars": stars, "comment": said, "at": now,
        "changed_at": now,
    }  # fmt: skip
    row, fresh = locked(session, Rating, {"shipment_id": shipment.id}, first)
    if fresh:
        return _rated(row)
    if (row.stars, row.comment) == (stars, said) or not _rated(row).may_change(now):
        return None
    row.stars, row.comment, row.changed_at = stars, said, now
    session.flush()
    return _rated(row)


def of_shipment(session: Session, portal_id: int, shipment_id: int) -> Rated | None:
    row = session.scalar(select(Rating).where(Rating.portal_id == portal_id, Rating.shipment_id == shipment_id))
    return _rated(row) if row is not None else None


def of_deals(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, list[Rated]]:
    """By deal, the oldest first; deals that nobody has rated are missing."""
    found: dict[int, list[Rated]] = {}
    for some in chunks(list(deal_ids)):
        mine = select(Rating).where(Rating.portal_id == portal_id, Rating.deal_id.in_(some)).order_by(Rating.id)
        for row in session.scalars(mine):
            found.setdefault(row.deal_id, []).append(_rated(row))
    return found


def of_period(
    session: Session, portal_id: int, since: datetime, until: datetime, systems: Collection[str] = ()
) -> PeriodRatings:
    """Of deliveries that were rated since then and before `until`, of these systems only (none named = all)."""
    query = (
        select(Connection.system, Rating.stars, func.count())
        .select_from(Rating)
        .join(Shipment, Shipment.id == Rating.shipment_id)
        .join(Connection, Connection.id == Shipment.connection_id)
        .where(Rating.portal_id == portal_id, Rating.at >= since, Rating.at < until)
        .group_by(Connection.system, Rating.stars)
    )
    every, by_system = Ratings(), dict[str, Ratings]()
    for system, stars, n in session.execute(query):
        if systems and system not in systems:
            continue
        for each in (every, by_system.setdefault(system, Ratings())):
            each.counts[stars] = each.counts.get(stars, 0) + n
    return PeriodRatings(every, by_system)


def _rated(row: Rating) -> Rated:
    return Rated(row.shipment_id, row.deal_id, row.stars, row.comment, row.at, row.changed_at)
