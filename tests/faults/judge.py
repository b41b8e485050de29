"""The verdict, from the sandbox's evidence alone. Pure; nothing here looks into our database."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]
TRACK = "UF_CRM_LOGISTICS_TRACK"
_MARK = re.compile(r"wb-[0-9a-f]{8}")


@dataclass(frozen=True)
class Case:
    """What has to be: these deals, this many timeline entries each, this way through the stages."""

    deals: frozenset[int]
    entries: int
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """Journal rows by kind, and the deals as the portal shows them at the end."""

    accepted: Sequence[Row]
    decided: Sequence[Row]
    timeline: Sequence[Row]
    updated: Sequence[Row]
    moved: Sequence[Row]
    shown: Mapping[int, Row]


@dataclass(frozen=True)
class Finding:
    """One rule: how many were looked at, and what broke it, each with the rows that prove it."""

    rule: str
    looked_at: int
    broken: Sequence[tuple[str, Sequence[Row]]]

    @property
    def holds(self) -> bool:
        return not self.broken


def judge(case: Case, evidence: Evidence) -> list[Finding]:
    """Every rule with its findings."""
    return [
        _creates(case, evidence),
        _numbers_on_deals(case, evidence),
        _numbers_stay(case, evidence),
        _entries_once(case, evidence),
        _entries_all(case, evidence),
        _stages(case, evidence),
        _arrived(case, evidence),
    ]


def deal_of(number: str) -> int:
    """The deal in our number `<portal code>-<deal>-<n>`; 0 if it is none of ours."""
    parts = number.split("-")
    return int(parts[-2]) if len(parts) >= 3 and parts[-2].isdigit() else 0


def entries_once(case: Case, timeline: Sequence[Row]) -> Finding:
    """As below, of these entries alone."""
    return _entries_once(case, Evidence((), (), timeline, (), (), {}))


def _by_deal(case: Case, rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {deal_id: [] for deal_id in sorted(case.deals)}
    for row in rows:
        if str(row["key"]).isdigit() and int(row["key"]) in found:
            found[int(row["key"])].append(row)
    return found


def _creates(case: Case, evidence: Evidence) -> Finding:
    """One accepted order a deal: neither a number twice nor a second number."""
    found: dict[int, list[Row]] = {deal_id: [] for deal_id in sorted(case.deals)}
    for row in evidence.accepted:
        found.setdefault(deal_of(row["key"]), []).append(row)
    broken = [
        (f"deal {deal_id}: {len(rows)} accepted creates", rows) for deal_id, rows in found.items() if len(rows) != 1
    ]
    return Finding("accepted creates per number exactly 1", len(evidence.accepted), broken)


def _numbers_of_carrier(evidence: Evidence) -> dict[int, str]:
    return {
        deal_of(row["key"]): str(row["data"]["cdek_number"])
        for row in evidence.decided
        if row["data"].get("cdek_number")
    }


def _numbers_on_deals(case: Case, evidence: Evidence) -> Finding:
    theirs = _numbers_of_carrier(evidence)
    broken: list[tuple[str, Sequence[Row]]] = []
    for deal_id in sorted(case.deals):
        shown = str(evidence.shown.get(deal_id, {}).get(TRACK) or "")
        if not shown or shown != theirs.get(deal_id):
            rows = [row for row in (*evidence.accepted, *evidence.decided) if deal_of(row["key"]) == deal_id]
            broken.append((f"deal {deal_id} shows {shown!r}, the carrier gave {theirs.get(deal_id)!r}", rows))
    return Finding("every deal shows the carrier's number", len(case.deals), broken)


def _numbers_stay(case: Case, evidence: Evidence) -> Finding:
    rows = [row for row in evidence.updated if TRACK in row["data"].get("fields", {})]
    broken = [
        (f"deal {deal_id}: its number was written {len(own)} times with different values", own)
        for deal_id, own in _by_deal(case, rows).items()
        if len({str(row["data"]["fields"][TRACK]) for row in own}) > 1
    ]
    return Finding("a number on a deal never changes", len(rows), broken)


def _comments(case: Case, evidence: Evidence) -> dict[int, list[Row]]:
    return _by_deal(case, (row for row in evidence.timeline if row["data"].get("type") == "comment"))


def _entries_once(case: Case, evidence: Evidence) -> Finding:
    """Neither the same mark nor the same words twice in a deal; an entry without a mark could not be looked up."""
    broken: list[tuple[str, Sequence[Row]]] = []
    total = 0
    for deal_id, rows in _comments(case, evidence).items():
        total += len(rows)
        seen: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            text = str(row["data"]["text"])
            mark = _MARK.search(text)
            if mark is None:
                broken.append((f"deal {deal_id}: an entry without a mark", [row]))
            seen[mark[0] if mark else text].append(row)
        broken += [
            (f"deal {deal_id}: {len(same)} entries {mark}", same) for mark, same in seen.items() if len(same) > 1
        ]
    return Finding("every timeline entry at most once", total, broken)


def _entries_all(case: Case, evidence: Evidence) -> Finding:
    found = _comments(case, evidence)
    broken = [
        (f"deal {deal_id}: {len(rows)} entries instead of {case.entries}", rows)
        for deal_id, rows in found.items()
        if len(rows) != case.entries
    ]
    return Finding(f"{case.entries} timeline entries a deal", sum(map(len, found.values())), broken)


def _stages(case: Case, evidence: Evidence) -> Finding:
    """Each move leads further along the way, so none comes twice either."""
    broken = []
    found = _by_deal(case, evidence.moved)
    for deal_id, rows in found.items():
        way = [row["data"]["new"] for row in rows]
        places = [case.stages.index(stage) if stage in case.stages else -1 for stage in way]
        if any(after <= before for before, after in pairwise(places)) or -1 in places:
            broken.append((f"deal {deal_id} moved {' -> '.join(way)}", rows))
    return Finding("no stage regressions", sum(map(len, found.values())), broken)


def _arrived(case: Case, evidence: Evidence) -> Finding:
    last = case.stages[-1]
    moved = _by_deal(case, evidence.moved)
    broken = [
        (f"deal {deal_id} stands in {evidence.shown.get(deal_id, {}).get('stageId')}", moved[deal_id])
        for deal_id in sorted(case.deals)
        if evidence.shown.get(deal_id, {}).get("stageId") != last
    ]
    return Finding("every deal came to its last stage", len(case.deals), broken)
