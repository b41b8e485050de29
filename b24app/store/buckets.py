"""Moments counted by days of a clock, in SQL that is the same on both databases but for how they say seconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, case, cast, func, literal, type_coerce
from sqlalchemy.orm import Session

from b24app.flows.buckets import WEEK_SHIFT, Period

_DAY_S = 86400
_WEEK = 7
#: Julian day of 1 January 1970, by which SQLite counts.
_JULIAN = 2440587.5


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


def number_of(session: Session, column: Any) -> ColumnElement[int]:
    """The number of a day that is kept as such."""
    if _is_sqlite(session):
        return cast(func.julianday(column) - _JULIAN, Integer)
    days: ColumnElement[int] = type_coerce(column - cast(literal("1970-01-01"), Date), Integer)
    return days


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
