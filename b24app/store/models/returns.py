"""Tables of the returns desk: returns with their rows, what was scanned and counted, who moved them, what was paid
back. Whole values of `logistics.returning` are kept as they are; the free words in them may name people and are
encrypted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedBytes, EncryptedJson, EncryptedText
from b24app.store.models.base import MAX_NAME, Base, BigId, Json


class CodeKind(StrEnum):
    """What a clerk may read off a box."""

    NUMBER = "number"
    TRACKING = "tracking"
    BARCODE = "barcode"


class RefundKind(StrEnum):
    """`proposed`: by us, to a person. `paid`: a person says that so much went back to the client."""

    PROPOSED = "proposed"
    PAID = "paid"


class DealReturns(Base):
    """A deal that has returns: who begins one holds this row. `last_n` is the number of its last one, `basis` (of
    `flows.returns.basis`) what its returns are judged by, as the portal told it last; `own_sums` a
    `return_sums.OwnSums`."""

    __tablename__ = "deal_returns"
    __table_args__ = (UniqueConstraint("portal_id", "deal_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    last_n: Mapped[int] = mapped_column(default=0)
    basis: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    own_sums: Mapped[Json] = mapped_column(default=dict)


class GoodsReturn(Base):
    """A `logistics.returning.Return` without its rows. `item_id` is its item in the portal's smart process; `key` what
    it began with (NULL = nothing that is told twice). `signed`: `{"override", "agreed"}`; `client` and `decided` are
    those of `store.returns`. `way` (of `flows.returns.way`) is how the goods travel, NULL = nobody has chosen;
    `problems` are open, for the page and the item. `item` (of `store.return_items`) is how its item stood when the
    portal showed it last. `replacement` is the number of the shipment that takes new goods to the client, or theirs
    back ("" = none). `version` grows with everything that is written to the return or beside it, except for what is
    known of its item."""

    __tablename__ = "goods_return"
    __table_args__ = (
        UniqueConstraint("portal_id", "number"),
        UniqueConstraint("portal_id", "key"),
        UniqueConstraint("portal_id", "item_id"),
        Index("ix_goods_return_portal_id_deal_id", "portal_id", "deal_id"),
        Index("ix_goods_return_changed_at", "changed_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(BigId)
    item_id: Mapped[int | None] = mapped_column(BigId)
    number: Mapped[str] = mapped_column(String(40))
    key: Mapped[str | None] = mapped_column(String(120))
    stage: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str | None] = mapped_column(String(20))
    undelivered: Mapped[bool] = mapped_column(default=False)
    delivery: Mapped[str | None] = mapped_column(String(12))
    asked_at: Mapped[datetime | None]
    signed: Mapped[Any] = mapped_column(EncryptedJson)
    settled: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    client: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    decided: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    way: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    problems: Mapped[Any] = mapped_column(JSON, default=list, server_default="[]")
    item: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    replacement: Mapped[str] = mapped_column(String(64), default="", server_default="")
    created_by: Mapped[int] = mapped_column(BigId, default=0)
    created_name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ReturnRow(Base):
    """The `n`-th line of a return. `sold` is the row of the deal as it was sold, with its price; `pieces` those that
    come back (`[logistics.returning.Span]`). `goods` is what tells them from others (`flows.returns.sold.goods_key`),
    "" = written before anybody kept it."""

    __tablename__ = "return_row"
    __table_args__ = (
        UniqueConstraint("return_id", "n"),
        Index("ix_return_row_portal_id_goods", "portal_id", "goods"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    n: Mapped[int]
    sold: Mapped[Json]
    goods: Mapped[str] = mapped_column(String(80), default="", server_default="")
    pieces: Mapped[Any] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(EncryptedText)


class ReturnCount(Base):
    """The `n`-th finding of a return, and who counted it. `quantity` is exact, as text; `row` the deal's."""

    __tablename__ = "return_count"
    __table_args__ = (UniqueConstraint("return_id", "n"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    n: Mapped[int]
    row: Mapped[int] = mapped_column(BigId)
    quantity: Mapped[str] = mapped_column(String(64))
    condition: Mapped[str] = mapped_column(String(12))
    percent: Mapped[int | None]
    note: Mapped[str] = mapped_column(EncryptedText)
    photos: Mapped[list[str]] = mapped_column(default=list)
    by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    at: Mapped[datetime]


class ReturnCode(Base):
    """What a return can be found by, as `store.returns_found.plain` writes it."""

    __tablename__ = "return_code"
    __table_args__ = (
        UniqueConstraint("return_id", "kind", "code"),
        Index("ix_return_code_portal_id_code", "portal_id", "code"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(128))


class ReturnScan(Base):
    """A `logistics.returning.Scan`. `key` is the phone's; `at` the phone's clock, `got_at` ours. Nothing is deleted: an
    undo is a row too."""

    __tablename__ = "return_scan"
    __table_args__ = (UniqueConstraint("return_id", "key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(128), default="")
    row: Mapped[int] = mapped_column(BigId, default=0)
    quantity: Mapped[str] = mapped_column(String(64))
    condition: Mapped[str] = mapped_column(String(12))
    undoes: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str | None] = mapped_column(EncryptedText)
    teaches: Mapped[str] = mapped_column(String(128), default="", server_default="")
    by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    at: Mapped[datetime]
    got_at: Mapped[datetime]


class ReturnPhoto(Base):
    """A picture of what was found. `key` is the phone's; `row` the deal's, 0 = of the box."""

    __tablename__ = "return_photo"
    __table_args__ = (UniqueConstraint("return_id", "key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    row: Mapped[int] = mapped_column(BigId, default=0)
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigId)
    by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    at: Mapped[datetime]


class ReturnPhotoFile(Base):
    """The picture itself: a label on the box names a person, so it is encrypted."""

    __tablename__ = "return_photo_file"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    photo_id: Mapped[int] = mapped_column(ForeignKey("return_photo.id", ondelete="CASCADE"), unique=True)
    content: Mapped[bytes] = mapped_column(EncryptedBytes)


class ReturnMove(Base):
    """Somebody moved a return, or wanted to: from `was` to `wanted`, and it stands at `stands`. `source` says which
    system or robot; `problems` why it was refused."""

    __tablename__ = "return_move"
    __table_args__ = (Index("ix_return_move_return_id", "return_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(12))
    by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    source: Mapped[str] = mapped_column(String(64), default="")
    was: Mapped[str] = mapped_column(String(20), default="")
    wanted: Mapped[str] = mapped_column(String(20))
    stands: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(EncryptedText)
    problems: Mapped[Any] = mapped_column(JSON)


class ReturnRefund(Base):
    """Money that was proposed, or that a person says was paid back; `key` is what the proposal or the press is known
    by."""

    __tablename__ = "return_refund"
    __table_args__ = (UniqueConstraint("return_id", "key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    return_id: Mapped[int] = mapped_column(ForeignKey("goods_return.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12))
    minor: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    by: Mapped[int] = mapped_column(BigId, default=0)
    name: Mapped[str] = mapped_column(String(MAX_NAME), default="")
    note: Mapped[str] = mapped_column(EncryptedText)
    at: Mapped[datetime]
