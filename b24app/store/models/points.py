"""Tables of pickup points: public reference data of a (system, mode), shared by all portals, nothing of a tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b24app.store.models.base import Base, BigId, Json


class PointSource(Base):
    """One list of points and how far its refresh came.

    `run` counts refreshes, `page` and `step` say where the present one goes on. Map cells are written beside the live
    ones: `half` (0 or 1) says which are live. `short`: the last refresh found so few points that it was not believed.
    `asked_of` is the account whose turn it was, `asked_at` when.
    """

    __tablename__ = "point_source"
    __table_args__ = (UniqueConstraint("system", "mode"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    system: Mapped[str] = mapped_column(String(32))
    mode: Mapped[str] = mapped_column(String(8))
    run: Mapped[int] = mapped_column(default=0)
    page: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(12), default="")
    half: Mapped[int] = mapped_column(SmallInteger, default=0)
    short: Mapped[bool] = mapped_column(default=False)
    skipped: Mapped[int] = mapped_column(default=0)
    count: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(255), default="")
    asked_of: Mapped[int] = mapped_column(BigId, default=0)
    asked_at: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]


class PointClass(Base):
    """Points that can do the same: `takes` is a `logistics.points.Takes` as JSON, `key` its digest."""

    __tablename__ = "point_class"
    __table_args__ = (UniqueConstraint("source_id", "key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("point_source.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    takes: Mapped[Json]


class PointDays(Base):
    """Points that are open on the same days. `week`: a bit for each weekday (Monday is 1), None = unknown; `special`:
    `logistics.points.SpecialDays` as JSON, without times."""

    __tablename__ = "point_days"
    __table_args__ = (UniqueConstraint("source_id", "key"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("point_source.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    week: Mapped[int | None] = mapped_column(SmallInteger)
    special: Mapped[Any] = mapped_column(JSON, default=list)


class PointRow(Base):
    """A pickup point. `tile`, `mx`, `my` as `logistics.mercator` counts; `tile` None = not on the map (no coordinates,
    or gone). `search`: what it is found by, lower case. `seen`: the run that saw it last; `gone_at`: since when the
    system does not list it. `details`: the rest of a `logistics.points.PickupPoint` as JSON."""

    __tablename__ = "pickup_point"
    __table_args__ = (
        UniqueConstraint("source_id", "code"),
        # Everything that a map's question looks at, so that the answer comes out of the index alone.
        Index("ix_pickup_point_map", "tile", "mx", "my", "class_id", "days_id"),
        Index("ix_pickup_point_city", "city_key"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("point_source.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(64))
    class_id: Mapped[int] = mapped_column(BigId)
    days_id: Mapped[int] = mapped_column(BigId)
    tile: Mapped[int | None] = mapped_column(Integer)
    mx: Mapped[int | None] = mapped_column(Integer)
    my: Mapped[int | None] = mapped_column(Integer)
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    city_key: Mapped[str] = mapped_column(String(120))
    search: Mapped[str] = mapped_column(Text)
    details: Mapped[Json]
    digest: Mapped[str] = mapped_column(String(40))
    seen: Mapped[int]
    gone_at: Mapped[datetime | None]


class PointCell(Base):
    """How many points of a class lie in a cell of the map at zoom `z`, and the sums of their places. `slot` = twice the
    source's id, plus the half (0 or 1) that it was written in."""

    __tablename__ = "point_cell"
    __table_args__ = ({"sqlite_with_rowid": False},)
    slot: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    z: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    cx: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    cy: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    class_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    n: Mapped[int]
    sum_x: Mapped[int] = mapped_column(BigId)
    sum_y: Mapped[int] = mapped_column(BigId)
