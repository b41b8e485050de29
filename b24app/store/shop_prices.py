"""Prices of the store's baskets: what accounts said of exactly the same, and of about the same before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from b24app.flows.rates import LIFE, is_good
from b24app.flows.simulate import Priced
from b24app.store.models import Rate, ShopPrice
from b24app.store.sql import changed, upsert

#: An account that does not answer is believed what it said of such a parcel so long ago.
LANE_LIFE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one account would be asked: `key` of exactly this, `lane` of about this."""

    key: str
    lane: str


def good(session: Session, portal_id: int, asked: Mapping[int, Asked], now: datetime) -> dict[int, Priced]:
    """Answers that are still good, of a basket or of a deal: two queries, however many accounts."""
    if not asked:
        return {}
    keys = [each.key for each in asked.values()]
    since = now - LIFE
    mine = select(ShopPrice.connection_id, ShopPrice.key, ShopPrice.priced).where(
        ShopPrice.portal_id == portal_id,
        ShopPrice.connection_id.in_(asked),
        ShopPrice.key.in_(keys),
        ShopPrice.priced_at > since,
    )
    tabs = select(Rate.connection_id, Rate.answered_key, Rate.priced).where(
        Rate.portal_id == portal_id,
        Rate.connection_id.in_(asked),
        Rate.answered_key.in_(keys),
        Rate.priced_at > since,
    )
    found: dict[int, Priced] = {}
    for query in (tabs, mine):
        for account, key, told in session.execute(query):
            priced = Priced.from_json(told)
            if asked[account].key == key and is_good(priced):
                found[account] = priced
    return found


def before(session: Session, portal_id: int, asked: Mapping[int, Asked], now: datetime) -> dict[int, Priced]:
    """The newest answer of each account about such a parcel."""
    found: dict[int, Priced] = {}
    for account, each in asked.items():
        newest = (
            select(ShopPrice.priced)
            .where(ShopPrice.portal_id == portal_id, ShopPrice.connection_id == account, ShopPrice.lane == each.lane)
            .where(ShopPrice.priced_at > now - LANE_LIFE)
            .order_by(ShopPrice.priced_at.desc())
            .limit(1)
        )
        told: Any = session.scalar(newest)
        if told is not None:
            found[account] = Priced.from_json(told)
    return found


def keep(session: Session, portal_id: int, account: int, asked: Asked, priced: Priced, now: datetime) -> None:
    """An answer with prices; others are asked again each time."""
    row = {
        "portal_id": portal_id,
        "connection_id": account,
        "key": asked.key,
        "lane": asked.lane,
        "priced": priced.to_json(),
        "priced_at": now,
    }
    upsert(session, ShopPrice, [row], ["connection_id", "key"])


def purge(session: Session, older: datetime) -> int:
    """Forgets prices that nobody believes any more; returns how many."""
    return changed(session, delete(ShopPrice).where(ShopPrice.priced_at < older))
