"""Documents that orders have in systems that keep some, and files of them on their way to somebody."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedBytes
from b24app.store.models.base import Base, BigId, Json


class FiledState(StrEnum):
    """`there`: the system has it, we have not. `asked`: its file is being fetched; `ready`: we have it for a while;
    `failed`: it could not be fetched, `problem` says why. `ours`: a person's file that the system is to get."""

    THERE = "there"
    ASKED = "asked"
    READY = "ready"
    FAILED = "failed"
    OURS = "ours"


class FiledLook(Base):
    """When a shipment's documents were last looked at. `asked_at` later than `read_at` = somebody is at it; `problem`
    says why they could not be read."""

    __tablename__ = "filed_look"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"), unique=True)
    asked_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    problem: Mapped[Json] = mapped_column(default=dict)


class Filed(Base):
    """One document of a shipment: see `FiledDocument`. `remote_key` is the system's ("" = it does not have it yet),
    `ours` our own key of what we put there."""

    __tablename__ = "filed"
    __table_args__ = (
        UniqueConstraint("shipment_id", "remote_key", "ours"),
        Index("ix_filed_portal_id_deal_id", "portal_id", "deal_id"),
        Index("ix_filed_changed_at", "changed_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    remote_key: Mapped[str] = mapped_column(String(255), default="")
    ours: Mapped[str] = mapped_column(String(80), default="")
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    media_type: Mapped[str] = mapped_column(String(120), default="")
    size: Mapped[int] = mapped_column(BigId, default=0)
    at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(8), default=FiledState.THERE)
    problem: Mapped[Json] = mapped_column(default=dict)
    changed_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]


class FiledFile(Base):
    """The file of a document that somebody wants to open, or has given us to be put there: it names people and prices,
    and is encrypted."""

    __tablename__ = "filed_file"
    __table_args__ = (Index("ix_filed_file_kept_at", "kept_at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    filed_id: Mapped[int] = mapped_column(ForeignKey("filed.id", ondelete="CASCADE"), unique=True)
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
    kept_at: Mapped[datetime]
