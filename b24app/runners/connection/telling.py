"""What goes back to a warehouse once a carrier has its goods: the carrier's number and progress, and its papers; and
documents that a person puts there.

Intents of the warehouse's own lane. Both calls set what is to be there, so that a lost answer is simply asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.decisions import Advance
from b24app.flows.legs import CARRIED
from b24app.flows.snapshot import Role
from b24app.flows.taken_back import TAKEN_BACK
from b24app.lanes import ladder
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Attachment, Carriage
from b24app.store import filed, intents, papers, portals, problems, shipments
from b24app.store.filed import ATTACH, DOCUMENT
from b24app.store.lanes import LaneRef
from b24app.store.models import Intent, IntentState, Paper, Shipment
from b24app.store.sending import Outcome
from b24app.systems.plugin import Manifest, SystemPlugin

#: Payload: a `Carriage` as JSON.
TELL = "tell"
KINDS = frozenset({TELL, ATTACH, DOCUMENT})
#: In the payload of an `ATTACH` or `DOCUMENT` task, beside what its intent holds: the file.
FILE = "file"
#: The Problem of a call that is refused, and of one that is given up.
_PROBLEMS = {
    TELL: ("onward_refused", "onward_silent"),
    ATTACH: ("attach_refused", "attach_silent"),
    DOCUMENT: ("document_refused", "document_silent"),
}
#: When the warehouse hears of it.
_TOLD = (Status.CREATED, Status.IN_TRANSIT, Status.DELIVERED, Status.RETURNED)
_NUMBERS = (Role.ORDER_ID, Role.TRACKING, Role.LINK)
_ACCOUNT_PAUSE_S = 3600.0


# --- the calls --------------------------------------------------------------------------------------------------------


def act(system: Any, kind: str, remote_id: str, payload: Mapping[str, Any]) -> None:
    """Runs in a thread of its own, without the database."""
    if kind == TELL:
        system.tell(remote_id, Carriage.from_json(payload))
        return
    file = payload.get(FILE)
    if not file:
        raise Refused([Problem("paper_expired", Field.ORDER, Who.MANAGER)])
    media_type = str(payload.get("type") or "application/pdf")
    system.attach(remote_id, Attachment(payload["key"], payload["kind"], payload["name"], media_type, bytes(file)))


def with_file(session: Session, intent: Intent) -> dict[str, Any]:
    """The payload of an intent as its task needs it."""
    given = dict(intent.payload or {})
    if given.get("filed"):
        given[FILE] = filed.content(session, intent.portal_id, int(given["filed"]))
    elif intent.kind != TELL:
        given[FILE] = papers.content(session, intent.portal_id, int(given.get("paper") or 0))
    return given


def outcome(
    intent_id: int, tries: int, error: LogisticsError | None, ms: int, now: datetime, spread: float, dead_after: int
) -> Outcome:
    """The next state of such an intent. What may have happened is asked for again: it changes nothing."""
    if error is None:
        return Outcome(intent_id, IntentState.DONE, "accepted", ms)
    if isinstance(error, Refused):
        first = error.problems[0] if error.problems else None
        said = (first.their_code, first.their_text) if first else ("", "")
        return Outcome(intent_id, IntentState.REFUSED, "refused", ms, *said)
    if isinstance(error, AccountProblem):
        due = ladder.next_try(now, 1, retry_after=_ACCOUNT_PAUSE_S)
        told = error.problem
        return Outcome(intent_id, IntentState.WAITING, "account", ms, told.their_code, told.their_text, due)
    why = error.why if isinstance(error, Unavailable | Uncertain) else str(error)
    if ladder.is_spent(tries, dead_after):
        return Outcome(intent_id, IntentState.DEAD, "dead", ms, "", why)
    wait = error.retry_after if isinstance(error, Unavailable) else None
    due = ladder.next_try(now, tries, retry_after=wait, spread=spread)
    return Outcome(intent_id, IntentState.WAITING, "unavailable", ms, "", why, due)


def problem_of(kind: str, error: LogisticsError | None, ended: Outcome) -> Problem | None:
    """What a person is told of a call that came to nothing: the goods go on all the same."""
    refused, silent = _PROBLEMS[kind]
    if ended.state == IntentState.DEAD:
        return Problem(silent, Field.ORDER, Who.CARRIER, their_text=ended.words)
    if isinstance(error, Refused) and ended.state == IntentState.REFUSED:
        first = error.problems[0] if error.problems else Problem(refused, Field.ORDER)
        return Problem(refused, first.field, Who.MANAGER, first.their_code, first.their_text)
    return None


def over(kind: str) -> tuple[str, ...]:
    """Beginnings of the keys of problems that such a call settles."""
    return tuple(f"{code}|" for code in _PROBLEMS[kind])


# --- when they are made -----------------------------------------------------------------------------------------------


def after_advance(
    session: Session,
    row: Shipment,
    change: Advance,
    plugins: Mapping[str, SystemPlugin],
    carrier: str,
    *,
    now: datetime,
    trace_id: str,
) -> LaneRef | None:
    """A carrier's leg has its number, or its end: its warehouse is told. Of calls that wait only the newest counts."""
    numbers = any(role in change.fields for role in _NUMBERS) and change.status.rank >= Status.CREATED.rank
    news = (change.changed and change.status in _TOLD) or (numbers and change.status not in _NOTHING)
    picked = _picked(session, row, plugins, "Onward") if news else None
    if picked is None or not (row.tracking_number or row.order_number):
        return None
    intents.supersede(session, row.portal_id, picked.id, TELL, now)
    # A warehouse that took its goods issue back does not post it again because the carrier is further on.
    status = "" if _taken_back(session, row) else str(change.status.value)
    told = Carriage(carrier, row.tracking_number or row.order_number or "", row.tracking_url or "", status)
    return intents.add(session, picked, TELL, told.to_json(), now=now, trace_id=trace_id)


