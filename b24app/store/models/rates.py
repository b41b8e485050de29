"""Tables of prices: what was asked for a deal, what each account answered, and what a person decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedJson
from b24app.store.models.base import Base, BigId, Json


class DealRates(Base):
    """One deal's prices. `facts` are a `flows.rates.Facts`, `choice` a `Choice` (of the account `chosen_id`), `booking`
    a `Booking` as JSON; {} = none. `job_id` is the last reading of the deal for prices. (No foreign keys: jobs are
    forgotten before, and a choice outlives its account, so that it is missed.) `own_row`: a `delivery_rows.OwnRow`,
    `own_invoice`: a `delivery_invoices.OwnInvoice`."""

    __tablename__ = "deal_rates"
    __table_args__ = (UniqueConstraint("portal_id", "deal_id"), Index("ix_deal_rates_touched_at", "touched_at"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    job_id: Mapped[int | None] = mapped_column(BigId)
    asked_at: Mapped[datetime | None]
    facts: Mapped[Json] = mapped_column(default=dict)
    chosen_id: Mapped[int | None] = mapped_column(BigId)
    choice: Mapped[Json] = mapped_column(default=dict)
    booking: Mapped[Json] = mapped_column(default=dict)
    own_row: Mapped[Json] = mapped_column(default=dict)
    own_invoice: Mapped[Json] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[datetime]


class Rate(Base):
    """What one account says of one deal. `request` is what it is being asked, encrypted and empty once answered;
    `priced` a `flows.simulate.Priced` as JSON about `answered_key`, its prices of `priced_at`. Equal keys have equal
    prices, whichever deal they are of."""

    __tablename__ = "rate"
    __table_args__ = (
        UniqueConstraint("portal_id", "deal_id", "connection_id"),
        Index("ix_rate_connection_id_answered_key", "connection_id", "answered_key"),
        Index("ix_rate_asked_at", "asked_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    key: Mapped[str] = mapped_column(String(40))
    request: Mapped[Any] = mapped_column(EncryptedJson)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    priced_at: Mapped[datetime | None]
    answered_key: Mapped[str] = mapped_column(String(40), default="")
    priced: Mapped[Json] = mapped_column(default=dict)
