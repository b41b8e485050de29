"""What a portal lets its clients do on the page of their parcel, and whose link its deals hold. Pure.

Shape: the portal's settings key `client_page`, every part optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app.logistics.jsonable import Jsonable

#: Key of the portal's settings.
KEY = "client_page"
CARRIERS, OURS = "carrier", "ours"


@dataclass(frozen=True, slots=True)
class ClientPage(Jsonable):
    """`change`: another point or address, where the carrier takes it. `rate`: they may say how the delivery was.
    `link`: what the deal's field for the link holds, the `carrier`'s page or `ours`."""

    change: bool = True
    rate: bool = True
    link: str = CARRIERS

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> ClientPage:
        kept = settings.get(KEY)
        return cls.from_json(kept) if isinstance(kept, Mapping) else cls()
