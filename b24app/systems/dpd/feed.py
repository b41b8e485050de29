"""One inbox of events for a client number (dpd.md §8): a package is repeated until it is confirmed, whoever asks.
Beside another program that reads it too, orders are asked for one by one instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from b24app.logistics.errors import Unavailable
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.ports import FeedPage
from b24app.systems.dpd.client import EVENTS, TRACING, Client, Said
from b24app.systems.dpd.tracking import order_state, parse_package
from b24app.systems.kit.soap import rows
from b24app.systems.plugin import OpenContext

#: Events of one package (§8: 500 is what a production client asks for).
PACKAGE = 500
#: Orders that are read in one pull where another program has the inbox.
READ_AT_ONCE = 20
SHARED = "shared"


class FeedDesk:
    """The port `Feed` of a connection."""

    _client: Client
    _context: OpenContext

    @property
    def _shared(self) -> bool:
        return self._context.setting("inbox") == SHARED

    @property
    def feed_key(self) -> str:
        """A client number has one inbox (§8); where that is another program's, orders are read one by one."""
        number = self._context.setting("client_number")
        return f"{number} {SHARED}" if self._shared else number

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:
        """A package is repeated until it is confirmed. One that names a document and no event (a schema that changed?)
        is never confirmed."""
        if self._shared:
            return self._read_watched(cursor, watched())
        try:
            found = self._client.call(EVENTS, "getEvents", "request", {"maxRowCount": PACKAGE}) or {}
        except Said as said:
            raise Unavailable(f"event-tracking.getEvents: {said.text[:200]}") from said
        told, skipped = parse_package(found)
        document = str(found.get("docId") or "")
        receipt = document if document != "0" and rows(found.get("event")) else ""
        states = [state for each in told for state in self._states_of(each.state(), each.parcels)]
        more = bool(receipt) and found.get("resultComplete") is False
        return FeedPage(tuple(states), receipt=receipt, more=more, skipped=skipped)

    def _states_of(self, state: OrderState, parcels: int) -> Iterator[OrderState]:
        """Of several parcels the one that is behind counts, which the events of a package alone do not tell."""
        yield state
        if parcels > 1 and state.number:
            yield self._by_order("getStatesByClientOrder", {"clientOrderNr": state.number}, replace(state, events=()))

    def confirm(self, receipt: str) -> None:
        """Of the document alone that was saved. A fault that speaks of the document means that it is confirmed already:
        if it is not, the same package simply comes again."""
        with suppress(Said):
            self._client.call(EVENTS, "confirm", "request", {"docId": int(receipt)})

    def _read_watched(self, cursor: str, numbers: Sequence[str]) -> FeedPage:
        """A few orders after the one that the cursor names, by DPD's numbers; one that cannot be read now is read the
        next time round."""
        left = [number for number in sorted(numbers) if number > cursor]
        some, more = left[:READ_AT_ONCE], len(left) > READ_AT_ONCE
        states: list[OrderState] = []
        lost: list[Unavailable] = []
        for number in some:
            state = OrderState("", decision=Decision.ACCEPTED, order_number=number, tracking_number=number)
            try:
                states.append(self._by_order("getStatesByDPDOrder", {"dpdOrderNr": number}, state))
            except Unavailable as error:
                lost.append(error)
        if lost and not states:
            raise lost[0]
        told = tuple(state for state in states if state.events)
        return FeedPage(told, cursor=some[-1] if more else "", more=more)

    def _by_order(self, operation: str, body: Mapping[str, Any], state: OrderState) -> OrderState:
        """With its parcels' states. A fault that speaks of the order (nothing scanned yet, too old) tells nothing: it
        must not hold up what the inbox has of others."""
        try:
            return order_state(self._client.call(TRACING, operation, "request", body), state)
        except Said:
            return state
