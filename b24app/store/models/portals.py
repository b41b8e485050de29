"""Tables of a tenant and of what its administrator set up."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedJson, EncryptedText
from b24app.store.models.base import Base, BigId, Json


class PortalState(StrEnum):
    """Life of a portal with us. `blocked`: our access is refused (licence, payment); rows wait."""

    INSTALLING = "installing"
    ACTIVE = "active"
    BLOCKED = "blocked"
    UNINSTALL_PENDING = "uninstall_pending"
    UNINSTALLED = "uninstalled"


class TokenState(StrEnum):
    OK = "ok"
    BROKEN = "broken"


class ConnectionState(StrEnum):
    UNTESTED = "untested"
    READY = "ready"
    PAUSED = "paused"
    BROKEN = "broken"
    #: Removed by an administrator: kept for the history of its shipments, without its keys.
    REMOVED = "removed"


class Portal(Base):
    """A tenant. `member_id` never changes; `code` is the short ASCII start of our order numbers. `event_seen_at` = when
    it last told of a deal, `move_seen_at` = its newest move that we know: the health page compares them."""

    __tablename__ = "portal"
    # An index, because SQLite would have to rebuild the table for a constraint.
    __table_args__ = (Index("uq_portal_public_id", "public_id", unique=True),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    #: What its pages for clients are known by (store/public_ids.py), NULL = none was asked for yet.
    public_id: Mapped[str | None] = mapped_column(String(24))
    domain: Mapped[str] = mapped_column(String(255))
    client_endpoint: Mapped[str] = mapped_column(String(512))
    oauth_endpoint: Mapped[str] = mapped_column(String(512))
    application_token: Mapped[str | None] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(String(20), default=PortalState.INSTALLING)
    edition: Mapped[str] = mapped_column(String(16), default="cloud")
    plan: Mapped[str] = mapped_column(String(64), default="")
    status_letter: Mapped[str] = mapped_column(String(4), default="")
    language: Mapped[str] = mapped_column(String(8), default="ru")
    scopes: Mapped[list[str]] = mapped_column(default=list)
    rate_size: Mapped[int] = mapped_column(default=50)
    rate_drain: Mapped[int] = mapped_column(default=2)
    history_cursor: Mapped[int | None] = mapped_column(BigId)
    history_read_at: Mapped[datetime | None]
    history_idle: Mapped[int] = mapped_column(default=0)
    event_seen_at: Mapped[datetime | None]
    move_seen_at: Mapped[datetime | None]
    settings: Mapped[Json] = mapped_column(default=dict)
    app_version: Mapped[str] = mapped_column(String(16), default="")
    installed_at: Mapped[datetime | None]
    blocked_reason: Mapped[str] = mapped_column(String(255), default="")
    left_at: Mapped[datetime | None]
    #: Fingerprint of what is in place in the portal, and of what was last tried (store/updates.py).
    provisioned: Mapped[str] = mapped_column(String(40), default="")
    provision_tried: Mapped[str] = mapped_column(String(40), default="")
    #: When the portal was last asked for the app's version, plan and licence.
    looked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)


class PortalToken(Base):
    """OAuth tokens of one user of a portal. `version` and the refresh lease make a rotation single-flight."""

    __tablename__ = "portal_token"
    __table_args__ = (UniqueConstraint("portal_id", "user_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigId)
    is_admin: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8), default=TokenState.OK)
    access: Mapped[str] = mapped_column(EncryptedText)
    refresh: Mapped[str] = mapped_column(EncryptedText)
    expires_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    refresh_owner: Mapped[str | None] = mapped_column(String(64))
    refresh_lease_until: Mapped[datetime | None]
    broken_why: Mapped[str] = mapped_column(String(255), default="")
    updated_at: Mapped[datetime]


class Connection(Base):
    """A portal's account with one logistics system. `public_id` and `hook_secret` make its callback address.

    `refused_at` = since when the carrier does not take its key. `origin_id` None = the portal's
    default origin, `feed_id`: the `feed` that tells of its orders (no foreign keys: SQLite would have to rebuild the
    table)."""

    __tablename__ = "connection"
    __table_args__ = (Index("ix_connection_portal_id", "portal_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    system: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(120))
    mode: Mapped[str] = mapped_column(String(8))
    settings: Mapped[Any] = mapped_column(EncryptedJson)
    hook_secret: Mapped[str] = mapped_column(EncryptedText)
    state: Mapped[str] = mapped_column(String(12), default=ConnectionState.UNTESTED)
    pause_reason: Mapped[str] = mapped_column(String(255), default="")
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str] = mapped_column(String(120), default="")
    refused_at: Mapped[datetime | None]
    origin_id: Mapped[int | None] = mapped_column(BigId)
    feed_id: Mapped[int | None] = mapped_column(BigId)
    tested_at: Mapped[datetime | None]
    hook_subscribed_at: Mapped[datetime | None]
    hook_seen_at: Mapped[datetime | None]
    hook_problem: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime]


class Pipeline(Base):
    """One deal pipeline's rules. Off until a mapping and a tested connection exist; older history never ships."""

    __tablename__ = "pipeline"
    __table_args__ = (UniqueConstraint("portal_id", "category_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    category_id: Mapped[int] = mapped_column(BigId)
    enabled: Mapped[bool] = mapped_column(default=False)
    trigger_stage: Mapped[str] = mapped_column(String(64), default="")
    hold_s: Mapped[int] = mapped_column(default=0)
    status_stages: Mapped[Json] = mapped_column(default=dict)
    forward_only: Mapped[bool] = mapped_column(default=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id", ondelete="SET NULL"))
    services: Mapped[Json] = mapped_column(default=dict)
    settings: Mapped[Json] = mapped_column(default=dict)
    on_since_history_id: Mapped[int | None] = mapped_column(BigId)


class FieldMap(Base):
    """Which field of the portal plays which role (address, phone, tracking number…)."""

    __tablename__ = "field_map"
    __table_args__ = (UniqueConstraint("portal_id", "role"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(32))
    field_name: Mapped[str] = mapped_column(String(128))


class InstallStep(Base):
    """One provisioning step of one portal, as far as it came."""

    __tablename__ = "install_step"
    __table_args__ = (UniqueConstraint("portal_id", "step"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(48))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    words: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]

    @property
    def is_open(self) -> bool:
        """It waits or runs."""
        return self.state in ("waiting", "running")


class AuditRow(Base):
    """Who did what in our pages."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_portal_id_at", "portal_id", "at"),
        Index("ix_audit_portal_id_deal_id", "portal_id", "deal_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(String(48))
    deal_id: Mapped[int | None] = mapped_column(BigId)
    detail: Mapped[Json] = mapped_column(default=dict)
