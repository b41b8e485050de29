"""A connection to 1C:TMS through our HTTP service (1c.md §6): the ports, joined from the pure parts and the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.ports import Outgoing, TestStep
from b24app.logistics.warehouse import Attachment, FiledDocument, Option
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.one_c_callbacks import CallbacksByHand
from b24app.systems.kit.one_c_filing import Filing
from b24app.systems.kit.one_c_http import BY_NUMBER, NOT_FOUND, PAGE, TAKEN, OneCHttp, Row, adopted, key_of
from b24app.systems.kit.portions import readable
from b24app.systems.one_c_tms import tracking
from b24app.systems.one_c_tms.requests import (
    Terms,
    build_request,
    build_return,
    check_start,
    is_collection,
    parse_state,
)
from b24app.systems.one_c_tms.vocabulary import BLOCKED, MEANINGS, STATUSES
from b24app.systems.plugin import Manifest, OpenContext

REQUESTS = "v1/transport-requests"
#: A request that 1C accepted and has not made yet (202) has no id: it is read by our number.
WAITING = f"{BY_NUMBER}/"
#: Pages of 500 events of one request.
MOST_PAGES = 4


class ServiceTms(CallbacksByHand):
    """Implements the ports that the manifest names."""

    def __init__(self, manifest: Manifest, context: OpenContext) -> None:
        self._manifest, self._context = manifest, context
        self._client, self._terms = OneCHttp(context), Terms.of(context)
        self._filing = Filing(self._client, MEANINGS)
        self._map = context.mapping("statuses")

    # --- Orders, Preview, Tracking ------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        return self._found(number)[1]

    def _found(self, number: str) -> tuple[Row, OrderState | None]:
        """Without the history: a look-up only asks whether it is there."""
        reply = self._client.get(f"{REQUESTS}/{WAITING}{number}", "requests.find")
        if reply.code == NOT_FOUND:
            return {}, None
        state = reply.parsed(parse_state, "requests.find")
        if state.number != number:
            raise Unavailable("requests.find: another number")
        return reply.row, state

    def create(self, request: ShipmentRequest) -> OrderState:
        return self._create(request, self.preview(request).body)

    def _create(self, request: ShipmentRequest, body: Row) -> OrderState:
        """The key is our number's: the same request twice is one, whatever became of the first answer."""
        key = key_of("create", request.number)
        reply = self._client.post(REQUESTS, "requests.create", "TransportRequest", body, key)
        if reply.status == 202 and reply.row.get("externalId") == request.number:
            return OrderState(WAITING + request.number, request.number)
        if reply.ok:
            return reply.made(parse_state, "requests.create")
        if reply.code in TAKEN:
            return adopted(request, self.find(request.number), reply, MEANINGS)
        raise Refused(reply.problems(MEANINGS))

    def preview(self, request: ShipmentRequest) -> Outgoing:
        body, sender = build_request(request, self._terms)
        return Outgoing("POST", self._client.line.address(REQUESTS), body, sender)

    def read(self, remote_id: str) -> OrderState:
        return self._read(remote_id)

    def _read(self, remote_id: str, back: bool = False) -> OrderState:
        """Two calls: the state, and its events."""
        reply = self._client.get(f"{REQUESTS}/{remote_id}", "requests.read")
        waiting = remote_id.startswith(WAITING)
        if reply.code == NOT_FOUND:
            number = remote_id.removeprefix(WAITING) if waiting else ""
            return OrderState(remote_id, number, gone=not waiting)
        state = reply.parsed(parse_state, "requests.read")
        rows = self._list(f"{REQUESTS}/{state.remote_id}/events", "requests.events")
        return replace(state, remote_id=remote_id, events=tracking.events_of(rows, reply.row, back, self._map))

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """The feed says which have changed (`changedSince`, one call for all): only those are asked for here."""
        return readable(remote_ids, 1, lambda some: map(self.read, some))

    # --- Feed ---------------------------------------------------------------------------------------------------------

    @property
    def feed_key(self) -> str:
        return f"{self._client.line.base}|{self._context.setting('login').casefold()}"

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:  # noqa: ARG002 - the port's shape
        """One page of all requests that changed. Their news are read: a list tells the newest status alone."""
        at = tracking.Cursor.read(cursor, self._context.clock.now())
        params = {"changedSince": at.since, "limit": str(PAGE)} | ({"cursor": at.page} if at.page else {})
        reply = self._client.get(REQUESTS, "requests.changed", **params)
        rows, unreadable = reply.listed("requests.changed")
        if unreadable and not rows:
            raise Unavailable("requests.changed: nothing readable")
        return tracking.parse_changed(at, rows, unreadable, reply.following)

    def confirm(self, receipt: str) -> None:
        """Nothing to confirm: a moment is simply asked for again."""

    # --- Cancels, Returns ---------------------------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        """The request stays."""
        reply = self._client.cancel(f"{REQUESTS}/{self._id(remote_id)}", "requests.cancel")
        if reply.code == NOT_FOUND:
            return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)
        if not reply.ok:
            raise Refused(reply.problems(MEANINGS))
        state = reply.made(parse_state, "requests.cancel")
        if state.cancel is None:
            raise Uncertain("requests.cancel: an answer without a cancelled request")
        return replace(state, remote_id=remote_id)

    def _id(self, remote_id: str) -> str:
        if not remote_id.startswith(WAITING):
            return remote_id
        found = self.find(remote_id.removeprefix(WAITING))
        if found is None:
            raise Unavailable("requests.find: 1C has not made it yet")
        return found.remote_id

    def create_return(self, request: ReturnRequest) -> OrderState:
        """A transport request of its own, from the client to the warehouse."""
        shipment = replace(request.shipment, number=request.number)
        return self._create(shipment, build_return(shipment, self._terms))

    def find_return(self, number: str) -> OrderState | None:
        row, state = self._found(number)
        return state if state is not None and is_collection(row) else None

    def read_return(self, remote_id: str) -> OrderState:
        return self._read(remote_id, back=True)

    # --- Documents ----------------------------------------------------------------------------------------------------

    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:
        return self._filing.attach(f"{REQUESTS}/{self._id(remote_id)}", document)

    def documents(self, remote_id: str) -> list[FiledDocument]:
        return self._filing.listed(f"{REQUESTS}/{self._id(remote_id)}")

    def fetch_document(self, remote_id: str, key: str) -> bytes:
        return self._filing.content(f"{REQUESTS}/{self._id(remote_id)}", key)

    def _list(self, path: str, label: str) -> list[Row]:
        pages = self._client.pages(path, label, MOST_PAGES, limit=str(PAGE))
        return [row for rows, _ in pages for row in rows]

    # --- Lists, ConnectionTest ----------------------------------------------------------------------------------------

    def options(self, name: str) -> list[Option]:
        """The contract's statuses (1C maps its own to them), of a service that is there."""
        if name != "statuses":
            return []
        self._client.health("tms")
        known = {**dict.fromkeys((BLOCKED,), ""), **{code: status.value for code, status in STATUSES.items()}}
        return [Option(code, code, means) for code, means in known.items()]

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        """Settings, the service's health, a list that needs rights; where goods leave from."""
        checks: list[tuple[str, Callable[[], Found | None]]] = [
            ("settings", lambda: needs_settings(self._manifest, self._context)),
            ("sign_in", lambda: (self._client.health("tms"), {})),
            ("access", self._test_rights),
            ("sender", lambda: check_start(sender, self._terms)),
        ]
        return run_checks(checks)

    def _test_rights(self) -> None:
        next(self._client.pages(REQUESTS, "requests.changed", 1, limit="1"), None)
