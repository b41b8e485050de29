"""Streams of news of accounts at systems; nothing of a tenant but which connections share one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.models.base import Base, BigId


class FeedRow(Base):
    """One feed (`logistics.feed`) of an account: connections of one `key` share it, whatever portal they belong to.

    `cursor` is the system's, saved with the news it stands for; `held_by`/`held_until`: who pulls now, so that two
    workers never do; `due_at`: when it is pulled next.
    """

    __tablename__ = "feed"
    __table_args__ = (UniqueConstraint("system", "mode", "key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    system: Mapped[str] = mapped_column(String(32))
    mode: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(120))
    cursor: Mapped[str] = mapped_column(Text, default="")
    receipt: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime]
    held_by: Mapped[str] = mapped_column(String(64), default="")
    held_until: Mapped[datetime | None]
    pulled_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(255), default="")
