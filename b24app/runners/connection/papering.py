"""Print forms, in the account's own lane: asked for, looked at until they are ready, fetched and kept, beside the
account's orders and never before them.

Each step is saved before the next one begins. Whatever stops a slice costs one more print at most, and that is free.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from b24app.flows.decisions import Text
from b24app.logistics.errors import Refused
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection import telling
from b24app.runners.connection.beside import Beside
from b24app.runners.connection.forms import Came, Step, apply, take
from b24app.store import comments, inbox, outbox, papers, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import ConnectionState, InboxKind, Paper, PaperStatus

#: A larger file stays with us: the portal takes it only as a request of its own (bitrix24-crm.md §13.2).
ATTACHED_MOST = 256 * 1024


@dataclass
class Papering(Beside[Step, Came]):
    """The papers of one slice."""

    failed: ClassVar[str] = "paper_failed"
    kind: ClassVar[str] = InboxKind.PAPER

    def load(self) -> None:
        """What is due. An account that does not work answers at once: a person waits."""
        with read_scope(self.services.sessions) as session:
            rows = self.slice.claim_inbox(session, (InboxKind.PAPER,))
            found = [(row, papers.get(session, self.account.portal.id, int(row.key))) for row in rows]
        for row, paper in found:
            if paper is None or paper.status not in (PaperStatus.WAITING, PaperStatus.ASKED):
                self._save(Step(row, 0, "", "", ""), None)
                continue
            step = Step(row, paper.id, paper.form, paper.remote_id, paper.remote_key)
            if self.account.connection.state == ConnectionState.READY:
                self.waiting.append(step)
            else:
                self._save(step, Came(error=Refused([Problem("account_stopped", Field.ACCOUNT, Who.ADMIN)])))

    def _ask(self, asked: Step) -> Came:
        return take(self.system, asked)

    def _named(self, asked: Step) -> dict[str, Any]:
        return {"paper": asked.paper_id}

    def _broken(self, _asked: Step) -> Came:
        return Came(error=Refused([_BROKEN]))

    def _save(self, step: Step, came: Came | None) -> None:
        """One transaction: how far the paper is, and when its row is looked at again."""
        now = self.services.clock.now()
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            paper = papers.get(session, self.account.portal.id, step.paper_id)
            later: datetime | None = None
            lanes: set[LaneRef] = set()
            # Somebody may have begun it anew meanwhile: then the row that this left is the newer one's.
            if paper is not None and came is not None and paper.remote_id == step.remote_id:
                spread = self.services.spread()
                later = apply(paper, came, now, spread, lambda form, file: papers.keep(session, form, file, now))
                if paper.status == PaperStatus.READY:
                    lanes = self._attach(session, paper, step, now)
            if later is None:
                inbox.close(session, self.slice, step.row.ids, now)
            else:
                inbox.defer(session, self.slice, step.row.ids, later)
        for lane in lanes:
            self.services.waker.wake(lane)

    def _attach(self, session: Session, paper: Paper, step: Step, now: datetime) -> set[LaneRef]:
        """The file goes to the warehouse that packed the order, and into the deal's timeline, unless the portal does
        not want it, or it is too large for that."""
        [row] = shipments.by_ids(session, paper.portal_id, [paper.shipment_id]).values()
        form = {each.code: each for each in self._forms()}.get(paper.form)
        plugins, trace = self.services.plugins, step.row.trace_id
        told = telling.after_paper(session, row, paper, form, plugins, now=now, trace_id=trace)
        lanes = {told} if told is not None else set()
        if not papers.Wanted.of(self.account.portal.settings).attach or paper.size > ATTACHED_MOST:
            return lanes
        key = f"paper.attached_{form.kind.value}" if form else "paper.attached"
        params = {"size": form.size if form else "", "number": row.order_number or row.number}
        text = Text(key, params, marker=f"paper-{paper.id}-{paper.asked_at:%y%m%d%H%M%S}")
        thing = comments.comment(paper.portal_id, paper.deal_id, text, self.account.portal.language, row.id)
        thing.payload["paper"] = paper.id
        return {*lanes, outbox.add(session, paper.portal_id, [thing], now=now, trace_id=trace)}

    def _forms(self) -> Any:
        return self.services.plugins[self.account.connection.system].manifest.papers


_BROKEN = Problem("paper_refused", Field.ORDER, Who.WAYBILL)
