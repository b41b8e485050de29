"""Tables of a portal's automation: robots of ours that stand still until something is done, what was last used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedJson
from b24app.store.models.base import Base, BigId


class RobotWish(Base):
    """A robot of ours that was reached for a deal, and what it is waiting for. `key` is a digest of its token: told
    twice it is one wish. `call` is what the portal told (`bitrix24.robots.RobotCall`), emptied with the answer;
    `memory` what was asked for it meanwhile (`store.robot_wishes`). After `until` it is answered whatever became of
    it. `done_at` None = nobody has answered it yet."""

    __tablename__ = "robot_wish"
    __table_args__ = (
        UniqueConstraint("portal_id", "key"),
        Index("ix_robot_wish_portal_id_deal_id", "portal_id", "deal_id"),
        Index("ix_robot_wish_created_at", "created_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    key: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(64))
    call: Mapped[Any] = mapped_column(EncryptedJson)
    memory: Mapped[Any] = mapped_column(EncryptedJson)
    looks: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    done_at: Mapped[datetime | None]
    trace_id: Mapped[str] = mapped_column(String(32))


class AutomationUse(Base):
    """When a trigger or a robot of ours (by its `code`) last worked in a portal, how often it has, and what the portal
    said the last time it did not ("" = it worked since)."""

    __tablename__ = "automation_use"
    __table_args__ = (UniqueConstraint("portal_id", "code"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]
    count: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(500), default="")
    trouble_at: Mapped[datetime | None]
