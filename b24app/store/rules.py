"""Rules of a portal: which account and service ship which deal, in order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.store.models import Rule


def in_order(session: Session, portal_id: int) -> list[Rule]:
    """Return the rules as they are tried, switched-off ones too."""
    mine = select(Rule).where(Rule.portal_id == portal_id)
    return list(session.scalars(mine.order_by(Rule.position, Rule.id)))


def get(session: Session, portal_id: int, rule_id: int) -> Rule | None:
    """Return one rule of the portal."""
    return session.scalar(select(Rule).where(Rule.portal_id == portal_id, Rule.id == rule_id))


def add(session: Session, portal_id: int, user_id: int, now: datetime, **values: Any) -> Rule:
    """Add a rule after all others, and flush it. `values` are its columns."""
    last = session.scalar(select(func.max(Rule.position)).where(Rule.portal_id == portal_id)) or 0
    rule = Rule(portal_id=portal_id, position=last + 1, created_at=now, updated_at=now, updated_by=user_id, **values)
    session.add(rule)
    session.flush()
    return rule


def move(session: Session, portal_id: int, rule_id: int, by: int) -> bool:
    """Move a rule up (-1) or down (+1), and number all anew; False when there is nowhere to go."""
    rows = in_order(session, portal_id)
    at = next((index for index, row in enumerate(rows) if row.id == rule_id), None)
    if at is None or not 0 <= at + by < len(rows):
        return False
    rows[at], rows[at + by] = rows[at + by], rows[at]
    for position, row in enumerate(rows, start=1):
        row.position = position
    return True


def remove(session: Session, rule: Rule) -> None:
    """Delete a rule; shipments that it chose stay what they are."""
    session.delete(rule)
    session.flush()
