"""The life of a claim: created, estimated, accepted in its ten minutes, ridden, cancelled (§B4–§B7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import Refused, bad, conflict
from sandbox.yandex_delivery.fields import Fields
from sandbox.yandex_delivery.model import Account, Body, Claim

from . import claim_journal, estimates, prices
from .claim_body import check_claim, claim_stops, forced_error, parse_items, text_is_far

FINAL = (
    "estimating_failed", "performer_not_found", "delivered_finish", "returned_finish", "cancelled",
    "cancelled_with_payment", "cancelled_with_items_on_hands", "cancelled_by_taxi", "failed",
)  # fmt: skip
BEFORE = ("new", "estimating", "estimating_failed", "ready_for_approval")
FREE = ("new", "estimating", "ready_for_approval", "accepted", "performer_lookup", "performer_draft", "performer_found")
PAID = ("pickup_arrived", "ready_for_pickup_confirmation")
PAID_PRICE = "150.00"
_TAKEN = ("pickuped", "delivery_arrived", "ready_for_delivery_confirmation", "pay_waiting")


def create(yandex: Yandex, account: Account, token: str, fields: Fields) -> Claim:
    """The same token gives the old claim, whatever the body says. Raises Refused."""
    with yandex.lock:
        if (old := yandex.by_token.get((account.code, token))) is not None:
            return old
        body = check_claim(yandex, fields)
        _use_payload(yandex, account, body)
        made = Claim(yandex.new_id(), account.code, token, body, yandex.time(),
                     [yandex.new_point_id() for _ in body["route_points"]])  # fmt: skip
        forced_error(yandex, body, made.number)
        yandex.claims[made.claim_id] = made
        yandex.by_token[account.code, token] = made
        yandex.note("claim.created", made.number, claim_id=made.claim_id, account=account.code, token=token)
        set_status(yandex, made, "new")
        _begin_estimation(yandex, made)
        return made


def _use_payload(yandex: Yandex, account: Account, body: Mapping[str, Any]) -> None:
    if not body.get("offer_payload"):
        return
    found = yandex.payloads.get(str(body["offer_payload"]))
    if found is None or found["account"] != account.code:
        raise bad("Unknown offer_payload")
    if found["expires"] <= yandex.time():
        raise conflict("offer_expired", "Offer is expired")
    if found["used"]:
        raise conflict("offer_already_used", "Offer is already used")
    found["used"] = True


def _begin_estimation(yandex: Yandex, claim: Claim) -> None:
    version = claim.version

    def start() -> None:
        if claim.version == version and claim.status == "new":
            set_status(yandex, claim, "estimating")

    def finish() -> None:
        if claim.version == version and claim.status in ("new", "estimating"):
            _estimated(yandex, claim)

    delay = yandex.decision_delay()
    yandex.after(delay / 2, start)
    yandex.after(delay, finish)


def _estimated(yandex: Yandex, claim: Claim) -> None:
    price, errors = estimates.estimate(yandex, claim.body)
    wanted = yandex.override_for(yandex.facts(claim), "errors")
    if wanted is not None:
        errors = [row if isinstance(row, dict) else estimates.error_row(str(row), str(row)) for row in wanted.errors]
    claim.warnings = _warnings(claim)
    if errors or price is None:
        claim.errors = errors
        set_status(yandex, claim, "estimating_failed")
        return
    claim.errors = []
    claim.price, claim.price_with_vat = f"{price:.2f}", f"{prices.with_vat(price):.2f}"
    claim.ready_at = yandex.time()
    set_status(yandex, claim, "ready_for_approval")
    if claim.body.get("auto_accept"):
        _take(yandex, claim)


def _warnings(claim: Claim) -> list[Body]:
    found = []
    for stop in claim_stops(claim.body):
        if text_is_far(stop):
            words = "Адрес далеко от указанных координат"
            found.append({"source": "route_points", "code": "address_too_far", "message": words})
    taxi_class = (claim.body.get("client_requirements") or {}).get("taxi_class")
    load = parse_items([Fields(item) for item in claim.body["items"]])
    if taxi_class and not estimates.fits(load, str(taxi_class)):
        words = "Груз не помещается в выбранный класс"
        found.append({"source": "client_requirements", "code": "not_fit_in_car", "message": words})
    return found


def set_status(yandex: Yandex, claim: Claim, status: str) -> None:
    """Next state, told to the journal and to the claim's callback. Under the lock."""
    claim.log.append((yandex.time(), status))
    claim.revision += 1
    yandex.note("order.status", claim.number, claim_id=claim.claim_id, code=status)
    claim_journal.tell(yandex, claim)


