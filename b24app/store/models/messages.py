"""Tables of messages to clients: what is to be said and what became of it, and who wants to hear nothing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedJson, EncryptedText
from b24app.store.models.base import MAX_NAME, Base, BigId, Json


class MessageState(StrEnum):
    """`waiting`: until `next_try_at` (quiet hours, a later try). `queued`: an outbox row of the portal carries it.
    `sending` and `uncertain` as everywhere, at a gateway. `sent`: the channel has taken it. `maybe`: it may not have
    been sent, nobody can tell, and a person decides. `failed`: it was refused, `problem` says why. `dropped`: it was
    not to be sent after all (`why`)."""

    WAITING = "waiting"
    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    MAYBE = "maybe"
    FAILED = "failed"
    DROPPED = "dropped"


class Message(Base):
    """Something a client is told once: `key` names the occasion (`ship:<number>:<moment>[:<day>]`,
    `return:<id>:<moment>`, `portal:<their id>` for an SMS that the portal's automation asked of us, `again:<id>:<n>`
    for a person's repeat). `channel` "" until it is chosen. `said` is what left: `{"to", "subject", "body"}`. `number`
    is ours at a gateway (`logistics.messages.TextMessage`), `remote_id` theirs. `lane_id` is the gateway account's
    lane; None = the portal's outbox carries it. `told` is the last state that the portal was told of it (an SMS that
    the portal asked for). `segments` and `price` (a `Money`) as the gateway told them."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("portal_id", "key"),
        UniqueConstraint("connection_id", "number"),
        Index("ix_message_portal_id_deal_id", "portal_id", "deal_id"),
        Index("ix_message_state_next_try_at", "state", "next_try_at"),
        Index("ix_message_lane_id_next_try_at", "lane_id", "next_try_at"),
        Index("ix_message_portal_id_created_at", "portal_id", "created_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    return_id: Mapped[int | None] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(120))
    moment: Mapped[str] = mapped_column(String(20), default="")
    source: Mapped[str] = mapped_column(String(12), default="status")
    by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    channel: Mapped[str] = mapped_column(String(8), default="")
    lang: Mapped[str] = mapped_column(String(2), default="")
    said: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    lane_id: Mapped[int | None] = mapped_column(ForeignKey("lane.id", ondelete="CASCADE"))
    number: Mapped[int | None] = mapped_column(BigId)
    remote_id: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(12), default=MessageState.WAITING)
    why: Mapped[str] = mapped_column(String(48), default="")
    told: Mapped[str] = mapped_column(String(12), default="")
    segments: Mapped[int] = mapped_column(default=0)
    price: Mapped[Json | None]
    fence: Mapped[int | None] = mapped_column(BigId)
    deadline: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    trace_id: Mapped[str] = mapped_column(String(32))


class MessageStop(Base):
    """Somebody does not want to be told. `who` is a salted digest of `address`, an E.164 phone or a lower-case e-mail
    address; `by` 0 = they said so themselves, on our page. The row of no `who` holds the portal's salt."""

    __tablename__ = "message_stop"
    __table_args__ = (UniqueConstraint("portal_id", "who"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    who: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(EncryptedText)
    by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    at: Mapped[datetime]
