"""Documents of orders in systems that keep some: looked at when somebody looks, fetched when somebody opens one, and
put there once by a key of ours.

A look belongs to a shipment; its answer replaces what was listed before. Files are kept for a day: they can be fetched
anew at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from b24app.logistics.papers import PaperForm
from b24app.logistics.problem import Problem
from b24app.logistics.warehouse import FiledDocument
from b24app.store import inbox, intents
from b24app.store.lanes import LaneRef, connection_lane
from b24app.store.models import (
    Filed,
    FiledFile,
    FiledLook,
    FiledState,
    InboxKind,
    Intent,
    IntentState,
    Paper,
    Shipment,
)
from b24app.store.sql import changed, chunks, locked

#: The port of systems that keep documents.
PORT = "Documents"
#: Kind of an intent that puts a person's document there. Payload: `{"key", "kind", "name", "type", "made", "by"}` and
#: `paper` or `filed`: the id of ours that has the file.
DOCUMENT = "document"
#: … and of one by which a chain puts a paper there by itself. Payload: that of `paper_of`.
ATTACH = "attach"
_SENDING = (DOCUMENT, ATTACH)
#: A list is the present for so long when somebody looks.
FRESH = timedelta(minutes=1)
#: While an order is followed, a list that somebody has looked at is read again this often.
NOW_AND_THEN = timedelta(minutes=15)
#: Who presses the button wants to know it now; two presses in a row are one.
PRESSED = timedelta(seconds=3)
#: A look or a fetch that nobody has answered by then was lost with its row.
LOST = timedelta(minutes=2)
KEPT = timedelta(days=1)
_FAILED = (IntentState.REFUSED, IntentState.DEAD, IntentState.DROPPED, IntentState.OBSOLETE)


@dataclass(frozen=True, slots=True)
class Look:
    """How the list of one shipment stands. `read_at` None = never read."""

    asked_at: datetime
    read_at: datetime | None = None
    answered_at: datetime | None = None
    problem: Problem | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is at it."""
        return (self.answered_at is None or self.answered_at < self.asked_at) and now - self.asked_at < LOST


@dataclass(frozen=True, slots=True)
class Sent:
    """A document of ours on its way there, or there. `paper` and `filed` say whose file it is, 0 = the other's."""

    shipment_id: int
    key: str
    name: str
    kind: str
    state: str
    by: str
    at: datetime
    paper: int = 0
    filed: int = 0
    made: str = ""
    said: str = ""

    @property
    def failed(self) -> bool:
        return self.state in _FAILED


@dataclass(frozen=True, slots=True)
class Known:
    """Everything the store knows of the documents of some shipments."""

    looks: Mapping[int, Look] = field(default_factory=dict)
    rows: Sequence[Filed] = ()
    sent: Sequence[Sent] = ()


def of_shipments(session: Session, portal_id: int, shipment_ids: Sequence[int]) -> Known:
    """Without the files. Of what was sent several times under one key, the last call."""
    wanted = list(shipment_ids)
    looks = select(FiledLook).where(FiledLook.portal_id == portal_id, FiledLook.shipment_id.in_(wanted))
    rows = select(Filed).where(Filed.portal_id == portal_id, Filed.shipment_id.in_(wanted))
    sent: dict[tuple[int, str], Sent] = {}
    for shipment_id, calls in intents.of_shipments(session, portal_id, wanted, _SENDING).items():
        for intent in calls:
            one = _sent(shipment_id, intent)
            sent[(shipment_id, one.key)] = one
    return Known(
        {row.shipment_id: _look(row) for row in session.scalars(looks)},
        list(session.scalars(rows.order_by(Filed.at, Filed.id))),
        list(sent.values()),
    )


def _look(row: FiledLook) -> Look:
    problem = Problem.from_json(row.problem) if row.problem else None
    return Look(row.asked_at, row.read_at, row.answered_at, problem)


def _sent(shipment_id: int, intent: Intent) -> Sent:
    given = intent.payload or {}
    return Sent(
        shipment_id,
        str(given.get("key", "")),
        str(given.get("name", "")),
        str(given.get("kind", "")),
        str(intent.state),
        str(given.get("by", "")),
        intent.created_at,
        int(given.get("paper") or 0),
        int(given.get("filed") or 0),
        str(given.get("made", "")),
        intent.last_error or "",
    )


def get(session: Session, portal_id: int, filed_id: int) -> Filed | None:
    return session.scalar(select(Filed).where(Filed.portal_id == portal_id, Filed.id == filed_id))


def content(session: Session, portal_id: int, filed_id: int) -> bytes | None:
    """The file, or None when there is none (any more)."""
    mine = select(FiledFile.content).where(FiledFile.portal_id == portal_id, FiledFile.filed_id == filed_id)
    return session.scalar(mine)


