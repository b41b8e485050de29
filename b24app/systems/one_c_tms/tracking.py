"""What happens to a transport request (1c.md §6.5, §9): events, and the cursor of what changed. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from b24app.logistics.feed import FeedPage
from b24app.logistics.order import TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.systems.kit.one_c_http import Row
from b24app.systems.kit.statuses import of_return, status_named
from b24app.systems.kit.units import moment_of, whole
from b24app.systems.one_c_tms.vocabulary import BLOCKED, INCIDENTS, STATUSES

#: A feed that nobody has pulled yet begins here.
BEGINNING = timedelta(days=1)
#: Of so many changed requests the newest revision is remembered.
MOST_SEEN = 2000


def events_of(
    rows: Iterable[Row], state: Row, back: bool = False, mapping: Mapping[str, str] | None = None
) -> tuple[TrackingEvent, ...]:
    """Oldest first; `mapping` is what the admin takes a code for. What is wrong now (`problem` of the state) is wrong
    with the newest."""
    found = [event for row in rows if (event := parse_event(row, back, mapping))]
    found.sort(key=lambda event: event.at)
    if found and not back:
        found[-1] = _with_problem(found[-1], state.get("problem"))
    return tuple(found)


def parse_event(row: Row, back: bool = False, mapping: Mapping[str, str] | None = None) -> TrackingEvent | None:
    """None for a row without a status or a time."""
    code, at = str(row.get("status") or "").strip(), moment_of(row.get("at"))
    if not code or at is None:
        return None
    chosen = (mapping or {}).get(code, "")
    known = None if code == BLOCKED else STATUSES.get(code, Status.UNKNOWN)
    status = status_named(chosen) if chosen else known
    text = str(row.get("comment") or row.get("rawStatus") or code)
    event = TrackingEvent(
        code=code,
        text=text,
        status=of_return(status) if back else status,
        at=at,
        place=str(row.get("place") or ""),
        reason=str(row.get("rawStatus") or ""),
        back=back,
    )
    if code == BLOCKED:
        problem = Problem("warehouse_blocked", Field.ORDER, Who.CARRIER, event.reason, text)
        return replace(event, incident=Incident.NOT_READY, problem=problem)
    if status is Status.LOST:
        return replace(event, incident=Incident.LOST)
    if status is Status.DELIVERY_FAILED and not back:
        return replace(event, incident=Incident.OTHER, problem=_trouble("delivery_other", "", text))
    return event


def _with_problem(event: TrackingEvent, problem: Any) -> TrackingEvent:
    if not isinstance(problem, Mapping) or not problem.get("code") or event.code == BLOCKED:
        return event
    code, words = str(problem["code"]), str(problem.get("message") or "")
    incident, ours = INCIDENTS.get(code, (Incident.UNKNOWN, "delivery_unknown"))
    return replace(event, incident=incident, problem=_trouble(ours, code, words))


def _trouble(ours: str, code: str, words: str) -> Problem:
    return Problem(ours, Field.ORDER, Who.MANAGER, their_code=code, their_text=words)


# --- what changed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a feed stands: changed `since` (ISO, as 1C wrote it), the `page` that is to come, the `newest` moment on
    the pages before it, and of what was told already its revision: the moment is asked for again, so that nothing is
    lost between two changes of one second."""

    since: str
    page: str = ""
    newest: str = ""
    seen: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, now: datetime) -> Cursor:
        """Of none, or of one that is odd, the beginning. A base whose clock is fast does not lead us into the future:
        nothing would be told until then."""
        first = cls((now - BEGINNING).isoformat(timespec="seconds"))
        try:
            found = cls(**json.loads(text)) if text else first
            since = moment_of(found.since)
        except (ValueError, TypeError):
            return first
        if since is None:
            return first
        return found if since <= now else replace(found, since=now.isoformat(timespec="seconds"))

    def written(self) -> str:
        row = {"since": self.since, "page": self.page, "newest": self.newest, "seen": dict(self.seen)}
        return json.dumps(row, separators=(",", ":"))


def parse_changed(cursor: Cursor, rows: list[Row], skipped: int, following: str) -> FeedPage:
    """One page of the changed ones. What was told with this revision, or has only just been made, is not read again."""
    again, seen, newest = [], dict(cursor.seen), cursor.newest or cursor.since
    for row in rows:
        identifier, revision = str(row.get("id") or ""), whole(row.get("revision"))
        if not identifier or revision is None:
            skipped += 1
            continue
        if seen.get(identifier) != revision and not (revision == 1 and row.get("status") == "created"):
            again.append(identifier)
        seen[identifier] = revision
        newest = _later(newest, str(row.get("statusAt") or ""))
    kept = dict(list(seen.items())[-MOST_SEEN:])
    after = Cursor(cursor.since, following, newest, kept) if following else Cursor(newest, "", "", kept)
    return FeedPage(read_again=tuple(again), cursor=after.written(), more=bool(following), skipped=skipped)


def _later(one: str, other: str) -> str:
    first, second = moment_of(one), moment_of(other)
    return other if second is not None and (first is None or second > first) else one
