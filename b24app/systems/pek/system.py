"""One connection to PEK: the ports, joined from the pure parts and the client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import Address, DeliveryKind, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.papers import MOST_BYTES, PaperStage, PaperState
from b24app.logistics.points import PickupPoint, PointPage
from b24app.logistics.ports import CheckedAddress, City, Outgoing, Quote, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.senders import joined, own_sender
from b24app.systems.kit.spool import Spools
from b24app.systems.pek import quotes, tracking
from b24app.systems.pek.client import Client
from b24app.systems.pek.lookup import Access, build_list, with_number
from b24app.systems.pek.orders import Terms, build_order, parse_submit, product
from b24app.systems.pek.papers import TYPES, document_in, pdf_in
from b24app.systems.pek.points import PointBook
from b24app.systems.pek.vocabulary import CANCELS, PRODUCTS, code_of, latin, remote_id, working_day
from b24app.systems.pek.zones import ZoneBook, city_of
from b24app.systems.plugin import Manifest, OpenContext

#: Of how many cargos one call tells (§7): `basicstatus` 50, `status` and `currentstatus` 15.
BATCH, FEW = 50, 15
#: "Use not earlier than 5-10 minutes after submitting" (§8).
CANCEL_AFTER = timedelta(minutes=10)
CANCEL_PAUSE_S = 120.0
SUBMIT = "preregistration/submit"


class Pek:
    """Implements the ports that the manifest names."""

    def __init__(self, context: OpenContext, manifest: Manifest, directory: Directory, spools: Spools) -> None:
        self._context, self._manifest = context, manifest
        self._client = Client(context)
        self._terms = Terms.of(context)
        now = context.clock.now()
        self._zones = ZoneBook(self._client, directory, now.timestamp())
        self._points = PointBook(self._client, directory, spools, now.timestamp(), now.date())
        self._access = Access(self._client, directory, now.timestamp(), self._terms.inn)

    # --- Orders, Preview --------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        """The oldest living cargo of our number. Raises Refused when the list proves nothing for this login."""
        asked = build_list(self._context.clock.now())
        for each in with_number(
            self._client.ask("cargos/listallorderbylogin", "cargos.list", asked).document(), number
        ):
            row = self._details(each.code)
            if row is not None and not tracking.is_papers(row) and not tracking.is_called_off(row):
                state = tracking.state_of(remote_id(each.code, each.door), [])
                return tracking.with_details(state, row)
        self._access.require(number)
        return None

    def _details(self, code: str) -> dict[str, Any] | None:
        """What `/cargos/status/` shows of one; None when it has no such cargo."""
        reply = self._client.ask("cargos/status", "cargos.status", {"cargoCodes": [code]})
        if reply.error is not None and reply.error.unknown:
            return None
        rows = tracking.status_rows(reply.document())
        if len(rows) != 1:
            raise Unavailable(f"cargos.status: {len(rows)} cargos for one")
        return rows[0]

    def create(self, request: ShipmentRequest) -> OrderState:
        """Everything is looked up first, so that `Uncertain` can only come from the order itself."""
        reply = self._client.ask(SUBMIT, "orders.submit", self.preview(request).body, write=True)
        state = parse_submit(reply.document(), request)
        if state is None:
            raise Uncertain("orders.submit: an answer without a cargo")
        return state

    def preview(self, request: ShipmentRequest) -> Outgoing:
        sender = self._sender(request)
        self._check_end(request)
        day = working_day(self._context.clock.now())
        body = build_order(request, sender, self._terms, day)
        return Outgoing("POST", self._client.line.address(f"{SUBMIT}/"), body, sender)

    def read(self, remote_id: str) -> OrderState:
        row = self._details(code_of(remote_id))
        if row is None:
            return OrderState(remote_id=remote_id, gone=True)
        state = next(iter(self._histories([remote_id])), None)
        if state is None:
            raise Unavailable("cargos.history: an answer without this cargo")
        return tracking.with_details(state, row)

    # --- Tracking, Cancels ------------------------------------------------------------------------------------------

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """One call for fifty; one more for those at a recipient's door, one for those that were sent back."""
        found: list[OrderState] = []
        for at in range(0, len(remote_ids), BATCH):
            found += self._histories(remote_ids[at : at + BATCH])
        return found

    def _histories(self, remote_ids: Sequence[str]) -> list[OrderState]:
        if not remote_ids:
            return []
        asked = {"cargoCodes": [code_of(each) for each in remote_ids]}
        rows = tracking.history_rows(self._client.ask("cargos/statusfullhistory", "cargos.history", asked).document())
        states = [tracking.state_of(each, rows[code_of(each)]) for each in remote_ids if rows.get(code_of(each))]
        return self._with_reasons(self._with_deliveries(states))

    def _with_deliveries(self, states: list[OrderState]) -> list[OrderState]:
        codes = [code_of(state.remote_id) for state in states if tracking.at_last_mile(state)]
        if not codes:
            return states
        data = self._client.ask("cargos/deliverystatus", "cargos.delivery", {"cargoCodes": codes}).document()
        rows = {str(row.get("cargoCode")): row for row in map(latin, data if isinstance(data, list) else [])}
        return [
            tracking.with_delivery(state, rows[code]) if (code := code_of(state.remote_id)) in rows else state
            for state in states
        ]

    def _with_reasons(self, states: list[OrderState]) -> list[OrderState]:
        codes = [code_of(state.remote_id) for state in states if tracking.is_sent_back(state)]
        reasons: dict[str, str] = {}
        for at in range(0, len(codes), FEW):
            reply = self._client.ask("cargos/currentstatus", "cargos.current", {"cargoCodes": codes[at : at + FEW]})
            reasons |= tracking.current_reasons(reply.data) if reply.error is None else {}
        return [tracking.with_reason(state, reasons.get(code_of(state.remote_id), "")) for state in states]

    def cancel(self, remote_id: str) -> OrderState:
        """A refusal is believed after a look at the cargo: it may be cancelled already, or only too young (§8)."""
        code = code_of(remote_id)
        reply = self._client.ask("order/cancellation", "orders.cancel", [code], write=True)
        rows = reply.document()
        row = next((row for row in map(latin, rows if isinstance(rows, list) else []) if row.get("code") == code), None)
        if row is None:
            raise Uncertain("orders.cancel: an answer without this cargo")
        state = self.read(remote_id)
        if state.gone or state.cancel is Decision.ACCEPTED or row.get("success") is True:
            return replace(state, cancel=Decision.ACCEPTED)
        problem = CANCELS.problem("", str(row.get("description") or ""))
        if any(event.status and event.status.has_moved for event in state.events):
            problem = replace(problem, code="too_late_to_cancel")
        young = bool(state.events) and self._context.clock.now() - state.events[0].at < CANCEL_AFTER
        if young and problem.code != "too_late_to_cancel":
            raise Unavailable(f"orders.cancel: {problem.their_text}", CANCEL_PAUSE_S)
        raise Refused([problem])

    # --- Papers -----------------------------------------------------------------------------------------------------

    def ask_paper(self, form: str, remote_id: str) -> PaperState:  # noqa: ARG002 - theirs are made when they are fetched
        if self._details(code_of(remote_id)) is None:
            raise Refused([Problem("order_unknown", Field.ORDER, Who.ADMIN)])
        return PaperState(code_of(remote_id), PaperStage.READY)

    def read_paper(self, form: str, key: str) -> PaperState:  # noqa: ARG002
        return PaperState(key, PaperStage.READY)

    def fetch_paper(self, form: str, key: str) -> bytes:
        asked = {"cargoIndex": key, "type": TYPES[form]}
        answer = self._client.line.file("order/print/", "orders.print", verb="POST", json=asked, most=2 * MOST_BYTES)
        pdf = pdf_in(answer.body)
        if pdf is None:
            self._client.read(answer.status, document_in(answer.body), "orders.print").document()
            raise Unavailable(f"orders.print: {len(answer.body)} bytes, no PDF", 2.0)
        if len(pdf) > MOST_BYTES:
            raise Refused([Problem("paper_too_big", Field.ORDER, Who.WAYBILL)])
        return pdf

    # --- Quotes, Offers ---------------------------------------------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        return quotes.one(self._priced(request, [product(request.service_code)]), request.service_code)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        return self._priced(request, PRODUCTS.values())[0]

    def _priced(self, request: ShipmentRequest, products: Iterable[int]) -> tuple[list[Quote], dict[str, Problem]]:
        sender = self._sender(request)
        self._check_end(request)
        body = quotes.build_quote(request, sender, products, working_day(self._context.clock.now()))
        data = self._client.ask("calculator/calculateprice", "calculator", body).document()
        return quotes.parse_quotes(data, request, fetch=not sender.point_code)

    # --- PickupPoints, Cities, AddressCheck ---------------------------------------------------------------------------

    def point(self, code: str) -> PickupPoint | None:
        return self._points.find(code)

    def points(self, page: int) -> PointPage:
        return self._points.page(page)

    def city(self, address: Address) -> City:
        return city_of(self._zones.served(address))

    def check_address(self, address: Address) -> CheckedAddress:
        return self._zones.checked(address)

    # --- what an order needs to know ----------------------------------------------------------------------------------

    def _sender(self, request: ShipmentRequest) -> Sender:
        sender = joined(request.sender, own_sender(self._context))
        if not sender.point_code and sender.address is None:
            raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
        return sender

    def _check_end(self, request: ShipmentRequest) -> None:
        """Raises Refused for a point that cannot, an address that nobody serves or that is too vague."""
        if request.kind is DeliveryKind.PICKUP:
            problems = unfit(self._points.find(request.point_code or ""), request)
            if problems:
                raise Refused(problems)
            return
        if request.address is None:
            raise Refused([Problem("address_missing", Field.ADDRESS)])
        self._zones.served(request.address)

    # --- ConnectionTest -----------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        checks: list[tuple[str, Callable[[], Found | None]]] = [
            ("settings", lambda: needs_settings(self._manifest, self._context)),
            ("sign_in", self._test_sign_in),
            ("call", self._test_call),
            ("sender", lambda: self._test_sender(joined(sender, own_sender(self._context)))),
            ("access", self._test_access),
        ]
        return run_checks(checks)

    def _test_sign_in(self) -> Found:
        profile = latin(self._client.ask("auth/profiledata", "auth.profile").document())
        return str(profile.get("name") or ""), {}

    def _test_call(self) -> Found:
        """A kilogram from door to door, Moscow - Kazan: costs nothing and creates nothing."""
        home, away = map(read_address, ("Россия, Москва, Тверская улица, 1", "Россия, Казань, улица Баумана, 1"))
        box = Parcel(1000, 200, 150, 100)
        trial = ShipmentRequest("", "ltl", DeliveryKind.COURIER, Recipient("", "", None), (box,), away)
        body = quotes.build_quote(trial, Sender(address=home), [3], working_day(self._context.clock.now()))
        data = self._client.ask("calculator/calculateprice", "calculator", body).document()
        price = quotes.one(quotes.parse_quotes(data, trial, fetch=True), "ltl").price
        return "", {"n": str(len(PRODUCTS)), "minor": str(price.minor), "currency": price.currency}

    def _test_sender(self, sender: Sender) -> Found:
        """The place where goods start, and the content that every order names."""
        if not sender.point_code:
            if sender.address is None:
                raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
            said = self._sender_zone(sender.address)
        else:
            point = self._points.find(sender.point_code)
            if point is None:
                params = {"point": sender.point_code}
                raise Refused([Problem("sender_point_unknown", Field.SENDER, Who.ADMIN, params=params)])
            said = ", ".join(filter(None, (point.name, point.address)))
        rows = self._client.ask("cargocontent/all", "contents").document()
        names = {str(row.get("name") or "") for row in map(latin, rows if isinstance(rows, list) else [])}
        if self._terms.content not in names:
            raise Refused([Problem("field_invalid", Field.ITEMS, Who.ADMIN, their_text=self._terms.content)])
        return said, {}

    def _sender_zone(self, address: Address) -> str:
        try:
            return self._zones.served(address).normal
        except Refused as error:
            problem = replace(error.problems[0], code="sender_city_unknown", field=Field.SENDER, who=Who.ADMIN)
            raise Refused([problem]) from error

    def _test_access(self) -> Found | None:
        """Without it everything works but the look-up of an order whose answer was lost."""
        if not self._access.confirmed():
            raise Refused([Problem("access_unconfirmed", Field.ACCOUNT, Who.ADMIN)])
        return None
