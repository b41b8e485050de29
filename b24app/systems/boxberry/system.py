"""One connection to Boxberry: the ports, thin. What is sent and read is built and parsed in the modules beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import Address, DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, is_ours
from b24app.logistics.points import PickupPoint, PointPage
from b24app.logistics.ports import CheckedAddress, City, Outgoing, Quote, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.boxberry import quotes
from b24app.systems.boxberry.cities import CityBook, read_book
from b24app.systems.boxberry.client import Client
from b24app.systems.boxberry.desk import AfterDesk
from b24app.systems.boxberry.errors import code_of, refused, unread
from b24app.systems.boxberry.orders import Way, build_order, parse_order
from b24app.systems.boxberry.points import parse_description, parse_row, rows_of
from b24app.systems.boxberry.tracking import (
    balance_of,
    is_partial,
    left_in,
    news,
    packed,
    parse_events,
    unpacked,
)
from b24app.systems.boxberry.vocabulary import ABSENT, RUSSIA, TAKEN
from b24app.systems.kit.checks import Found, account_refused, needs_settings, run_checks
from b24app.systems.kit.directory import CITIES_S, POINTS_S, Directory
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.portions import readable
from b24app.systems.kit.spool import BROKEN, Spools
from b24app.systems.plugin import Manifest, OpenContext


class Boxberry(AfterDesk):
    """All ports of one account."""

    def __init__(self, manifest: Manifest, context: OpenContext, directory: Directory, spools: Spools) -> None:
        self._manifest = manifest
        self._context = context
        self._client = Client(context)
        self._directory = directory
        self._spools = spools

    # --- orders ---------------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        row = self._row(number)
        return parse_order(row) if row is not None else None

    def create(self, request: ShipmentRequest) -> OrderState:
        """Our number is unique in a cabinet: refused for it alone, the order that has it is looked at (§6.1)."""
        body = {"sdata": build_order(request, self._way(request))}
        reply = self._client.post("ParselCreate", body, write=True)
        if reply.error and code_of(reply.error) == TAKEN:
            return self._adopt(request)
        if reply.error:
            raise refused(reply.error)
        data = reply.data if isinstance(reply.data, Mapping) else {}
        state = parse_order({"order_id": request.number, "track_number": data.get("track")})
        if state is None:
            raise Uncertain("ParselCreate: neither a track nor a refusal")
        told = str(data.get("notification") or "").strip()
        warning = Problem("warning_unknown", Field.ORDER, Who.MANAGER, their_text=told)
        return replace(state, warnings=(warning,) if told else ())

    def _adopt(self, request: ShipmentRequest) -> OrderState:
        found = self.find(request.number)
        if found is not None and is_ours(request, found):
            return found
        params = {"number": request.number}
        raise Refused([Problem("number_taken", Field.NUMBER, Who.WAYBILL, params=params)])

    def preview(self, request: ShipmentRequest) -> Outgoing:
        way = self._way(request)
        return Outgoing(
            "POST", self._client.url, {"method": "ParselCreate", "sdata": build_order(request, way)}, way.sender
        )

    def read(self, remote_id: str) -> OrderState:
        """The order and its history. A history alone still counts: nobody says how long an order that was handed out is
        shown; one that has neither is gone."""
        row, known = self._row(remote_id), self._history(remote_id)
        state = parse_order(row) if row is not None else known
        if state is None:
            raise Unavailable("ParcelInfo: an order without its numbers")
        gone = row is None and not known.events
        return replace(state, events=known.events, cancel=known.cancel, in_part=known.in_part, gone=gone)

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """Histories, one call a piece: no other way is documented (§7). Those without one are looked up together."""
        found = readable(remote_ids, 1, lambda some: map(self._history, some))
        silent = [state.number for state in found if not state.events]
        rows = self._rows(silent) if silent else {}
        return [replace(state, gone=not state.events and state.number not in rows) for state in found]

    def _history(self, number: str) -> OrderState:
        reply = self._client.get("ListStatuses", ImId=number)
        if reply.error and code_of(reply.error) != ABSENT:
            raise unread(reply.error, "ListStatuses")
        lines = [] if reply.error else reply.rows("ListStatuses")
        events = parse_events(lines)
        told = {event.status for event in events}
        part = None
        if Status.DELIVERED in told:  # any buyer may have chosen to take a part
            full = self._client.read("ListStatusesFull", ImId=number).data
            if is_partial(full):
                events, part = parse_events(lines, partial=True), left_in(full)
        cancel = Decision.ACCEPTED if Status.CANCELLED in told else None
        return OrderState(number, number, Decision.ACCEPTED, events=events, cancel=cancel, in_part=part)

    def _row(self, number: str) -> Mapping[str, Any] | None:
        return self._rows([number]).get(number)

    def _rows(self, numbers: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """`ParcelInfo` of many: number -> row. What it says of other orders, or nothing, is no proof of absence."""
        reply = self._client.post("ParcelInfo", {"parcels": [{"order_id": number} for number in numbers]})
        if reply.error and code_of(reply.error) != ABSENT:
            raise unread(reply.error, "ParcelInfo")
        rows = [] if reply.error else reply.rows("ParcelInfo")
        found = {str(row.get("order_id") or "").strip(): row for row in rows}
        if set(found) - set(numbers):
            raise Unavailable("ParcelInfo: other orders than asked for")
        return found

    # --- the balance as a feed --------------------------------------------------------------------------------------

    @property
    def feed_key(self) -> str:
        return self._client.cabinet

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:  # noqa: ARG002 - the port's
        """`OrdersBalance` tells in one call where all orders under way are; whose status is another one, or which
        dropped out, is read again (§7)."""
        balance = balance_of(self._client.read("OrdersBalance").rows("OrdersBalance"))
        return FeedPage(read_again=tuple(news(unpacked(cursor), balance)), cursor=packed(balance))

    def confirm(self, receipt: str) -> None:
        """Nothing is confirmed: the balance is always all of it."""

    # --- prices -----------------------------------------------------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        reply = self._client.post("DeliveryCalculation", quotes.build_quote(request, self._way(request)))
        if reply.error:
            raise refused(reply.error)
        quote = quotes.parse_quote(reply.data, request)
        if quote is None:
            raise Refused([Problem("service_unavailable", Field.SERVICE)])
        return quote

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        """Boxberry has one service: its price for the way that the request takes."""
        try:
            return [self.quote(replace(request, service_code=self._manifest.services[0][0]))]
        except Refused as error:
            if error.problems[0].code == "service_unavailable":
                return []
            raise

    # --- points and cities ------------------------------------------------------------------------------------------

    def point(self, code: str) -> PickupPoint | None:
        key = ("point", self._client.base, code)
        return self._directory.get(key, self._now(), POINTS_S, lambda: self._ask_point(code))

    def _ask_point(self, code: str) -> PickupPoint | None:
        reply = self._client.get("PointsDescription", code=code)
        if reply.error:
            return None
        try:
            return parse_description(code, reply.data)
        except BROKEN as error:
            raise Unavailable(f"PointsDescription: {type(error).__name__}") from error

    def points(self, page: int) -> PointPage:
        every = {"CountryCode": RUSSIA, "prepaid": "1", "is_include_postamat": "1"}

        def load(file: Any) -> None:
            self._client.listing("ListPoints", file, **every)

        return self._spools.page(self._client.base, page, load, rows_of, parse_row)

    def city(self, address: Address) -> City:
        return self._book().find(address)

    def check_address(self, address: Address) -> CheckedAddress:
        return self._book().check(address)

    def _book(self) -> CityBook:
        key = ("cities", self._client.base)
        return self._directory.get(key, self._now(), CITIES_S, self._ask_cities)

    def _ask_cities(self) -> CityBook:
        """No answer is taken for an empty directory (§3)."""
        book = read_book(self._client.read("ListCitiesFull", CountryCode=RUSSIA).rows("ListCitiesFull"))
        if not book.by_name:
            raise Unavailable("ListCitiesFull: nothing in it")
        return book

    def _now(self) -> float:
        return float(self._context.clock.now().timestamp())

    # --- what an order needs to know ----------------------------------------------------------------------------------

    def _way(self, request: ShipmentRequest) -> Way:
        """Raises Refused with what can be known before anything is sent."""
        ask = self._context.setting
        city, place = None, ""
        if request.kind is DeliveryKind.PICKUP:
            problems = unfit(self.point(request.point_code or ""), request)
            if problems:
                raise Refused(problems)
        elif request.address is None:
            raise Refused([Problem("address_missing", Field.ADDRESS)])
        else:
            book = self._book()
            city = book.find(request.address)
            if city.code not in book.with_courier:
                raise Refused([Problem("delivery_not_served", Field.ADDRESS)])
            place = book.place_of(city)
        return Way(request.sender or Sender(), ask("reception"), city, place, ask("vat"), ask("issue"))

    # --- ConnectionTest ---------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:  # noqa: ARG002 - the reception point sends
        return run_checks(
            [
                ("settings", lambda: needs_settings(self._manifest, self._context)),
                ("sign_in", self._test_sign_in),
                ("sender", self._test_reception),
                ("call", self._test_call),
            ]
        )

    def _test_sign_in(self) -> None:
        self._receptions()

    def _receptions(self) -> dict[str, str]:
        """A list that needs nothing but the token: whatever is refused here, it is the token (§1, §12)."""
        reply = self._client.get("PointsForParcels")
        if reply.error:
            raise account_refused(text=reply.error)
        rows = reply.rows("PointsForParcels")
        return {str(row.get("Code")): f"{row.get('Code')}, {row.get('City')}, {row.get('Name')}" for row in rows}

    def _test_reception(self) -> Found:
        code = self._context.setting("reception")
        found = self._receptions().get(code)
        if found is None:
            raise Refused([Problem("sender_point_unknown", Field.SENDER, Who.ADMIN, params={"point": code})])
        return found, {}

    def _test_call(self) -> Found:
        """To a door in Kazan: costs nothing and creates nothing."""
        tea = Item("Чай", "1", 1, Money.of(100), 1000)
        request = ShipmentRequest(
            "test", self._manifest.services[0][0], DeliveryKind.COURIER, Recipient("", "", None),
            (Parcel(1000, 200, 150, 100, (tea,)),), read_address("Казань"),
        )  # fmt: skip
        price = self.quote(request).price
        return "", {"n": "1", "minor": str(price.minor), "currency": price.currency}
