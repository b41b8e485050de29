"""Tables of what lies in warehouses, as deals that are looked at want to know it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.models.base import Base, BigId, Json


class DealStock(Base):
    """What one deal needs. `needs`: `{"rows": [flows.stock.Need], "legs": [accounts of warehouses on its way]}`, {} =
    it was not read yet; `lacking`: `{account: [flows.stock.Lack]}` of those warehouses alone. `version` grows when that
    changes: the tab's first line tells of it. `job_id` is the last reading of the deal (no foreign key: jobs are
    forgotten before)."""

    __tablename__ = "deal_stock"
    __table_args__ = (UniqueConstraint("portal_id", "deal_id"), Index("ix_deal_stock_touched_at", "touched_at"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    job_id: Mapped[int | None] = mapped_column(BigId)
    asked_at: Mapped[datetime | None]
    needs: Mapped[Json] = mapped_column(default=dict)
    lacking: Mapped[Json] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[datetime]


class StockLook(Base):
    """One account was asked for one deal. `problem` says why it did not answer."""

    __tablename__ = "stock_look"
    __table_args__ = (
        UniqueConstraint("portal_id", "deal_id", "connection_id"),
        Index("ix_stock_look_asked_at", "asked_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    problem: Mapped[Json] = mapped_column(default=dict)


class StockRow(Base):
    """What one account said of one article: a `flows.stock.Shelf` as JSON, whichever deal asked."""

    __tablename__ = "stock_row"
    __table_args__ = (UniqueConstraint("connection_id", "sku"), Index("ix_stock_row_read_at", "read_at"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    sku: Mapped[str] = mapped_column(String(255))
    shelf: Mapped[Json]
    read_at: Mapped[datetime]