def by_id(yandex: Yandex, account: Account, claim_id: str) -> Claim:
    """Raises Refused."""
    claim = yandex.claims.get(claim_id)
    if claim is None or claim.account != account.code:
        raise Refused(404, "not_found", "Claim not found")
    return claim


def _check_version(yandex: Yandex, claim: Claim, version: int) -> None:
    if version != claim.version:
        raise conflict(yandex.switches.version_words, f"Claim has version {claim.version}")


def accept(yandex: Yandex, account: Account, claim_id: str, fields: Fields) -> Claim:
    """Raises Refused."""
    with yandex.lock:
        claim = by_id(yandex, account, claim_id)
        version = fields.integer("version")
        if claim.status != "ready_for_approval":
            raise conflict("inappropriate_status", f"Claim is {claim.status}")
        _check_version(yandex, claim, version)
        if yandex.time() >= claim.ready_at + yandex.switches.accept_seconds:
            set_status(yandex, claim, "failed")
            if yandex.switches.late_accept == "offer_expired":
                raise conflict("offer_expired", "Offer is expired")
            return claim
        _take(yandex, claim)
        return claim


def _take(yandex: Yandex, claim: Claim) -> None:
    set_status(yandex, claim, "accepted")
    facts = yandex.facts(claim)
    # A claim is no order before this: only now a courier is looked for (§B4).
    yandex.note(
        "order.accepted", claim.number, claim_id=claim.claim_id, account=claim.account, api="express",
        recipient=facts["recipient"], phone=facts["phone"], point="", places=len(claim.body["items"]),
        price=claim.price_with_vat,
    )  # fmt: skip
    yandex.begin_walk(claim)


def edit(yandex: Yandex, account: Account, claim_id: str, version: int, fields: Fields) -> Claim:
    """A whole new body; estimated anew. Raises Refused."""
    with yandex.lock:
        claim = by_id(yandex, account, claim_id)
        if claim.status not in ("ready_for_approval", "estimating_failed"):
            raise conflict("inappropriate_status", f"Claim is {claim.status}")
        _check_version(yandex, claim, version)
        claim.body = check_claim(yandex, fields)
        claim.point_ids = [yandex.new_point_id() for _ in claim.body["route_points"]]
        claim.version += 1
        claim.errors, claim.warnings = [], []
        yandex.note("order.changed", claim.number, claim_id=claim.claim_id, version=claim.version)
        set_status(yandex, claim, "new")
        _begin_estimation(yandex, claim)
        return claim


def cancel_state(claim: Claim) -> str:
    if claim.status in FREE:
        return "free"
    return "paid" if claim.status in PAID else "unavailable"


def cancel_info(yandex: Yandex, account: Account, claim_id: str) -> Body:
    """Raises Refused."""
    state = cancel_state(by_id(yandex, account, claim_id))
    row: Body = {"cancel_state": state}
    if state == "paid":
        row |= {"price": PAID_PRICE, "price_with_vat": "183.00", "currency": "RUB"}
    return row


def cancel(yandex: Yandex, account: Account, claim_id: str, fields: Fields) -> Claim:
    """Raises Refused: the version moved, or what it costs did."""
    with yandex.lock:
        claim = by_id(yandex, account, claim_id)
        version = fields.integer("version")
        wanted = fields.one_of("cancel_state", ("free", "paid"))
        state = cancel_state(claim)
        if state == "unavailable":
            raise conflict("inappropriate_status", f"Claim is {claim.status}")
        _check_version(yandex, claim, version)
        if wanted == "free" and state == "paid":
            raise conflict("free_cancel_is_unavailable", "Free cancel is unavailable")
        set_status(yandex, claim, "cancelled" if state == "free" else "cancelled_with_payment")
        yandex.note("order.cancelled", claim.number, claim_id=claim.claim_id, paid=state == "paid")
        return claim


def send_back(yandex: Yandex, account: Account, claim_id: str, fields: Fields) -> Claim:
    """``claims/return``: only while the courier has it. Raises Refused."""
    with yandex.lock:
        claim = by_id(yandex, account, claim_id)
        point = fields.integer("point_id")
        fields.text("comment")
        fields.flag("need_return_items")
        if claim.status in FINAL:
            raise Refused(410, "state_mismatch", "Invalid action regarding the claim")
        if claim.status not in _TAKEN:
            raise conflict("state_mismatch", "Invalid action regarding the claim")
        kinds = dict(zip(claim.point_ids, claim.body["route_points"], strict=True))
        if point not in kinds or kinds[point]["type"] != "destination":
            raise bad("Invalid action regarding the claim", "state_mismatch")
        yandex.note("return.accepted", claim.number, claim_id=claim.claim_id, point=point)
        set_status(yandex, claim, "returning")
        claim.walk += 1
        if yandex.switches.auto_route:
            yandex.walk(claim, "express_back")
        return claim
