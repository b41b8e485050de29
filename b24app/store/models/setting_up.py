"""Tables of the set-up beyond accounts and pipelines: where goods leave from, which account ships what, and slow work
that a page asks after."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedJson
from b24app.store.models.base import Base, BigId, Json


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Origin(Base):
    """A place goods leave from. `details` are a `logistics.model.Sender` as JSON: who answers there and where it is."""

    __tablename__ = "origin"
    __table_args__ = (Index("ix_origin_portal_id", "portal_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(120))
    details: Mapped[Any] = mapped_column(EncryptedJson)
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Rule(Base):
    """Which account and service ship which deal. Tried by `position`; the first that fits wins.

    `conditions` are a `flows.choose.Conditions` as JSON, `services` by delivery kind; `category_id` None = any.
    `before` is a `flows.picking.Before`, NULL = as the pipeline says.
    """

    __tablename__ = "rule"
    __table_args__ = (Index("ix_rule_portal_id_position", "portal_id", "position"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120), default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    category_id: Mapped[int | None] = mapped_column(BigId)
    conditions: Mapped[Json] = mapped_column(default=dict)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    services: Mapped[Json] = mapped_column(default=dict)
    before: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by: Mapped[int | None] = mapped_column(BigId)


class AddressChange(Base):
    """What a person changed in a deal's recipient and address on our page: `changes` are `audit.Change` as JSON, with
    the values that the audit must not hold."""

    __tablename__ = "address_change"
    __table_args__ = (Index("ix_address_change_portal_id_deal_id", "portal_id", "deal_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(120))
    changes: Mapped[Any] = mapped_column(EncryptedJson)


class Job(Base):
    """Slow work that a person asked for on a page (a dry run, a simulation, a reconciliation), served in a lane.

    `input`, `memory` (what it needs to go on) and `result` may hold personal data and are encrypted.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_portal_id_kind", "portal_id", "kind"), Index("ix_job_created_at", "created_at"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(8), default=JobState.WAITING)
    input: Mapped[Any] = mapped_column(EncryptedJson)
    memory: Mapped[Any] = mapped_column(EncryptedJson)
    result: Mapped[Any] = mapped_column(EncryptedJson)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    why: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ForeignOrder(Base):
    """An order that an account's callbacks or lists showed and that is not ours: for the reconciliation."""

    __tablename__ = "foreign_order"
    __table_args__ = (UniqueConstraint("connection_id", "remote_id"), Index("ix_foreign_order_portal_id", "portal_id"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    remote_id: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(64), default="")
    seen: Mapped[int] = mapped_column(default=1)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    dismissed: Mapped[bool] = mapped_column(default=False)


class Erasure(Base):
    """That a portal's data were erased: counts by table, and nothing that says whose they were."""

    __tablename__ = "erasure"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    counts: Mapped[Json]


class PortalLogo(Base):
    """The shop's picture for its clients, as `flows.logo` wrote it: public, like the pages that show it."""

    __tablename__ = "portal_logo"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]
