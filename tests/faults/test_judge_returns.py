"""The judge of returns sees every violation: each is committed here once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.faults.judge import Row
from tests.faults.judge_returns import ReturnCase, ReturnEvidence, judge_returns

FIELDS = {"number": "UF_NO", "owed": "UF_OWED", "refunded": "UF_PAID"}
CASE = ReturnCase(frozenset({7, 8}), {7: Decimal("18.01"), 8: Decimal("9.00")}, 1042, "DT:DONE", FIELDS)


def row(kind: str, key: object, **data: Any) -> Row:
    return {"seq": 1, "at": "2026-11-23T09:00:00+00:00", "kind": kind, "key": str(key), "data": data}


def item(deal_id: int, **more: Any) -> Row:
    owed = f"{CASE.owed[deal_id]}|RUB"
    shown = {"UF_NO": f"P1-{deal_id}-R1", "UF_OWED": owed, "UF_PAID": owed, "stageId": CASE.last}
    return {"id": 100 + deal_id, "parentId2": deal_id, **shown, **more}


def good() -> ReturnEvidence:
    return ReturnEvidence(
        turned_round=[row("order.return_created", "P1-7-1")],
        ordered=[row("order.accepted", "P1-8-1")],
        receipts=[row("receipt.accepted", f"P1-{deal_id}-1") for deal_id in (7, 8)],
        added=[row("item.added", 100 + deal_id, entity_type_id=1042) for deal_id in (7, 8)],
        moved=[row("stage.moved", 107, entity_type_id=1042, new=stage) for stage in ("DT:WAY", "DT:DONE")],
        timeline=[row("timeline.added", 7, type="comment", text="Begun wb-00000001")],
        answered=[row("robot.answered", f"w{deal_id}") for deal_id in (7, 8)],
        items=[item(7), item(8)],
        workflows={deal_id: {"number": f"P1-{deal_id}-R1"} for deal_id in (7, 8)},
    )


def broken_rules(evidence: ReturnEvidence) -> list[str]:
    return [finding.rule for finding in judge_returns(CASE, evidence) if not finding.holds]


def test_a_good_run_holds() -> None:
    findings = judge_returns(CASE, good())
    assert [finding for finding in findings if finding.broken] == []
    assert all(finding.looked_at for finding in findings)


Change = Callable[[ReturnEvidence], ReturnEvidence]
VIOLATIONS: dict[str, tuple[Change, str]] = {
    "a return ordered twice": (
        lambda had: replace(had, ordered=[*had.ordered, row("order.accepted", "P1-7-1")]),
        "return orders at the carrier exactly 1",
    ),
    "a return that was never ordered": (
        lambda had: replace(had, ordered=[]),
        "return orders at the carrier exactly 1",
    ),
    "a receipt twice": (
        lambda had: replace(had, receipts=[*had.receipts, had.receipts[0]]),
        "receipts in the warehouse exactly 1",
    ),
    "a second item of a deal": (
        lambda had: replace(had, items=[*had.items, item(7)]),
        "items in the portal exactly 1",
    ),
    "an item that was deleted again": (
        lambda had: replace(had, added=[*had.added, row("item.added", 999, entity_type_id=1042)]),
        "items in the portal exactly 1",
    ),
    "a workflow answered twice": (
        lambda had: replace(had, answered=[*had.answered, had.answered[0]]),
        "every workflow heard the number, once",
    ),
    "a workflow that heard nothing": (
        lambda had: replace(had, workflows={7: had.workflows[7], 8: {}}),
        "every workflow heard the number, once",
    ),
    "a kopeck lost": (
        lambda had: replace(had, items=[item(7, UF_OWED="18|RUB"), item(8)]),
        "sums are exact",
    ),
    "paid twice": (
        lambda had: replace(had, items=[item(7), item(8, UF_PAID="18|RUB")]),
        "sums are exact",
    ),
    "a return that goes back": (
        lambda had: replace(had, moved=[*had.moved, row("stage.moved", 107, entity_type_id=1042, new="DT:WAY")]),
        "every return came to its end, never back",
    ),
    "a return that stands still": (
        lambda had: replace(had, items=[item(7), item(8, stageId="DT:WAY")]),
        "every return came to its end, never back",
    ),
    "an entry twice": (
        lambda had: replace(had, timeline=[*had.timeline, had.timeline[0]]),
        "every timeline entry at most once",
    ),
}


@pytest.mark.parametrize("what", VIOLATIONS)
def test_a_violation_is_seen_by_its_rule_alone(what: str) -> None:
    change, rule = VIOLATIONS[what]
    assert broken_rules(change(good())) == [rule]
