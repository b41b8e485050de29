"""The journal's queries and the faults' choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.kernel.clock import Clock
from sandbox.kernel.faults import Call, Faults, RuleError
from sandbox.kernel.journal import Journal


def test_journal_is_queried_by_system_kind_key_and_since(tmp_path: Path) -> None:
    journal = Journal(Clock(tmp_path / "clock"))
    journal.add("cdek", "order.accepted", "A-1", weight=500)
    mark = journal.add("cdek", "order.decided", "A-1").seq
    journal.add("cdek", "order.accepted", "A-2")
    journal.add("bitrix24", "deal.updated", 7, portal="p1")
    assert [row.key for row in journal.find(system="cdek", kind="order.accepted")] == ["A-1", "A-2"]
    assert [row.kind for row in journal.find(kind="order.*", key="A-1")] == ["order.accepted", "order.decided"]
    assert [row.key for row in journal.find(since=mark)] == ["A-2", "7"]
    assert [row.key for row in journal.find(portal="p1")] == ["7"]
    assert len(journal.find(limit=2)) == 2
    assert journal.counts() == {
        "bitrix24": {"deal.updated": 1},
        "cdek": {"order.accepted": 2, "order.decided": 1},
    }


def test_since_stays_valid_over_a_clear(tmp_path: Path) -> None:
    journal = Journal(Clock(tmp_path / "clock"))
    mark = journal.add("cdek", "x").seq
    journal.clear()
    journal.add("cdek", "y")
    assert [row.kind for row in journal.find(since=mark)] == ["y"]
    assert [row.kind for row in journal.find(since=0)] == ["y"]


def _call(path: str = "/v2/orders", body: bytes = b"") -> Call:
    return Call("cdek", "POST", path, body=lambda: body)


def test_rules_match_by_glob_body_and_count() -> None:
    faults = Faults()
    faults.add({"system": "cdek", "action": "status", "match": {"path": "/v2/*", "contains": "X-1"}, "times": 2})
    assert faults.strike(_call()).rule is None
    assert [faults.strike(_call(body=b"...X-1...")).rule is not None for _ in range(3)] == [True, True, False]
    assert faults.strike(Call("bitrix24", "POST", "/v2/orders", body=lambda: b"X-1")).rule is None


def test_latency_adds_up_and_goes_before_an_ending() -> None:
    faults = Faults()
    faults.add({"action": "latency", "params": {"seconds": 0.1}})
    faults.add({"action": "latency", "params": {"seconds": 0.2}})
    faults.add({"action": "break_after", "skip": 1})
    first, second = faults.strike(_call()), faults.strike(_call())
    assert first.latency == pytest.approx(0.3)
    assert first.rule is None
    assert second.rule is not None
    assert second.rule.action == "break_after"


def test_probability_is_deterministic_by_seed() -> None:
    def draw(seed: int) -> list[bool]:
        faults = Faults()
        faults.add({"action": "break_before", "probability": 0.1, "seed": seed})
        return [faults.strike(_call()).rule is not None for _ in range(500)]

    assert draw(1) == draw(1) != draw(2)
    assert 25 < sum(draw(1)) < 80


@pytest.mark.parametrize(
    "spec",
    [{"action": "explode"}, {"action": "hang", "when": 1}, {"action": "hang", "match": {"colour": "x"}},
     {"action": "hang", "probability": 2}],
)  # fmt: skip
def test_a_bad_rule_is_refused(spec: dict[str, object]) -> None:
    with pytest.raises(RuleError):
        Faults().add(spec)
