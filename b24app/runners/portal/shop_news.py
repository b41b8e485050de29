"""How a delivery is, told to the portal's online store: the request's status and number, and the shipment's number.

What is said is worked out when it leaves, from what is known then. Each row looks first: the shipment is read right
before its number is written, because an update takes back what it does not repeat. Saying it twice changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import shop_orders
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.features import Feature, has
from b24app.flows import legs
from b24app.flows.shop import ShopRules
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.runners.portal import answers
from b24app.runners.portal.context import Run
from b24app.store import problems, shipments, shop_requests, shop_words
from b24app.store.engine import read_scope
from b24app.store.models import OutboxRow, Shipment, ShopRequest, ShopState
from b24app.store.sending import Outcome
from b24app.wire.trace import current_trace
from b24app.words import say, say_problem

LONGEST = 250


@dataclass(frozen=True, slots=True)
class Told:
    """How a delivery is. `trouble`: nothing goes, `text` says why."""

    text: str
    tracking: str = ""
    url: str = ""
    arrived: bool = False
    final: bool = False
    off: bool = False
    trouble: bool = False

    @property
    def digest(self) -> str:
        plain = json.dumps([self.text, self.tracking, self.url, self.arrived, self.final, self.off])
        return hashlib.sha256(plain.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Step:
    """`request` 0 = there is nothing to say. `number` "" = the store asked for nothing: only its shipment is told.
    `shipment` is the store's own as it was read, empty = it has no number to be told, or could not be read."""

    request: int = 0
    delivery: int = 0
    number: str = ""
    told: Told = field(default_factory=lambda: Told(""))
    shipment: Mapping[str, Any] = field(default_factory=dict)


def steps(run: Run, rows: Sequence[OutboxRow]) -> dict[int, Step]:
    """What is done for each of these rows: one read for all of them that have a number to write. Raises what reading
    the portal raises."""
    if not has(Feature.STORE, run.portal.scopes or ()):
        return {row.id: Step() for row in rows}
    with read_scope(run.services.sessions) as session:
        found = [(row, *_known(session, run, row)) for row in rows]
    asked = [
        shop_orders.get_shipment(f"s{row.id}", request.sale_id)
        for row, request, told in found
        if request is not None and told is not None and told.tracking and request.told != told.digest
    ]
    answer = run.client.read_all(asked, people=run.people) if asked else BatchAnswer({}, {})
    return {row.id: _step(row, request, told, answer) for row, request, told in found}


def _known(session: Session, run: Run, row: OutboxRow) -> tuple[ShopRequest | None, Told | None]:
    request = shop_requests.get(session, run.portal.id, int(row.payload["request"]))
    if request is None or request.state in (ShopState.CANCELLING, ShopState.OVER):
        return request, None
    return request, _told(session, run, request)


def _told(session: Session, run: Run, request: ShopRequest) -> Told | None:
    """None: there is nothing to say yet."""
    lang = run.portal.language
    carrier = _carrier(session, run.portal.id, request)
    status = Status(carrier.status) if carrier is not None else Status.REJECTED
    if request.state == ShopState.FOUND and status is Status.REJECTED:
        return None
    if carrier is None or status is Status.REJECTED:
        return _in_the_way(session, run, request, status if carrier is not None else None)
    if status is Status.CANCELLED:
        return Told("", off=True, final=True)
    return Told(
        say(f"status.{status.value}", lang),
        carrier.tracking_number or carrier.order_number or "",
        carrier.tracking_url or "",
        arrived=status is Status.DELIVERED,
        final=status.is_final,
    )


def _in_the_way(session: Session, run: Run, request: ShopRequest, status: Status | None) -> Told | None:
    """Why nothing goes yet: the deal's first open problem; a refusal without any is told as such."""
    lang = run.portal.language
    if request.problem:
        words = say_problem(Problem.from_json(request.problem), lang)
        return Told(say("shop.problem", lang, problem=words)[:LONGEST], trouble=True)
    opened = problems.open_of_deals(session, run.portal.id, [request.deal_id])[request.deal_id]
    if not opened:
        return Told(say(f"status.{status.value}", lang)) if status is not None else None
    words = say_problem(Problem.from_json(opened[0].problem), lang)
    return Told(say("shop.problem", lang, problem=words)[:LONGEST], trouble=True)


