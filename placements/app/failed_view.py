"""The dead-letter desk as its template draws it: rows by cause and by who can put it right. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b24app.frames.formats import Formats
from b24app.frames.words import Words
from b24app.store.faces.failed import DEAD, FailedRow

#: cause -> (who can fix it, section that mends it, icon).
CAUSES: Mapping[str, tuple[str, str, str]] = {
    "key": ("admin", "connections", "lock"),
    "no_key": ("admin", "", "lock"),
    "portal_refused": ("admin", "", "ban"),
    "gone": ("admin", "", "cross-circle"),
    "silent": ("carrier", "", "hourglass"),
    "portal_silent": ("waybill", "", "hourglass"),
    "uncertain": ("waybill", "", "question"),
    "ours": ("waybill", "", "alert"),
}
#: outcome of the last attempt -> cause, where it differs between the tables.
_OUTCOMES = {
    "account": "key",
    "no_key": "no_key",
    "deal_gone": "gone",
    "unknown": "uncertain",
    "uncertain": "uncertain",
    "not_sent": "portal_silent",
    "ours": "ours",
    "unavailable": "silent",
    "dead": "silent",
}


#: `wire.errors.Why` -> what it is to a reader.
_WHYS: Mapping[str, str] = {
    "circuit": "left_alone",
    "dns": "unreachable",
    "connect": "unreachable",
    "tls": "unreachable",
    "reset": "cut",
    "read_timeout": "silent",
    "total_limit": "silent",
    "deadline": "late",
    "bad_answer": "unreadable",
    "too_large": "unreadable",
}
#: `orders.find: circuit: cdek:1 is left alone`, `orders.find: HTTP 503, 19 bytes, not JSON`.
_OURS = re.compile(
    rf"(?:(?P<label>[a-z]+\.[a-z_.]+): )?(?:(?P<why>{'|'.join(_WHYS)})(?:: .*)?|HTTP (?P<status>5\d\d)\b.*)"
)


@dataclass(frozen=True, slots=True)
class FailedLine:
    """`row` is `<kind>:<id>`, as forms send it back."""

    row: str
    kind: str
    id: int
    deal_id: int
    title: str
    what: str
    attempts: int
    words: str
    next: str
    dead: bool


@dataclass(frozen=True, slots=True)
class FailedGroup:
    """Rows of one cause. `code` names it in forms; `who` admin | waybill | carrier."""

    code: str
    title: str
    who: str
    who_words: str
    icon: str
    section: str
    lines: tuple[FailedLine, ...]

    @property
    def dead(self) -> tuple[FailedLine, ...]:
        return tuple(line for line in self.lines if line.dead)


def code_of(row: FailedRow) -> str:
    """The group a row belongs to."""
    cause = cause_of(row)
    return f"{cause}:{row.connection_id}:{row.code if cause == 'portal_refused' else ''}"


def cause_of(row: FailedRow) -> str:
    known = _OUTCOMES.get(row.outcome)
    if known is not None:
        return known
    return "portal_refused" if row.kind == "outbox" else "silent"


def plain(words: str, t: Words) -> str:
    """What our own end of a call wrote, in a reader's words; the other side's words stay as they are."""
    found = _OURS.fullmatch(words)
    if found is None:
        return words
    said = t("desk.why.http", status=found["status"]) if found["status"] else t(f"desk.why.{_WHYS[found['why']]}")
    return f"{said} ({found['label']})" if found["label"] else said


def failed_groups(rows: Sequence[FailedRow], names: Mapping[int, str], formats: Formats) -> tuple[FailedGroup, ...]:
    """`names`: titles of the portal's accounts by id. The largest group first, what a person can fix before that."""
    found: dict[str, list[FailedRow]] = {}
    for row in rows:
        found.setdefault(code_of(row), []).append(row)
    groups = [_group(code, some, names, formats) for code, some in found.items()]
    return tuple(sorted(groups, key=lambda group: (group.who != "admin", -len(group.dead), -len(group.lines))))


def _group(code: str, rows: Sequence[FailedRow], names: Mapping[int, str], formats: Formats) -> FailedGroup:
    t, cause = formats.words, cause_of(rows[0])
    who, section, icon = CAUSES[cause]
    title = t(f"desk.cause.{cause}", name=names.get(rows[0].connection_id, t("vitals.portal")))
    lines = tuple(_line(row, formats) for row in rows)
    # What was given up repeats itself no more: then nobody "keeps trying".
    over = who != "admin" and all(line.dead for line in lines)
    return FailedGroup(code, title, who, t(f"fixes.{who}_over" if over else f"fixes.{who}"), icon, section, lines)


def _line(row: FailedRow, formats: Formats) -> FailedLine:
    t = formats.words
    key = f"desk.what.{row.kind}.{row.what}"
    what = f"{t(f'dead.{row.kind}')}: {t(key) if t.has(key) else row.what}"
    due = formats.moment(row.next_try_at) if row.next_try_at else t("desk.never")
    return FailedLine(
        f"{row.kind}:{row.id}",
        row.kind,
        row.id,
        row.deal_id,
        row.title,
        what,
        row.attempts,
        plain(row.words, t),
        due,
        row.state == DEAD,
    )
