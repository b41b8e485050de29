"""What the ports of one connection share, and the port Receipts over it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import ReceiptRequest, ReceiptStage, ReceiptState
from b24app.systems.manhattan import receipts, sources
from b24app.systems.manhattan.client import Client, Reply
from b24app.systems.manhattan.errors import problems_of
from b24app.systems.manhattan.orders import by_key
from b24app.systems.manhattan.sources import Terms
from b24app.systems.plugin import OpenContext

Json = dict[str, Any]


class Account:
    """One account: its client, and what it works in."""

    def __init__(self, context: OpenContext) -> None:
        self._context = context
        self._client = Client(context)

    @property
    def _terms(self) -> Terms:
        return Terms.of(self._context)

    def _source(self, facility: str = "", **known: Any) -> Json:
        return {**self._terms.source(facility), **known}

    def _called_off(self, reply: Reply) -> None:
        """A refusal whose words we do not know is still a refusal to cancel."""
        if reply.said is None:
            return
        known = {"too_late_to_cancel", "order_unknown"}
        raise Refused(
            [
                problem if problem.code in known else replace(problem, code="cancel_refused", who=Who.CARRIER)
                for problem in problems_of(reply.said, reply.status)
            ]
        )


class ReceiptDesk(Account):
    """Goods on their way back (manhattan.md §3.3)."""

    def expect(self, request: ReceiptRequest) -> ReceiptState:
        facility = request.warehouse or self._context.setting("returns_facility") or self._terms.facility
        remote = receipts.remote_id(facility, request.number)
        known = self.read_receipt(remote)
        if not known.gone:
            return known
        source = sources.of_receipt(request, self._terms, self._client.profile, facility)
        self._client.call("create_receipt", source, write=True).refuse()
        return replace(known, gone=False)

    def find_receipt(self, number: str) -> ReceiptState | None:
        """In the facility that returns go to, then in the account's own."""
        own = self._terms.facility
        for facility in dict.fromkeys((self._context.setting("returns_facility") or own, own)):
            found = self.read_receipt(receipts.remote_id(facility, number))
            if not found.gone:
                return found
        return None

    def read_receipt(self, remote_id: str) -> ReceiptState:
        facility, number = receipts.parts_of(remote_id)
        source = self._source(facility, id=number)
        row = by_key(self._client.rows("receipt", source)).get(number)
        received = self._client.rows("receipt_rows", source) if row is not None and row.get("receivedAt") else []
        return receipts.state_of(remote_id, row, received, self._client.profile, self._terms.zone)

    def cancel_receipt(self, remote_id: str) -> ReceiptState:
        state = self.read_receipt(remote_id)
        if state.gone or state.stage is ReceiptStage.CANCELLED:
            return state
        if state.stage in receipts.BEGUN:
            raise Refused([Problem("too_late_to_cancel", Field.ORDER)])
        facility, number = receipts.parts_of(remote_id)
        self._called_off(self._client.call("cancel_receipt", self._source(facility, id=number), write=True))
        return self.read_receipt(remote_id)

    def photo(self, remote_id: str, key: str) -> bytes:  # noqa: ARG002 - the port's shape
        raise Refused([Problem("paper_refused", Field.ORDER, Who.CARRIER)])
