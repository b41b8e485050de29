"""Tables of the lanes: what is to be done, who may do it now, and what was tried (DESIGN, "How work travels")."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedJson
from b24app.store.models.base import Base, BigId, Json


class LaneKind(StrEnum):
    PORTAL = "portal"
    CONNECTION = "connection"


class Priority(IntEnum):
    """A person waits for `PEOPLE` rows: they go first, in slices of their own."""

    BACKGROUND = 0
    PEOPLE = 1


class InboxKind(StrEnum):
    """What a row asks of its lane. Portal lanes, except `callback` (the body is sealed: `store.crypto.unseal`),
    `quotes`, `points`, `paper`, `address`, `rates`, `stock`, `filed` and `feed` (news of one shipment: each row
    counts). The key of a `job`, of `quotes` and of `address` is the id of its row in table `job`, that of `points` the
    id of a `point_source`, those of `paper`, `rates` and `stock` are ids of tables `paper`, `rate` and `stock_look`,
    that of `filed` is `look:` and a shipment or `file:` and a `filed`, that of `return` (a portal's lane) the id of a
    `return_act`, those of `return_item` are made by `store.return_items`, that of `robot` is a digest of its token (the
    call is sealed), those of `robot_wish`, `message` and `shop` (a `shop_request`) the id of their row. An account's
    lane: `sms` is the id of a `message` to be sent, `return_prices` and `return_label` are ids of these tables,
    `return_photo` is an errand's id and a picture's digest."""

    DEAL = "deal"
    EVENT = "event"
    UNINSTALL = "uninstall"
    LICENCE = "licence"
    INSTALL = "install"
    SHIP_NOW = "ship_now"
    RETRY = "retry"
    CANCEL = "cancel"
    REFRESH = "refresh"
    CALLBACK = "callback"
    JOB = "job"
    QUOTES = "quotes"
    POINTS = "points"
    PAPER = "paper"
    ADDRESS = "address"
    RATES = "rates"
    FEED = "feed"
    STOCK = "stock"
    FILED = "filed"
    RETURN = "return"
    RETURN_ITEM = "return_item"
    ROBOT = "robot"
    RETURN_PRICES = "return_prices"
    RETURN_LABEL = "return_label"
    RETURN_PHOTO = "return_photo"
    ROBOT_WISH = "robot_wish"
    MESSAGE = "message"
    SMS = "sms"
    SHOP = "shop"


class InboxState(StrEnum):
    """`dropped`: was dead, and a person gave it up with a reason (in the audit)."""

    NEW = "new"
    DONE = "done"
    DEAD = "dead"
    DROPPED = "dropped"


class IntentState(StrEnum):
    """`accepted`: the carrier has it and decides later. `uncertain`: a write's outcome must be looked up first."""

    WAITING = "waiting"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    DEAD = "dead"
    OBSOLETE = "obsolete"
    DROPPED = "dropped"


class OutboxState(StrEnum):
    """`uncertain`: was sending when its deadline passed; what happened is looked up before anything is repeated."""

    PENDING = "pending"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    DONE = "done"
    DEAD = "dead"
    FOLDED = "folded"
    DROPPED = "dropped"


class Lane(Base):
    """A remote's queue and who may drain it. `fence` grows with every claim; writes check that it is theirs."""

    __tablename__ = "lane"
    __table_args__ = (
        UniqueConstraint("kind", "owner_id"),
        Index("ix_lane_next_due_at", "next_due_at"),
        Index("ix_lane_lease_until", "lease_until"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[int] = mapped_column(BigId)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    fence: Mapped[int] = mapped_column(BigId, default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    served_at: Mapped[datetime | None]


class InboxRow(Base):
    """Something happened, or somebody asks. Appended only, folded at claim. No foreign keys: intake is one insert."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_new",
            "lane_id",
            "due_at",
            postgresql_where=text("state = 'new'"),
            sqlite_where=text("state = 'new'"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lane_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Json]
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.BACKGROUND)
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default=InboxState.NEW)
    served_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    trace_id: Mapped[str] = mapped_column(String(32))


class Intent(Base):
    """A decision to change something at a carrier, saved before the call. `number` is ours; look-ups go by it.

    `next_try_at` is set exactly while the row wants attention (a try, a look, a deadline); the sweep reads only that.
    `attempts` are all; those before `ladder_from` had killed it before a person revived it.
    """

    __tablename__ = "intent"
    __table_args__ = (
        UniqueConstraint("shipment_id", "kind", "n"),
        Index("ix_intent_lane_id_next_try_at", "lane_id", "next_try_at"),
        Index("ix_intent_next_try_at", "next_try_at"),
        Index("ix_intent_portal_id", "portal_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipment.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    n: Mapped[int] = mapped_column(default=1)
    number: Mapped[str] = mapped_column(String(40))
    payload: Mapped[Any] = mapped_column(EncryptedJson)
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.BACKGROUND)
    state: Mapped[str] = mapped_column(String(12), default=IntentState.WAITING)
    fence: Mapped[int | None] = mapped_column(BigId)
    deadline: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    ladder_from: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    trace_id: Mapped[str] = mapped_column(String(32))


class OutboxRow(Base):
    """Something to be written to the portal. `marker` lets us find it there when its outcome is uncertain.

    `next_try_at` as in `Intent`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_lane_id_next_try_at", "lane_id", "next_try_at"),
        Index("ix_outbox_next_try_at", "next_try_at"),
        Index("ix_outbox_portal_id_deal_id", "portal_id", "deal_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    shipment_id: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(16))
    payload: Mapped[Any] = mapped_column(EncryptedJson)
    marker: Mapped[str] = mapped_column(String(80), unique=True)
    priority: Mapped[int] = mapped_column(SmallInteger, default=Priority.BACKGROUND)
    state: Mapped[str] = mapped_column(String(12), default=OutboxState.PENDING)
    fence: Mapped[int | None] = mapped_column(BigId)
    deadline: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    result_ref: Mapped[str | None] = mapped_column(String(64))
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    trace_id: Mapped[str] = mapped_column(String(32))


class Attempt(Base):
    """One try at an intent, an outbox row or an inbox row, with the other side's own code and words."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_target", "target_kind", "target_id"),
        Index("ix_attempt_portal_id", "portal_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    target_kind: Mapped[str] = mapped_column(String(8))
    target_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
    ms: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(80), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    trace_id: Mapped[str] = mapped_column(String(32), default="")


class ScheduleRow(Base):
    """A periodic job of the deployment. Whoever moves `next_run_at` by compare-and-set runs it."""

    __tablename__ = "schedule"
    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    period_s: Mapped[int]
    next_run_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
    last_ms: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
