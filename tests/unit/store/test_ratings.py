"""What clients say of their deliveries: one rating a shipment, theirs for a day, counted by period and system."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, text

from b24app.store import portals, ratings, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Portal, Rating
from b24app.store.ratings import CHANGEABLE
from tests.unit.meeting import at_once
from tests.unit.placements import public_order as given
from tests.unit.placements.public_order import DEAL, NOW


def rate(sessions: Sessions, shipment_id: int, portal: Portal, stars: int, words: str = "", hours: int = 0) -> bool:
    with session_scope(sessions) as session:
        row = shipments.get(session, portal.id, shipment_id)
        assert row is not None
        return ratings.rate(session, row, stars, words, NOW + timedelta(hours=hours)) is not None


def test_it_is_the_clients_for_a_day(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    mine = given.ship(sessions, portal)
    assert rate(sessions, mine.id, portal, 4, "Быстро")
    assert not rate(sessions, mine.id, portal, 4, "Быстро", hours=1)
    assert rate(sessions, mine.id, portal, 2, "Коробка мятая", hours=23)
    assert not rate(sessions, mine.id, portal, 5, hours=CHANGEABLE // timedelta(hours=1))
    with read_scope(sessions) as session:
        found = ratings.of_shipment(session, portal.id, mine.id)
        assert found is not None
        assert (found.stars, found.comment, found.is_low, found.at) == (2, "Коробка мятая", True, NOW)
        assert ratings.of_deals(session, portal.id, [DEAL, 1]) == {DEAL: [found]}
        assert ratings.of_shipment(session, neighbour.id, mine.id) is None
        assert ratings.of_deals(session, neighbour.id, [DEAL]) == {}
        assert "Коробка" not in session.scalars(text("select comment from rating")).one()


def test_two_presses_at_once_are_one(sessions: Sessions, portal: Portal) -> None:
    mine = given.ship(sessions, portal)

    def press(session: object) -> bool:
        return ratings.rate(session, mine, 5, "", NOW) is not None  # type: ignore[arg-type]

    assert sorted(at_once(sessions, press)) == [False, True]
    with read_scope(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Rating)) == 1


def test_a_period_is_counted_by_system(sessions: Sessions, portal: Portal, neighbour: Portal) -> None:
    with session_scope(sessions) as session:
        other = portals.add_connection(session, portal.id, "boxberry", "Boxberry", "test", {}, NOW)
        portals.add_connection(session, neighbour.id, "cdek", "СДЭК", "test", {}, NOW)
        other_id = other.id
    first, second, third = (given.ship(sessions, portal, deal=deal) for deal in (1, 2, 3))
    theirs = given.ship(sessions, neighbour)
    with session_scope(sessions) as session:
        row = shipments.get(session, portal.id, third.id)
        assert row is not None
        row.connection_id = other_id
    for row, stars, hours in ((first, 5, 0), (second, 2, 1), (third, 4, 2)):
        assert rate(sessions, row.id, portal, stars, hours=hours)
    assert rate(sessions, theirs.id, neighbour, 1)
    with read_scope(sessions) as session:
        found = ratings.of_period(session, portal.id, NOW, NOW + timedelta(hours=3))
        assert (found.all.counts, found.all.n, round(found.all.average or 0, 2)) == ({5: 1, 2: 1, 4: 1}, 3, 3.67)
        assert found.systems["boxberry"].average == 4
        early = ratings.of_period(session, portal.id, NOW, NOW + timedelta(hours=2), systems=("cdek",))
        assert (early.all.counts, list(early.systems)) == ({5: 1, 2: 1}, ["cdek"])
        assert ratings.of_period(session, portal.id, NOW - timedelta(days=1), NOW).all.average is None
