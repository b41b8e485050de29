"""A carrier whose memory is 1C infobases: their OData bases beside the orders, and what our extension keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, TypeVar

from .carrier import Carrier
from .numbers import Numbers
from .one_c_http_state import Exchange, OneCSwitches
from .one_c_odata import Base
from .system import Context

if TYPE_CHECKING:
    from .one_c_http import HttpService

O = TypeVar("O")  # noqa: E741 - an order, as the carrier keeps it


class Infobases(Carrier[O]):
    """``bases`` are what OData shows, by publication; ``fill`` puts the first day into one. ``service`` is set by who
    makes it. A subclass's ``clear`` calls this one's."""

    fixed: ClassVar[frozenset[str]] = frozenset({"base_url", "service", "bases", "_first_day"})
    switches: OneCSwitches
    service: HttpService

    def __init__(
        self,
        context: Context,
        switches: Callable[[], OneCSwitches],
        bases: Mapping[str, Base],
        fill: Callable[[Base], None],
    ) -> None:
        self.base_url = ""
        self.bases = bases
        for base in bases.values():
            fill(base)
        # Faster than filling them again.
        self._first_day = [base.remember() for base in bases.values()]
        super().__init__(context, switches)

    def clear(self) -> None:
        self.exchange = Exchange()
        #: (base, externalId) of what was promised with 202 and is not there yet (§6.1).
        self.pending: set[tuple[str, str]] = set()
        self.numbers = Numbers(42)
        for back in self._first_day:
            back()

    def remember(self) -> Callable[[], None]:
        back = super().remember()
        with self.lock:
            bases = [base.remember() for base in self.bases.values()]

        def all_back() -> None:
            back()
            with self.lock:
                for one in bases:
                    one()

        return all_back
