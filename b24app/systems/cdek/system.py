"""One connection to CDEK: the ports, joined from the pure parts and the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import Address, DeliveryKind, Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.points import LOCKER, PickupPoint, PointPage
from b24app.logistics.ports import CallbackHint, CheckedAddress, City, Outgoing, Quote, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.cdek import callbacks, quotes
from b24app.systems.cdek.changes import ChangeDesk
from b24app.systems.cdek.checking import check_address
from b24app.systems.cdek.cities import CityBook
from b24app.systems.cdek.client import Client, Reply
from b24app.systems.cdek.couriers import CourierDesk
from b24app.systems.cdek.errors import FOREIGN, NOT_FOUND, STILL_PROCESSED, problem_of
from b24app.systems.cdek.orders import FREIGHT, SHOP, Way, build_order, parse_order, without_services
from b24app.systems.cdek.papers import PaperDesk
from b24app.systems.cdek.points import PointBook, read_page
from b24app.systems.cdek.returns import ReturnDesk, turned_round
from b24app.systems.cdek.tariffs import mode_of, tariff_code
from b24app.systems.cdek.tracking import with_return
from b24app.systems.cdek.vocabulary import FAMILIES, SHOP_ONLY
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.senders import joined, own_sender
from b24app.systems.plugin import Manifest, OpenContext

_BARE = "calculator.tarifflist"


class Cdek(PaperDesk, ChangeDesk, ReturnDesk, CourierDesk):
    """Implements the ports that the manifest names."""

    def __init__(self, context: OpenContext, manifest: Manifest, directory: Directory) -> None:
        self._context = context
        self._manifest = manifest
        self._client = Client(context)
        now = context.clock.now().timestamp()
        self._cities = CityBook(self._client, directory, now)
        self._points = PointBook(self._client, directory, now)
        self._order_type = FREIGHT if context.setting("contract") == str(FREIGHT) else SHOP

    # --- Orders --------------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        reply = self._client.read("orders", "orders.find", {"im_number": number})
        if reply.codes & NOT_FOUND:
            return None
        return self._with_returns(_order_in(reply, "orders.find"))

    def create(self, request: ShipmentRequest) -> OrderState:
        """Everything is looked up first, so that `Uncertain` can only come from the order itself."""
        reply = self._client.write("POST", "orders", "orders.create", self.preview(request).body)
        state = parse_order(reply.document)
        if state is not None and state.decision is not Decision.REFUSED:
            return replace(state, number=state.number or request.number)
        reply.refuse("orders.create")
        raise Uncertain(f"orders.create: HTTP {reply.status} without an order or an error")

    def preview(self, request: ShipmentRequest) -> Outgoing:
        """The order, after the look-ups it needs."""
        way = self._way(request)
        return Outgoing("POST", self._client.address("orders"), build_order(request, way), way.sender)

    def read(self, remote_id: str) -> OrderState:
        reply = self._client.read(f"orders/{remote_id}", "orders.read")
        if reply.codes & NOT_FOUND:
            return OrderState(remote_id=remote_id, gone=True)
        return self._with_returns(_order_in(reply, "orders.read"))

    def _with_returns(self, state: OrderState) -> OrderState:
        """Follow the orders that bring the parcel back; one that cannot be read now is read next time."""
        for uuid in state.return_ids:
            reply = self._client.read(f"orders/{uuid}", "orders.read")
            back = parse_order(reply.document, back=True)
            state = with_return(state, back) if back else state
        return state

    # --- Tracking, Callbacks, Cancels ------------------------------------------------------------------------------

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """CDEK reads one order a call. Those that fail are left out; a refused account stops."""
        states = []
        for remote_id in remote_ids:
            try:
                states.append(self.read(remote_id))
            except Unavailable:
                continue
        return states

    def parse(self, headers: Mapping[str, str], body: bytes) -> list[CallbackHint]:  # noqa: ARG002 - the port's shape
        return callbacks.parse_callback(body)

    def ensure_subscribed(self, url: str) -> None:
        callbacks.ensure_subscribed(self._client, url)

    def unsubscribe(self, url: str) -> int:
        return callbacks.unsubscribe(self._client, url)

    def sign_out(self) -> None:
        """CDEK has no call that revokes one."""
        self._client.token.drop()

    def cancel(self, remote_id: str) -> OrderState:
        """DELETE is free and only possible in CREATED (§6.7); a repeated one meets the pending request."""
        reply = self._client.write("DELETE", f"orders/{remote_id}", "orders.delete")
        if reply.codes & NOT_FOUND:
            return OrderState(remote_id=remote_id, gone=True, cancel=Decision.ACCEPTED)
        if STILL_PROCESSED in reply.codes:
            return OrderState(remote_id=remote_id, decision=Decision.ACCEPTED, cancel=Decision.PENDING)
        reply.refuse("orders.delete")
        state = parse_order(reply.document)
        if state is None:
            raise Uncertain(f"orders.delete: HTTP {reply.status} without an order or an error")
        return replace(state, decision=Decision.ACCEPTED, cancel=state.cancel or Decision.PENDING)

    # --- Quotes, Offers, PickupPoints, Cities -----------------------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        way = self._way(request, priced=True)
        body = quotes.build_quote(request, way, self._today())
        reply = self._client.ask("calculator/tariff", "calculator.tariff", body)
        return quotes.parse_quote(reply, request.service_code, quotes.unsaid(request, way))

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        """One call for all services; a literal tariff that the request names is among them."""
        mode, way = self._road(request, priced=True)
        names = dict.fromkeys([*FAMILIES, *([request.service_code] if request.service_code.isdigit() else ())])
        ours: dict[int, str] = {}
        for name in names:
            with suppress(Refused):  # it does not go this way, or not by this contract
                ours[tariff_code(name, mode, way.order_type == SHOP)] = name
        if not ours:
            return []
        body = quotes.build_offers(request, way, self._today())
        try:
            reply = self._client.ask("calculator/tariffAndService", "calculator.offers", body)
        except Unavailable as error:
            if error.__cause__ is not None or "HTTP 5" not in error.why or request.extras:
                raise
            # It was seen to fail on every input while the plain list worked (§1).
            return quotes.parse_bare_offers(self._client.ask("calculator/tarifflist", _BARE, body), ours, request, way)
        return quotes.parse_offers(reply, ours, quotes.unsaid(request, way), whole=bool(request.extras))

    def _today(self) -> str:
        return str(self._context.clock.now().strftime("%Y-%m-%dT%H:%M:%S+0000"))

    def point(self, code: str) -> PickupPoint | None:
        return self._points.find(code)

    def points(self, page: int) -> PointPage:
        return read_page(self._client, page)

    def city(self, address: Address) -> City:
        return self._cities.find(address)

    def check_address(self, address: Address) -> CheckedAddress:
        return check_address(self._cities, address)

    # --- what an order needs to know --------------------------------------------------------------------------------

    def _way(self, request: ShipmentRequest, priced: bool = False) -> Way:
        """Raises Refused with every problem that can be known before the order is sent."""
        mode, way = self._road(request, priced)
        return replace(way, tariff=tariff_code(request.service_code, mode, way.order_type == SHOP))

    def _road(self, request: ShipmentRequest, priced: bool = False) -> tuple[str, Way]:
        """From where to where (`WD`, …) and everything but the tariff. Raises Refused."""
        sender = joined(request.sender, own_sender(self._context))
        point, to_city = self._destination(request)
        if request.cod and self._order_type == FREIGHT:
            raise Refused([Problem("cod_not_allowed", Field.COD, Who.MANAGER)])
        if problems := without_services(request, self._order_type):
            raise Refused(problems)
        mode = mode_of(bool(sender.point_code), request.kind, point is not None and point.takes.kind == LOCKER)
        return mode, Way(
            order_type=self._order_type,
            tariff=0,
            sender=sender,
            to_city=self._city_of_point(point) if point and priced else to_city,
            from_city=self._from_city(sender, priced),
            vat=self._context.setting("vat"),
        )

    def _destination(self, request: ShipmentRequest) -> tuple[PickupPoint | None, str]:
        if request.kind is DeliveryKind.PICKUP:
            point = self._points.find(request.point_code or "")
            problems = unfit(point, request)
            if problems:
                raise Refused(problems)
            return point, ""
        if request.address is None:
            raise Refused([Problem("address_missing", Field.ADDRESS)])
        city = self._cities.find(request.address)
        if request.cod and city.cod_limit is not None and request.cod.minor > city.cod_limit.minor:
            params = {"limit": str(city.cod_limit.amount), "city": city.name}
            raise Refused([Problem("cod_limit", Field.COD, params=params)])
        return None, city.code

    def _city_of_point(self, point: PickupPoint) -> str:
        return self._cities.find(Address(point.address, city_names=(point.city,))).code

    def _from_city(self, sender: Sender, priced: bool) -> str:
        """The order needs it for a courier pick-up only, the calculator always."""
        if sender.point_code:
            if not priced:
                return ""
            return self._city_of_point(self._office(sender.point_code))
        return self._city_of_sender(sender).code

    def _office(self, code: str) -> PickupPoint:
        """Where parcels are handed in."""
        point = self._points.find(code)
        if point is None:
            raise Refused([Problem("sender_point_unknown", Field.SENDER, Who.ADMIN, params={"point": code})])
        return point

    def _city_of_sender(self, sender: Sender) -> City:
        if sender.address is None:
            raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
        try:
            return self._cities.find(sender.address)
        except Refused as error:
            problem = replace(error.problems[0], code="sender_city_unknown", field=Field.SENDER, who=Who.ADMIN)
            raise Refused([problem]) from error

    def _way_back(self, request: ReturnRequest) -> tuple[ShipmentRequest, Way]:
        """Where the client is, is the client's to put right, not the administrator's. A tariff that was named by its
        number goes one way only."""
        back = turned_round(request, joined(request.shipment.sender, own_sender(self._context)))
        sender = back.sender or Sender()
        _, to_city = self._destination(back)
        from_city = self._cities.find(sender.address).code if sender.address else ""
        shop = self._order_type == SHOP
        usual = next(name for name in FAMILIES if shop or name not in SHOP_ONLY)
        service = usual if back.service_code.isdigit() else back.service_code
        tariff = tariff_code(service, mode_of(bool(sender.point_code), back.kind, False), shop)
        return back, Way(self._order_type, tariff, sender, to_city, from_city)

    # --- ConnectionTest ---------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        """Settings, sign-in, a trial price, the sender."""
        return run_checks(
            (
                ("settings", lambda: needs_settings(self._manifest, self._context)),
                ("sign_in", self._test_sign_in),
                ("call", self._test_call),
                ("sender", lambda: self._test_sender(joined(sender, own_sender(self._context)))),
            )
        )

    def _test_sign_in(self) -> None:
        """Anew, whatever token is still known: the password may have been changed in CDEK's cabinet."""
        self._client.token.renew()

    def _test_call(self) -> Found:
        """All tariffs Moscow - Kazan (§5.1): costs nothing and creates nothing."""
        body = quotes.build_trial(self._order_type)
        return "", quotes.parse_trial(self._client.ask("calculator/tarifflist", "calculator.tarifflist", body))

    def _test_sender(self, sender: Sender) -> Found:
        if not sender.point_code:
            return self._city_of_sender(sender).name, {}
        point = self._office(sender.point_code)
        return ", ".join(filter(None, (point.code, point.city, point.address))), {}


def _order_in(reply: Reply, label: str) -> OrderState:
    """The order of a reading answer. 200 without an order is not proof of absence (§6.5)."""
    for error in reply.errors:
        if error.code in FOREIGN:
            raise AccountProblem(problem_of(error))
    state = parse_order(reply.document)
    if state is None:
        raise reply.odd(label)
    return state
