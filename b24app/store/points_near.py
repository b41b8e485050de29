"""Points near an address where a client can hand a parcel in, or fetch one: of a system's own list, as far as it was
read."""

from __future__ import annotations

from sqlalchemy.orm import Session

from b24app.flows.returns.ways import Near
from b24app.logistics.model import Address
from b24app.logistics.points import Needs
from b24app.store import points_found
from b24app.store.points_map import Memory, Sieve

#: Classes of points are public data and many: a process keeps them until their lists move on.
_memory = Memory()


def taking_in(session: Session, system: str, mode: str, address: Address, limit: int) -> tuple[Near, ...]:
    """The nearest first; () where nobody knows where the address is, or what the system's points are."""
    known = _memory.known(session, {(system, mode)})
    takes = frozenset(id_ for id_, each in known.takes.items() if each.active and each.returns is not False)
    if not takes:
        return ()
    return _near(session, Sieve(known, Needs(), takes, frozenset()), address, limit)


def handing_out(
    session: Session, system: str, mode: str, address: Address, needs: Needs, limit: int
) -> tuple[Near, ...]:
    """The nearest first that take such parcels; () as above."""
    known = _memory.known(session, {(system, mode)})
    if not known.takes:
        return ()
    return _near(session, Sieve.of(known, needs), address, limit, address.city_names[0] if address.city_names else "")


def _near(session: Session, sieve: Sieve, address: Address, limit: int, place: str = "") -> tuple[Near, ...]:
    """`place`: only as much of the address is looked up, which is quick."""
    if address.lat is not None and address.lon is not None:
        centre: tuple[float, float] | None = (address.lat, address.lon)
    else:
        centre = points_found.look_up(session, sieve.known, place or address.text).centre
    if centre is None:
        return ()
    found = points_found.nearest(session, sieve, centre, limit)
    return tuple(Near(each.point.code, each.point.address, each.metres) for each in found)
