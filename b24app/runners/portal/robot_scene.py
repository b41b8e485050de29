"""What a robot of a deal's delivery works with: the store, the portal, and what its fields name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.robots import RobotCall
from b24app.flows.legs import PICKED, pieces
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.runners.services import Services
from b24app.runners.views import shipment_view
from b24app.store import portals, problems, shipments
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, ConnectionState, Portal, Shipment
from b24app.words import language_of, say

#: Results by the robot's own names.
Values = dict[str, str]


class RefusedError(Exception):
    """The robot cannot do it, or it was refused."""

    def __init__(self, *found: Problem) -> None:
        super().__init__(" ".join(each.code for each in found))
        self.problems = found


@dataclass
class Scene:
    """One look at one wish, in one transaction. `memory` is kept until the next look; `wake` are lanes to wake after
    the commit. `done` are what a robot's results are called, for the log of its workflow."""

    services: Services
    session: Session
    portal: Portal
    call: RobotCall
    key: str
    now: datetime
    trace_id: str
    memory: dict[str, Any] = field(default_factory=dict)
    wake: set[LaneRef] = field(default_factory=set)

    @property
    def deal_id(self) -> int:
        return self.call.item

    @property
    def lang(self) -> str:
        return self.portal.language

    def given(self, name: str) -> str:
        return self.call.properties.get(name, "").strip()

    def wants(self, name: str) -> bool:
        """A switch of the robot's."""
        return self.given(name).upper() in ("Y", "1", "TRUE")

    # --- accounts ----------------------------------------------------------------------------------------------------

    def accounts(self) -> list[Connection]:
        """Those that work and take goods."""
        rows = portals.connections(self.session, self.portal.id)
        ships = {code for code, plugin in self.services.plugins.items() if "Orders" in plugin.manifest.ports}
        return [row for row in rows if row.state == ConnectionState.READY and row.system in ships]

    def named(self, text: str) -> list[Connection]:
        """Accounts that a robot's field names: by their own title or number, or all of a carrier by its name or code;
        all where it is empty. Raises RefusedError."""
        plain, every = " ".join(text.split()).casefold(), self.accounts()
        if not plain:
            return every
        for names in (lambda row: {str(row.id), row.title.casefold()}, self._names):
            if found := [row for row in every if plain in names(row)]:
                return found
        raise RefusedError(Problem("robot_account", Field.ACCOUNT, Who.ADMIN, params={"account": text[:100]}))

    def _names(self, row: Connection) -> set[str]:
        return {
            row.system.casefold(),
            *(each.casefold() for each in self.services.plugins[row.system].manifest.title.values()),
        }

    def carrier(self, system: str) -> str:
        """As clients know it."""
        plugin = self.services.plugins.get(system)
        title: Mapping[str, str] = plugin.manifest.title if plugin else {}
        return title.get(language_of(self.lang)) or title.get("en") or system

    def service(self, account: Connection, code: str) -> str:
        return self.services.plugins[account.system].manifest.service_title(code, language_of(self.lang))

    def service_code(self, account: Connection, text: str) -> str:
        """A service's code, from that or its name; what is neither stays what it is."""
        plain = " ".join(text.split()).casefold()
        for code, titles in self.services.plugins[account.system].manifest.services:
            if plain in {code.casefold(), *(title.casefold() for title in titles.values())}:
                return code
        return text.strip()

    # --- shipments ---------------------------------------------------------------------------------------------------

    def owned(self) -> list[Shipment]:
        """The deal's shipments, oldest first."""
        return list(shipments.of_deals(self.session, self.portal.id, [self.deal_id])[self.deal_id])

    def speaking(self) -> list[Shipment]:
        """Those that speak for the deal's goods: of a chain the carrier's leg, or the warehouse's before there is
        one."""
        rows = self.owned()
        ids = [each.id for each in pieces([shipment_view(row) for row in rows])]
        return [row for row in rows if row.id in ids]

    def refusals(self, shipment_id: int | None = None) -> list[Problem]:
        """What is open in the deal, of this shipment where one is named."""
        rows = problems.open_of_deals(self.session, self.portal.id, [self.deal_id])[self.deal_id]
        mine = [row for row in rows if shipment_id is None or row.shipment_id in (None, shipment_id)]
        return [Problem.from_json(row.problem) for row in mine]

    def status(self, row: Shipment) -> str:
        return say(f"status.{Status(row.status).value}", self.lang)


def is_placed(row: Shipment) -> bool:
    """Whether its system has taken the order and given it a number."""
    status = Status(row.status)
    numbered = bool(row.order_number or row.tracking_number)
    return row.leg != PICKED and numbered and status not in (Status.DRAFT, Status.SUBMITTING, Status.REJECTED)


@dataclass(frozen=True, slots=True)
class Robot:
    """`begin` leaves what a person's press would leave; `look` gives the results once they are there, None before.
    Either raises RefusedError. `results` are their names: all are given, empty where it did not work. `log`: a key of
    the words for the workflow's log, with the results as its values."""

    begin: Callable[[Scene], None]
    look: Callable[[Scene], Values | None]
    results: tuple[str, ...]
    log: str

    def every(self, found: Mapping[str, str]) -> Values:
        return {name: found.get(name, "") for name in self.results}
