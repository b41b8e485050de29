"""Documents of orders, in the account's own lane: lists and files that somebody wants to see, beside the account's
orders. What is put there is an intent (`telling`).

Nothing is tried again: the person who looks is told, and asks anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from b24app.flows import files
from b24app.flows.decisions import Text
from b24app.logistics.errors import LogisticsError, Refused, problem_in
from b24app.logistics.papers import MOST_BYTES
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import FiledDocument
from b24app.runners.connection.beside import Beside
from b24app.runners.connection.patience import patiently
from b24app.runners.connection.tasks import FOLLOW, Landed, Task
from b24app.store import comments, filed, inbox, outbox, shipments
from b24app.store.engine import read_scope, session_scope
from b24app.store.filed import ATTACH, DOCUMENT
from b24app.store.inbox import Claimed
from b24app.store.lanes import LaneRef
from b24app.store.models import ConnectionState, Filed, FiledState, InboxKind, Shipment
from b24app.wire.trace import tracing

#: So long a call waits for the account's budget.
PATIENCE_S = 6.0


def after(session: Session, task: Task, row: Shipment, now: datetime) -> LaneRef | None:
    """A document of ours got there: the system lists it from now on. What a chain puts there by itself is looked for
    only where somebody looks."""
    if task.kind != DOCUMENT:
        return filed.look_on(session, row, True, now, task.trace_id) if task.kind == ATTACH else None
    if task.payload.get("filed"):
        filed.given_over(session, row.portal_id, int(task.payload["filed"]))
    return filed.look_again(session, row, now, task.trace_id)


def follow(session: Session, landed: Landed, row: Shipment, moved: bool, now: datetime) -> LaneRef | None:
    """The order was read, and its documents are looked at with it, where somebody has looked at them before."""
    if landed.task.kind != FOLLOW or not row.remote_id:
        return None
    return filed.look_on(session, row, moved, now, landed.task.trace_id)


# --- looking ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One call, as the store knew it when the slice began: a list, or the file of the document `key`."""

    row: Claimed
    shipment_id: int
    remote_id: str
    filed_id: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    found: tuple[FiledDocument, ...] = ()
    file: bytes | None = None
    error: LogisticsError | None = None


def take(system: Any, step: Step) -> Came:
    """Runs in a thread of its own, without the database."""
    with tracing(step.row.trace_id):
        try:
            return patiently(lambda: _taken(system, step), PATIENCE_S)
        except LogisticsError as error:
            return Came(error=error)


def _taken(system: Any, step: Step) -> Came:
    """Raises LogisticsError."""
    if not step.filed_id:
        return Came(tuple(system.documents(step.remote_id)))
    file: bytes = system.fetch_document(step.remote_id, step.key)
    if len(file) > MOST_BYTES:
        raise Refused([Problem("document_too_big", Field.ORDER, Who.WAYBILL)])
    return Came(file=file)


@dataclass
class Filing(Beside[Step, Came]):
    """The documents that one slice reads."""

    failed: ClassVar[str] = "document_failed"
    kind: ClassVar[str] = InboxKind.FILED

    def load(self) -> None:
        """What is asked and not answered yet. An account that does not work answers at once: a person waits."""
        connection = self.account.connection
        if not self.services.plugins[connection.system].manifest.gives(filed.PORT, connection.settings):
            return
        with read_scope(self.services.sessions) as session:
            rows = self.slice.claim_inbox(session, (InboxKind.FILED,))
            steps = [(row, self._step(session, row)) for row in rows]
        for row, step in steps:
            if step is None:
                self._close(row)
            elif connection.state == ConnectionState.READY:
                self.waiting.append(step)
            else:
                self._save(step, Came(error=Refused([Problem("account_stopped", Field.ACCOUNT, Who.ADMIN)])))

    def _step(self, session: Session, row: Claimed) -> Step | None:
        """None = there is nothing to ask any more."""
        what, _, number = row.key.partition(":")
        portal_id = self.account.portal.id
        one = filed.get(session, portal_id, int(number)) if what == "file" else None
        if what == "file" and (one is None or one.state != FiledState.ASKED):
            return None
        shipment_id = one.shipment_id if one is not None else int(number)
        shipment = shipments.get(session, portal_id, shipment_id)
        if shipment is None or not shipment.remote_id or shipment.connection_id != self.account.connection.id:
            return None
        if one is None:
            return Step(row, shipment.id, shipment.remote_id)
        return Step(row, shipment.id, shipment.remote_id, one.id, one.remote_key)

    def _ask(self, asked: Step) -> Came:
        return take(self.system, asked)

    def _named(self, asked: Step) -> dict[str, Any]:
        return {"shipment": asked.shipment_id}

    def _broken(self, _asked: Step) -> Came:
        return Came(error=Refused([_BROKEN]))

    def _save(self, step: Step, came: Came) -> None:
        now, lane = self.services.clock.now(), None
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            if step.filed_id:
                self._fetched(filed.get(session, self.account.portal.id, step.filed_id), session, came, now)
            elif came.error is not None:
                filed.not_listed(session, step.shipment_id, problem_in(came.error), now)
            else:
                lane = self._listed(session, step, came, now)
            inbox.close(session, self.slice, step.row.ids, now)
        if lane is not None:
            self.services.waker.wake(lane)

    def _fetched(self, one: Filed | None, session: Session, came: Came, now: datetime) -> None:
        if one is None:
            return
        if came.error is not None or not came.file:
            filed.fail(one, problem_in(came.error) if came.error else _BROKEN, now)
            return
        filed.keep(session, one, came.file, now)
        # What a browser may show is decided by what the file is, not by what it is called.
        one.media_type = files.media_type(came.file) or one.media_type

    def _listed(self, session: Session, step: Step, came: Came, now: datetime) -> LaneRef | None:
        """A document that somebody there has added since is told in the deal's timeline."""
        shipment = shipments.get(session, self.account.portal.id, step.shipment_id)
        if shipment is None:
            return None
        news = filed.listed(session, shipment, came.found, now)
        number, lang = shipment.order_number or shipment.number, self.account.portal.language
        texts = [
            Text("document.new", {"name": one.name, "number": number, "account": self.account.connection.title},
                 marker=f"document-{shipment.id}-{mark_of(one.key)}")
            for one in news
        ]  # fmt: skip
        things = [comments.comment(shipment.portal_id, shipment.deal_id, text, lang, shipment.id) for text in texts]
        if not things:
            return None
        return outbox.add(session, shipment.portal_id, things, now=now, trace_id=step.row.trace_id)

    def _close(self, row: Claimed) -> None:
        with session_scope(self.services.sessions) as session:
            inbox.close(session, self.slice, row.ids, self.services.clock.now())


def mark_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


_BROKEN = Problem("document_failed", Field.NONE, Who.WAYBILL)
