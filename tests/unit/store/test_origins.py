"""Places goods leave from: one default, accounts with their own, nothing of a neighbour's."""

from b24app.clock import FixedClock
from b24app.logistics.addresses import read_address
from b24app.logistics.model import Sender
from b24app.store import origins, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal

NORTH = Sender("Иван", "+74950000001", "ООО Чашки", address=read_address("Москва, Тверская 1"))
SOUTH = Sender("Мария", "+79000001462", address=read_address("Казань, Баумана 5"))


def titles(sessions: Sessions, portal: Portal) -> list[tuple[str, bool]]:
    with session_scope(sessions) as session:
        return [(each.title, each.is_default) for each in origins.of_portal(session, portal.id)]


def add(
    sessions: Sessions, clock: FixedClock, portal: Portal, title: str, sender: Sender, default: bool = False
) -> int:
    with session_scope(sessions) as session:
        place = origins.save(session, portal.id, 0, title, sender, default, clock.now())
        assert place is not None
        return place.id


def test_there_is_always_exactly_one_default(sessions: Sessions, clock: FixedClock, portal: Portal) -> None:
    add(sessions, clock, portal, "Москва", NORTH)
    assert titles(sessions, portal) == [("Москва", True)]
    second = add(sessions, clock, portal, "Казань", SOUTH)
    assert titles(sessions, portal) == [("Москва", True), ("Казань", False)]
    with session_scope(sessions) as session:
        origins.save(session, portal.id, second, "Казань, склад", SOUTH, True, clock.now())
    assert titles(sessions, portal) == [("Казань, склад", True), ("Москва", False)]
    with session_scope(sessions) as session:
        place = origins.get(session, portal.id, second)
        assert place is not None
        origins.remove(session, portal.id, place)
    assert titles(sessions, portal) == [("Москва", True)]


def test_an_account_may_have_its_own(sessions: Sessions, clock: FixedClock, portal: Portal) -> None:
    add(sessions, clock, portal, "Москва", NORTH)
    second = add(sessions, clock, portal, "Казань", SOUTH)
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        account.origin_id = second
        session.flush()
        found = origins.senders(session, portal.id)
        assert (found.of(account.id), found.of(account.id + 1), found.of(None)) == (SOUTH, NORTH, NORTH)
        place = origins.get(session, portal.id, second)
        assert place is not None
        origins.remove(session, portal.id, place)
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        assert account.origin_id is None
        assert origins.senders(session, portal.id).of(account.id) == NORTH


def test_a_neighbours_place_is_out_of_reach(
    sessions: Sessions, clock: FixedClock, portal: Portal, neighbour: Portal
) -> None:
    theirs = add(sessions, clock, neighbour, "Юг", SOUTH)
    with session_scope(sessions) as session:
        assert origins.get(session, portal.id, theirs) is None
        assert origins.save(session, portal.id, theirs, "Моё", NORTH, True, clock.now()) is None
        assert origins.senders(session, portal.id).default is None
    assert titles(sessions, neighbour) == [("Юг", True)]
