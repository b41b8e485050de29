"""The log of calls and a deal's whole trace as their templates draw them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_time

from b24app.frames.formats import Formats
from b24app.frames.words import Words
from b24app.store.audit import changes_of
from b24app.store.calls import OUTCOMES, PAGE, REFUSED, Cursor, DealRows, Wanted
from b24app.store.models import AuditRow, CallLogRow, Connection, ProblemRow, TrackingRow
from b24app.wire.mask import IDS_MARK, mask_words
from placements.app.changes_view import ChangeWords
from placements.audit_words import sentence

_REFUSED_FROM = 400
_TONES = {"answered": ("green", "check-circle"), "refused": ("red", "alert"), "unknown": ("amber", "question")}
_CALM = ("grey", "pause")
_GOOD = frozenset({"done", "accepted", "adopted", "pending", "found"})
#: Pauses shorter than this are not worth a word between two lines.
PAUSE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call. `result` is a key of `log.outcome.*`; `remote` is its name for people."""

    id: int
    at: str
    remote: str
    label: str
    result: str
    tone: str
    icon: str
    status: int
    ms: int
    people: bool


@dataclass(frozen=True, slots=True)
class CallBody:
    """What was sent and what came, masked; `cut` = only their beginning is kept."""

    id: int
    verb: str
    url: str
    why: str
    trace: str
    sent: str
    got: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """The form as it was sent: what the next page asks for again."""

    remote: str
    outcome: str
    text: str
    since: str
    until: str
    deal: str
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a deal's trace. `pause` is the time since the line before, when it is worth telling."""

    at: str
    kind: str
    icon: str
    tone: str
    title: str
    text: str
    pause: str
    call: int = 0


def names(member_id: str, accounts: Iterable[Connection], formats: Formats) -> dict[str, str]:
    """Remote of the log -> how people call it."""
    shown = {f"portal:{member_id}": formats.words("log.portal")}
    return shown | {f"{each.system}:{each.id}": each.title for each in accounts}


def line(row: CallLogRow, remotes: Mapping[str, str], formats: Formats) -> CallLine:
    result = REFUSED if row.status >= _REFUSED_FROM else row.outcome
    tone, icon = _TONES.get(result, _CALM)
    remote = remotes.get(row.remote, row.remote)
    return CallLine(
        row.id, exact(row.at, formats), remote, row.label, result, tone, icon, row.status, row.ms, row.people
    )


def body(row: CallLogRow) -> CallBody:
    sent, got = pretty(row.sent), pretty(row.got)
    cut = any(IDS_MARK in part or not _whole(part) for part in (row.sent, row.got))
    return CallBody(row.id, row.verb, row.url, row.why, row.trace_id, sent, got, cut)


def _whole(text: str) -> bool:
    return text[:1] not in ("{", "[") or _parsed(text) is not None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def pretty(text: str) -> str:
    """JSON over several lines; what was cut stays as it is."""
    found = _parsed(text)
    return text if found is None else json.dumps(found, ensure_ascii=False, indent=2)


def exact(at: datetime, formats: Formats) -> str:
    """`12 ноя, 14:05:09`: seconds matter here."""
    local = at.astimezone(formats.zone)
    time = format_time(local, "HH:mm:ss", locale=formats.lang)
    today = formats.now.astimezone(formats.zone).date()
    return (
        time
        if local.date() == today
        else f"{local.day} {format_date(local.date(), 'MMM', locale=formats.lang)}, {time}"
    )


# --- the form --------------------------------------------------------------------------------------------------------


def wanted(args: Mapping[str, str], remotes: Mapping[str, str], zone: str) -> tuple[Wanted, Filters]:
    """Raises nothing: a field that is wrong is named in `errors` and left out."""
    errors: dict[str, str] = {}
    text = {name: args.get(name, "").strip()[:80] for name in ("remote", "outcome", "text", "since", "until", "deal")}
    moments = {name: _moment(text[name], zone, name, errors) for name in ("since", "until")}
    for name, allowed in (("remote", remotes), ("outcome", OUTCOMES)):
        if text[name] and text[name] not in allowed:
            errors[name] = "choose"
    if text["deal"] and not (text["deal"].isdecimal() and len(text["deal"]) <= 12):
        errors["deal"] = "number"
    remote, outcome = ("" if name in errors else text[name] for name in ("remote", "outcome"))
    return Wanted(remote, outcome, text["text"], moments["since"], moments["until"]), Filters(**text, errors=errors)


