"""The audit as its page draws it, and the form that filters it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from b24app.frames.formats import Formats
from b24app.store.audit import ACTS, PAGE, Group, Wanted, changes_of
from b24app.store.calls import Cursor
from b24app.store.models import AuditRow
from placements.app.changes_view import ChangeWords, Shown
from placements.audit_words import act_words, who_words

#: Value of the form's person that means the app itself.
APP = "0"
#: More changes than this are folded.
FOLDED_FROM = 5
_ICONS = {Group.DEALS: "truck", Group.SETTINGS: "edit", Group.CARE: "refresh", Group.APP: "box"}
_GROUPS = {act.value: group for group, acts in ACTS.items() for act in acts}
_FIELDS = ("by", "group", "deal", "since", "until")


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One act. `deal` 0 = of no deal; `stranger` is a person whose name we do not know, 0 for others."""

    id: int
    at: datetime
    time: str
    icon: str
    who: str
    stranger: int
    what: str
    deal: int
    reason: str
    changes: tuple[Shown, ...]

    @property
    def folded(self) -> bool:
        return len(self.changes) >= FOLDED_FROM


@dataclass(frozen=True, slots=True)
class JournalDay:
    """`title` "" = the day goes on from the page before."""

    title: str
    lines: tuple[JournalLine, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """The form as it was sent: what the next page asks for again. `errors`: field -> key of `journal.error.*`."""

    by: str
    group: str
    deal: str
    since: str
    until: str
    errors: Mapping[str, str]

    @property
    def any(self) -> bool:
        return bool(self.by or self.group or self.deal or self.since or self.until)


def days(
    rows: Iterable[AuditRow],
    people: Mapping[int, str],
    formats: Formats,
    says: ChangeWords,
    after: datetime | None,
) -> tuple[JournalDay, ...]:
    """`people`: names that other rows know. `after`: when the last row of the page before was."""
    lines = [_line(row, people, formats, says) for row in rows]
    before = after.astimezone(formats.zone).date() if after is not None else None
    found = groupby(lines, key=lambda line: line.at.astimezone(formats.zone).date())
    return tuple(JournalDay("" if day == before else formats.day(day), tuple(group)) for day, group in found)


def people(known: Mapping[int, str], formats: Formats) -> list[tuple[int, str]]:
    """The form's choice: those with names first, by name."""
    shown = [(user_id, who_words(formats.words, user_id, name)) for user_id, name in known.items()]
    return sorted(shown, key=lambda one: (not known[one[0]], one[1]))


def _line(row: AuditRow, people: Mapping[int, str], formats: Formats, says: ChangeWords) -> JournalLine:
    t, told = formats.words, row.detail
    name = str(told.get("name") or people.get(row.user_id or 0, ""))
    what = act_words(t, row.action, str(told.get("title") or told.get("number") or told.get("order") or ""))
    return JournalLine(
        row.id,
        row.at,
        formats.time(row.at),
        _ICONS[_GROUPS.get(row.action, Group.CARE)],
        who_words(t, row.user_id, name),
        0 if name or not row.user_id else row.user_id,
        what[:1].upper() + what[1:],
        row.deal_id or 0,
        str(told.get("reason") or ""),
        says.shown(changes_of(row), told),
    )


def next_cursor(rows: Sequence[AuditRow]) -> str:
    return f"{rows[-1].at.isoformat()}_{rows[-1].id}" if len(rows) == PAGE else ""


def cursor(text: str) -> Cursor | None:
    """`<ISO moment>_<id>` of the page before; None for anything else."""
    at, _, id_ = text.partition("_")
    try:
        found = Cursor(datetime.fromisoformat(at), int(id_))
    except ValueError:
        return None
    return found if found.at.tzinfo is not None else None


def wanted(args: Mapping[str, str], people: Mapping[int, str], zone: ZoneInfo) -> tuple[Wanted, Filters]:
    """Raises nothing: a field that is wrong is named in `errors` and left out. Days are the reader's, both included."""
    text = {name: args.get(name, "").strip()[:40] for name in _FIELDS}
    errors: dict[str, str] = {}
    if text["by"] not in ("", APP, *(str(person) for person in people)):
        errors["by"] = "choose"
    if text["group"] not in ("", *Group):
        errors["group"] = "choose"
    if text["deal"] and not (text["deal"].isdecimal() and len(text["deal"]) <= 12):
        errors["deal"] = "number"
    since, until = (_day(text[name], name, errors) for name in ("since", "until"))
    if since and until and since > until:
        errors["until"] = "order"
    good = {name: "" if name in errors else value for name, value in text.items()}
    return (
        Wanted(
            by=int(good["by"]) if good["by"] else None,
            group=Group(good["group"]) if good["group"] else None,
            deal_id=int(good["deal"]) if good["deal"] else None,
            since=_midnight(since, zone) if since and "since" not in errors else None,
            until=_midnight(until + timedelta(days=1), zone) if until and "until" not in errors else None,
        ),
        Filters(**text, errors=errors),
    )


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 2000 <= found.year < 2100:
        errors[name] = "day"
        return None
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
