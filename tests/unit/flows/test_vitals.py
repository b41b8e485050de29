"""When a remote is called unsteady, and when administrators are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.flows.vitals import Alarm, Calls, Sign, Verdict, age_stage, alarms, dead_stage, judge

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("calls", "verdict"),
    [
        (Calls(), Verdict.QUIET),
        (Calls(ok=1), Verdict.WORKS),
        (Calls(ok=0, silent=4), Verdict.WORKS),
        (Calls(silent=5), Verdict.DOWN),
        (Calls(ok=15, silent=3, errors=2), Verdict.DEGRADED),
        (Calls(ok=21, silent=5), Verdict.WORKS),
        (Calls(refused=20, silent=5), Verdict.DEGRADED),
    ],
)
def test_a_verdict(calls: Calls, verdict: Verdict) -> None:
    assert judge(calls) is verdict


def test_stages() -> None:
    assert [dead_stage(n) for n in (0, 1, 9, 10, 49, 50)] == [0, 1, 1, 2, 2, 3]
    ages = (0, 9, 10, 59, 60)
    assert [age_stage(NOW - timedelta(minutes=m), NOW) for m in ages] == [0, 0, 1, 1, 2]
    assert age_stage(None, NOW) == 0


def told(signs: list[Sign], memory: Any, hours: float) -> tuple[list[int], Any]:
    found, memory = alarms(signs, memory, NOW + timedelta(hours=hours))
    return [alarm.stage for alarm in found], memory


def test_each_stage_is_told_once_in_a_window_and_the_end_once() -> None:
    memory: Any = {}
    said = []
    for hours, stage in ((0, 1), (1, 1), (2, 2), (3, 1), (4, 2), (27, 2), (28, 0), (29, 0)):
        stages, memory = told([Sign("dead", stage, {"n": 1})], memory, hours)
        said.append(stages)
    assert said == [[1], [], [2], [], [], [2], [0], []]
    assert memory == {}


def test_an_alarm_names_its_window_and_what_it_is_about() -> None:
    found, _ = alarms([Sign("key:5", 1, {"name": "СДЭК"})], {}, NOW)
    assert found == [Alarm("key:5", 1, "261112", {"name": "СДЭК"})]
