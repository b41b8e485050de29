"""Tables of what reports count: what a delivery was to cost, costs and is billed, and lines of carriers' invoices."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.models.base import MAX_NAME, Base, BigId, Json


class ShipmentFigures(Base):
    """What reports count of one shipment, nothing of the client in it. `moved_at`: the deal's move that shipped it at
    once (None = a person pressed, or a problem stood in between), `numbered_at`: its number became known. Sums are
    minor units. `quoted_by` and `billed_by`: where they come from (`flows.costs`); `told_g`: what it weighs as the
    order said, `weighed_g`: as the carrier weighed it, 0 = not told; `extra`: a service that the bill names. `over`
    (minor units) and `reason` compare the bill with what was expected (`flows.costs.compared`), None and "" = nothing
    to compare."""

    __tablename__ = "shipment_figures"
    __table_args__ = (
        UniqueConstraint("shipment_id"),
        Index("ix_shipment_figures_portal_id_numbered_at", "portal_id", "numbered_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    moved_at: Mapped[datetime | None]
    numbered_at: Mapped[datetime | None]
    quoted: Mapped[int | None] = mapped_column(BigId)
    quoted_currency: Mapped[str] = mapped_column(String(3), default="")
    quoted_at: Mapped[datetime | None]
    quoted_by: Mapped[str] = mapped_column(String(8), default="")
    booked: Mapped[int | None] = mapped_column(BigId)
    booked_currency: Mapped[str] = mapped_column(String(3), default="")
    booked_at: Mapped[datetime | None]
    billed: Mapped[int | None] = mapped_column(BigId)
    billed_currency: Mapped[str] = mapped_column(String(3), default="")
    billed_at: Mapped[datetime | None]
    billed_by: Mapped[str] = mapped_column(String(8), default="")
    told_g: Mapped[int] = mapped_column(default=0)
    weighed_g: Mapped[int] = mapped_column(default=0)
    extra: Mapped[str] = mapped_column(String(160), default="")
    over: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(12), default="")


class BillLineState(StrEnum):
    """`taken`: it is the shipment's bill. `unmatched`: no shipment has that number. `doubtful`: a person has to look,
    `why` says at what."""

    TAKEN = "taken"
    UNMATCHED = "unmatched"
    DOUBTFUL = "doubtful"


class CarrierBill(Base):
    """A carrier's invoice file that an administrator uploaded, once by its `digest`. `mapping` says which column was
    what; the file itself is not kept."""

    __tablename__ = "carrier_bill"
    __table_args__ = (UniqueConstraint("portal_id", "connection_id", "digest"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(160))
    mapping: Mapped[Json]
    lines: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    by: Mapped[int] = mapped_column(BigId, default=0)
    by_name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    at: Mapped[datetime]


class CarrierBillLine(Base):
    """A line of such a file, by its row `n` there: the number it names and what it asks for. `shipment_id`: whose it
    is, or would be."""

    __tablename__ = "carrier_bill_line"
    __table_args__ = (
        UniqueConstraint("bill_id", "n"),
        Index("ix_carrier_bill_line_portal_id_shipment_id", "portal_id", "shipment_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    bill_id: Mapped[int] = mapped_column(ForeignKey("carrier_bill.id", ondelete="CASCADE"))
    n: Mapped[int]
    number: Mapped[str] = mapped_column(String(64))
    minor: Mapped[int | None] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3), default="")
    weighed_g: Mapped[int] = mapped_column(default=0)
    extra: Mapped[str] = mapped_column(String(160), default="")
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(24), default="")
