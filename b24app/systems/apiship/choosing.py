"""How an order goes: which carrier's tariff, handed in where, from whom to which city. Needs the calculator."""

from __future__ import annotations

import re
from collections.abc import Mapping

from b24app.logistics.errors import Refused
from b24app.logistics.model import Address, DeliveryKind, Sender, ShipmentRequest
from b24app.logistics.points import PickupPoint
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.apiship.client import Client
from b24app.systems.apiship.orders import Way
from b24app.systems.apiship.points import PointBook
from b24app.systems.apiship.quotes import Priced, build_calculation, cheapest, in_rubles, parse_tariffs, place
from b24app.systems.apiship.vocabulary import ANY, CARRIER_KEYS, LAST_PATIENCE_MS, PATIENCE_MS
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.senders import joined, own_sender
from b24app.systems.plugin import OpenContext

#: Names that may be the recipient's city, tried one after the other.
MOST_NAMES = 3
_PAIR = re.compile(r"([a-z0-9]+)\s*=\s*(\d+)")


class Chooser:
    """Of one connection. All methods raise `Refused`, `Unavailable`, `AccountProblem`."""

    def __init__(self, context: OpenContext, client: Client, points: PointBook) -> None:
        self._context = context
        self._client = client
        self._points = points

    def way(self, request: ShipmentRequest) -> Way:
        """Every problem that can be known before the order is sent is raised here."""
        drops = self._drops()
        sender, start = self._sender(request.sender, drops)
        if not sender.phone:
            raise Refused([Problem("sender_phone", Field.SENDER, Who.ADMIN)])
        priced, city = self._priced(request, request.service_code, drops, start)
        drop = drops.get(priced.carrier)
        return Way(
            carrier=priced.carrier,
            tariff=priced.tariff,
            sender=sender,
            start=start,
            end=self._end(request),
            start_city=next(iter(start.city_names), ""),
            end_city=city,
            point_in=int(drop.code) if drop else None,
            connect=self._connects().get(priced.carrier, ""),
            vat=self._context.setting("vat"),
            payment=self._context.setting("payment_method"),
        )

    def price(self, request: ShipmentRequest) -> Priced:
        """Of exactly this request's service."""
        drops = self._drops()
        return self._priced(request, request.service_code, drops, self._sender(request.sender, drops)[1])[0]

    def prices(self, request: ShipmentRequest, service: str = "") -> list[Priced]:
        """Of all carriers, or of one service."""
        drops = self._drops()
        return self._ask(request, service, drops, self._sender(request.sender, drops)[1])[0]

    def _priced(
        self, request: ShipmentRequest, service: str, drops: Mapping[str, PickupPoint], start: Address
    ) -> tuple[Priced, str]:
        """A carrier that is not among the answers was late or has nothing: nobody says which (§3), so it is asked once
        more with patience."""
        if service not in CARRIER_KEYS and service != ANY and not service.isdigit():
            raise Refused([Problem("service_unknown", Field.SERVICE, Who.ADMIN, params={"service": service})])
        for patience in (PATIENCE_MS, LAST_PATIENCE_MS):
            found, city = self._ask(request, service, drops, start, patience)
            best = cheapest(found)
            if best is not None:
                return best, city
        raise Refused([Problem("service_unavailable", Field.SERVICE, params={"service": service})])

    def _ask(
        self,
        request: ShipmentRequest,
        service: str,
        drops: Mapping[str, PickupPoint],
        start: Address,
        patience_ms: int = PATIENCE_MS,
    ) -> tuple[list[Priced], str]:
        """The tariffs that go this way, and the name by which ApiShip knows the recipient's city."""
        if not in_rubles(request):
            raise Refused([Problem("currency_refused", Field.ITEMS, Who.ADMIN)])
        end = self._end(request, service)
        names = end.city_names[:MOST_NAMES] or ("",)
        first = next(iter(start.city_names), "")
        for at, name in enumerate(names, 1):
            body = build_calculation(
                request, place(start, first), place(end, name), service, self._connects(), patience_ms
            )
            reply = self._client.call("POST", "calculator", "calculator", json=body)
            if reply.ok:
                return parse_tariffs(reply, request, drops), name
            unknown = any(field.startswith("to.") for field in reply.fields)
            if not unknown or at == len(names):
                raise Refused(reply.problems)
        raise AssertionError("unreachable: names is never empty")

    # --- both ends ------------------------------------------------------------------------------------------------

    def _end(self, request: ShipmentRequest, service: str = "") -> Address:
        """Where it goes: as typed, or the point's own address."""
        if request.kind is DeliveryKind.COURIER:
            if request.address is None:
                raise Refused([Problem("address_missing", Field.ADDRESS)])
            return request.address
        found = self._points.find(request.point_code or "")
        carrier, point = found or ("", None)
        problems = unfit(point, request)
        if not problems and service in CARRIER_KEYS and service != carrier:
            # Another carrier's point: that service has no such one.
            problems = [Problem("point_unknown", Field.POINT, params={"point": request.point_code or ""})]
        if problems or point is None:
            raise Refused(problems)
        return _address_of(point)

    def _sender(self, given: Sender | None, drops: Mapping[str, PickupPoint]) -> tuple[Sender, Address]:
        """Who sends, and from where; without an address the first drop-off point is it."""
        sender = joined(given, own_sender(self._context))
        if sender.address is not None:
            return sender, sender.address
        first = next(iter(drops.values()), None)
        if first is None:
            raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
        return sender, _address_of(first)

    def _drops(self) -> dict[str, PickupPoint]:
        """Where parcels are handed in, by carrier. For carriers without one a courier comes."""
        found = {}
        for code in re.findall(r"\d+", self._context.setting("drop_points")):
            known = self._points.find(code)
            if known is None:
                raise Refused([Problem("sender_point_unknown", Field.SENDER, Who.ADMIN, params={"point": code})])
            found[known[0]] = known[1]
        return found

    def _connects(self) -> dict[str, str]:
        """Which contract of a carrier, for accounts with several (`cdek=11102, dpd=11103`)."""
        return dict(_PAIR.findall(self._context.setting("connections")))

    def test_sender(self, given: Sender | None) -> str:
        """Words for the connection test: where parcels start."""
        drops = self._drops()
        sender, start = self._sender(given, drops)
        if not sender.phone:
            raise Refused([Problem("sender_phone", Field.SENDER, Who.ADMIN)])
        return ", ".join([start.text, *(f"{point.name} ({point.code})" for point in drops.values())])


def _address_of(point: PickupPoint) -> Address:
    names = (point.city,) if point.city else ()
    return Address(
        point.address or point.name, "RU", point.postal_code or None, point.region or None, names, point.lat, point.lon
    )
