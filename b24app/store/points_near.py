"""Points where a client can hand a parcel in, near an address: of a system's own list, as far as it was read."""

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
    if address.lat is not None and address.lon is not None:
        centre: tuple[float, float] | None = (address.lat, address.lon)
    else:
        centre = points_found.look_up(session, known, address.text).centre
    if centre is None:
        return ()
    found = points_found.nearest(session, Sieve(known, Needs(), takes, frozenset()), centre, limit)
    return tuple(Near(each.point.code, each.point.address, each.metres) for each in found)
