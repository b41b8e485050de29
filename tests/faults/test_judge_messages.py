"""The judge of messages sees every violation: each is committed here once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.judge import Row
from tests.faults.judge_messages import MessageCase, MessageEvidence, Shown, judge_messages

CASE = MessageCase({7: "Вручено № 7", 8: "Вручено № 8"}, {7: "Портал 7"})
SENT = Shown("sent")


def row(kind: str, key: object, **data: Any) -> Row:
    return {"seq": 1, "at": "2026-11-30T09:00:00+00:00", "kind": kind, "key": str(key), "data": data}


def sms(number: int, text: str) -> Row:
    return row("sms.accepted", number, text=text)


def good() -> MessageEvidence:
    return MessageEvidence(
        taken=[sms(1, "Вручено № 7"), sms(2, "Вручено № 8"), sms(3, "Портал 7")],
        fired=[row("trigger.executed", 7), row("trigger.executed", 8)],
        letters=[row("mail.sent", 7)],
        heard=[row("sms.told", "m7", status=each) for each in ("queued", "sent", "delivered")],
        asked=[row("sms.asked", "m7", text="Портал 7")],
        shown={
            "delivered": {7: Shown("delivered"), 8: SENT},
            "transit": {7: SENT, 8: SENT},
            "number": {7: SENT, 8: Shown("maybe")},
        },
    )


def broken_rules(evidence: MessageEvidence) -> list[str]:
    return [finding.rule for finding in judge_messages(CASE, evidence) if not finding.holds]


def test_a_good_run_holds() -> None:
    findings = judge_messages(CASE, good())
    assert [finding for finding in findings if finding.broken] == []
    assert all(finding.looked_at for finding in findings)


def test_what_nobody_can_tell_of_may_lack_where_it_is_shown() -> None:
    had = good()
    shown = {**had.shown, "delivered": {7: Shown("maybe"), 8: Shown("dropped", "stopped")}}
    assert broken_rules(replace(had, taken=[sms(3, "Портал 7")], shown=shown)) == []


Change = Callable[[MessageEvidence], MessageEvidence]
VIOLATIONS: dict[str, tuple[Change, str]] = {
    "a number that was taken twice": (
        lambda had: replace(had, taken=[*had.taken, sms(1, "something else")]),
        "numbers at the gateway exactly once",
    ),
    "a client who was told twice": (
        lambda had: replace(had, taken=[*had.taken, sms(9, "Вручено № 7")]),
        "clients' SMS exactly once",
    ),
    "a client who was not told": (lambda had: replace(had, taken=had.taken[1:]), "clients' SMS exactly once"),
    "an SMS of the portal's that was lost": (
        lambda had: replace(had, taken=had.taken[:2]),
        "the portal's SMS exactly once",
    ),
    "a trigger that fired twice": (
        lambda had: replace(had, fired=[*had.fired, had.fired[0]]),
        "triggers at most once, or shown",
    ),
    "a trigger that is said to have fired and did not": (
        lambda had: replace(had, fired=had.fired[1:]),
        "triggers at most once, or shown",
    ),
    "a letter twice": (
        lambda had: replace(had, letters=[*had.letters, had.letters[0]]),
        "letters at most once, or shown",
    ),
    "a letter that is said to have left and did not": (
        lambda had: replace(had, letters=[]),
        "letters at most once, or shown",
    ),
    "a portal that never heard the end": (
        lambda had: replace(had, heard=had.heard[:2]),
        "the portal heard how its SMS ended",
    ),
    "a portal that heard it backwards": (
        lambda had: replace(had, heard=[had.heard[1], had.heard[0], had.heard[2]]),
        "the portal heard how its SMS ended",
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_each_violation_is_seen_alone(name: str) -> None:
    change, rule = VIOLATIONS[name]
    assert broken_rules(change(good())) == [rule]
