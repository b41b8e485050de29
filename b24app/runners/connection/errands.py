"""What an account is asked for returns, in its own lane beside its orders: carriers bring goods back, warehouses expect
them (`store.return_errands`).

A row is `sending` before its call leaves, and found again by our number afterwards, so that a crash at any line makes
no second order. What a system tells becomes an act in the portal's lane, in the transaction that keeps it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from b24app.flows.returns.effects import Actor
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.order import Decision
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.runners.connection import return_findings, return_labels
from b24app.runners.connection.beside import DONE_WITHIN, OfLane
from b24app.runners.connection.errand_calls import Plan, plan_of, take
from b24app.runners.connection.errand_outcomes import Came, Deed, Terms, columns, strange
from b24app.runners.connection.outcomes import ACCOUNT_PAUSE
from b24app.store import problems, return_acts, return_errand_lane, return_errands
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import ErrandKind, ErrandState, ReturnErrand
from b24app.store.return_acts import ActKind, Wanted
from b24app.store.return_errands import Errand

#: A warehouse that is to expect goods waits so long for the number of the carrier's order, looking this often.
NUMBER_WITHIN, LOOK_AGAIN = timedelta(minutes=10), timedelta(seconds=30)


@dataclass
class Errands(OfLane[Plan, Came]):
    """The errands of one slice."""

    failed: ClassVar[str] = "errand_failed"
    ports: ClassVar[frozenset[str]] = frozenset({"Returns", "Receipts"})

    def _earliest(self) -> datetime | None:
        with read_scope(self.services.sessions) as session:
            return return_errand_lane.earliest(session, self.slice)

    # --- choosing ----------------------------------------------------------------------------------------------------

    def _chosen(self, now: datetime, room: int, send_by: float) -> tuple[list[Plan], datetime | None]:
        """Writes are marked as being sent."""
        taken = {plan.errand.id for plan in self.flying.values()}
        plans: list[Plan] = []
        with session_scope(self.services.sessions) as session:
            return_errand_lane.expire(session, self.slice, now)
            for row in return_errand_lane.due(session, self.slice, now, room + len(taken)):
                if row.id in taken or len(plans) >= room or self._waits(session, row, now):
                    continue
                plan = plan_of(row, send_by)
                written = plan.deed is not Deed.FOLLOW
                if not written or return_errand_lane.mark(session, self.slice, row, now + DONE_WITHIN):
                    plans.append(plan)
            return plans, None if plans else return_errand_lane.earliest(session, self.slice)

    def _wait(self, now: datetime) -> None:
        with session_scope(self.services.sessions) as session:
            return_errand_lane.put_off(session, self.slice, now, now + ACCOUNT_PAUSE)

    def _waits(self, session: Session, row: ReturnErrand, now: datetime) -> bool:
        """A warehouse is told the number that will stand on the box; a carrier that takes long for it is not waited
        for. What is known by now goes with the request."""
        fresh = row.state == ErrandState.WAITING and not row.attempts and not row.wants_cancel
        if row.kind != ErrandKind.RECEIPT or not fresh:
            return False
        known = return_errand_lane.carried(session, row.portal_id, row.return_id)
        if known.waits and now - row.created_at < NUMBER_WITHIN:
            row.next_try_at = now + LOOK_AGAIN
            session.flush()
            return True
        if known.tracking and not row.request.get("tracking_number"):
            row.request = {**row.request, "carrier": known.carrier, "tracking_number": known.tracking}
            session.flush()
        return False

    # --- the call, and landing ---------------------------------------------------------------------------------------

    def _ask(self, asked: Plan) -> Came:
        return take(self.system, asked, self._manifest, self.services.clock)

    def _named(self, asked: Plan) -> dict[str, Any]:
        return {"errand": asked.errand.id}

    def _broken(self, _asked: Plan) -> Came:
        """Nobody knows how far it came."""
        return Came(error=Uncertain("a fault of ours"))

    def _save(self, plan: Plan, came: Came) -> None:
        """One transaction: where the errand is, and the act that tells the portal's lane of it."""
        now, wake = self.services.clock.now(), set[LaneRef]()
        written = plan.deed is not Deed.FOLLOW
        with session_scope(self.services.sessions) as session:
            row = return_errand_lane.landed(session, self.slice, plan.errand.id, marked=written)
            if row is None:
                return
            came = _once(session, row, plan, came)
            before = replace(return_errands.errand(row), state=plan.errand.state)
            told = _telling(row, plan.errand.state)
            for name, value in columns(before, plan.deed, came, plan.attempts, self._terms(now)).items():
                setattr(row, name, value)
            if row.wants_cancel and not plan.errand.wants_cancel and row.state == ErrandState.LIVE:
                row.next_try_at = now  # it was called off while it was being sent
            self._refused(session, came.error, now)
            after = return_errands.errand(row)
            if after.order != before.order or after.receipt != before.receipt or _telling(row, row.state) != told:
                row.changed_at = now
                self._note_unknown(session, before, after, now)
                wake |= self._files(session, row, before, after, now)
            session.flush()
            if _telling(row, row.state) != told:
                wake |= self._tell(session, row, now)
                if row.kind == ErrandKind.COLLECTION and (row.tracking_number or not after.is_open):
                    wake |= set(return_errand_lane.go_on(session, row.portal_id, row.return_id, now))
        for lane in wake:
            self.services.waker.wake(lane)

    def _terms(self, now: datetime) -> Terms:
        visible = timedelta(seconds=self._manifest.limits.get("visible_after_s", 0))
        services = self.services
        return Terms(now, services.spread(), services.settings.dead_after, visible, self.account.pace)

    def _tell(self, session: Session, row: ReturnErrand, now: datetime) -> set[LaneRef]:
        """The portal's lane reads the errand as it is by then; the key names this very change of it."""
        deal_id = return_errand_lane.deal_of(session, row.portal_id, row.return_id)
        if deal_id is None:
            return set()
        wanted = Wanted(
            ActKind.ERRAND,
            f"errand:{row.id}:{_mark(_telling(row, row.state), now)}",
            Actor.SYSTEM,
            deal_id,
            row.return_id,
            {"errand": row.id},
            source=self.account.connection.system,
        )
        lane = return_acts.ask(session, row.portal_id, wanted, now=now, trace_id=row.trace_id)
        return {lane} if lane is not None else set()

    def _files(self, session: Session, row: ReturnErrand, before: Errand, after: Errand, now: datetime) -> set[LaneRef]:
        """The label of an order that is there now; pictures of what an inspection found."""
        return_findings.fetch(session, row, self.slice.lane_id, before.receipt, now)
        there = after.order is not None and after.order.decision is Decision.ACCEPTED
        if not there or after.state is not ErrandState.LIVE or not row.order_number or before.order_number:
            return set()
        lane = return_labels.prepare(session, row, self._manifest.papers, now)
        return {lane} if lane is not None else set()

    def _note_unknown(self, session: Session, before: Errand, after: Errand, now: datetime) -> None:
        """Codes that our vocabulary of the system lacks, for the administrator's list."""
        if after.order is None:
            return
        portal_id, system = self.account.portal.id, self.account.connection.system
        for event in strange(before.order, after.order):
            if event.status is Status.UNKNOWN:
                told = ("status", event.code, event.text[:255])
                problems.note_unknown_code(session, portal_id, system, *told, now)
            if event.incident is Incident.UNKNOWN:
                told = ("reason", event.reason, event.text[:255])
                problems.note_unknown_code(session, portal_id, system, *told, now)


def _once(session: Session, row: ReturnErrand, plan: Plan, came: Came) -> Came:
    """An order brings the goods of one return: a carrier that knows one a parcel answers with another return's."""
    there = came.order.remote_id if came.order is not None and plan.deed is Deed.SEND else ""
    other = return_errand_lane.holder(session, row, there) if there else ""
    if not other:
        return came
    return Came(error=Refused([Problem("return_taken", Field.ORDER, Who.MANAGER, params={"number": other})]))


def _telling(row: ReturnErrand, state: str) -> tuple[Any, ...]:
    """What the portal's lane wants to hear of when it changes."""
    answer = row.answer or {}
    receipt = [answer.get(name) for name in ("stage", "lines", "inspected_at")] if "stage" in answer else []
    return str(state), row.status, row.order_number, row.tracking_number, row.problems, row.wants_cancel, receipt


def _mark(told: tuple[Any, ...], now: datetime) -> str:
    text = json.dumps([told, now.isoformat()], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
