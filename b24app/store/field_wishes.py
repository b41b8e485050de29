"""What an administrator asked to be done about deal fields: kept with the portal, done by the provisioning job in the
portal's lane, dropped when it is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.snapshot import Role
from b24app.logistics.jsonable import Jsonable
from b24app.store.lanes import LaneRef
from b24app.store.part_looks import look_again

KEY = "field_wishes"
#: The provisioning step that reads and mends fields.
STEP = "fields"


class WishKind(StrEnum):
    """`OWN`: make our field for the role and use it. `TYPED`: the field of our own type, where the value is chosen in
    the card. `NAME`: give our field its own name back."""

    OWN = "own"
    TYPED = "typed"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Wish(Jsonable):
    role: Role
    kind: WishKind


def wishes_of(settings: Mapping[str, Any]) -> tuple[Wish, ...]:
    return tuple(Wish.from_json(each) for each in settings.get(KEY, ()))


def add_wishes(settings: dict[str, Any], wishes: Iterable[Wish]) -> None:
    """To be used within `portal_settings.change`."""
    settings[KEY] = [each.to_json() for each in dict.fromkeys([*wishes_of(settings), *wishes])]


def drop_wishes(settings: dict[str, Any], done: Collection[Wish]) -> None:
    """To be used within `portal_settings.change`; what was asked meanwhile stays."""
    settings[KEY] = [each.to_json() for each in wishes_of(settings) if each not in done]


def read_again(session: Session, portal_id: int, now: datetime, trace_id: str, *, people: bool = True) -> LaneRef:
    """Asks the portal's lane to read (and mend) the fields alone. Wake the lane after the commit."""
    return look_again(session, portal_id, STEP, now, trace_id, people=people)
