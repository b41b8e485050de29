"""The express API as calls (yandex-delivery.md §B4–§B7): a claim is made, estimated, and accepted within its minutes;
only the acceptance orders a courier."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.ports import Outgoing, Quote
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.kit.rows import rows_of
from b24app.systems.yandex_delivery.claims import (
    PREFIX,
    build_claim,
    build_question,
    cannot_ride,
    number_of,
    parse_claim,
    token_of,
)
from b24app.systems.yandex_delivery.client import Api, Reply, must, odd, pauses, refusal
from b24app.systems.yandex_delivery.quotes import parse_ride
from b24app.systems.yandex_delivery.tracking import claim_event
from b24app.systems.yandex_delivery.vocabulary import CLAIM_STATUSES, ESTIMATING, RIDING, UNACCEPTED

#: Pauses between looks at a claim that is being estimated: usually a few seconds.
PAUSES_S = (0.3, 0.7, 1.0, 2.0, 3.0, 4.0)
#: Then the acceptance, which may be slow itself, is left to the next try.
PATIENCE_S = 20.0
#: Claims of one number that may die before a courier is ordered (accepted too late, say) until we give up.
ATTEMPTS = 3
#: Versions change when somebody edits the claim in the cabinet.
_STALE = frozenset({"old_version", "state_mismatch"})
_PAGE = 1000


class Claims:
    """Claims of one account. `sender` is its own, `email` what a source must have, `classes` the wanted ones."""

    def __init__(self, api: Api, email: str, classes: tuple[str, ...]) -> None:
        self._api = api
        self._email = email
        self._classes = classes

    # --- prices and orders -------------------------------------------------------------------------------------------

    def quote(self, request: ShipmentRequest, sender: Sender) -> Quote:
        return self._ride(request, sender)[0]

    def _ride(self, request: ShipmentRequest, sender: Sender) -> tuple[Quote, str]:
        problems = cannot_ride(request, sender, self._email)
        if problems or sender.address is None:
            raise Refused(problems)
        body = build_question(request, sender.address, self._classes)
        reply = self._api.ask("offers/calculate", "express.offers", body)
        if reply.status in (400, 403, 409):
            raise refusal(reply)
        return parse_ride(must(reply, "express.offers"))

    def preview(self, request: ShipmentRequest, sender: Sender) -> Outgoing:
        """An offer is taken first: its payload keeps the price for two minutes."""
        body = build_claim(request, sender, self._email, self._ride(request, sender)[1])
        return Outgoing("POST", self._api.address("claims/create"), body, sender)

    def create(self, request: ShipmentRequest, sender: Sender) -> OrderState:
        """The token makes the claim the same one however often this is tried, so that a crash anywhere before the
        acceptance is completed by the next try, and none after it orders a second courier."""
        begun = time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            claim = self._estimated(self._claim(request, sender, attempt))
            status = str(claim.get("status"))
            if status == "ready_for_approval":
                if time.monotonic() - begun > PATIENCE_S:
                    raise Unavailable("claims.create: too slow to be sure of the acceptance", 1.0)
                accepted = self._accept(claim)
                if accepted is not None:
                    return accepted
            elif status == "estimating_failed":
                state = parse_claim(claim)
                problems = state.problems if state else ()
                raise Refused(problems or [Problem("refused", Field.ORDER, Who.CARRIER, their_code=status)])
            elif status != "failed":
                return self._state(claim)
        raise Refused([Problem("order_invalid", Field.ORDER, Who.CARRIER, their_code="failed")])

    def _claim(self, request: ShipmentRequest, sender: Sender, attempt: int) -> Mapping[str, Any]:
        params = {"request_id": token_of(request.number, attempt)}
        reply = self._api.write("claims/create", "claims.create", self.preview(request, sender).body, params)
        if reply.status == 409:
            # The offer ran out or was taken by a try of ours: nothing was made, the next one takes a new offer.
            raise Unavailable(f"claims.create: {reply.words}", 1.0)
        if not reply.ok:
            raise refusal(reply)
        if not reply.row.get("id"):
            raise odd("claims.create", reply)
        return reply.row

    def _estimated(self, claim: Mapping[str, Any]) -> Mapping[str, Any]:
        """Nothing exists until it is accepted: a claim that takes its time is simply met again by the next try."""
        if claim.get("status") not in ESTIMATING:
            return claim
        for _ in pauses(PAUSES_S):
            claim = self._info(str(claim["id"]))
            if claim.get("status") not in ESTIMATING:
                return claim
        raise Unavailable("claims.info: still estimating", 5.0)

    def _accept(self, claim: Mapping[str, Any]) -> OrderState | None:
        """None when the claim is dead: its minutes were over (§B4)."""
        claim_id = str(claim["id"])
        for _ in range(2):
            body = {"version": claim.get("version")}
            reply = self._api.write("claims/accept", "claims.accept", body, {"claim_id": claim_id})
            if reply.ok:
                status = str(reply.row.get("status") or "")
                if not status:
                    raise odd("claims.accept", reply)
                # When it was accepted is not told: the event comes by the journal.
                return None if status == "failed" else replace(self._state({**claim, "status": status}), events=())
            if reply.status != 409:
                raise refusal(reply)
            claim = self._info(claim_id)
            if claim.get("status") != "ready_for_approval":
                break
        status = str(claim.get("status"))
        if status not in UNACCEPTED:
            return None if status == "failed" else self._state(claim)
        raise Unavailable(f"claims.accept: {reply.words}", 2.0)

    # --- reading -----------------------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        """The claim with our number that a courier was ordered for. One that was not is no order yet: `create` meets it
        again by its token."""
        body = {"external_order_id": number, "limit": 20}
        data = must(self._api.ask("claims/search", "claims.search", body), "claims.search")
        if not isinstance(data.get("claims"), list):
            raise Unavailable("claims.search: an answer without claims")
        dead = UNACCEPTED | {"failed"}
        ours = [row for row in rows_of(data["claims"]) if number_of(row) == number and row.get("status") not in dead]
        newest = max(ours, key=lambda row: str(row.get("created_ts") or ""), default=None)
        return self._state(newest) if newest else None

    def read(self, claim_id: str) -> OrderState:
        reply = self._info_reply(claim_id)
        if reply.status == 404:
            return OrderState(remote_id=f"{PREFIX}{claim_id}", gone=True)
        claim = must(reply, "claims.info")
        link = self._link(claim_id) if claim.get("status") in RIDING else ""
        return self._state(claim, link)

    def read_many(self, claim_ids: Sequence[str]) -> list[OrderState]:
        reply = self._api.ask("claims/bulk_info", "claims.bulk", {"claim_ids": list(claim_ids)})
        return [state for row in rows_of(must(reply, "claims.bulk").get("claims")) if (state := parse_claim(row))]

    def _state(self, claim: Mapping[str, Any], link: str = "") -> OrderState:
        state = parse_claim(claim, link)
        if state is None:
            raise Unavailable("claims.info: no claim")
        return state

    def _info_reply(self, claim_id: str) -> Reply:
        return self._api.ask("claims/info", "claims.info", params={"claim_id": claim_id})

    def _info(self, claim_id: str) -> Mapping[str, Any]:
        return must(self._info_reply(claim_id), "claims.info")

    def _link(self, claim_id: str) -> str:
        """The recipient's link; that there is none yet, or no more, is normal (§B6)."""
        reply = self._api.get("claims/tracking-links", "claims.links", {"claim_id": claim_id})
        rows = rows_of(reply.row.get("route_points"))
        return next((str(row["sharing_link"]) for row in rows if row.get("sharing_link")), "")

    # --- cancelling --------------------------------------------------------------------------------------------------

    def cancel(self, claim_id: str) -> OrderState:
        """Only while it is free: what it costs is asked first, and a fee is nobody's to promise but a person's
        (§B7)."""
        for _ in range(2):
            reply = self._info_reply(claim_id)
            if reply.status == 404:
                return OrderState(remote_id=f"{PREFIX}{claim_id}", gone=True, cancel=Decision.ACCEPTED)
            claim = must(reply, "claims.info")
            state = self._state(claim)
            if state.cancel is Decision.ACCEPTED:
                return state
            self._free(claim_id)
            body = {"version": claim.get("version"), "cancel_state": "free"}
            reply = self._api.write("claims/cancel", "claims.cancel", body, {"claim_id": claim_id})
            if reply.ok and CLAIM_STATUSES.get(str(reply.row.get("status"))) is not Status.CANCELLED:
                raise odd("claims.cancel", reply)
            if reply.ok:
                return replace(state, decision=Decision.ACCEPTED, cancel=Decision.ACCEPTED, events=())
            if reply.code not in _STALE:
                raise refusal(reply)
        raise Unavailable(f"claims.cancel: {reply.words}", 2.0)

    def _free(self, claim_id: str) -> None:
        told = must(self._api.ask("claims/cancel-info", "claims.cancel_info", params={"claim_id": claim_id}), "cancel")
        state = str(told.get("cancel_state") or "")
        if state != "free":
            fee = " ".join(str(told[name]) for name in ("price_with_vat", "currency") if told.get(name))
            raise Refused([Problem("too_late_to_cancel", Field.ORDER, their_code=state, their_text=fee)])

    # --- the journal -------------------------------------------------------------------------------------------------

    @property
    def feed_key(self) -> str:
        digest = hashlib.sha256(f"{self._api.line.base}\n{self._api.token}".encode()).hexdigest()
        return f"yandex_delivery:{digest[:32]}"

    def pull(self, cursor: str) -> FeedPage:
        """One page of the account's journal (§B6). A cursor that they do not know any more: from the beginning."""
        reply = self._journal(cursor)
        if reply.code == "invalid_cursor" and cursor:
            reply = self._journal("")
        data = must(reply, "claims.journal")
        if not isinstance(data.get("events"), list):
            raise Unavailable("claims.journal: no events")
        rows, states, skipped = rows_of(data["events"]), [], 0
        for row in rows:
            if row.get("change_type") != "status_changed":
                continue
            event = claim_event(str(row.get("new_status") or ""), row.get("updated_ts"))
            if event is None or not row.get("claim_id"):
                skipped += 1
                continue
            decision = Decision.PENDING if event.code in UNACCEPTED else Decision.ACCEPTED
            states.append(OrderState(f"{PREFIX}{row['claim_id']}", decision=decision, events=(event,)))
        more = len(rows) >= _PAGE
        return FeedPage(tuple(states), cursor=str(data.get("cursor") or cursor), more=more, skipped=skipped)

    def _journal(self, cursor: str) -> Reply:
        body = {"cursor": cursor} if cursor else {}
        return self._api.ask("claims/journal", "claims.journal", body, {"limit": str(_PAGE)})

    def sign_in(self) -> None:
        """A harmless call. Raises AccountProblem."""
        must(self._api.ask("claims/search", "claims.search", {"limit": 1}), "claims.search")
