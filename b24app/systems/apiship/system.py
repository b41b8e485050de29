"""One connection to ApiShip: the ports, joined from the pure parts and the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState, is_ours
from b24app.logistics.points import PickupPoint, PointPage
from b24app.logistics.ports import CallbackHint, Outgoing, Quote, TestStep
from b24app.logistics.problem import Field, Who
from b24app.systems.apiship import callbacks, tracking
from b24app.systems.apiship.choosing import Chooser
from b24app.systems.apiship.client import Client
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.orders import build_order, parse_order, part, shows
from b24app.systems.apiship.papers import PaperDesk
from b24app.systems.apiship.points import PointBook, read_page
from b24app.systems.apiship.quotes import best_by_carrier, cheapest, parse_trial, quote_of
from b24app.systems.apiship.returns import build_return
from b24app.systems.apiship.vocabulary import (
    ANY,
    CANCELLED_ALREADY,
    CARRIER_KEYS,
    FOREIGN,
    NOT_FOUND,
    NUMBER_TAKEN,
    TRIAL,
)
from b24app.systems.kit.checks import Found, needs_token_or_login, run_checks
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.portions import readable
from b24app.systems.kit.rows import rows_of
from b24app.systems.plugin import Manifest, OpenContext


class ApiShip(PaperDesk):
    """Implements the ports that the manifest names."""

    def __init__(self, manifest: Manifest, context: OpenContext, directory: Directory) -> None:
        self._manifest = manifest
        self._context = context
        self._client = Client(context)
        self._points = PointBook(self._client, directory, context.clock.now().timestamp())
        self._chooser = Chooser(context, self._client, self._points)

    # --- Orders --------------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        return self._find(number)

    def _find(self, number: str, back: bool = False) -> OrderState | None:
        reply = self._client.call("GET", "orders/status", "orders.find", params={"clientNumber": number})
        if reply.code in NOT_FOUND:
            return None
        info = _good(reply, "orders.find").row.get("orderInfo")
        if not isinstance(info, Mapping) or not info.get("orderId"):
            raise Unavailable("orders.find: an answer without an order")
        return self._read(str(info["orderId"]), back)

    def create(self, request: ShipmentRequest) -> OrderState:
        """Everything is asked first, so that `Uncertain` can only come from the order itself."""
        body = self.preview(request).body
        reply = self._client.call("POST", "orders", "orders.create", write=True, json=body)
        identifier = reply.row.get("orderId")
        if reply.ok and identifier:
            return OrderState(str(identifier), request.number)
        if reply.ok:
            raise Uncertain(f"orders.create: HTTP {reply.status} without an order or an error")
        if NUMBER_TAKEN in reply.fields:
            return self._there_already(request, body, reply)
        raise Refused(reply.problems)

    def _there_already(self, request: ShipmentRequest, body: Mapping[str, object], taken: Reply) -> OrderState:
        """Our number is taken: by an order of this very request, which is adopted, or that the carrier refused and
        that is mended and sent again (§4: `PUT`, `resend`); else by somebody else's."""
        found = self.find(request.number)
        if found is None:
            raise Uncertain("orders.create: the number is taken by an order that cannot be seen yet")
        if not is_ours(request, found):
            raise Refused(taken.problems)
        if found.decision is not Decision.REFUSED:
            return found
        for verb, path in (("PUT", ""), ("POST", "/resend")):
            sent = body if verb == "PUT" else None
            label = "orders.change" if verb == "PUT" else "orders.resend"
            reply = self._client.call(verb, f"orders/{found.remote_id}{path}", label, write=True, json=sent)
            if not reply.ok:
                raise Refused(reply.problems)
        return OrderState(found.remote_id, request.number)

    def preview(self, request: ShipmentRequest) -> Outgoing:
        """The order, after its carrier's tariff was chosen."""
        way = self._chooser.way(request)
        return Outgoing("POST", self._client.line.address("orders"), build_order(request, way), way.sender)

    def read(self, remote_id: str) -> OrderState:
        return self._read(remote_id)

    def _read(self, remote_id: str, back: bool = False) -> OrderState:
        """Two calls: what was ordered, and its whole history."""
        reply = self._client.call("GET", f"orders/{remote_id}", "orders.read")
        if reply.code in NOT_FOUND:
            return OrderState(remote_id, gone=True)
        full = _good(reply, "orders.read").row
        if not isinstance(full.get("order"), Mapping):
            raise Unavailable("orders.read: no order")
        return replace(parse_order(full, self._history(remote_id), back), remote_id=remote_id)

    def _history(self, remote_id: str) -> Mapping[str, object]:
        rows: list[Mapping[str, object]] = []
        while True:
            params = {"limit": str(tracking.PAGE), "offset": str(len(rows))}
            reply = self._client.call("GET", f"orders/{remote_id}/statusHistory", "orders.history", params=params)
            page = _rows(_good(reply, "orders.history"), "orders.history")
            rows += page
            if len(page) < tracking.PAGE or len(rows) >= tracking.FURTHEST:
                return {"orderInfo": reply.row.get("orderInfo"), "rows": rows}

    # --- Tracking, Feed, Callbacks, Cancels -----------------------------------------------------------------------

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """A hundred orders a call, of each its newest status; one that was delivered in part is read with its goods."""
        newest = readable(remote_ids, tracking.MOST_IDS, self._newest)
        in_part = [state.remote_id for state in newest if tracking.is_partial(state)]
        found = {state.remote_id: state for state in newest if state.remote_id not in in_part}
        found |= {state.remote_id: state for state in readable(in_part, 1, lambda some: map(self._read, some))}
        return [found[each] for each in remote_ids if each in found]

    def _newest(self, remote_ids: Sequence[str]) -> list[OrderState]:
        asked = [int(each) for each in remote_ids]
        reply = self._client.call("POST", "orders/statuses", "orders.statuses", json={"orderIds": asked})
        return tracking.parse_many(_good(reply, "orders.statuses"))

    @property
    def feed_key(self) -> str:
        return self._client.account

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:  # noqa: ARG002 - the port's shape
        since, offset, newest = tracking.read_cursor(cursor, self._context.clock.now())
        params = {"limit": str(tracking.PAGE), "offset": str(offset)}
        reply = self._client.call("GET", tracking.path_of_feed(since), "orders.changed", params=params)
        _rows(_good(reply, "orders.changed"), "orders.changed")
        return tracking.parse_feed(reply, since, offset, newest)

    def confirm(self, receipt: str) -> None:
        """Nothing to confirm: a moment is simply asked for again."""

    def parse(self, headers: Mapping[str, str], body: bytes) -> list[CallbackHint]:  # noqa: ARG002 - the port's shape
        return callbacks.parse_callback(body)

    def ensure_subscribed(self, url: str) -> None:
        callbacks.ensure_subscribed(self._client, url)

    def unsubscribe(self, url: str) -> int:
        return callbacks.unsubscribe(self._client, url)

    def sign_out(self) -> None:
        self._client.sign_out()

    def cancel(self, remote_id: str) -> OrderState:
        """A GET that changes something (§4). The order stays, cancelled."""
        reply = self._client.call("GET", f"orders/{remote_id}/cancel", "orders.cancel", write=True)
        if reply.code in NOT_FOUND:
            return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)
        if reply.ok and "orderId" not in reply.row:
            raise Uncertain("orders.cancel: an answer without an order")
        if reply.ok or reply.code == CANCELLED_ALREADY:
            return OrderState(remote_id, decision=Decision.ACCEPTED, cancel=Decision.ACCEPTED)
        raise self._refused(remote_id, reply, "too_late_to_cancel")

    def _refused(self, remote_id: str, reply: Reply, too_late: str) -> Refused:
        """Each carrier has its own words for a parcel that it holds: where the parcel is says it better."""
        problems = reply.problems
        if any(event.status and event.status.has_moved for event in self.read(remote_id).events):
            problems = (replace(problems[0], code=too_late, field=Field.ORDER, who=Who.MANAGER),)
        return Refused(problems)

    # --- Changes --------------------------------------------------------------------------------------------------

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        """The tariff stays when only words change. Otherwise it is chosen anew; the carrier stays in any case."""
        direct = self._client.call("GET", f"orders/{remote_id}", "orders.read")
        if direct.code in NOT_FOUND:
            raise Refused(direct.problems)
        order = part(_good(direct, "orders.read").row, "order")
        service = after.service_code
        if replace(before, recipient=after.recipient, comment=after.comment) == after:
            service = str(order.get("tariffId") or service)
        elif service == ANY:
            service = str(order.get("providerKey") or service)
        body = build_order(after, self._chooser.way(replace(after, service_code=service)))
        reply = self._client.call("PUT", f"orders/{remote_id}", "orders.change", write=True, json=body)
        if not reply.ok:
            raise self._refused(remote_id, reply, "too_late_to_change")
        if not reply.row:
            raise Uncertain("orders.change: an answer without sense")
        return OrderState(remote_id, after.number, Decision.ACCEPTED, changes=(ChangeState("", Decision.ACCEPTED),))

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        reply = self._client.call("GET", f"orders/{remote_id}", "orders.read")
        if reply.code in NOT_FOUND:
            return OrderState(remote_id, gone=True)
        full = _good(reply, "orders.read").row
        if not shows(full, after):
            return None
        return OrderState(remote_id, after.number, Decision.ACCEPTED, changes=(ChangeState("", Decision.ACCEPTED),))

    # --- Returns -----------------------------------------------------------------------------------------------------

    def create_return(self, request: ReturnRequest) -> OrderState:
        """Of an order that this account sent; what carriers let clients send back is theirs to say."""
        direct = self._client.call("GET", f"orders/{request.of_remote_id or 0}", "orders.read")
        if direct.code in NOT_FOUND:
            raise Refused(direct.problems)
        body = build_return(request, _good(direct, "orders.read").row)
        reply = self._client.call("POST", "orders/return", "orders.return", write=True, json=body)
        if reply.ok and reply.row.get("orderId"):
            return OrderState(str(reply.row["orderId"]), request.number)
        if reply.ok:
            raise Uncertain(f"orders.return: HTTP {reply.status} without an order or an error")
        raise Refused(reply.problems)

    def find_return(self, number: str) -> OrderState | None:
        return self._find(number, back=True)

    def read_return(self, remote_id: str) -> OrderState:
        return self._read(remote_id, back=True)

    # --- Quotes, Offers, PickupPoints -----------------------------------------------------------------------------

    def quote(self, request: ShipmentRequest) -> Quote:
        return quote_of(self._chooser.price(request), request.service_code, request)

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        """One calculation for all carriers. The request's own service is told too when it is another one: a literal
        tariff is asked for beside, whichever carrier is the cheapest is known."""
        found = best_by_carrier(self._chooser.prices(request))
        quotes = [quote_of(priced, carrier, request) for carrier, priced in found.items() if carrier in CARRIER_KEYS]
        if request.service_code == ANY and (best := cheapest(found.values())):
            quotes.append(quote_of(best, ANY, request))
        if request.service_code.isdigit():
            literal = cheapest(self._chooser.prices(request, request.service_code))
            quotes += [quote_of(literal, request.service_code, request)] if literal else []
        return quotes

    def point(self, code: str) -> PickupPoint | None:
        found = self._points.find(code)
        return found[1] if found else None

    def points(self, page: int) -> PointPage:
        return read_page(self._client, page)

    # --- ConnectionTest -------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        """Settings, sign-in, a trial price, the sender; ends at the first failure."""
        checks: list[tuple[str, Callable[[], Found | None]]] = [
            ("settings", lambda: needs_token_or_login(self._manifest, self._context)),
            ("sign_in", self._client.sign_in),
            ("call", self._test_call),
            ("sender", lambda: (self._chooser.test_sender(sender), {})),
        ]
        return run_checks(checks)

    def _test_call(self) -> Found:
        """Moscow - Kazan, whatever goes there: creates nothing."""
        reply = self._client.call("POST", "calculator", "calculator.trial", json=TRIAL)
        if not reply.ok:
            raise Refused(reply.problems)
        return "", parse_trial(reply)


def _rows(reply: Reply, label: str) -> list[Mapping[str, object]]:
    """Without its rows an answer is no page: what comes after it would be taken for all."""
    rows = reply.row.get("rows")
    if not isinstance(rows, list):
        raise Unavailable(f"{label}: no rows")
    return list(rows_of(rows))


def _good(reply: Reply, label: str) -> Reply:
    """The answer of a read. One that is odd is no proof of anything."""
    if reply.code == FOREIGN:
        raise AccountProblem(reply.problems[0])
    if not reply.ok or not reply.row:
        raise Unavailable(f"{label}: HTTP {reply.status}, {reply.code}")
    return reply