def _carrier(session: Session, portal_id: int, request: ShopRequest) -> Shipment | None:
    """The shipment that carries it; behind a warehouse, the leg that went on from there. A newer one of the deal takes
    the place of one that was refused."""
    rows = shipments.of_deals(session, portal_id, [request.deal_id])[request.deal_id]
    by_id = {row.id: row for row in rows}
    own = by_id.get(request.shipment_id or 0)
    if own is None:
        return None
    onward = [row for row in rows if row.follows == own.id and row.leg == legs.CARRIED]
    mine = onward[-1] if onward else own
    if Status(mine.status) in (Status.REJECTED, Status.CANCELLED):
        mine = shop_requests.speaking(rows) or mine
    return mine


def _step(row: OutboxRow, request: ShopRequest | None, told: Told | None, answer: BatchAnswer) -> Step:
    if request is None or told is None or request.told == told.digest:
        return Step()
    shipment = shop_orders.shipment_of(answer.results.get(f"s{row.id}"))
    return Step(request.id, request.delivery_id, request.number, told, shipment)


def commands(key: str, step: Step, lang: str) -> list[Command]:
    """The request's state first, then the shipment's number; empty = the store knows it already."""
    told = step.told
    if not step.request:
        return []
    write = shop_orders.write_tracking(f"{key}s", step.shipment, told.tracking) if step.shipment else None
    if not step.number:
        return [write] if write is not None else []
    if told.off:
        return [shop_orders.delete_request(key, step.delivery, step.number)]
    named = ((say("shop.tracking", lang), told.tracking), (say("shop.link", lang), told.url))
    properties = [(name, value) for name, value in named if value]
    update = shop_orders.update_request(
        key, step.delivery, step.number, told.text, properties, arrived=told.arrived, final=told.final
    )
    return [update, *([write] if write is not None else [])]


def _say(run: Run, session: Session, request: ShopRequest, told: Told, now: datetime) -> None:
    """The store took the status: whom it writes to hears of it, once for each."""
    to = ShopRules.of(run.portal.settings).words.addressees
    semantic = "success" if told.arrived else "error" if told.trouble else "process"
    # What is in the way is the manager's business.
    heard = [each for each in to if each == "MANAGER" or not told.trouble]
    what = hashlib.sha256(told.text.encode()).hexdigest()[:12]
    shop_words.queue(session, request, heard, what, told.text, semantic, now, current_trace())


def leaving(run: Run, session: Session, step: Step, said: bool) -> None:
    """What nobody asked for in the store is over with its parcel, also when there was nothing left to write."""
    if said or step.number or not step.told.final:
        return
    request = shop_requests.get(session, run.portal.id, step.request)
    if request is not None:
        request.state, request.wish = ShopState.OVER, None


def outcome(
    run: Run, session: Session, row: OutboxRow, step: Step, answer: BatchAnswer, now: datetime, ms: int
) -> Outcome:
    """What became of them. A request that the store has forgotten (somebody deleted it there) is told nothing more; a
    number that could not be written is a Problem of its own, and the state counts as told."""
    key = f"x{row.id}"
    request = shop_requests.get(session, run.portal.id, step.request)
    if request is not None and request.number != step.number:
        request = None  # asked for in the store, or called off there, meanwhile: news of it are on their way
    error = answer.errors.get(key)
    gone = error is not None and error.code in shop_orders.REQUEST_GONE
    if request is not None and (gone or (error is None and (step.told.off or step.told.final))):
        request.state, request.wish = ShopState.OVER, None
    if error is not None and not gone:
        return answers.refused(run, session, row, error, now, ms)
    number_error = answer.errors.get(f"{key}s")
    if number_error is not None and number_error.code != shop_orders.SHIPMENT_GONE:
        return answers.refused(run, session, row, number_error, now, ms)
    if request is not None:
        if not gone and step.number and not step.told.off:
            _say(run, session, request, step.told, now)
        request.told = step.told.digest
    return Outcome(row.id, "done", "done" if not gone else "forgotten", ms)
