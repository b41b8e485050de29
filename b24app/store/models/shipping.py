"""Tables of the domain: deals as last seen, shipments, what went wrong, what the carrier told."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedJson, EncryptedText
from b24app.store.models.base import Base, BigId, Json


class ProblemState(StrEnum):
    OPEN = "open"
    SOLVED = "solved"


class DealState(Base):
    """What we know about a deal without asking: where it stood, up to which move of its history we have looked."""

    __tablename__ = "deal_state"
    __table_args__ = (UniqueConstraint("portal_id", "deal_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    category: Mapped[int | None] = mapped_column(BigId)
    stage: Mapped[str] = mapped_column(String(64), default="")
    title: Mapped[str] = mapped_column(String(255), default="")
    assigned_by: Mapped[int | None] = mapped_column(BigId)
    last_history_id: Mapped[int | None] = mapped_column(BigId)
    portal_updated_at: Mapped[datetime | None]
    last_read_at: Mapped[datetime | None]
    seen_hash: Mapped[str] = mapped_column(String(64), default="")
    waits_for_person: Mapped[str] = mapped_column(String(32), default="")
    moved_at: Mapped[datetime | None]
    move_stage: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(String(64), default="")
    gone: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)


class Shipment(Base):
    """One delivery request of a deal. `request` is personal data and encrypted; statuses only move forward. `portion`
    (of `flows.portions.Portion`) is what one of several holds, NULL = all goods of the deal. `leg` and `follows` are
    its place in a chain (`flows.legs`), `picking` (of `flows.picking.Picking`) what a warehouse was asked and says.
    `in_part` (of `logistics.order.InPart`): what a recipient left, NULL = nothing is told of that. `pickup_code` (of
    `logistics.order.OrderState`) is encrypted, and kept only while the parcel can be collected."""

    __tablename__ = "shipment"
    __table_args__ = (
        UniqueConstraint("portal_id", "deal_id", "n"),
        UniqueConstraint("connection_id", "remote_id"),
        Index("ix_shipment_connection_id_next_poll_at", "connection_id", "next_poll_at"),
        Index("ix_shipment_portal_id_order_number", "portal_id", "order_number"),
        Index("ix_shipment_portal_id_tracking_number", "portal_id", "tracking_number"),
        Index("ix_shipment_portal_id_status_status_at", "portal_id", "status", "status_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    n: Mapped[int]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    status: Mapped[str] = mapped_column(String(24))
    incident: Mapped[str | None] = mapped_column(String(48))
    remote_code: Mapped[str] = mapped_column(String(80), default="")
    remote_text: Mapped[str] = mapped_column(Text, default="")
    remote_id: Mapped[str | None] = mapped_column(String(64))
    order_number: Mapped[str | None] = mapped_column(String(64))
    tracking_number: Mapped[str | None] = mapped_column(String(64))
    tracking_url: Mapped[str | None] = mapped_column(String(512))
    price_minor: Mapped[int | None] = mapped_column(BigId)
    currency: Mapped[str | None] = mapped_column(String(3))
    promised: Mapped[date | None]
    request: Mapped[Any] = mapped_column(EncryptedJson)
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    input_hash: Mapped[str] = mapped_column(String(64), default="")
    point_code: Mapped[str] = mapped_column(String(32), default="")
    sent: Mapped[bool] = mapped_column(default=False)
    accepted_at: Mapped[datetime | None]
    refusal_code: Mapped[str] = mapped_column(String(80), default="")
    return_ids: Mapped[list[str]] = mapped_column(default=list)
    keep_until: Mapped[datetime | None]
    trigger_history_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    status_at: Mapped[datetime]
    next_poll_at: Mapped[datetime | None]
    polled_at: Mapped[datetime | None]
    closed: Mapped[bool] = mapped_column(default=False)
    closed_reason: Mapped[str] = mapped_column(String(48), default="")
    portion: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    leg: Mapped[str] = mapped_column(String(12), default="")
    follows: Mapped[int] = mapped_column(BigId, default=0)
    picking: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    in_part: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    pickup_code: Mapped[str | None] = mapped_column(EncryptedText)
    version: Mapped[int] = mapped_column(default=0)


class TrackingRow(Base):
    """One event of a parcel's way, once (by `key`): the carrier's code and words, and how we read them."""

    __tablename__ = "tracking"
    __table_args__ = (UniqueConstraint("shipment_id", "key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(24))
    incident: Mapped[str | None] = mapped_column(String(48))
    at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(160), default="")
    reason: Mapped[str] = mapped_column(String(160), default="")
    back: Mapped[bool] = mapped_column(default=False)


class ProblemRow(Base):
    """A Problem shown on a deal. One open row a deal and `key`; `input_hash` is what it was found in."""

    __tablename__ = "problem"
    __table_args__ = (
        Index(
            "uq_problem_open",
            "portal_id",
            "deal_id",
            "key",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_problem_portal_id_deal_id", "portal_id", "deal_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    shipment_id: Mapped[int | None] = mapped_column(BigId)
    key: Mapped[str] = mapped_column(String(200))
    problem: Mapped[Json]
    input_hash: Mapped[str] = mapped_column(String(64), default="")
    trigger_history_id: Mapped[int] = mapped_column(BigId, default=0)
    state: Mapped[str] = mapped_column(String(8), default=ProblemState.OPEN)
    opened_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]


class UnknownCode(Base):
    """A code of a system that our vocabulary does not know, as received, for the administrator's list."""

    __tablename__ = "unknown_code"
    __table_args__ = (UniqueConstraint("portal_id", "system", "kind", "code"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    system: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[int] = mapped_column(default=1)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class CallLogRow(Base):
    """One attempt at one remote call, masked (`wire.log.CallRecord`). Kept at least three days (bitrix24-app §6.3)."""

    __tablename__ = "call_log"
    __table_args__ = (
        Index("ix_call_log_at", "at"),
        Index("ix_call_log_remote_at", "remote", "at"),
        Index("ix_call_log_trace_id", "trace_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    trace_id: Mapped[str] = mapped_column(String(64))
    remote: Mapped[str] = mapped_column(String(160))
    label: Mapped[str] = mapped_column(String(160))
    verb: Mapped[str] = mapped_column(String(8))
    url: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(Text)
    status: Mapped[int]
    ms: Mapped[int]
    bytes_out: Mapped[int]
    bytes_in: Mapped[int]
    people: Mapped[bool]
    sent: Mapped[str] = mapped_column(Text)
    got: Mapped[str] = mapped_column(Text)
