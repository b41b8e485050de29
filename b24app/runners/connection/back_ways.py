"""What a return's way back costs with an account, in its own lane: a courier from the client, and a parcel that the
client hands in at a point near them. Both are the way there, priced the other way round.

Nothing is tried again: the person who looks is told, and asks anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from b24app.flows.returns.requests import Sent, price_of_way_back, return_request
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.returns.ways import UNPRICED, Near, Prices
from b24app.flows.simulate import BY_HOUSE, Priced, for_a_price
from b24app.logistics.errors import Refused
from b24app.logistics.model import Address, ShipmentRequest
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.returning import Return
from b24app.runners.connection.beside import Beside
from b24app.runners.connection.rating import prices
from b24app.runners.views import defaults_of
from b24app.store import inbox, origins, return_basis, return_sent, return_ways, returns
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ConnectionState, InboxKind
from b24app.store.points_near import taking_in
from b24app.systems.kit.senders import joined, own_sender
from b24app.systems.plugin import Manifest
from b24app.wire.trace import tracing

#: So many points near the client are offered.
POINTS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What one account is asked about one return. A problem instead of a request: that way cannot be asked for; None:
    its price cannot."""

    row: Claimed
    prices_id: int
    prices: Prices
    courier: ShipmentRequest | Problem | None = None
    point: ShipmentRequest | Problem | None = None


def take(system: Any, services: Collection[str], asked: Asked) -> Prices:
    """Runs in a thread of its own, without the database."""
    with tracing(asked.row.trace_id):
        found = [_priced(system, services, each) for each in (asked.courier, asked.point)]
    return replace(asked.prices, courier=found[0], point=found[1])


def _priced(system: Any, services: Collection[str], request: ShipmentRequest | Problem | None) -> Priced:
    return prices(system, services, request) if isinstance(request, ShipmentRequest) else Priced(problem=request)


@dataclass
class BackWays(Beside[Asked, Prices]):
    """The prices of ways back that one slice asks for."""

    failed: ClassVar[str] = "way_back_failed"
    kind: ClassVar[str] = InboxKind.RETURN_PRICES

    def load(self) -> None:
        """What is asked and not answered yet. An account that does not work answers at once: a person waits."""
        if "Returns" not in self._manifest.ports:
            return
        with read_scope(self.services.sessions) as session:
            rows = self.slice.claim_inbox(session, (InboxKind.RETURN_PRICES,))
            found = [(row, self._asked(session, row)) for row in rows]
        for row, asked in found:
            if asked is None:
                self._close(row)
            elif self.account.connection.state == ConnectionState.READY:
                self.waiting.append(asked)
            else:
                stopped = Priced(problem=Problem("account_stopped", Field.ACCOUNT, Who.ADMIN))
                self._save(asked, replace(asked.prices, courier=stopped, point=stopped))

    def _ask(self, asked: Asked) -> Prices:
        return take(self.system, [code for code, _ in self._manifest.services], asked)

    def _named(self, asked: Asked) -> dict[str, Any]:
        return {"prices": asked.prices_id}

    def _broken(self, asked: Asked) -> Prices:
        return replace(asked.prices, courier=_BROKEN, point=_BROKEN)

    @property
    def _manifest(self) -> Manifest:
        return self.services.plugins[self.account.connection.system].manifest

    # --- what is asked ------------------------------------------------------------------------------------------------

    def _asked(self, session: Session, row: Claimed) -> Asked | None:
        """None = nobody asks any more."""
        portal_id = self.account.portal.id
        question = return_ways.question(session, portal_id, self.account.connection.id, int(row.key))
        kept = returns.get(session, portal_id, question.return_id) if question is not None else None
        if question is None or kept is None:
            return None
        sent = return_sent.of_deal(session, portal_id, kept.case.deal_id)
        near = self._near(session, sent)
        prices = replace(Prices.from_json(question.prices), near=near)
        if self._manifest.limits.get(UNPRICED):
            return Asked(row, question.id, prices)
        courier = self._request(session, kept.case, sent, Way(WayKind.COURIER, self.account.connection.id))
        code = next((each.code for each in near), "")
        point = self._request(session, kept.case, sent, Way(WayKind.POINT, self.account.connection.id, "", code))
        return Asked(row, question.id, prices, courier, point)

    def _near(self, session: Session, sent: tuple[Sent, ...]) -> tuple[Near, ...]:
        """The points near where the goods went; the one that they were handed out at is this carrier's own."""
        connection = self.account.connection
        went: list[Address] = [each.request.address for each in reversed(sent) if each.request.address is not None]
        if not went or "PickupPoints" not in self._manifest.ports:
            return ()
        return taking_in(session, connection.system, connection.mode, went[0], POINTS)

    def _request(
        self, session: Session, case: Return, sent: tuple[Sent, ...], way: Way
    ) -> ShipmentRequest | Problem | None:
        portal, connection = self.account.portal, self.account.connection
        basis = return_basis.of_deals(session, portal.id, [case.deal_id]).get(case.deal_id)
        try:
            asked = return_request(case, basis, way, case.number, sent, defaults_of(portal))
        except Refused as error:
            return error.problems[0]
        place = origins.senders(session, portal.id).of(connection.id)
        own = joined(place, own_sender(self.services.context_of(connection)))
        request = price_of_way_back(asked, own)
        if request is None:
            return Problem("sender_missing", Field.SENDER, Who.ADMIN)
        return for_a_price(request, request.sender, bool(self._manifest.limits.get(BY_HOUSE)))

    # --- what came of it ----------------------------------------------------------------------------------------------

    def _save(self, asked: Asked, prices: Prices) -> None:
        now = self.services.clock.now()
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            return_ways.answered(session, self.account.portal.id, asked.prices_id, replace(prices, answered_at=now))
            inbox.close(session, self.slice, asked.row.ids, now)

    def _close(self, row: Claimed) -> None:
        with session_scope(self.services.sessions) as session:
            inbox.close(session, self.slice, row.ids, self.services.clock.now())


_BROKEN = Priced(problem=Problem("quote_failed", Field.NONE, Who.WAYBILL))
