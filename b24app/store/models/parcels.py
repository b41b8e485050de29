"""What people decided about a deal's goods: the parcels that they laid, and what is asked for beside carrying."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.models.base import MAX_NAME, Base, BigId, Json


class ParcelPlanRow(Base):
    """How a person laid one deal's goods. `plan` is a `flows.plan.ParcelPlan` as JSON, {} = all in one parcel again
    (the row stays, so that a form opened before says so); `shown` what came of it then."""

    __tablename__ = "parcel_plan"
    __table_args__ = (UniqueConstraint("portal_id", "deal_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    plan: Mapped[Json] = mapped_column(default=dict)
    shown: Mapped[Json] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=0)
    changed_by: Mapped[int | None] = mapped_column(BigId)
    changed_name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    changed_at: Mapped[datetime]


class DealExtras(Base):
    """What a person chose for one deal beside carrying (`logistics.extras`, by commas; "" = nothing of it), None = its
    pipeline says again (the row stays, so that a form opened before says so). `changed_by` None = its buyer."""

    __tablename__ = "deal_extras"
    __table_args__ = (UniqueConstraint("portal_id", "deal_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    chosen: Mapped[str | None] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(default=0)
    changed_by: Mapped[int | None] = mapped_column(BigId)
    changed_name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    changed_at: Mapped[datetime]
