"""One connection to Yandex.Delivery: two services, each with an API of its own, behind one set of ports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from b24app.logistics.addresses import read_address
from b24app.logistics.changes import Slot
from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import Address, DeliveryKind, Sender, ShipmentRequest
from b24app.logistics.order import OrderState
from b24app.logistics.papers import PaperState
from b24app.logistics.points import PickupPoint, PointPage
from b24app.logistics.ports import CheckedAddress, Outgoing, Quote, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.directory import POINTS_S, Directory
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.portions import portions
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.senders import joined, own_sender
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext
from b24app.systems.yandex_delivery import points
from b24app.systems.yandex_delivery.changes import moves
from b24app.systems.yandex_delivery.claims import PREFIX, cannot_ride
from b24app.systems.yandex_delivery.client import CARGO, PLATFORM, Api, must
from b24app.systems.yandex_delivery.days import CourierDays
from b24app.systems.yandex_delivery.express import Claims
from b24app.systems.yandex_delivery.orders import build_order, only_at_points, unsized
from b24app.systems.yandex_delivery.parcels import Parcels
from b24app.systems.yandex_delivery.vocabulary import AT_POINTS, BATCH, CLASSES, EXPRESS, house_and_flat

#: A claim's own id, which is also its tracking number; the platform's look otherwise.
CLAIM = re.compile(r"[0-9a-f]{32}")
#: Until the next look at a journal of which nothing is expected; a new order is told sooner (`store/feeds.py`).
QUIET_S = 3600.0
_TRIAL = read_address("Москва, Ленинградский проспект, 37")


class Yandex:
    """Implements the ports that the manifest names."""

    def __init__(
        self, context: OpenContext, manifest: Manifest, directory: Directory, spools: Spools, histories: Directory
    ) -> None:
        self._context = context
        self._setting = context.setting
        self._manifest = manifest
        self._directory = directory
        self._spools = spools
        self._api = Api(context, "", PLATFORM, context.setting("token"))
        now = context.clock.now().timestamp()
        self._parcels = Parcels(self._api, context.setting("station"), histories, now)
        self._days = CourierDays(self._parcels)
        token, wanted = context.setting("express_token"), context.setting("express_class")
        self._claims = None
        if token:
            api = Api(context, context.urls["express"], CARGO, token)
            classes = (wanted,) if wanted in CLASSES else ()
            self._claims = Claims(api, context.setting("sender_email"), classes)

    # --- Orders, Preview ---------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        """The number does not tell which of the services it went by."""
        found = self._parcels.find(number)
        return self._claims.find(number) if found is None and self._claims else found

    def create(self, request: ShipmentRequest) -> OrderState:
        if request.service_code == EXPRESS:
            return self._rides().create(request, self._sender(request))
        return self._parcels.create(request, self.preview(request).body)

    def preview(self, request: ShipmentRequest) -> Outgoing:
        """The platform's order as offers are asked for it: confirming one of them makes it."""
        if request.service_code == EXPRESS:
            return self._rides().preview(request, self._sender(request))
        problems = unsized(request.parcels) + only_at_points(request)
        if request.kind is DeliveryKind.PICKUP:
            problems += unfit(self.point(request.point_code or ""), request)
        elif request.address is None:
            problems.append(Problem("address_missing", Field.ADDRESS))
        if problems:
            raise Refused(problems)
        names = ("station", "inn", "vat", "on_receipt")
        body = build_order(request, *(self._setting(name) for name in names))
        return Outgoing("POST", self._api.address("offers/create"), body)

    def read(self, remote_id: str) -> OrderState:
        claim_id = _claim(remote_id)
        return self._rides().read(claim_id) if claim_id else self._parcels.read(remote_id)

    def _rides(self) -> Claims:
        if self._claims is None:
            raise Refused([Problem("service_contract", Field.SERVICE, Who.ADMIN, params={"service": EXPRESS})])
        return self._claims

    def _sender(self, request: ShipmentRequest) -> Sender:
        return joined(request.sender, own_sender(self._context, "station"))

    # --- Tracking, Feed ----------------------------------------------------------------------------------------------

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """A hundred a call, each API for itself."""
        rides = [remote_id for remote_id in remote_ids if _claim(remote_id)]
        orders = [remote_id for remote_id in remote_ids if not _claim(remote_id)]
        found: dict[str, OrderState] = {}
        troubles: list[Unavailable] = []
        for read, wanted in ((self._parcels.read_many, orders), (self._read_rides, rides)):
            for some in portions(wanted, BATCH):
                try:
                    found |= {state.remote_id: state for state in read(some)}
                except Unavailable as error:
                    troubles.append(error)
        if troubles and not found:
            raise troubles[0]
        return [found[remote_id] for remote_id in remote_ids if remote_id in found]

    def _read_rides(self, remote_ids: Sequence[str]) -> list[OrderState]:
        return self._rides().read_many([_claim(remote_id) for remote_id in remote_ids])

    @property
    def feed_key(self) -> str:
        return self._claims.feed_key if self._claims else ""

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:
        """News of claims; the platform has no such stream. Nothing is asked while no courier is on the way."""
        if self._claims is None or not any(map(CLAIM.fullmatch, watched())):
            return FeedPage(cursor=cursor, wait_s=QUIET_S)
        return self._claims.pull(cursor)

    def confirm(self, receipt: str) -> None:
        """The cursor is all there is."""

    # --- Cancels, Changes, Days, Papers ------------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        claim_id = _claim(remote_id)
        return self._rides().cancel(claim_id) if claim_id else self._parcels.cancel(remote_id)

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        """A claim is not changed once a courier is looked for: it is cancelled and made again."""
        if _claim(remote_id):
            raise Refused([Problem("change_refused", Field.ORDER)])
        if moves(before, after):
            self._needs_extras(after)
        return self._parcels.change(remote_id, before, after)

    def _needs_extras(self, request: ShipmentRequest) -> None:
        """Raises Refused where the way does not give what the buyer chose: their own words would come late."""
        problems = only_at_points(request)
        if request.extras and request.kind is DeliveryKind.PICKUP:
            problems = unfit(self.point(request.point_code or ""), request)
        if problems:
            raise Refused(problems)

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        return None if _claim(remote_id) else self._parcels.changed(remote_id, after)

    def slots(self, remote_id: str) -> tuple[Slot, ...]:
        return () if _claim(remote_id) else self._days.slots(remote_id)

    def bring_on(self, remote_id: str, slot: Slot) -> OrderState:
        if _claim(remote_id):
            raise Refused([Problem("change_refused", Field.ORDER)])
        return self._days.bring_on(remote_id, slot)

    def brought_on(self, remote_id: str, slot: Slot) -> OrderState | None:
        return None if _claim(remote_id) else self._days.brought_on(remote_id, slot)

    def ask_paper(self, form: str, remote_id: str) -> PaperState:  # noqa: ARG002 - the port's shape
        """A claim has none."""
        if _claim(remote_id):
            raise Refused([Problem("paper_refused", Field.ORDER, Who.CARRIER)])
        return self._parcels.ask_paper(remote_id)

    def read_paper(self, form: str, key: str) -> PaperState:
        return self.ask_paper(form, key)

    def fetch_paper(self, form: str, key: str) -> bytes:
        return self._parcels.fetch_paper(form, key)

    # --- Quotes, Offers, PickupPoints, AddressCheck ------------------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        if request.service_code == EXPRESS:
            return self._rides().quote(request, self._sender(request))
        if problems := unsized(request.parcels):
            raise Refused(problems)
        self._needs_extras(request)
        return self._parcels.quote(request)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        """A question for each service; one that does not go there, or is silent, is no reason to be without the
        other."""
        found: list[Quote] = []
        troubles: list[Refused | Unavailable] = []
        email = self._setting("sender_email")
        rides = self._claims is not None and not cannot_ride(request, self._sender(request), email)
        for code, _ in self._manifest.services:
            if code == EXPRESS and not rides:
                continue
            try:
                found.append(self.quote(replace(request, service_code=code)))
            except (Refused, Unavailable) as error:
                troubles.append(error)
        about = {Field.ADDRESS, Field.POINT, Field.SIZE, Field.SENDER, *AT_POINTS.values()}
        for trouble in troubles if not found else ():
            if isinstance(trouble, Unavailable) or {trouble.problems[0].field, trouble.problems[0].code} & about:
                raise trouble
        return found

    def point(self, code: str) -> PickupPoint | None:
        key, now = ("yandex.point", self._api.line.base, code), self._context.clock.now().timestamp()
        return self._directory.get(key, now, POINTS_S, lambda: self._ask_point(code))

    def _ask_point(self, code: str) -> PickupPoint | None:
        reply = self._api.ask("pickup-points/list", "points.one", {"pickup_point_ids": [code]})
        found = [row for row in rows_of(must(reply, "points.one").get("points")) if str(row.get("id")) == code]
        return points.parse_point(found[0], self._context.clock.now().date()) if found else None

    def points(self, page: int) -> PointPage:
        """The list of all of Russia comes whole (§A4)."""
        api, today = self._api, self._context.clock.now().date()
        return self._spools.page(
            api.line.base,
            page,
            lambda sink: api.spool("pickup-points/list", "points.all", {}, sink),
            points.rows,
            lambda row: points.parse_point(row, today),
        )

    def check_address(self, address: Address) -> CheckedAddress:
        reply = self._api.ask("location/detect", "location.detect", {"location": house_and_flat(address.text)[0]})
        data = must(reply, "location.detect")
        if not isinstance(data.get("variants"), list):
            raise Unavailable("location.detect: no variants")
        return points.parse_variants(data, address)

    # --- ConnectionTest ----------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        """Settings, both keys, a trial price from the warehouse, the express sender."""
        own = own_sender(self._context, "station")
        checks: list[tuple[str, Callable[[], Found | None]]] = [
            ("settings", lambda: needs_settings(self._manifest, self._context)),
            ("sign_in", self._test_keys),
            ("call", self._test_price),
            ("sender", lambda: self._test_sender(joined(sender, own))),
        ]
        yield from run_checks(checks)

    def _test_keys(self) -> None:
        self.check_address(_TRIAL)
        if self._claims is not None:
            self._claims.sign_in()

    def _test_price(self) -> Found:
        price = self._parcels.trial(_TRIAL)
        return "", {"n": "1", "minor": str(price.minor), "currency": price.currency}

    def _test_sender(self, sender: Sender) -> Found:
        """The platform knows its warehouse by the number; express has to be told where it stands."""
        if self._claims is None:
            return self._setting("station"), {}
        if sender.address is None or not sender.phone or not self._setting("sender_email"):
            raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
        found = self.check_address(sender.address)
        if found.city is None:
            raise Refused([Problem("sender_city_unknown", Field.SENDER, Who.ADMIN)])
        return found.normal, {}


def _claim(remote_id: str) -> str:
    """The claim's own id, empty for an order of the platform."""
    return remote_id.removeprefix(PREFIX) if remote_id.startswith(PREFIX) else ""
