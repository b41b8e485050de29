"""Moments counted by days of a clock, in SQL that is the same on both databases but for how they say seconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, func
from sqlalchemy.orm import Session

from b24app.flows.buckets import WEEK_SHIFT, Period

_DAY_S = 86400
_WEEK = 7


def seconds_of(session: Session, column: Any) -> ColumnElement[int]:
    """Whole seconds since 1970 of a moment."""
    if _is_sqlite(session):
        return cast(func.strftime("%s", column), BigInteger)
    return cast(func.floor(func.extract("epoch", column)), BigInteger)


def day_of(session: Session, column: Any, period: Period) -> ColumnElement[int]:
    """The number of the day (`flows.buckets`) of a moment within the period."""
    first, *turns = period.offsets
    ahead: Any = first[1]
    if turns:
        ahead = case(*((column >= at, seconds) for at, seconds in reversed(turns)), else_=first[1])
    day: ColumnElement[int] = (seconds_of(session, column) + ahead) // _DAY_S
    return day


def week_of(day: ColumnElement[int]) -> ColumnElement[int]:
    return (day + WEEK_SHIFT) // _WEEK


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
