"""Labels of return orders, in the account's own lane: made, looked at until they are ready, fetched and kept, as the
papers of orders are (`papering`). A label more costs nothing, so that nothing here is ever uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from b24app.logistics.errors import Refused
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.connection.beside import Beside
from b24app.runners.connection.forms import REFUSED, Came, Step, apply, take
from b24app.store import inbox, return_labels
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import ConnectionState, InboxKind, PaperStatus, ReturnErrand

_STOPPED = Problem("account_stopped", Field.ACCOUNT, Who.ADMIN)


def form_of(forms: Sequence[PaperForm]) -> PaperForm | None:
    """The one that goes on a client's box: a label, the one that is shown first; else a waybill."""
    for kind in (PaperKind.LABEL, PaperKind.WAYBILL):
        found = [form for form in forms if form.kind is kind]
        if found:
            return next((form for form in found if form.first), found[0])
    return None


def prepare(session: Session, row: ReturnErrand, forms: Sequence[PaperForm], now: datetime) -> LaneRef | None:
    """The order is there: its label is made, where the system prints any."""
    form = form_of(forms)
    return return_labels.ask(session, row, form.code, now=now, trace_id=row.trace_id) if form is not None else None


@dataclass
class ReturnLabels(Beside[Step, Came]):
    """The labels of one slice."""

    failed: ClassVar[str] = "return_label_failed"
    kind: ClassVar[str] = InboxKind.RETURN_LABEL

    def load(self) -> None:
        if "Papers" not in self.services.plugins[self.account.connection.system].manifest.ports:
            return
        with read_scope(self.services.sessions) as session:
            rows = self.slice.claim_inbox(session, (InboxKind.RETURN_LABEL,))
            steps = [(row, self._step(session, row)) for row in rows]
        for row, step in steps:
            if step is None:
                self._save(Step(row, 0, "", "", ""), None)
            elif self.account.connection.state == ConnectionState.READY:
                self.waiting.append(step)
            else:
                self._save(step, Came(error=Refused([_STOPPED])))

    def _step(self, session: Session, row: Claimed) -> Step | None:
        """None = there is nothing to make any more."""
        found = return_labels.get(session, self.account.portal.id, int(row.key))
        if found is None or found[0].status not in (PaperStatus.WAITING, PaperStatus.ASKED):
            return None
        label, errand = found
        return Step(row, label.id, label.form, errand.remote_id, label.remote_key)

    def _ask(self, asked: Step) -> Came:
        return take(self.system, asked)

    def _named(self, asked: Step) -> dict[str, Any]:
        return {"label": asked.paper_id}

    def _broken(self, _asked: Step) -> Came:
        return Came(error=Refused([REFUSED]))

    def _save(self, step: Step, came: Came | None) -> None:
        now, later = self.services.clock.now(), None
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            found = return_labels.get(session, self.account.portal.id, step.paper_id)
            if found is not None and came is not None:
                later = apply(
                    found[0], came, now, self.services.spread(), lambda form, file: return_labels.keep(form, file, now)
                )
                session.flush()
            if later is None:
                inbox.close(session, self.slice, step.row.ids, now)
            else:
                inbox.defer(session, self.slice, step.row.ids, later)