# --- asking -----------------------------------------------------------------------------------------------------------


def ask_look(
    session: Session, shipment: Shipment, *, again: bool, now: datetime, trace: str, people: bool = True
) -> LaneRef | None:
    """Has the shipment's documents read, unless that was done just now or is under way. Wake the lane after the
    commit."""
    row, fresh = _locked(session, shipment, now)
    known = _look(row)
    read = known.read_at is not None and now - known.read_at < (PRESSED if again else FRESH)
    if not fresh and (read or known.is_open(now)):
        return None
    return _ask(session, row, shipment, now, trace, people)


def look_again(session: Session, shipment: Shipment, now: datetime, trace: str) -> LaneRef:
    """Has the documents read once more whoever is at it: what was read before does not know what has come since."""
    row, _ = _locked(session, shipment, now)
    return _ask(session, row, shipment, now, trace, people=True)


def look_on(session: Session, shipment: Shipment, moved: bool, now: datetime, trace: str) -> LaneRef | None:
    """The order was read: documents that somebody has looked at are looked at again, at once when it has `moved`."""
    row = session.scalar(_look_of(shipment))
    if row is None or _look(row).is_open(now):
        return None
    if not moved and row.answered_at is not None and now - row.answered_at < NOW_AND_THEN:
        return None
    return _ask(session, row, shipment, now, trace, people=False)


def _look_of(shipment: Shipment) -> Select[FiledLook]:
    return select(FiledLook).where(FiledLook.portal_id == shipment.portal_id, FiledLook.shipment_id == shipment.id)


def _locked(session: Session, shipment: Shipment, now: datetime) -> tuple[FiledLook, bool]:
    """The shipment's look, ours until the transaction ends, and whether it was made for us."""
    mine = {"portal_id": shipment.portal_id, "shipment_id": shipment.id}
    return locked(session, FiledLook, mine, {"asked_at": now, "problem": {}}, ["shipment_id"])


def _ask(session: Session, row: FiledLook, shipment: Shipment, now: datetime, trace: str, people: bool) -> LaneRef:
    row.asked_at = now
    return _queue(session, shipment.connection_id, f"look:{shipment.id}", now, trace, people)


def ask_file(session: Session, filed: Filed, connection_id: int, *, now: datetime, trace: str) -> LaneRef | None:
    """Has a document's file fetched; None when it is there, or on its way. Wake the lane after the commit."""
    under_way = filed.state == FiledState.ASKED and now - filed.changed_at < LOST
    if filed.state in (FiledState.READY, FiledState.OURS) or under_way:
        return None
    filed.state, filed.problem, filed.changed_at = FiledState.ASKED, {}, now
    return _queue(session, connection_id, f"file:{filed.id}", now, trace, people=True)


def _queue(session: Session, connection_id: int, key: str, now: datetime, trace: str, people: bool) -> LaneRef:
    lane = connection_lane(session, connection_id)
    inbox.append(session, lane.id, InboxKind.FILED, key, {}, now=now, trace_id=trace, people=people)
    return lane


# --- answering --------------------------------------------------------------------------------------------------------


def listed(session: Session, shipment: Shipment, found: Sequence[FiledDocument], now: datetime) -> list[FiledDocument]:
    """The list as the system has it now takes the place of the former one. Returns what is new of others' documents;
    nothing of the first list is news, nor a print form, which has no date of its own."""
    look = session.scalar(_look_of(shipment))
    first = look is None or look.read_at is None
    if look is not None:
        look.read_at = look.answered_at = now
        look.problem = {}
    mine = select(Filed).where(Filed.portal_id == shipment.portal_id, Filed.shipment_id == shipment.id)
    known = {row.remote_key: row for row in session.scalars(mine.where(Filed.remote_key != ""))}
    news = []
    for one in {each.key: each for each in found if each.key}.values():
        row = known.pop(one.key[:255], None)
        if row is None:
            row = Filed(
                portal_id=shipment.portal_id,
                shipment_id=shipment.id,
                deal_id=shipment.deal_id,
                remote_key=one.key[:255],
                state=FiledState.THERE,
                problem={},
                changed_at=now,
            )
            session.add(row)
            if not first and not one.ours and one.at is not None:
                news.append(one)
        row.ours, row.name, row.kind = one.ours[:80], one.name[:255], one.kind[:16]
        row.media_type, row.size, row.at = one.media_type[:120], one.bytes, one.at
    for gone in known.values():
        session.delete(gone)
    return news


def not_listed(session: Session, shipment_id: int, problem: Problem, now: datetime) -> None:
    """The documents could not be read; what was known stays."""
    look = session.scalars(select(FiledLook).where(FiledLook.shipment_id == shipment_id)).one_or_none()
    if look is not None:
        look.answered_at, look.problem = now, problem.to_json()


