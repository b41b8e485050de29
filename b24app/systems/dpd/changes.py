"""What may be changed of an order (dpd.md §5.4): the money to collect until it is delivered, and the courier's day
(`days.py`). Everything else is a new order: `orderReDirect` takes kinds of redirection that nobody published."""

from __future__ import annotations

from b24app.logistics.changes import ChangeRule, Cost, Part, Way, parts_changed
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.dpd.client import ORDERS, Client, Said, refused
from b24app.systems.dpd.errors import problems_of
from b24app.systems.dpd.orders import unit_load
from b24app.systems.dpd.vocabulary import OK
from b24app.systems.kit.soap import rows

_BEFORE = (Status.CREATED,)
_MOVED = (
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
)
#: Cancelling is free until the parcel was collected (§5.3); what a change costs, nobody published.
RULES = (
    ChangeRule(Part.RECIPIENT, _BEFORE, Way.ANEW, Cost.RECOUNT),
    ChangeRule(Part.RECIPIENT, _MOVED, Way.ELSEWHERE),
    ChangeRule(Part.DESTINATION, _BEFORE, Way.ANEW, Cost.RECOUNT),
    ChangeRule(Part.DESTINATION, _MOVED, Way.ELSEWHERE),
    ChangeRule(Part.COMMENT, _BEFORE, Way.ANEW, Cost.RECOUNT),
    ChangeRule(Part.COMMENT, _MOVED, Way.NO),
    ChangeRule(Part.COD, (*_BEFORE, *_MOVED), Way.HERE),
    ChangeRule(Part.PARCELS, _BEFORE, Way.ANEW, Cost.RECOUNT),
    ChangeRule(Part.PARCELS, _MOVED, Way.NO),
    ChangeRule(Part.STOP, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _MOVED, Way.ELSEWHERE),
    # §5.4; before the first scan nothing tells whether a day was taken.
    ChangeRule(Part.DAY, (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.DELIVERY_FAILED), Way.HERE),
)


class ChangeDesk:
    """The port `Changes` of a connection."""

    _client: Client
    _vat: str

    def _status(self, remote_id: str) -> OrderState:
        raise NotImplementedError

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        if set(parts_changed(before, after)) - {Part.COD}:
            raise Refused([Problem("change_refused", Field.ORDER, Who.CARRIER)])
        state = self._status(remote_id)
        if state.gone:
            return state
        if not state.order_number:
            raise Unavailable("order2.changeUnitLoad: an employee of DPD has not finished the order yet", 60.0)
        body = {"order": [{"orderNum": state.order_number, "unitLoad": unit_load(after, self._vat)}]}
        try:
            found = rows(self._client.call(ORDERS, "changeUnitLoad", "request", body, write=True))
        except Said as said:
            raise refused(said) from said
        if not found:
            raise Uncertain("order2.changeUnitLoad: an answer without a status")
        status, words = str(found[0].get("status") or ""), str(found[0].get("errorMessage") or "")
        if status != OK:
            raise Refused(problems_of(status, words))
        return OrderState(
            remote_id, after.number, Decision.ACCEPTED, changes=(ChangeState("", Decision.ACCEPTED),)
        )  # fmt: skip

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:  # noqa: ARG002 - the port's shape
        """DPD does not show what it has; the goods are replaced as a whole, so that asking again changes nothing."""
        state = self._status(remote_id)
        return state if state.gone else None
