"""Print forms that we had made, and their files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedBytes
from b24app.store.models.base import Base, BigId, Json


class PaperStatus(StrEnum):
    """`waiting`: the system is to be asked. `asked`: it makes the form, `remote_key` names it there."""

    WAITING = "waiting"
    ASKED = "asked"
    READY = "ready"
    FAILED = "failed"


class Paper(Base):
    """One form of one order, by the code of the system's manifest. `remote_id` is the order it was made of: an order
    that was changed or made anew has its papers made anew. `problem` says why there is none."""

    __tablename__ = "paper"
    __table_args__ = (
        UniqueConstraint("shipment_id", "form"),
        Index("ix_paper_portal_id_deal_id", "portal_id", "deal_id"),
        Index("ix_paper_changed_at", "changed_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    form: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(8), default=PaperStatus.WAITING)
    remote_id: Mapped[str] = mapped_column(String(64))
    remote_key: Mapped[str] = mapped_column(String(64), default="")
    tries: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    problem: Mapped[Json] = mapped_column(default=dict)
    asked_by: Mapped[int | None] = mapped_column(BigId)
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]


class PaperFile(Base):
    """The file of a ready paper: it names a person and an address, and is encrypted."""

    __tablename__ = "paper_file"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id", ondelete="CASCADE"), unique=True)
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
