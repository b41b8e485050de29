"""A system's pickup points: fetched in the lane of one of its accounts, kept when it fails, in nobody's way."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.runners.connection import refreshing
from b24app.store import points
from b24app.store.models import PointCell, PointRow, PointSource
from tests.flows.town import Shop, Town

COURIER = 501


def the_list(town: Town) -> PointSource | None:
    found = town.program.read(points.sources)
    return found[0] if found else None


def refreshed(town: Town) -> PointSource | None:
    """By whichever run: the world may have been kept in the middle of one."""
    source = the_list(town)
    return source if source and source.refreshed_at and not source.step else None


def on_the_map(session: Session) -> int:
    return session.scalar(select(func.count()).where(PointRow.tile.is_not(None))) or 0


def in_cells(session: Session) -> set[int]:
    [source] = points.sources(session)
    live = PointCell.slot == points.slot_of(source)
    return {int(n) for n in session.scalars(select(func.sum(PointCell.n)).where(live).group_by(PointCell.z))}


def test_points_are_fetched_kept_when_the_carrier_fails_and_never_in_the_way(shop: Shop, town: Town) -> None:
    services = town.program.remotes.services()
    offices = town.world.system("cdek").cdek.offices
    refreshing.start_due(services)  # or the schedule was first
    source = town.wait(lambda: refreshed(town), "the list of points")
    assert (source.skipped, source.error) == (0, "")
    listed = sum(office["status"] == "ACTIVE" for office in offices.values())
    assert source.count == town.program.read(on_the_map) == listed
    assert town.program.read(in_cells) == {listed}
    assert refreshing.start_due(services) == 0, "fresh, and somebody else's too"

    town.program.steer("POST", "/cdek/offices/KZN3", {"open": False})
    silent = town.fault("status", match={"path": "/v2/deliverypoints"}, params={"status": 503})
    town.advance(points.STALE.total_seconds() + 60)
    town.wait(lambda: (the_list(town) or source).error, "the refresh that fails")
    shop.ship(COURIER)
    shop.shipped(COURIER)
    assert town.program.read(on_the_map) == listed, "a failed refresh takes nothing away"
    town.forget(silent)
    town.advance(7200)
    town.wait(lambda: town.program.read(on_the_map) == listed - 1, "the closed office to leave the map")
