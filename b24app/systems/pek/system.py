"""One connection to PEK: the ports, joined from the pure parts and the client."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.model import Address, DeliveryKind, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.papers import MOST_BYTES, PaperStage, PaperState
from b24app.logistics.points import PickupPoint, PointPage
from b24app.logistics.ports import CheckedAddress, City, Outgoing, Quote, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.portions import portions
from b24app.systems.kit.senders import joined, own_sender
from b24app.systems.kit.spool import Spools
from b24app.systems.pek import quotes, tracking
from b24app.systems.pek import vocabulary as words
from b24app.systems.pek.client import Client
from b24app.systems.pek.lookup import Access, build_list, with_number
from b24app.systems.pek.orders import Terms, build_order, parse_submit, product
from b24app.systems.pek.papers import pdf_in
from b24app.systems.pek.points import PointBook
from b24app.systems.pek.zones import EXACT, ZoneBook
from b24app.systems.plugin import Manifest, OpenContext

#: "Use not earlier than 5-10 minutes after submitting" (§8).
CANCEL_AFTER, CANCEL_PAUSE_S = timedelta(minutes=10), 120.0
#: A return that is queued is known after 15-30 minutes.
QUEUE_S = 900.0
SUBMIT = "preregistration/submit"


class Pek:
    """Implements the ports that the manifest names."""

    def __init__(self, context: OpenContext, manifest: Manifest, directory: Directory, spools: Spools) -> None:
        self._context, self._manifest = context, manifest
        self._client, self._terms, self._now = Client(context), Terms.of(context), context.clock.now()
        now = self._now.timestamp()
        self._zones = ZoneBook(self._client, directory, now)
        self._points = PointBook(self._client, directory, spools, now, self._now.date())
        self._access = Access(self._client, directory, now, self._terms.inn)

    # --- Orders, Preview ----------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        """The oldest living cargo of our number. Raises AccountProblem when the list proves nothing for this login."""
        asked = build_list(self._context.clock.now())
        listed = self._client.ask("cargos/listallorderbylogin", "cargos.list", asked).facts()
        for each in with_number(listed, number):
            row = self._details(each.code)
            if row is not None and not tracking.is_papers(row) and not tracking.is_called_off(row):
                return tracking.with_details(tracking.state_of(words.remote_id(each.code, each.door), []), row)
        self._access.require()
        return None

    def _details(self, code: str) -> dict[str, Any] | None:
        """What `/cargos/status/` shows of one; None when it has no such cargo."""
        reply = self._client.ask("cargos/status", "cargos.status", {"cargoCodes": [code]})
        if reply.error is not None and reply.error.unknown:
            return None
        rows = words.rows_of(words.latin(reply.facts()).get("cargos"))
        if len(rows) != 1:
            raise Unavailable(f"cargos.status: {len(rows)} cargos for one")
        return rows[0]

    def create(self, request: ShipmentRequest) -> OrderState:
        """Everything is looked up first, so that `Uncertain` can only come from the order itself."""
        reply = self._client.ask(SUBMIT, "orders.submit", self.preview(request).body, write=True)
        state = parse_submit(reply.document(), request)
        if state is None:
            raise Uncertain("orders.submit: an answer without a cargo")
        zone = self._zones.of(request.address) if request.address and request.kind is DeliveryKind.COURIER else None
        vague = [zone.vague] if zone is not None and zone.precision != EXACT else []
        return replace(state, warnings=(*state.warnings, *vague))

    def preview(self, request: ShipmentRequest) -> Outgoing:
        sender = self._ends(request)
        body = build_order(request, sender, self._terms, words.working_day(self._context.clock.now()))
        return Outgoing("POST", self._client.line.address(f"{SUBMIT}/"), body, sender)

    def read(self, remote_id: str) -> OrderState:
        row = self._details(words.code_of(remote_id))
        if row is None:
            return OrderState(remote_id=remote_id, gone=True)
        state = next(iter(self.read_many([remote_id])), None)
        if state is None:
            raise Unavailable("cargos.history: an answer without this cargo")
        return tracking.with_details(state, row)

    # --- Tracking, Cancels --------------------------------------------------------------------------------------------

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """One call for fifty; one more for those at a recipient's door, one for fifteen that were just sent back."""
        found: list[OrderState] = []
        for some in portions(remote_ids, words.BATCH):
            data = self._codes("statusfullhistory", "cargos.history", some)
            rows = {str(row.get("cargoCode")): words.rows_of(row.get("statuses")) for row in words.rows_of(data)}
            states = [
                tracking.state_of(each, rows[words.code_of(each)]) for each in some if rows.get(words.code_of(each))
            ]
            found += self._with_reasons(self._with_deliveries(states))
        return found

    def _codes(self, method: str, label: str, remote_ids: Sequence[str]) -> Any:
        return self._client.ask(f"cargos/{method}", label, {"cargoCodes": [*map(words.code_of, remote_ids)]}).facts()

    def _with_deliveries(self, states: list[OrderState]) -> list[OrderState]:
        asked = [state.remote_id for state in states if tracking.at_last_mile(state)]
        told = words.rows_of(self._codes("deliverystatus", "cargos.delivery", asked)) if asked else []
        rows = {str(row.get("cargoCode")): row for row in told}
        return [tracking.with_delivery(state, rows.get(words.code_of(state.remote_id), {})) for state in states]

    def _with_reasons(self, states: list[OrderState]) -> list[OrderState]:
        reasons: dict[str, str] = {}
        for some in portions([state.remote_id for state in states if tracking.is_sent_back(state)], words.FEW):
            asked = {"cargoCodes": [*map(words.code_of, some)]}
            # Refused, it goes back all the same.
            reasons |= tracking.current_reasons(self._client.ask("cargos/currentstatus", "cargos.current", asked).data)
        return [tracking.with_reason(state, reasons.get(words.code_of(state.remote_id), "")) for state in states]

    def cancel(self, remote_id: str) -> OrderState:
        """A refusal is believed after a look at the cargo: it may be cancelled already, or only too young (§8)."""
        code = words.code_of(remote_id)
        rows = words.rows_of(self._client.ask("order/cancellation", "orders.cancel", [code], write=True).document())
        row = next((row for row in rows if row.get("code") == code), None)
        if row is None:
            raise Uncertain("orders.cancel: an answer without this cargo")
        state = self.read(remote_id)
        if state.gone or state.cancel is Decision.ACCEPTED or row.get("success") is True:
            return replace(state, cancel=Decision.ACCEPTED)
        problem = words.CANCELS.problem("", str(row.get("description") or ""))
        if any(event.status and event.status.has_moved for event in state.events):
            problem = replace(problem, code="too_late_to_cancel")
        young = bool(state.events) and self._context.clock.now() - state.events[0].at < CANCEL_AFTER
        if young and problem.code != "too_late_to_cancel":
            raise Unavailable(f"orders.cancel: {problem.their_text}", CANCEL_PAUSE_S)
        raise Refused([problem])

    # --- Stops: back to the sender, for money (§8) --------------------------------------------------------------------

    def stop(self, remote_id: str) -> OrderState:
        """Asking twice does no harm: a return that was made before is told as made."""
        asked = {"code": words.code_of(remote_id)}
        row = words.latin(
            self._client.ask("cargos/cancelandreturncargo", "cargos.return", asked, write=True).document()
        )
        said = str(row.get("description") or "")
        if row.get("success") is True:
            return OrderState(remote_id, decision=Decision.ACCEPTED, changes=(ChangeState("", Decision.ACCEPTED),))
        if words.QUEUED.search(said):
            raise Unavailable("cargos.return: queued there", QUEUE_S)
        raise (
            Refused([words.RETURNS.problem("", said)]) if said else Uncertain("cargos.return: an answer without a word")
        )

    def stopped(self, remote_id: str) -> OrderState | None:
        state = self.read(remote_id)
        if state.gone or not tracking.is_back(state):
            return state if state.gone else None
        return replace(state, changes=(ChangeState("", Decision.ACCEPTED),))

    # --- Papers: made when they are fetched ---------------------------------------------------------------------------

    def ask_paper(self, form: str, remote_id: str) -> PaperState:
        if self._details(words.code_of(remote_id)) is None:
            raise Refused([Problem("order_unknown", Field.ORDER, Who.ADMIN)])
        return self.read_paper(form, words.code_of(remote_id))

    def read_paper(self, form: str, key: str) -> PaperState:  # noqa: ARG002 - the port's shape
        return PaperState(key, PaperStage.READY)

    def fetch_paper(self, form: str, key: str) -> bytes:
        asked = {"cargoIndex": key, "type": words.PAPER_TYPES[form]}
        answer = self._client.line.file("order/print/", "orders.print", verb="POST", json=asked, most=2 * MOST_BYTES)
        pdf = pdf_in(answer.body)
        if pdf is not None and len(pdf) <= MOST_BYTES:
            return pdf
        if pdf is not None:
            raise Refused([Problem("paper_too_big", Field.ORDER, Who.WAYBILL)])
        with suppress(ValueError):
            self._client.read(answer.status, json.loads(answer.body), "orders.print").document()
        raise Unavailable(f"orders.print: {len(answer.body)} bytes, no PDF", 2.0)

    # --- Quotes, Offers -----------------------------------------------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        return quotes.one(self._priced(request, [product(request.service_code)]), request.service_code)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        return self._priced(request, words.PRODUCTS.values())[0]

    def _priced(self, request: ShipmentRequest, products: Iterable[int]) -> quotes.Priced:
        return self._prices_of(request, self._ends(request), products)

    def _prices_of(self, request: ShipmentRequest, sender: Sender, products: Iterable[int]) -> quotes.Priced:
        body = quotes.build_quote(request, sender, products, words.working_day(self._context.clock.now()))
        data = self._client.ask("calculator/calculateprice", "calculator", body).document()
        return quotes.parse_quotes(data, request, fetch=not sender.point_code)

    def _ends(self, request: ShipmentRequest) -> Sender:
        """Who sends. Raises Refused for a point that cannot, an address that nobody serves or that is too vague."""
        sender = joined(request.sender, own_sender(self._context))
        if not sender.point_code and sender.address is None:
            raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
        if request.kind is DeliveryKind.PICKUP:
            problems = unfit(self._points.find(request.point_code or ""), request)
        else:
            problems = [Problem("address_missing", Field.ADDRESS)] if request.address is None else []
        if problems:
            raise Refused(problems)
        if request.kind is DeliveryKind.COURIER and request.address is not None:
            self._zones.served(request.address)
        return sender

    # --- PickupPoints, Cities, AddressCheck ---------------------------------------------------------------------------

    def point(self, code: str) -> PickupPoint | None:
        return self._points.find(code)

    def points(self, page: int) -> PointPage:
        return self._points.page(page)

    def city(self, address: Address) -> City:
        return self._zones.served(address).town

    def check_address(self, address: Address) -> CheckedAddress:
        return self._zones.checked(address)

    # --- ConnectionTest -----------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        return run_checks(
            [
                ("settings", lambda: needs_settings(self._manifest, self._context)),
                ("sign_in", self._test_sign_in),
                ("access", self._test_access),
                ("call", self._test_call),
                ("sender", lambda: self._test_sender(joined(sender, own_sender(self._context)))),
            ]
        )

    def _test_sign_in(self) -> Found:
        profile = words.latin(self._client.ask("auth/profiledata", "auth.profile").document())
        return str(profile.get("name") or ""), {}

    def _test_access(self) -> None:
        """Anew, whatever was known: without it an order whose answer was lost could not be looked up."""
        if not self._access.confirmed():
            raise AccountProblem(Problem("access_unconfirmed", Field.ACCOUNT, Who.ADMIN))

    def _test_call(self) -> Found:
        """A kilogram from door to door, Moscow - Kazan: costs nothing and creates nothing."""
        home, away = map(read_address, ("Россия, Москва, Тверская улица, 1", "Россия, Казань, улица Баумана, 1"))
        box, nobody = Parcel(1000, 200, 150, 100), Recipient("", "", None)
        trial = ShipmentRequest("", "ltl", DeliveryKind.COURIER, nobody, (box,), away)
        price = quotes.one(self._prices_of(trial, Sender(address=home), [words.PRODUCTS["ltl"]]), "ltl").price
        return "", {"n": str(len(words.PRODUCTS)), "minor": str(price.minor), "currency": price.currency}

    def _test_sender(self, sender: Sender) -> Found:
        """The place where goods start, and the content that every order names."""
        said = self._place_of(sender)
        rows = words.rows_of(self._client.ask("cargocontent/all", "contents").document())
        if self._terms.content not in [row.get("name") for row in rows]:
            raise Refused([Problem("field_invalid", Field.ITEMS, Who.ADMIN, their_text=self._terms.content)])
        return said, {}

    def _place_of(self, sender: Sender) -> str:
        if sender.point_code:
            point = self._points.find(sender.point_code)
            if point is not None:
                return f"{point.name}, {point.address}"
            params = {"point": sender.point_code}
            raise Refused([Problem("sender_point_unknown", Field.SENDER, Who.ADMIN, params=params)])
        if sender.address is None:
            raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
        try:
            return self._zones.served(sender.address).normal
        except Refused as error:
            found = replace(error.problems[0], code="sender_city_unknown", field=Field.SENDER, who=Who.ADMIN)
            raise Refused([found]) from error
