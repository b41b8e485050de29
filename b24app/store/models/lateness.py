"""What was promised of each shipment, how its way went, and what is expected of it. Nothing personal."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.models.base import Base, BigId, Json


class TransitState(StrEnum):
    """`new`: its lane is not known yet. `open`: under way. `done`: it arrived, or lay ready at its point. `over`: it
    ended otherwise (cancelled, refused, returned, lost)."""

    NEW = "new"
    OPEN = "open"
    DONE = "done"
    OVER = "over"


class Transit(Base):
    """The way of one shipment: its lane (regions: `logistics.regions`), the day that was promised first (`promised`, by
    `flows.forecast.By`), days by the portal's clock on which it was `handed` over, `reached` its region, `arrived`.
    `gap`: the longest time without news, in days. `forecast` is a `flows.forecast.Forecast`; `risk`, `late_by` and
    `expected` are its own, for lists. `told`: when the client and the manager were told that it will be late.
    `seen`: the shipment's version that this was read from."""

    __tablename__ = "transit"
    __table_args__ = (
        Index("uq_transit_shipment_id", "shipment_id", unique=True),
        Index("ix_transit_portal_id_state", "portal_id", "state"),
        Index("ix_transit_portal_id_arrived", "portal_id", "arrived"),
        Index("ix_transit_portal_id_promised", "portal_id", "promised"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(String(8), default=TransitState.NEW)
    system: Mapped[str] = mapped_column(String(32), default="")
    kind: Mapped[str] = mapped_column(String(8), default="")
    service: Mapped[str] = mapped_column(String(80), default="")
    origin: Mapped[str] = mapped_column(String(8), default="")
    to: Mapped[str] = mapped_column(String(8), default="")
    days_max: Mapped[int | None]
    promised: Mapped[date | None]
    by: Mapped[str] = mapped_column(String(8), default="")
    handed: Mapped[date | None]
    reached: Mapped[date | None]
    arrived: Mapped[date | None]
    news: Mapped[date | None]
    gap: Mapped[int | None]
    place: Mapped[str] = mapped_column(String(160), default="")
    seen: Mapped[int] = mapped_column(default=-1)
    risk: Mapped[str] = mapped_column(String(8), default="")
    late_by: Mapped[int] = mapped_column(default=0)
    expected: Mapped[date | None]
    forecast: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    forecast_on: Mapped[date | None]
    told: Mapped[datetime | None]
