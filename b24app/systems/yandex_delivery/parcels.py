"""The platform API as calls (yandex-delivery.md §A5–§A11): an offer is taken and confirmed within its minutes; only the
confirmation makes an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import Address, DeliveryKind, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import ChangeState, Decision, OrderState, is_ours
from b24app.logistics.papers import PDF, PaperForm, PaperKind, PaperStage, PaperState
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.rows import rows_of
from b24app.systems.yandex_delivery import changes, quotes
from b24app.systems.yandex_delivery.client import Api, Reply, must, odd, pauses, refusal
from b24app.systems.yandex_delivery.errors import child
from b24app.systems.yandex_delivery.orders import parse_order
from b24app.systems.yandex_delivery.vocabulary import NOT_READY, OFFER_OVER, STATUSES, TAKEN_BY, WANTS_WINDOW

FORMS = (
    PaperForm("label", PaperKind.LABEL, "A6", first=True),
    PaperForm("label_a4", PaperKind.LABEL, "A4", first=True),
    PaperForm("act", PaperKind.ACT, "A4"),
)
#: `one` = a label a page, `many` = as many as fit (§A11); the size is known to newer servers only.
_PRINTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "label": ("generate-labels", {"generate_type": "one", "language": "ru", "label_size_mm": "100x150"}),
    "label_a4": ("generate-labels", {"generate_type": "many", "language": "ru"}),
    "act": ("get-handover-act", {}),
}
#: How long a history is good while the newest state stays the same.
HISTORIES_S = 24 * 3600.0
#: Looks at an order whose change is being made (§A9): a few seconds.
_EDIT_PAUSES_S = (0.3, 0.7, 1.0, 2.0, 3.0)


class Parcels:
    """Other-day orders of one account, from its warehouse."""

    def __init__(self, api: Api, station: str, histories: Directory, now: float) -> None:
        self.api = api
        self._station = station
        self._histories = histories
        self._now = now

    # --- prices and orders -------------------------------------------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        reply = self.api.ask("pricing-calculator", "pricing", quotes.build_price(request, self._station))
        if not reply.ok:
            raise refusal(reply)
        return quotes.parse_price(reply.row, request.extras)

    def trial(self, address: Address) -> Money:
        """A kilogram from the warehouse to this door: costs nothing and makes nothing."""
        reply = self.api.ask("pricing-calculator", "pricing", quotes.build_trial(address, self._station))
        if not reply.ok:
            raise refusal(reply)
        return quotes.parse_price(reply.row).price

    def create(self, request: ShipmentRequest, body: Mapping[str, Any]) -> OrderState:
        """Offers are harmless, so that only the confirmation can be uncertain; it follows at once, for the soonest."""
        reply = self._ask_offers(request, body)
        if (taken := self._taken(request, reply)) is not None:
            return taken
        if not reply.ok:
            raise refusal(reply)
        offer_id, price = quotes.parse_offer(reply.row)
        if not offer_id:
            raise Refused([Problem("service_unavailable", Field.SERVICE)])
        reply = self.api.write("offers/confirm", "offers.confirm", {"offer_id": offer_id})
        if (taken := self._taken(request, reply)) is not None:
            return taken
        if not reply.ok and OFFER_OVER.search(f"{reply.code} {reply.text}"):
            raise Unavailable(f"offers.confirm: {reply.words}", 1.0)
        if not reply.ok:
            raise refusal(reply)
        if not reply.row.get("request_id"):
            raise odd("offers.confirm", reply)
        return OrderState(str(reply.row["request_id"]), request.number, Decision.PENDING, price=price)

    def _ask_offers(self, request: ShipmentRequest, body: Mapping[str, Any]) -> Reply:
        """Once more where a door order has to name its window (§A6)."""
        label, params = "offers.create", {"send_unix": "false"}
        reply = self.api.ask("offers/create", label, dict(body), params)
        if reply.status == 400 and WANTS_WINDOW.search(reply.text) and request.kind is DeliveryKind.COURIER:
            place = {**body["destination"], "interval_utc": self._window(request)}
            reply = self.api.ask("offers/create", label, {**body, "destination": place}, params)
        return reply

    def _window(self, request: ShipmentRequest) -> Mapping[str, Any]:
        body = quotes.build_windows(request, self._station)
        reply = self.api.ask("offers/info", "offers.info", body, {"last_mile_policy": "time_interval"})
        window = quotes.first_window(reply.row.get("offers"))
        if window is None:
            raise refusal(reply)
        return window

    def _taken(self, request: ShipmentRequest, reply: Reply) -> OrderState | None:
        """A duplicate number is no error of ours (§A12): the order there, if it is this one. Raises Refused."""
        found = None if reply.ok else TAKEN_BY.search(reply.text)
        if found is None:
            return None
        state = self.read(found[1].strip(".,"))
        if state.gone or not is_ours(request, state):
            raise refusal(reply)
        return state

    # --- reading -----------------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        row = self.row({"request_code": number}, "request.find")
        return None if row is None else self.state_of(row)

    def read(self, remote_id: str) -> OrderState:
        """With its whole history."""
        row = self.row({"request_id": remote_id})
        if row is None:
            return OrderState(remote_id=remote_id, gone=True)
        return self.state_of(row, self._history(remote_id))

    def row(self, which: Mapping[str, str], label: str = "request.read") -> Mapping[str, Any] | None:
        """None when they say that there is none. Raises Unavailable: a bare 404 is a proxy's."""
        reply = self.api.get("request/info", label, which)
        return None if reply.status == 404 and (reply.code or reply.text) else must(reply, label)

    def state_of(self, row: Mapping[str, Any], history: Sequence[Mapping[str, Any]] = ()) -> OrderState:
        state = parse_order(row, history)
        if state is None:
            raise Unavailable("request.read: no order")
        return state

    def _history(self, remote_id: str) -> list[Mapping[str, Any]]:
        reply = self.api.get("request/history", "request.history", {"request_id": remote_id})
        return rows_of(must(reply, "request.history").get("state_history"))

    def _history_at(self, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Up to its newest state: read anew when that is another one."""
        remote_id, newest = str(row.get("request_id") or ""), child(row, "state")
        key = (remote_id, *(str(newest.get(name)) for name in ("status", "timestamp", "description")))
        found: list[Mapping[str, Any]] = self._histories.get(
            key, self._now, HISTORIES_S, lambda: self._history(remote_id)
        )
        return found

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """One call. The newest state is all that it tells: the history is asked for where that alone does not say where
        the parcel is, or is the last; once, however long the order stays so."""
        reply = self.api.ask("requests/info", "requests.info", {"request_ids": list(remote_ids)})
        states = []
        for row in rows_of(must(reply, "requests.info").get("requests")):
            status = STATUSES.get(str(child(row, "state").get("status") or ""), Status.UNKNOWN)
            try:
                wanted = status is None or status.is_final
                states.append(self.state_of(row, self._history_at(row) if wanted else ()))
            except Unavailable:
                continue
        return states

    # --- cancelling and changing -------------------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        """Before the first scan only: from there on it is paid (§A10), and nobody here may promise that."""
        state = self.read(remote_id)
        if state.gone or state.cancel is Decision.ACCEPTED:
            return replace(state, cancel=Decision.ACCEPTED)
        moved = next((event for event in state.events if event.status and event.status.has_moved), None)
        if moved is not None:
            raise Refused([Problem("too_late_to_cancel", Field.ORDER, their_code=moved.code, their_text=moved.text)])
        reply = self.api.write("request/cancel", "request.cancel", {"request_id": remote_id})
        if reply.ok and reply.row.get("status") not in ("CREATED", "SUCCESS", "ERROR"):
            raise Uncertain("request.cancel: an answer without a status")
        if not reply.ok or reply.row.get("status") == "ERROR":
            code, text = str(reply.row.get("reason") or reply.code), str(reply.row.get("description") or reply.text)
            raise Refused([Problem("cancel_refused", Field.ORDER, Who.CARRIER, code, text)])
        return replace(state, decision=Decision.ACCEPTED, cancel=Decision.PENDING)

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        """An edit has no name to follow it by: the order itself is looked at until it shows the change."""
        order = self.row({"request_id": remote_id})
        if order is None or changes.forbidden(order, before, after):
            raise Refused([Problem("too_late_to_change", Field.ORDER)])
        window = None
        if changes.moves(before, after):
            body = changes.build_options(remote_id, after)
            reply = self.api.ask("request/redelivery_options", "request.options", body)
            if not reply.ok:
                raise refusal(reply)
            window = quotes.first_window(reply.row.get("options"))
        body = changes.build_edit(remote_id, before, after, window)
        return self.edited(body, lambda: self.changed(remote_id, after))

    def edited(self, body: Mapping[str, Any], shown: Callable[[], OrderState | None]) -> OrderState:
        """`request/edit`, then looks until the order shows what was asked for."""
        reply = self.api.write("request/edit", "request.edit", body)
        if reply.status == 409:
            raise Unavailable(f"request.edit: {reply.words}", 3.0)
        if not reply.ok:
            raise refusal(reply)
        for _ in pauses(_EDIT_PAUSES_S):
            try:
                state = shown()
            except Unavailable as error:
                raise Uncertain(f"request.edit: asked for, and then {error}") from error
            if state is not None:
                return state
        raise Uncertain("request.edit: the order does not show the change yet")

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        order = self.row({"request_id": remote_id})
        if order is None:
            return OrderState(remote_id=remote_id, gone=True)
        if not changes.shows(order, after):
            return None
        return replace(self.state_of(order), changes=(ChangeState("", Decision.ACCEPTED),))

    # --- papers ------------------------------------------------------------------------------------------------------

    def ask_paper(self, remote_id: str) -> PaperState:
        """Papers are made while one fetches them, once the order is checked (§A11)."""
        row = self.row({"request_id": remote_id})
        if row is None:
            raise Refused([Problem("order_unknown", Field.ORDER, Who.ADMIN)])
        state = self.state_of(row)
        if state.decision is Decision.REFUSED:
            return PaperState(remote_id, PaperStage.REFUSED, state.problems)
        return PaperState(remote_id, PaperStage.READY if state.order_number else PaperStage.PREPARING)

    def fetch_paper(self, form: str, remote_id: str) -> bytes:
        path, how = _PRINTS[form]
        found = self.api.file(f"request/{path}", "papers.file", {"request_ids": [remote_id], **how})
        if isinstance(found, bytes) and found.startswith(PDF):
            return found
        if isinstance(found, bytes) or NOT_READY.search(f"{found.code} {found.text}"):
            raise Unavailable("papers.file: no PDF yet", 3.0)
        raise refusal(found)
