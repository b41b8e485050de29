"""The judge sees every violation: each is committed here once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.judge import TRACK, Case, Evidence, Row, deal_of, judge

CASE = Case(frozenset({7, 8}), entries=2, stages=("SHIP", "WAY", "THERE"))
MARKS = {7: ("wb-00000001", "wb-00000002"), 8: ("wb-00000003", "wb-00000004")}


def row(kind: str, key: object, **data: Any) -> Row:
    return {"seq": 1, "at": "2026-11-23T09:00:00+00:00", "kind": kind, "key": str(key), "data": data}


def entry(deal_id: int, text: str) -> Row:
    return row("timeline.added", deal_id, type="comment", text=text)


def moved(deal_id: int, stage: str) -> Row:
    return row("stage.moved", deal_id, new=stage)


def good() -> Evidence:
    deals = sorted(CASE.deals)
    return Evidence(
        accepted=[row("order.accepted", f"P1-{deal_id}-1") for deal_id in deals],
        decided=[row("order.decided", f"P1-{deal_id}-1", cdek_number=f"10{deal_id}") for deal_id in deals],
        timeline=[entry(deal_id, f"Created {mark}") for deal_id in deals for mark in MARKS[deal_id]],
        updated=[row("deal.updated", deal_id, fields={TRACK: f"10{deal_id}"}) for deal_id in deals],
        moved=[moved(deal_id, stage) for deal_id in deals for stage in ("SHIP", "THERE")],
        shown={deal_id: {TRACK: f"10{deal_id}", "stageId": "THERE"} for deal_id in deals},
    )


def broken_rules(evidence: Evidence) -> list[str]:
    return [finding.rule for finding in judge(CASE, evidence) if not finding.holds]


def test_a_good_run_holds() -> None:
    findings = judge(CASE, good())
    assert [finding for finding in findings if finding.broken] == []
    assert all(finding.looked_at for finding in findings)


VIOLATIONS: dict[str, tuple[Callable[[Evidence], Evidence], str]] = {
    "a number created twice": (
        lambda had: replace(had, accepted=[*had.accepted, had.accepted[0]]),
        "accepted creates per number exactly 1",
    ),
    "a second number of one deal": (
        lambda had: replace(had, accepted=[*had.accepted, row("order.accepted", "P1-7-2")]),
        "accepted creates per number exactly 1",
    ),
    "a deal that was not shipped": (
        lambda had: replace(had, accepted=had.accepted[1:]),
        "accepted creates per number exactly 1",
    ),
    "an order of a deal that nobody moved": (
        lambda had: replace(
            had, accepted=[*had.accepted, row("order.accepted", "P1-9-1"), row("order.accepted", "P1-9-1")]
        ),
        "accepted creates per number exactly 1",
    ),
    "a deal without its number": (
        lambda had: replace(had, shown={**had.shown, 7: {"stageId": "THERE"}}),
        "every deal shows the carrier's number",
    ),
    "a deal with another's number": (
        lambda had: replace(had, shown={**had.shown, 7: {TRACK: "108", "stageId": "THERE"}}),
        "every deal shows the carrier's number",
    ),
    "a number that changed": (
        lambda had: replace(had, updated=[*had.updated, row("deal.updated", 7, fields={TRACK: "1077"})]),
        "a number on a deal never changes",
    ),
    "a mark told twice": (
        lambda had: replace(had, timeline=[*had.timeline[1:], entry(7, "Other words wb-00000002")]),
        "every timeline entry at most once",
    ),
    "an entry without a mark": (
        lambda had: replace(had, timeline=[*had.timeline[1:], entry(7, "Created")]),
        "every timeline entry at most once",
    ),
    "an entry that is missing": (
        lambda had: replace(had, timeline=had.timeline[1:]),
        "2 timeline entries a deal",
    ),
    "a stage backwards": (
        lambda had: replace(had, moved=[*had.moved, moved(7, "WAY")]),
        "no stage regressions",
    ),
    "a stage twice": (
        lambda had: replace(had, moved=[*had.moved, moved(7, "THERE")]),
        "no stage regressions",
    ),
    "a stage beside the way": (
        lambda had: replace(had, moved=[moved(7, "LOST"), *had.moved]),
        "no stage regressions",
    ),
    "a deal that did not arrive": (
        lambda had: replace(had, shown={**had.shown, 8: {TRACK: "108", "stageId": "WAY"}}),
        "every deal came to its last stage",
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_is_seen(name: str) -> None:
    commit, rule = VIOLATIONS[name]
    assert broken_rules(commit(good())) == [rule]


def test_the_deal_of_a_number() -> None:
    assert [deal_of(number) for number in ("P1-7-1", "P-1-12-3", "P1", "A-B-C")] == [7, 12, 0, 0]