_NOTHING = (Status.CANCELLED, Status.REJECTED)


def _taken_back(session: Session, row: Shipment) -> bool:
    opened = problems.open_of_deals(session, row.portal_id, [row.deal_id])[row.deal_id]
    return any(each.key.startswith(f"{TAKEN_BACK}|") for each in opened)


def label_for(
    session: Session, row: Shipment, plugins: Mapping[str, SystemPlugin], manifest: Manifest
) -> PaperForm | None:
    """The form that a warehouse is to stick on, if it takes documents and this carrier prints one."""
    if _picked(session, row, plugins, "Documents") is None:
        return None
    found = [form for form in manifest.papers if form.kind is PaperKind.LABEL]
    return next((form for form in found if form.first), found[0] if found else None)


def after_paper(
    session: Session,
    row: Shipment,
    paper: Paper,
    form: PaperForm | None,
    plugins: Mapping[str, SystemPlugin],
    *,
    now: datetime,
    trace_id: str,
) -> LaneRef | None:
    """A paper of a carrier's leg is ready: once for each print it goes to the warehouse, under a key of ours."""
    picked = _picked(session, row, plugins, "Documents")
    if picked is None or form is None:
        return None
    given = filed.paper_of(row, paper, form)
    known = intents.of_shipments(session, row.portal_id, [picked.id], (ATTACH,)).get(picked.id, [])
    if any((each.payload or {}).get("made") == given["made"] for each in known):
        return None
    return intents.add(session, picked, ATTACH, given, now=now, trace_id=trace_id)


def _picked(session: Session, row: Shipment, plugins: Mapping[str, SystemPlugin], port: str) -> Shipment | None:
    """The warehouse's leg whose goods this one carries, if its system has the port and its order exists."""
    if row.leg != CARRIED or not row.follows:
        return None
    picked = shipments.get(session, row.portal_id, row.follows)
    if picked is None or not picked.remote_id or Status(picked.status) in _NOTHING:
        return None
    account = portals.connection(session, row.portal_id, picked.connection_id)
    plugin = plugins.get(account.system) if account is not None else None
    if account is None or plugin is None:
        return None
    return picked if plugin.manifest.gives(port, account.settings) else None
