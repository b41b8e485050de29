"""Pictures of what a warehouse found in a return, in the account's own lane: fetched once the inspection is there, and
kept beside those that clerks took (`store.return_photos`)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from b24app.flows.pictures import NoPictureError, Picture, clean
from b24app.lanes import ladder
from b24app.logistics.errors import LogisticsError, Unavailable
from b24app.logistics.warehouse import ReceiptState
from b24app.runners.connection.beside import Beside
from b24app.runners.connection.forms import MOST_TRIES
from b24app.store import inbox, return_errands, return_photos
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import ConnectionState, InboxKind, ReturnErrand
from b24app.store.return_errands import Errand
from b24app.store.return_photos import Photo, TooMuchError
from b24app.wire.trace import tracing

#: Pictures of one inspection that are fetched, and how long their names may be (`return_photo.key`).
MOST, MOST_KEY = 40, 64
_log = structlog.get_logger("waybill.connection")


def photos_of(state: ReceiptState | None) -> list[str]:
    """The names of an inspection's pictures, each once."""
    if state is None or state.inspected_at is None:
        return []
    keys = (key for line in state.lines for finding in line.findings for key in finding.photos)
    return [key for key in dict.fromkeys(keys) if 0 < len(key) <= MOST_KEY][:MOST]


def fetch(session: Session, row: ReturnErrand, lane_id: int, before: ReceiptState | None, now: Any) -> None:
    """The inspection came: what it has pictures of is fetched. In the transaction that keeps it."""
    known = set(photos_of(before))
    after = return_errands.errand(row).receipt
    for key in photos_of(after):
        if key not in known:
            name = f"{row.id}:{hashlib.sha256(key.encode()).hexdigest()[:24]}"
            payload, trace = {"errand": row.id, "key": key}, row.trace_id
            inbox.append(session, lane_id, InboxKind.RETURN_PHOTO, name, payload, now=now, trace_id=trace)


@dataclass(frozen=True, slots=True)
class Step:
    row: Claimed
    errand: Errand
    key: str


@dataclass(frozen=True, slots=True)
class Came:
    picture: Picture | None = None
    error: LogisticsError | None = None


def take(system: Any, step: Step) -> Came:
    """Runs in a thread of its own, without the database. What no page could show is not kept."""
    with tracing(step.row.trace_id):
        try:
            return Came(clean(system.photo(step.errand.remote_id, step.key)))
        except NoPictureError as error:
            _log.info("finding_dropped", errand=step.errand.id, why=f"{error.code}: {error}")
            return Came()
        except LogisticsError as error:
            return Came(error=error)


@dataclass
class Findings(Beside[Step, Came]):
    """The pictures that one slice fetches."""

    failed: ClassVar[str] = "finding_failed"
    kind: ClassVar[str] = InboxKind.RETURN_PHOTO

    def load(self) -> None:
        ports = self.services.plugins[self.account.connection.system].manifest.ports
        if "Receipts" not in ports or self.account.connection.state != ConnectionState.READY:
            return
        with read_scope(self.services.sessions) as session:
            rows = self.slice.claim_inbox(session, (InboxKind.RETURN_PHOTO,))
            found = [
                (row, return_errands.get(session, self.account.portal.id, int(row.payload["errand"]))) for row in rows
            ]
        for row, errand in found:
            if errand is None:
                self._close(row)
            else:
                self.waiting.append(Step(row, errand, str(row.payload["key"])))

    def _ask(self, asked: Step) -> Came:
        return take(self.system, asked)

    def _named(self, asked: Step) -> dict[str, Any]:
        return {"errand": asked.errand.id}

    def _broken(self, _asked: Step) -> Came:
        return Came()

    def _close(self, row: Claimed) -> None:
        with session_scope(self.services.sessions) as session:
            inbox.close(session, self.slice, row.ids, self.services.clock.now())

    def _save(self, step: Step, came: Came) -> None:
        """A picture that cannot be had is left out: the words of the finding are there without it."""
        row, now = step.row, self.services.clock.now()
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            if isinstance(came.error, Unavailable) and row.attempts + 1 < MOST_TRIES:
                due = ladder.next_try(now, row.attempts + 1, spread=self.services.spread())
                inbox.retry(session, self.slice, row.ids, due, str(came.error))
                return
            if came.picture is not None:
                self._keep(session, step, came.picture, now)
            inbox.close(session, self.slice, row.ids, now)

    def _keep(self, session: Session, step: Step, picture: Picture, now: Any) -> None:
        receipt = step.errand.receipt
        name = (receipt.inspector if receipt is not None else "") or self.account.connection.title
        at = receipt.inspected_at if receipt is not None and receipt.inspected_at else now
        photo = Photo(step.key, picture.media_type, at, name=name)
        try:
            return_photos.keep(session, self.account.portal.id, step.errand.return_id, photo, picture.content, now)
        except (NoResultFound, TooMuchError) as error:
            _log.info("finding_dropped", errand=step.errand.id, why=str(error))
