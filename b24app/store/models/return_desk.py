"""Tables of what is done about returns: what somebody wants, what is asked of carriers and warehouses, and the phones
of clerks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedBytes, EncryptedJson
from b24app.store.models.base import MAX_NAME, Base, BigId, Json


class ActState(StrEnum):
    """`refused`: it was looked at and may not be; `result` says why."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class ErrandKind(StrEnum):
    """`collection`: a carrier brings the goods back; `receipt`: a warehouse expects them."""

    COLLECTION = "collection"
    RECEIPT = "receipt"


class ErrandState(StrEnum):
    """`live`: the system has it, and it is followed until it is `done`. `sending`, `uncertain` and `dead` as everywhere
    (DESIGN, "How work travels" 5)."""

    WAITING = "waiting"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    LIVE = "live"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    DEAD = "dead"


class ReturnAct(Base):
    """Something that somebody wants of a return, or that a system tells of it; it is carried out in the portal's lane.
    `return_id` None = it begins one, or nobody knows of which it is. `key` names one press, or one fact: told twice it
    is one. `given` and `result` are those of `store.return_acts`."""

    __tablename__ = "return_act"
    __table_args__ = (
        UniqueConstraint("portal_id", "key"),
        Index("ix_return_act_return_id", "return_id"),
        Index("ix_return_act_portal_id_deal_id", "portal_id", "deal_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int | None] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId, default=0)
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    given: Mapped[Any] = mapped_column(EncryptedJson)
    actor: Mapped[str] = mapped_column(String(12))
    by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    source: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default=ActState.WAITING)
    result: Mapped[Json] = mapped_column(JSON, default=dict)
    done_at: Mapped[datetime | None]


class ReturnErrand(Base):
    """The `n`-th thing of its kind that a system is asked for a return, saved before the call. `number` is ours.
    `request` and `answer` are whole values of `logistics.aftercare` or `logistics.warehouse` and `logistics.order`;
    `wants_cancel`: it is to be called off. `next_try_at` is set exactly while the row wants attention."""

    __tablename__ = "return_errand"
    __table_args__ = (
        UniqueConstraint("return_id", "kind", "n"),
        UniqueConstraint("portal_id", "kind", "number"),
        Index("ix_return_errand_lane_id_next_try_at", "lane_id", "next_try_at"),
        Index("ix_return_errand_next_try_at", "next_try_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    n: Mapped[int] = mapped_column(default=1)
    number: Mapped[str] = mapped_column(String(40))
    request: Mapped[Any] = mapped_column(EncryptedJson)
    answer: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    remote_id: Mapped[str] = mapped_column(String(64), default="")
    order_number: Mapped[str] = mapped_column(String(64), default="")
    tracking_number: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[str] = mapped_column(String(24), default="")
    problems: Mapped[Any] = mapped_column(JSON, default=list)
    wants_cancel: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default=ErrandState.WAITING)
    fence: Mapped[int | None] = mapped_column(BigId)
    deadline: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    trace_id: Mapped[str] = mapped_column(String(32))


class PublicTry(Base):
    """How often somebody tried something on a page for clients, where Redis cannot count it: `n` times until `until`.
    `what` is a digest of the kind of try and of who or what it was tried for."""

    __tablename__ = "public_try"
    __table_args__ = (UniqueConstraint("portal_id", "what"), Index("ix_public_try_until", "until"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(String(64))
    n: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime]


class ReturnPrices(Base):
    """What one account says of a return's way back (`flows.returns.ways.Prices`): nothing of the client is in it."""

    __tablename__ = "return_prices"
    __table_args__ = (UniqueConstraint("return_id", "connection_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    prices: Mapped[Json]


class ReturnLabel(Base):
    """The label of the order that brings goods back: `form` and `remote_key` as of a `Paper`, and its file, which
    names a person. One that is asked for anew takes the place of the former."""

    __tablename__ = "return_label"
    __table_args__ = (UniqueConstraint("errand_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    errand_id: Mapped[int] = mapped_column(ForeignKey("return_errand.id", ondelete="CASCADE"))
    form: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(8))
    remote_key: Mapped[str] = mapped_column(String(64), default="")
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[Json] = mapped_column(default=dict)
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes, nullable=True)
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ClerkPhone(Base):
    """A phone that a clerk receives returns with: paired once by a code that was shown in the portal, then known by its
    token. Only digests of both are kept. `clerk_id` is a user of the portal; `return_id` is where the code was
    shown."""

    __tablename__ = "clerk_phone"
    __table_args__ = (
        UniqueConstraint("code_digest"),
        UniqueConstraint("token_digest"),
        Index("ix_clerk_phone_portal_id_clerk_id", "portal_id", "clerk_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int | None] = mapped_column(ForeignKey("goods_return.id", ondelete="SET NULL"))
    clerk_id: Mapped[int] = mapped_column(BigId)
    clerk_name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    code_digest: Mapped[str] = mapped_column(String(64))
    code_until: Mapped[datetime]
    token_digest: Mapped[str | None] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    made_by: Mapped[int] = mapped_column(BigId)
    made_at: Mapped[datetime]
    paired_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    looks_at: Mapped[int | None] = mapped_column(BigId)


class ProductBarcode(Base):
    """A code that a clerk said stands on these goods (`flows.returns.sold.goods_key`), by the scan `scan_key` of
    `return_id`: the last teaching. `goods` "" = that scan was undone, so that copies of the code in returns count no
    longer."""

    __tablename__ = "product_barcode"
    __table_args__ = (
        UniqueConstraint("portal_id", "code"),
        Index("ix_product_barcode_portal_id_goods", "portal_id", "goods"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int | None] = mapped_column(ForeignKey("goods_return.id", ondelete="SET NULL"))
    code: Mapped[str] = mapped_column(String(128))
    goods: Mapped[str] = mapped_column(String(80), default="")
    scan_key: Mapped[str] = mapped_column(String(64))
    learnt_by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    at: Mapped[datetime]
