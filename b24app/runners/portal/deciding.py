"""Decisions of the flows become rows: shipments and intents, problems, things to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.decisions import (
    Check,
    ClearFields,
    CreateShipment,
    Decided,
    Hold,
    ListForPerson,
    MarkGone,
    Nothing,
    OfferCancel,
    OpenProblem,
    RetryShipment,
    SayAlreadyShipped,
    SolveProblems,
    WithdrawShipment,
)
from b24app.flows.legs import PICKED
from b24app.flows.snapshot import DealSnapshot, PipelineConfig
from b24app.logistics.status import Status
from b24app.runners import tell
from b24app.runners.portal import audited
from b24app.store import comments, costs, deals, inbox, intents, outbox, portals, problems, shipments
from b24app.store.lanes import LaneRef
from b24app.store.models import ConnectionState, InboxKind, Portal, Shipment
from b24app.store.outbox import ToPortal

CREATE = "create"
#: A carrier is asked what it has against a request, before a warehouse is (`runners.connection.chaining`).
CHECK = "check"
#: After a withdrawal that met a call under way.
LOOK_AGAIN = timedelta(seconds=30)
_SHIP = (CreateShipment, RetryShipment)
#: Orders of earlier attempts that the system refused: they are no answer to the next one.
REFUSED_IDS = "refused_ids"


@dataclass(frozen=True)
class Verdict:
    """One deal with what the flow decided about it."""

    deal: DealSnapshot
    pipeline: PipelineConfig | None
    decisions: Sequence[Decided]
    last_history_id: int
    people: bool
    trace_id: str


@dataclass
class DecisionSaver:
    """Saves verdicts in the session given. `wake` are the lanes to wake after the commit."""

    session: Session
    portal: Portal
    lane_id: int
    now: datetime
    wake: set[LaneRef] = field(default_factory=set)
    things: list[ToPortal] = field(default_factory=list)
    states: dict[int, dict[str, Any]] = field(default_factory=dict)
    said: dict[int, costs.Said] = field(default_factory=dict)

    def save(self, verdicts: Sequence[Verdict]) -> None:
        """Raises ChangedMeanwhileError (then read the store and decide anew)."""
        owned = shipments.of_deals(self.session, self.portal.id, [verdict.deal.deal_id for verdict in verdicts])
        split = [deal_id for deal_id, rows in owned.items() if any(row.portion or row.leg for row in rows)]
        shipments.take_turns(self.session, self.portal.id, split)
        shipped = [each.deal.deal_id for each in verdicts if any(isinstance(one, _SHIP) for one in each.decisions)]
        self.said = costs.said_of_deals(self.session, self.portal.id, shipped)
        for verdict in verdicts:
            self.states[verdict.deal.deal_id] = _state(verdict, self.now)
            rows = {row.id: row for row in owned[verdict.deal.deal_id]}
            if verdict.people:
                self._hurry(owned[verdict.deal.deal_id])
            for decision in verdict.decisions:
                self._apply(verdict, decision, rows)
        deals.save(self.session, self.portal.id, self.states)
        if self.things:
            trace = verdicts[0].trace_id
            outbox.add(self.session, self.portal.id, self.things, now=self.now, trace_id=trace)

    def _hurry(self, rows: Sequence[Shipment]) -> None:
        """A person presses: calls of a live shipment that gave up or wait for their next try are tried now."""
        live = [row.id for row in rows if Status(row.status).is_live]
        for calls in intents.of_shipments(self.session, self.portal.id, live).values():
            for call in calls:
                lane = intents.revive(self.session, self.portal.id, call.id, self.now)
                if lane is not None:
                    self.wake.add(lane)

    def _apply(self, verdict: Verdict, decision: Decided, rows: Mapping[int, Shipment]) -> None:
        match decision:
            case CreateShipment():
                self._create(verdict, decision)
            case RetryShipment():
                self._retry(verdict, decision, rows[decision.shipment_id])
            case OpenProblem():
                self._open(verdict, decision)
            case SolveProblems():
                problems.solve(self.session, self.portal.id, verdict.deal.deal_id, decision.keys, self.now)
            case Hold():
                self._look_again(verdict, decision.until)
            case WithdrawShipment():
                self._withdraw(verdict, rows[decision.shipment_id], decision)
            case _:
                self._remember(verdict, decision)

    def _remember(self, verdict: Verdict, decision: Decided) -> None:
        """Decisions that only leave a word: in the deal's state or in its timeline."""
        deal_id = verdict.deal.deal_id
        match decision:
            case ListForPerson():
                self.states[deal_id] |= {"waits_for_person": decision.reason, "moved_at": decision.moved_at}
            case OfferCancel() | SayAlreadyShipped():
                text = comments.comment(
                    self.portal.id, deal_id, decision.text, self.portal.language, decision.shipment_id
                )
                self.things.append(text)
                self.states[deal_id]["note"] = (
                    decision.reason if isinstance(decision, OfferCancel) else "already_shipped"
                )
            case ClearFields():
                marker = f"clear:{self.portal.id}:{deal_id}:{verdict.last_history_id}:{self.now.timestamp():.3f}"
                self.things.append(tell.update(deal_id, marker, dict.fromkeys(decision.roles)))
            case MarkGone():
                self.states[deal_id]["gone"] = True
            case Nothing():
                self.states[deal_id]["note"] = decision.why

    def _create(self, verdict: Verdict, decision: CreateShipment) -> None:
        shipment = shipments.create(
            self.session,
            self.portal,
            verdict.deal.deal_id,
            decision.n,
            decision.connection_id,
            status=Status.DRAFT,
            request=decision.request.to_json(),
            now=self.now,
            input_hash=decision.input_hash,
            trigger_history_id=decision.trigger_history_id,
            point_code=decision.request.point_code or "",
            portion=decision.portion.to_json() if decision.portion else None,
            leg=decision.leg,
            follows=decision.follows,
            picking=decision.picking.to_json() if decision.picking else None,
        )
        corrected = any(isinstance(each, SolveProblems) and each.keys for each in verdict.decisions)
        # A carrier's leg that goes on from a warehouse follows from nobody's move.
        alone = not verdict.people and not decision.follows
        self._count(verdict, shipment, decision, moved=alone and not corrected)
        if alone:
            audited.shipped(self.session, self.portal.id, verdict.deal, shipment.number, self.now)
            if corrected:
                audited.corrected(self.session, self.portal.id, verdict.deal, {}, {}, shipment.number, self.now)
        self._queue(verdict, shipment, decision.request.to_json(), decision.check)

    def _retry(self, verdict: Verdict, decision: RetryShipment, shipment: Shipment) -> None:
        refused = [*shipment.request.get(REFUSED_IDS, ()), *([shipment.remote_id] if shipment.remote_id else ())]
        request = decision.request.to_json() | {REFUSED_IDS: refused}
        if not verdict.people:
            before = shipment.request
            audited.corrected(self.session, self.portal.id, verdict.deal, before, request, shipment.number, self.now)
        again = decision.trigger_history_id != shipment.trigger_history_id
        self._count(verdict, shipment, decision, moved=again and not verdict.people)
        shipments.change(
            self.session,
            shipment,
            status=Status.DRAFT,
            status_at=self.now,
            request=request,
            input_hash=decision.input_hash,
            trigger_history_id=decision.trigger_history_id,
            point_code=decision.request.point_code or "",
            portion=decision.portion.to_json() if decision.portion else None,
            picking=decision.picking.to_json() if decision.picking else None,
            remote_id=None,
            accepted_at=None,
            next_poll_at=None,
            closed=False,
            sent=False,
        )
        self._queue(verdict, shipment, request, decision.check)

    def _count(
        self, verdict: Verdict, shipment: Shipment, decision: CreateShipment | RetryShipment, *, moved: bool
    ) -> None:
        """For reports. A price that was told is of all goods of the deal: of a part of them it says nothing."""
        if shipment.leg != PICKED:
            said = self.said[verdict.deal.deal_id] if decision.portion is None else None
            at = verdict.deal.moved_at if moved else None
            costs.begin(self.session, shipment, decision.request, said, at)

    def _queue(self, verdict: Verdict, shipment: Shipment, request: dict[str, Any], check: Check | None) -> None:
        """What a warehouse is to pick is shown to its carrier first, in that one's lane, unless nothing leaves through
        that account now: then it is asked when the goods lie packed."""
        how: Any = {"now": self.now, "trace_id": verdict.trace_id, "people": verdict.people}
        account = portals.connection(self.session, self.portal.id, check.connection_id) if check else None
        if check is None or account is None or account.state != ConnectionState.READY:
            self.wake.add(intents.add(self.session, shipment, CREATE, request, **how))
            return
        payload = {"request": check.request.to_json(), "then": request}
        self.wake.add(intents.add(self.session, shipment, CHECK, payload, **how, connection_id=check.connection_id))

    def _open(self, verdict: Verdict, decision: OpenProblem) -> None:
        deal, problem = verdict.deal, decision.problem
        new = problems.open_problem(
            self.session,
            self.portal.id,
            deal.deal_id,
            problem.key,
            problem.to_json(),
            now=self.now,
            input_hash=decision.input_hash,
            trigger_history_id=decision.trigger_history_id,
            shipment_id=decision.shipment_id or None,
        )
        if new and deal.assigned_by:
            attempt = f"{decision.input_hash}:{decision.trigger_history_id}"
            lang = self.portal.language
            self.things.append(
                tell.problem_notice(self.portal.id, deal.deal_id, deal.assigned_by, problem, attempt, lang, deal.title)
            )

    def _look_again(self, verdict: Verdict, until: datetime) -> None:
        deal_id = verdict.deal.deal_id
        inbox.append(
            self.session,
            self.lane_id,
            InboxKind.DEAL,
            str(deal_id),
            {"event": "HOLD", "hold": True},
            now=self.now,
            trace_id=verdict.trace_id,
            due=until,
        )

    def _withdraw(self, verdict: Verdict, shipment: Shipment, decision: WithdrawShipment) -> None:
        """Nothing has left yet: forget it. What may have left is looked at again soon: then it is known."""
        if intents.withdraw(self.session, self.portal.id, shipment.id, self.now):
            shipments.change(
                self.session,
                shipment,
                status=Status.CANCELLED,
                status_at=self.now,
                closed=True,
                closed_reason=decision.reason,
                next_poll_at=None,
            )
            audited.withdrawn(self.session, self.portal.id, verdict.deal, shipment.number, self.now)
        elif intents.are_open(self.session, self.portal.id, shipment.id):
            self._look_again(verdict, self.now + LOOK_AGAIN)


def _state(verdict: Verdict, now: datetime) -> dict[str, Any]:
    deal = verdict.deal
    if deal.gone:
        return {"last_read_at": now, "waits_for_person": ""}
    return {
        "category": deal.category,
        "stage": deal.stage,
        "title": deal.title[:255],
        "assigned_by": deal.assigned_by or None,
        "last_history_id": verdict.last_history_id or None,
        "portal_updated_at": deal.updated_at,
        "last_read_at": now,
        "waits_for_person": "",
        "moved_at": deal.moved_at,
        "note": "",
        "gone": False,
    }
