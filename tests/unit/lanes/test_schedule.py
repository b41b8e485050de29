"""Periodic jobs: each date is run once, by one of many workers; a job's fault stays its own."""

from __future__ import annotations

from b24app.clock import FixedClock
from b24app.lanes.schedule import Schedule
from b24app.store import schedule
from b24app.store.engine import Sessions, read_scope


def test_each_date_is_run_once(sessions: Sessions, clock: FixedClock) -> None:
    runs: list[str] = []
    workers = []
    for name in ("one", "two"):
        worker = Schedule(sessions, clock)
        worker.add("job", 60, lambda name=name: runs.append(name))  # type: ignore[misc]
        worker.prepare()
        workers.append(worker)
    assert [worker.tick() for worker in workers] == [1, 0]
    clock.advance(59)
    assert [worker.tick() for worker in workers] == [0, 0]
    clock.advance(1)
    assert [worker.tick() for worker in reversed(workers)] == [1, 0]
    assert runs == ["one", "two"]


def test_a_failing_job_is_noted_and_the_others_run(sessions: Sessions, clock: FixedClock) -> None:
    runs: list[str] = []

    def fails() -> None:
        raise ValueError("no")

    jobs = Schedule(sessions, clock)
    jobs.add("bad", 60, fails)
    jobs.add("good", 60, lambda: runs.append("good"))
    jobs.prepare()
    assert jobs.tick() == 2
    with read_scope(sessions) as session:
        assert {row.name: row.last_error for row in schedule.rows(session)} == {"bad": "ValueError: no", "good": ""}
    assert runs == ["good"]