def keep(session: Session, filed: Filed, file: bytes, now: datetime) -> None:
    """The file is there; a former one goes."""
    session.execute(delete(FiledFile).where(FiledFile.portal_id == filed.portal_id, FiledFile.filed_id == filed.id))
    session.add(FiledFile(portal_id=filed.portal_id, filed_id=filed.id, content=file, kept_at=now))
    filed.state, filed.size, filed.problem, filed.changed_at = FiledState.READY, len(file), {}, now


def fail(filed: Filed, problem: Problem, now: datetime) -> None:
    filed.state, filed.problem, filed.changed_at = FiledState.FAILED, problem.to_json(), now


# --- putting there ----------------------------------------------------------------------------------------------------


def attach_paper(
    session: Session,
    target: Shipment,
    row: Shipment,
    paper: Paper,
    form: PaperForm,
    *,
    by: str,
    now: datetime,
    trace: str,
) -> LaneRef | None:
    """A print of `row` goes to the order of `target`; None when it did already, or is on its way."""
    return _attach(session, target, {**paper_of(row, paper, form), "by": by}, now, trace)


def paper_of(row: Shipment, paper: Paper, form: PaperForm) -> dict[str, Any]:
    """The payload of an intent that puts a print of `row` somewhere: one key for a form, whoever puts it there."""
    return {
        "paper": paper.id,
        "key": f"{row.number}-{form.code}"[:64],
        "kind": form.kind.value,
        "name": f"{form.kind.value}-{row.order_number or row.number}.pdf",
        "type": "application/pdf",
        "made": made_of(paper.id, paper.asked_at),
    }


def made_of(paper_id: int, asked_at: datetime) -> str:
    """Tells one print of a form from the next."""
    return f"{paper_id}:{asked_at.isoformat()}"


def attach_file(
    session: Session, target: Shipment, name: str, media_type: str, file: bytes, *, by: str, now: datetime, trace: str
) -> LaneRef | None:
    """A person's own file goes to the order; None when this very file did already, or is on its way."""
    key = f"{target.number}-{hashlib.sha256(file).hexdigest()[:12]}"[:64]
    row = _own(session, target, key, name, media_type, now)
    keep(session, row, file, now)
    row.state = FiledState.OURS
    given = {"filed": row.id, "key": key, "kind": "other", "name": name, "type": media_type, "made": key, "by": by}
    return _attach(session, target, given, now, trace)


def _own(session: Session, target: Shipment, key: str, name: str, media_type: str, now: datetime) -> Filed:
    """The row of a person's own file, ours until the transaction ends; made when missing."""
    mine = {"portal_id": target.portal_id, "shipment_id": target.id, "remote_key": "", "ours": key}
    first = {
        "deal_id": target.deal_id, "name": name, "kind": "other", "media_type": media_type, "problem": {},
        "changed_at": now,
    }  # fmt: skip
    return locked(session, Filed, mine, first, ["shipment_id", "remote_key", "ours"])[0]


def again(session: Session, target: Shipment, filed: Filed, *, by: str, now: datetime, trace: str) -> LaneRef | None:
    """A person's file that did not get there is sent once more."""
    given = {"filed": filed.id, "key": filed.ours, "kind": filed.kind, "name": filed.name, "type": filed.media_type,
             "made": filed.ours, "by": by}  # fmt: skip
    return _attach(session, target, given, now, trace)


def _attach(session: Session, target: Shipment, given: dict[str, Any], now: datetime, trace: str) -> LaneRef | None:
    known = intents.of_shipments(session, target.portal_id, [target.id], _SENDING).get(target.id, [])
    same = (each for each in known if each.state not in _FAILED)
    if any((each.payload or {}).get("made") == given["made"] for each in same):
        return None
    return intents.add(session, target, DOCUMENT, given, now=now, trace_id=trace, people=True)


def given_over(session: Session, portal_id: int, filed_id: int) -> None:
    """The system has the file now and lists it itself."""
    mine = (Filed.portal_id == portal_id, Filed.id == filed_id, Filed.state == FiledState.OURS)
    changed(session, delete(Filed).where(*mine))


def forget_files(session: Session, before: datetime) -> int:
    """Files that nobody has to keep any more; their documents may be fetched anew. Returns how many."""
    old = list(session.scalars(select(FiledFile.filed_id).where(FiledFile.kept_at < before)))
    for some in chunks(old):
        for row in session.scalars(select(Filed).where(Filed.id.in_(some))):
            if row.state == FiledState.OURS:
                session.delete(row)
            elif row.state == FiledState.READY:
                row.state = FiledState.THERE
        changed(session, delete(FiledFile).where(FiledFile.filed_id.in_(some)))
    return len(old)


def opened(session: Session, portal_id: int, filed_id: int, now: datetime) -> None:
    row = get(session, portal_id, filed_id)
    if row is not None:
        row.opened_at = now
