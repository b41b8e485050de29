"""One connection to DPD: the ports, joined from the pure parts and the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from b24app.logistics.errors import LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.model import Address, DeliveryKind, Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, fingerprint_of_name, is_ours
from b24app.logistics.points import PickupPoint, PointPage
from b24app.logistics.ports import CheckedAddress, City, Outgoing, Quote, ReturnRequest, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.dpd import quotes
from b24app.systems.dpd.changes import ChangeDesk
from b24app.systems.dpd.cities import CityBook
from b24app.systems.dpd.client import CALCULATOR, EVENTS, ORDERS, Client, Said, refused
from b24app.systems.dpd.days import DayDesk
from b24app.systems.dpd.errors import cancel_problem, problems_of
from b24app.systems.dpd.feed import FeedDesk
from b24app.systems.dpd.orders import End, Person, Way, build_order, parse_status
from b24app.systems.dpd.papers import PaperDesk, raw_labels
from b24app.systems.dpd.points import PointBook
from b24app.systems.dpd.returns import as_return, turned
from b24app.systems.dpd.vocabulary import CANCEL_ABSENT, CANCEL_DONE, DUPLICATE, ERROR, MOSCOW, PICKUP_PERIODS
from b24app.systems.kit.checks import account_refused, needs_settings, run_checks
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.senders import joined, own_sender
from b24app.systems.kit.soap import rows
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext

_LINK_S = 24 * 3600.0


class Dpd(FeedDesk, PaperDesk, ChangeDesk, DayDesk):
    """Implements the ports that the manifest names. An order's key is our number: DPD's own comes later where an
    employee has to finish the order."""

    def __init__(self, context: OpenContext, manifest: Manifest, directory: Directory, spools: Spools) -> None:
        self._context = context
        self._manifest = manifest
        self._client = Client(context)
        self._directory = directory
        self._now: float = context.clock.now().timestamp()
        self._cities = CityBook(self._client, directory, self._now)
        self._points = PointBook(self._client, spools, directory, self._now)
        self._vat = context.setting("vat")

    # --- Orders, Preview ----------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        """DPD shows of an order nothing but its numbers; whose it is, its labels say."""
        state = self._status(number)
        if state.gone and not state.order_number:
            return None
        if state.decision is not Decision.ACCEPTED or state.gone:
            return state
        labels = raw_labels(self._client, state.order_number)
        if not labels:
            raise Unavailable(
                f"label-print.createParcelLabel: {state.order_number} is there, its recipient is not shown"
            )
        return self._with_link(replace(state, fingerprint=fingerprint_of_name(labels[0]["receiverName"])))

    def create(self, request: ShipmentRequest) -> OrderState:
        """Everything is looked up first, so that `Uncertain` can only come from the order itself."""
        return self._send(request, self.preview(request).body)

    def preview(self, request: ShipmentRequest) -> Outgoing:
        self._points.refuse_unfit(request)
        way = self._way(request)
        sender = joined(request.sender, own_sender(self._context))
        return Outgoing("POST", self._client.address(ORDERS), build_order(request, way), sender)

    def _send(self, request: ShipmentRequest, body: Mapping[str, Any]) -> OrderState:
        try:
            found = rows(self._client.call(ORDERS, "createOrder2", "orders", body, write=True))
        except Said as said:
            raise refused(said) from said
        row: Mapping[str, Any] = found[0] if found and isinstance(found[0], Mapping) else {}
        status, words = str(row.get("status") or ""), str(row.get("errorMessage") or "")
        if status == DUPLICATE:
            return self._that_has_it(request, words)
        if status == ERROR:
            raise Refused(problems_of(status, words))
        state = parse_status(row, request.number)
        if state is None or state.gone:
            raise Uncertain(f"order2.createOrder2: an answer without an order: {status} {words[:200]}")
        return self._with_link(state)

    def _that_has_it(self, request: ShipmentRequest, words: str) -> OrderState:
        """Our number is taken (§12): by an order of ours whose answer was lost, or by another one."""
        try:
            state = self.find(request.number)
        except Unavailable as error:
            raise Uncertain(f"order2.createOrder2: {DUPLICATE}; {error}") from error
        if state is not None and not state.gone and is_ours(request, state):
            return state
        params = {"number": request.number}
        raise Refused([Problem("number_taken", Field.NUMBER, Who.WAYBILL, DUPLICATE, words, params)])

    def _with_link(self, state: OrderState) -> OrderState:
        """With the order's public page, kept for a day; an order without one is still an order."""
        if not state.order_number:
            return state
        key = ("link", self._client.base, state.order_number)
        with suppress(LogisticsError, Said):
            url = self._directory.get(key, self._now, _LINK_S, lambda: self._link(state.order_number))
            return replace(state, tracking_url=url)
        return state

    def _link(self, order_num: str) -> str:
        order = {"orderNumberDPD": order_num}
        found = self._client.call(EVENTS, "getTrakingOrderLink", "trackingOrder", {"order": order})
        return str((found or {}).get("link") or "")

    # --- Tracking, Cancels --------------------------------------------------------------------------------------------

    def read(self, remote_id: str) -> OrderState:
        """What became of the order; where its parcels are, the inbox tells (see `pull`)."""
        return self._with_link(self._ended(self._status(remote_id)))

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """All in one call."""
        states = self._statuses(remote_ids) if remote_ids else {}
        return [self._ended(states[each]) for each in remote_ids if each in states]

    def _ended(self, state: OrderState) -> OrderState:
        """Of an order that was cancelled with its parcel under way there is a history to be told."""
        if not state.gone or not state.order_number:
            return state
        told = self._by_order("getStatesByClientOrder", {"clientOrderNr": state.number}, state)
        moved = any(event.status and event.status.has_moved for event in told.events)
        return replace(told, gone=False, decision=Decision.ACCEPTED) if moved else state

    def _status(self, number: str) -> OrderState:
        """Raises Unavailable when the answer does not say."""
        state = self._statuses([number]).get(number)
        if state is None:
            raise Unavailable(f"order2.getOrderStatus: nothing readable about {number}")
        return state

    def _statuses(self, numbers: Sequence[str]) -> dict[str, OrderState]:
        body = {"order": [{"orderNumberInternal": number} for number in numbers]}
        try:
            found = rows(self._client.call(ORDERS, "getOrderStatus", "orderStatus", body))
        except Said as said:
            raise Unavailable(f"order2.getOrderStatus: {said.text[:200]}") from said
        told = {str(row.get("orderNumberInternal") or ""): row for row in found if isinstance(row, Mapping)}
        states = {number: parse_status(told[number], number) for number in numbers if number in told}
        return {number: state for number, state in states.items() if state is not None}

    def cancel(self, remote_id: str) -> OrderState:
        """Free until the parcel was collected; repeating it does no harm (§5.3)."""
        body = {"cancel": [{"orderNumberInternal": remote_id}]}
        try:
            found = rows(self._client.call(ORDERS, "cancelOrder", "orders", body, write=True))
        except Said as said:
            raise Refused([cancel_problem(said.code, said.text)]) from said
        row: Mapping[str, Any] = found[0] if found and isinstance(found[0], Mapping) else {}
        status, words = str(row.get("status") or ""), str(row.get("errorMessage") or "")
        if status in CANCEL_DONE or status == CANCEL_ABSENT:
            return OrderState(remote_id, remote_id, Decision.ACCEPTED, gone=True, cancel=Decision.ACCEPTED)
        if not status:
            raise Uncertain("order2.cancelOrder: an answer without a status")
        raise Refused([cancel_problem(status, words)])

    # --- Returns ------------------------------------------------------------------------------------------------------

    def create_return(self, request: ReturnRequest) -> OrderState:
        shipment, way = turned(request, self._way(replace(request.shipment, cod=None)))
        way = replace(way, day=self._day(way.start).isoformat())
        return as_return(self._send(shipment, build_order(shipment, way)))

    def find_return(self, number: str) -> OrderState | None:
        state = self.find(number)
        return None if state is None else as_return(state)

    def read_return(self, remote_id: str) -> OrderState:
        """All of its history: nobody else tells it."""
        state = self._status(remote_id)
        if state.decision is not Decision.ACCEPTED or state.gone:
            return state
        return as_return(self._by_order("getStatesByClientOrder", {"clientOrderNr": remote_id}, state))

    # --- Quotes, Offers, PickupPoints, Cities, AddressCheck -----------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        found = {quote.service_code: quote for quote in self._priced(request, request.service_code)}
        if request.service_code not in found:
            params = {"service": request.service_code}
            raise Refused([Problem("service_unavailable", Field.SERVICE, Who.MANAGER, params=params)])
        return found[request.service_code]

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        return self._priced(request)

    def _priced(self, request: ShipmentRequest, service: str = "") -> list[Quote]:
        operation, body = quotes.build_quote(request, self._way(request), service)
        try:
            found = self._client.call(CALCULATOR, operation, "request", body)
        except Said as said:
            raise refused(said) from said
        return list(quotes.parse_quotes(found, request, operation))

    def point(self, code: str) -> PickupPoint | None:
        return self._points.find(code)

    def points(self, page: int) -> PointPage:
        return self._points.page(page)

    def city(self, address: Address) -> City:
        return self._cities.find(address)

    def check_address(self, address: Address) -> CheckedAddress:
        return self._cities.check(address)

    # --- what an order needs to know ----------------------------------------------------------------------------------

    def _way(self, request: ShipmentRequest) -> Way:
        """Raises Refused with what can be known before the order is sent."""
        start = self._start(joined(request.sender, own_sender(self._context)))
        setting = self._context.setting
        period, category = setting("pickup_period") or PICKUP_PERIODS[0], setting("cargo_category")
        return Way(start, self._end(request), self._day(start).isoformat(), period, self._vat, category)

    def _start(self, sender: Sender) -> End:
        person = Person.sending(sender)
        if not sender.point_code and sender.address is None:
            raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
        if not person.phone:
            raise Refused([Problem("sender_phone", Field.SENDER, Who.ADMIN)])
        if sender.point_code or sender.address is None:
            return End(person, sender.point_code or "")
        try:
            return End(person, address=sender.address, city=self._cities.find(sender.address))
        except Refused as error:
            problem = replace(error.problems[0], code="sender_city_unknown", field=Field.SENDER, who=Who.ADMIN)
            raise Refused([problem]) from error

    def _end(self, request: ShipmentRequest) -> End:
        person = Person.of(request.recipient)
        if request.kind is DeliveryKind.PICKUP:
            if not request.point_code:
                raise Refused([Problem("point_missing", Field.POINT)])
            return End(person, request.point_code)
        if request.address is None:
            raise Refused([Problem("address_missing", Field.ADDRESS)])
        return End(person, address=request.address, city=self._cities.find(request.address))

    def _day(self, start: End) -> date:
        """When DPD takes it: labels can be printed until then. A courier comes on working days."""
        ahead = self._context.setting("pickup_in_days")
        day: date = self._context.clock.now().astimezone(MOSCOW).date()
        day += timedelta(days=int(ahead) if ahead.isdigit() else 1)
        while not start.point and day.isoweekday() > 5:
            day += timedelta(days=1)
        return day

    # --- ConnectionTest -----------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        return run_checks(
            [
                ("settings", lambda: needs_settings(self._manifest, self._context)),
                ("sign_in", self._test_keys),
                ("call", self._test_call),
                ("sender", lambda: (self._test_sender(joined(sender, own_sender(self._context))), {})),
            ]
        )

    def _test_keys(self) -> None:
        """A harmless question; whatever DPD complains about, it is the keys: their words for that are not published."""
        body = {"order": [{"orderNumberInternal": "waybill-test"}]}
        try:
            self._client.call(ORDERS, "getOrderStatus", "orderStatus", body)
        except Said as said:
            raise account_refused(said.code, said.text) from said

    def _test_call(self) -> tuple[str, Mapping[str, str]]:
        try:
            return "", quotes.parse_trial(self._client.call(CALCULATOR, "getServiceCost2", "request", quotes.TRIAL))
        except Said as said:
            raise refused(said) from said

    def _test_sender(self, sender: Sender) -> str:
        start = self._start(sender)
        return start.point or (start.city.name if start.city else "")
