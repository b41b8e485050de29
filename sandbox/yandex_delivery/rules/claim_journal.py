"""The account's journal of changes, and callbacks of claims (§B6)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import urlencode

from sandbox.kernel.push import Push, Result
from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import bad
from sandbox.yandex_delivery.fields import Fields, offset_time
from sandbox.yandex_delivery.model import Account, Body, Claim

_GOOD = ("delivered_finish",)
_BAD = (
    "estimating_failed", "performer_not_found", "returned_finish", "cancelled", "cancelled_with_payment",
    "cancelled_with_items_on_hands", "cancelled_by_taxi", "failed",
)  # fmt: skip


def tell(yandex: Yandex, claim: Claim) -> None:
    """The newest state of the claim into the journal and to its callback. Under the lock."""
    moment, status = claim.log[-1]
    event: Body = {
        "operation_id": yandex.new_operation(), "claim_id": claim.claim_id, "change_type": "status_changed",
        "updated_ts": offset_time(moment), "new_status": status, "revision": claim.revision,
        "client_id": f"{claim.account:0<32}", "current_point_id": claim.point_ids[0],
    }  # fmt: skip
    if status in _GOOD + _BAD:
        event["resolution"] = "success" if status in _GOOD else "failed"
    log = yandex.events.setdefault(claim.account, [])
    log.append(event)
    if status == "ready_for_approval":
        log.append({**{key: event[key] for key in ("claim_id", "updated_ts", "revision", "client_id")},
                    "operation_id": yandex.new_operation(), "change_type": "price_changed",
                    "new_price": claim.price, "new_currency": "RUB"})  # fmt: skip
    url = (claim.body.get("callback_properties") or {}).get("callback_url")
    if url and yandex.switches.callbacks:
        _call(yandex, claim, str(url), moment, status, attempt=1)


def read(yandex: Yandex, account: Account, fields: Fields, limit: int) -> Body:
    """A page after the cursor. Raises Refused."""
    start = _position(account, fields.text("cursor")) if fields.has("cursor") else 0
    log = yandex.events.get(account.code, [])
    if start > len(log):
        raise _invalid()
    page: list[dict[str, Any]] = log[start : start + limit]
    return {"cursor": _cursor(account, start + len(page)), "events": page}


def _cursor(account: Account, position: int) -> str:
    return base64.urlsafe_b64encode(f"{account.code}:{position}".encode()).decode()


def _position(account: Account, cursor: str) -> int:
    try:
        owner, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        position = int(number)
    except (binascii.Error, ValueError):
        raise _invalid() from None
    if owner != account.code or position < 0:
        raise _invalid()
    return position


def _invalid() -> Exception:
    return bad("Cursor is invalid", "invalid_cursor")


def _call(yandex: Yandex, claim: Claim, url: str, moment: float, status: str, *, attempt: int) -> None:
    """The query is put at the end of the URL as it is; there is no signature. Repeated until it answers 200."""
    when = offset_time(moment)
    target = url + urlencode({"updated_ts": when, "claim_id": claim.claim_id})
    body = json.dumps({"claim_id": claim.claim_id, "status": status, "updated_ts": when}).encode()

    def done(result: Result) -> None:
        if yandex.claims.get(claim.claim_id) is not claim:
            # A reset came between: the new day must not be told about the old one.
            return
        kind = "webhook.sent" if result.ok else "webhook.failed"
        if not result.ok and attempt < yandex.switches.callback_attempts:
            again = attempt + 1
            yandex.after(
                yandex.switches.callback_retry_seconds,
                lambda: _call(yandex, claim, url, moment, status, attempt=again),
            )
        # Told last: who sees it may move the clock, and the next attempt is armed already.
        yandex.note(kind, claim.number, claim_id=claim.claim_id, code=status, status=result.status,
                    attempt=attempt, url=target, error=result.error)  # fmt: skip

    yandex.pusher.send(Push(target, body, {"Content-Type": "application/json"}, 10.0, done))
