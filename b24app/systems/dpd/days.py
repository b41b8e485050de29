"""Another day for the courier (dpd.md §5.4, `changeDeliveryDate`). DPD takes a day and offers none: those are asked for
that a courier can still make; the carrier says yes or no. Hours it does not take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from b24app.logistics.changes import Slot
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.problem import Field, Problem
from b24app.systems.dpd.client import ORDERS, Client, Said, refused
from b24app.systems.dpd.errors import problems_of
from b24app.systems.dpd.vocabulary import MOSCOW, OK
from b24app.systems.kit.soap import rows
from b24app.systems.plugin import OpenContext

#: So many days are offered.
OFFERED = 5


def days_after(day: date) -> tuple[Slot, ...]:
    """The next days on which couriers work everywhere."""
    found = [day + timedelta(days=n) for n in range(1, 3 * OFFERED)]
    return tuple(Slot(each) for each in found if each.isoweekday() <= 5)[:OFFERED]


class DayDesk:
    """The port `Days` of a connection."""

    _client: Client
    _context: OpenContext

    def _status(self, remote_id: str) -> OrderState:
        raise NotImplementedError

    def _by_order(self, operation: str, body: Mapping[str, Any], state: OrderState) -> OrderState:
        raise NotImplementedError

    def slots(self, remote_id: str) -> tuple[Slot, ...]:
        """After the day that DPD plans: sooner it cannot be there."""
        state = self._planned(remote_id)
        if state is None:
            return ()
        today = self._context.clock.now().astimezone(MOSCOW).date()
        return days_after(max(today, state.promised or today))

    def bring_on(self, remote_id: str, slot: Slot) -> OrderState:
        state = self._planned(remote_id)
        if state is None:
            raise Refused([Problem("too_late_to_change", Field.ORDER)])
        body = {"order": [{"orderNum": state.order_number, "newDeliveryDate": slot.day.isoformat()}]}
        try:
            found = rows(self._client.call(ORDERS, "changeDeliveryDate", "request", body, write=True))
        except Said as said:
            raise refused(said) from said
        row: Mapping[str, Any] = found[0] if found and isinstance(found[0], Mapping) else {}
        status, words = str(row.get("status") or ""), str(row.get("errorMessage") or "")
        if not status:
            raise Uncertain("order2.changeDeliveryDate: an answer without a status")
        if status != OK:
            raise Refused(problems_of(status, words))
        return OrderState(remote_id, remote_id, Decision.ACCEPTED, changes=(ChangeState("", Decision.ACCEPTED),))

    def brought_on(self, remote_id: str, slot: Slot) -> OrderState | None:
        """The states name the day that is planned; the same day asked for again changes nothing."""
        state = self._planned(remote_id)
        if state is None:
            return OrderState(remote_id=remote_id, gone=True)
        if state.promised != slot.day:
            return None
        return OrderState(remote_id, remote_id, Decision.ACCEPTED, changes=(ChangeState("", Decision.ACCEPTED),))

    def _planned(self, remote_id: str) -> OrderState | None:
        """With the day that DPD plans; None for an order that is no more, or has no number yet."""
        state = self._status(remote_id)
        if state.gone or not state.order_number:
            return None
        return self._by_order("getStatesByDPDOrder", {"dpdOrderNr": state.order_number}, state)
