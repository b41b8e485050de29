"""The table of what clients say of their deliveries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedText
from b24app.store.models.base import Base, BigId


class Rating(Base):
    """One of a shipment: 1 to 5 stars, and the client's own words, which may name people. `at` is its first time."""

    __tablename__ = "rating"
    __table_args__ = (
        Index("uq_rating_shipment_id", "shipment_id", unique=True),
        Index("ix_rating_portal_id_at", "portal_id", "at"),
        Index("ix_rating_portal_id_deal_id", "portal_id", "deal_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    stars: Mapped[int]
    comment: Mapped[str] = mapped_column(EncryptedText, default="")
    at: Mapped[datetime]
    changed_at: Mapped[datetime]
