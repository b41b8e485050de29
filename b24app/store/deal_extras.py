"""What people chose for single deals beside carrying (`logistics.extras`): a manager in the tab, or the buyer in the
portal's store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.store.models import DealExtras
from b24app.store.models.base import MAX_NAME
from b24app.store.sql import chunks, locked

Chosen = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a deal. `chosen` None = its pipeline says. `version` changes with every saving, 0 = nobody ever
    chose; `by` 0 with a version = its buyer."""

    chosen: Chosen = None
    version: int = 0
    by: int = 0
    name: str = ""
    at: datetime | None = None


def of_deal(session: Session, portal_id: int, deal_id: int) -> Kept:
    row = session.scalar(select(DealExtras).where(DealExtras.portal_id == portal_id, DealExtras.deal_id == deal_id))
    return _kept(row) if row is not None else Kept()


def chosen(session: Session, portal_id: int, deal_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """By deal id; deals whose pipelines say are missing."""
    found: dict[int, tuple[str, ...]] = {}
    for some in chunks(sorted(deal_ids)):
        wanted = select(DealExtras.deal_id, DealExtras.chosen)
        mine = (DealExtras.portal_id == portal_id, DealExtras.deal_id.in_(some), DealExtras.chosen.is_not(None))
        found |= {deal_id: _read(text) or () for deal_id, text in session.execute(wanted.where(*mine))}
    return found


def keep(
    session: Session, portal_id: int, deal_id: int, chosen: Chosen, *, seen: int, by: int, name: str, now: datetime
) -> Kept | None:
    """Keeps what a manager chose who saw version `seen`; returns what was kept before. None = somebody else was
    quicker, nothing is changed: their own next tick finds their last."""
    row, _ = locked(session, DealExtras, {"portal_id": portal_id, "deal_id": deal_id}, _first(now))
    if row.version != seen and row.changed_by != by:
        return None
    before = _kept(row)
    row.chosen = None if chosen is None else ",".join(chosen)
    row.version, row.changed_by, row.changed_name, row.changed_at = row.version + 1, by, name[:MAX_NAME], now
    return before


def keep_buyers(session: Session, portal_id: int, deal_id: int, chosen: tuple[str, ...], now: datetime) -> bool:
    """Keeps what the buyer ticked, unless a manager has decided; whether anything is new."""
    row, _ = locked(session, DealExtras, {"portal_id": portal_id, "deal_id": deal_id}, _first(now))
    text = ",".join(chosen)
    if row.changed_by is not None or row.chosen == text:
        return False
    row.chosen, row.version, row.changed_at = text, row.version + 1, now
    return True


def _first(now: datetime) -> dict[str, object]:
    return {"chosen": None, "version": 0, "changed_by": None, "changed_name": "", "changed_at": now}


def _kept(row: DealExtras) -> Kept:
    return Kept(_read(row.chosen), row.version, row.changed_by or 0, row.changed_name, row.changed_at)


def _read(text: str | None) -> Chosen:
    return None if text is None else tuple(each for each in text.split(",") if each)