def _moment(text: str, zone: str, name: str, errors: dict[str, str]) -> datetime | None:
    """A `datetime-local` of the reader's clock."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        errors[name] = "moment"
        return None


def cursor(text: str) -> Cursor | None:
    """`<ISO moment>_<id>` of the page before; None for anything else."""
    at, _, id_ = text.partition("_")
    try:
        return Cursor(datetime.fromisoformat(at), int(id_))
    except ValueError:
        return None


def next_cursor(rows: Sequence[CallLogRow]) -> str:
    return f"{rows[-1].at.isoformat()}_{rows[-1].id}" if len(rows) == PAGE else ""


# --- a deal's trace --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    order: int
    kind: str
    title: str
    text: str = ""
    tone: str = ""
    call: int = 0


_ICONS = {"event": "clock", "audit": "user", "order": "box", "call": "send", "told": "edit", "track": "truck"}


def steps(happened: Iterable[Happened], formats: Formats) -> tuple[Step, ...]:
    """Oldest first, with the times between."""
    shown: list[Step] = []
    before: datetime | None = None
    for each in sorted(happened, key=lambda one: (one.at, one.order)):
        pause = each.at - before if before is not None else timedelta(0)
        before = each.at
        icon = "alert" if each.kind == "problem" else _ICONS[each.kind]
        text = mask_words(each.text)
        gap = between(pause, formats) if pause >= PAUSE else ""
        shown.append(Step(exact(each.at, formats), each.kind, icon, each.tone, each.title, text, gap, each.call))
    return tuple(shown)


def between(pause: timedelta, formats: Formats) -> str:
    seconds = int(pause.total_seconds())
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return formats.words(f"trace.after_{unit}", n=seconds // length)
    return formats.words("trace.after_seconds", n=seconds)


def told_by_rows(rows: DealRows, formats: Formats) -> Iterator[Happened]:
    """Rows of the queue: what came in, what was decided, tried and written."""
    t = formats.words
    for asked in rows.inbox:
        title = _named(
            t,
            "trace.inbox",
            asked.kind,
            who=str(asked.payload.get("name") or t("audit.somebody", n=asked.payload.get("user_id", "")).strip()),
        )
        yield Happened(asked.received_at, 0, "event", title, str(asked.payload.get("event") or ""))
        if asked.state == "dead":
            at, why = asked.served_at or asked.received_at, asked.last_error or ""
            yield Happened(at, 9, "problem", t("trace.gave_up"), why, "red")
    for shipment in rows.shipments:
        yield Happened(shipment.created_at, 2, "order", t("trace.decided", number=shipment.number))
    for intent in rows.intents:
        title = _named(t, "trace.intent", intent.kind, number=intent.number)
        yield Happened(intent.created_at, 3, "order", title)
    for thing in rows.outbox:
        yield Happened(thing.created_at, 6, "told", _named(t, "trace.outbox", thing.kind), thing.state)
    for tried in rows.attempts:
        to_carrier = tried.target_kind == "intent"
        title = t("trace.tried" if to_carrier else "trace.written", outcome=_outcome(t, tried.outcome))
        tone = "green" if tried.outcome in _GOOD else "amber"
        kind = "order" if to_carrier else "told"
        yield Happened(tried.at, 7, kind, title, f"{tried.code} {tried.words}".strip(), tone)


def _named(t: Words, prefix: str, kind: str, **params: Any) -> str:
    key = f"{prefix}.{kind}"
    return t(key, **params) if t.has(key) else t(f"{prefix}.other", kind=kind, **params)


def _outcome(t: Words, outcome: str) -> str:
    key = f"trace.outcome.{outcome}"
    return t(key) if t.has(key) else outcome


def told_by_others(
    audits: Iterable[AuditRow],
    events: Iterable[TrackingRow],
    problems: Iterable[ProblemRow],
    says: ChangeWords,
    formats: Formats,
) -> Iterator[Happened]:
    t = formats.words
    for row in audits:
        title = sentence(
            t, row.action, row.user_id, str(row.detail.get("name") or ""), str(row.detail.get("title") or "")
        )
        text = str(row.detail.get("reason") or "") or says.line(changes_of(row), row.detail)
        yield Happened(row.at, 1, "audit", title, text)
    for event in events:
        title = t(f"status.{event.status}") if t.has(f"status.{event.status}") else event.status
        yield Happened(event.at, 5, "track", title, f"{event.code} {event.text}".strip(), "blue")
    for found in problems:
        yield Happened(found.opened_at, 8, "problem", t("trace.problem"), str(found.problem.get("code", "")), "red")
        if found.solved_at is not None:
            yield Happened(found.solved_at, 8, "order", t("trace.solved"), "", "green")


def told_by_calls(calls: Iterable[CallLogRow], remotes: Mapping[str, str], formats: Formats) -> Iterator[Happened]:
    t = formats.words
    for row in calls:
        shown = line(row, remotes, formats)
        said = t(f"log.outcome.{shown.result}")
        text = t("trace.call_text", result=said, status=row.status or "—", ms=row.ms)
        tone = shown.tone if shown.result != "answered" else ""
        yield Happened(row.at, 4, "call", f"{shown.remote}: {row.label}", text, tone, row.id)
