"""Tables of the portal's online store: its door to us, prices that were told to it, deliveries that it asked for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.crypto import EncryptedJson, EncryptedText
from b24app.store.models.base import Base, BigId, Json


class ShopState(StrEnum):
    """`asked`: the portal's lane has not seen it yet. `shipping`: the deal was asked to be shipped, nothing is known of
    it yet. `linked`: a shipment of the deal carries it. `cancelling`: the store wants it no more, the lane has not seen
    that yet. `over`: the store is told nothing more. `found`: nobody asked in the store, its deal ships by itself; the
    store has no request that could be told of, only its shipment's number. `making`: as `asked`, and its deal may have
    been made since `changed_at`."""

    ASKED = "asked"
    SHIPPING = "shipping"
    LINKED = "linked"
    CANCELLING = "cancelling"
    OVER = "over"
    FOUND = "found"
    MAKING = "making"


class ShopDoor(Base):
    """What a portal's store shows to be let in: `secret` stands in the addresses that it asks, `digest` finds whose it
    is, `key` comes back in each of its requests."""

    __tablename__ = "shop_door"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    secret: Mapped[str] = mapped_column(EncryptedText)
    key: Mapped[str] = mapped_column(EncryptedText)
    created_at: Mapped[datetime]


class ShopPrice(Base):
    """What one account said of one basket: a `flows.simulate.Priced` as JSON. `key` as in `rate`; `lane` is equal for
    baskets of about the same weight to the same place. Nothing of the buyer's is in it."""

    __tablename__ = "shop_price"
    __table_args__ = (
        UniqueConstraint("connection_id", "key"),
        Index("ix_shop_price_connection_id_lane", "connection_id", "lane"),
        Index("ix_shop_price_priced_at", "priced_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    lane: Mapped[str] = mapped_column(String(40))
    priced: Mapped[Json]
    priced_at: Mapped[datetime]


class ShopRequest(Base):
    """A delivery that the store asked for, one a shipment of its order (`sale_id`). `number` is what we gave it for a
    name (REQUEST_ID), `shipment_id` the shipment that carries it. `wish` is what the buyer said of the delivery
    (`flows.shop.Wish`). `deal_id` 0 = the order has no deal yet; `problem` is why it gets none. `told` is a digest of
    what the store was told last; `version` counts news."""

    __tablename__ = "shop_request"
    __table_args__ = (
        UniqueConstraint("portal_id", "sale_id"),
        Index("ix_shop_request_portal_id_deal_id", "portal_id", "deal_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id", ondelete="CASCADE"))
    sale_id: Mapped[int] = mapped_column(BigId)
    order_id: Mapped[int] = mapped_column(BigId)
    delivery_id: Mapped[int] = mapped_column(BigId)
    deal_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[str] = mapped_column(String(40))
    shipment_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(String(12))
    wish: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    problem: Mapped[Any] = mapped_column(EncryptedJson, nullable=True)
    told: Mapped[str] = mapped_column(String(40), default="")
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
