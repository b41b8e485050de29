"""The parts every process of a deployment shares, opened from the settings. Nothing is connected before it is used."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from b24app.clock import Clock, SandboxClock, SystemClock
from b24app.lanes.engine import LaneEngine, Timing
from b24app.lanes.schedule import Schedule
from b24app.lanes.wake import BackgroundWaker, LocalWakes, RedisWakes, Waker, Wakes
from b24app.lanes.worker import Worker, new_worker_id
from b24app.settings import Settings
from b24app.store import checkup, retention
from b24app.store.engine import Sessions, make_engine, make_sessions

HOUR_S = 3600


@dataclass(frozen=True)
class Parts:
    """Settings, time, database and wake-ups of one process."""

    settings: Settings
    clock: Clock
    engine: Engine
    sessions: Sessions
    redis_wakes: RedisWakes | None
    waker: Waker
    registry: CollectorRegistry

    @classmethod
    def open(cls, settings: Settings) -> Parts:
        """Build the parts of a server or command. Their wake-ups go to Redis from a thread of their own."""
        keys = [key.get_secret_value() for key in settings.encryption_keys]
        engine = make_engine(settings.database_url, keys, pool_size=settings.database_pool)
        remote = None
        if settings.redis_url:
            remote = RedisWakes(settings.redis_url, settings.redis_timeout_s, settings.redis_pause_s)
        return cls(
            settings=settings,
            clock=SandboxClock(settings.sandbox_clock_url) if settings.sandbox_clock_url else SystemClock(),
            engine=engine,
            sessions=make_sessions(engine),
            redis_wakes=remote,
            waker=BackgroundWaker(remote, settings.wake_gap_s) if remote else LocalWakes(),
            registry=CollectorRegistry(),
        )


@dataclass(frozen=True)
class WorkerParts:
    """What a worker adds: handlers go to `engine`, periodic jobs to `schedule`, then `worker` is started."""

    engine: LaneEngine
    schedule: Schedule
    worker: Worker
    wakes: Wakes


def open_worker(parts: Parts) -> WorkerParts:
    """Build a worker of the deployment; nothing runs before `worker.start()`."""
    settings = parts.settings
    timing = Timing(settings.slice_s, settings.lease_s, settings.slice_hard_s, settings.dead_after)
    wakes = Wakes(parts.redis_wakes)
    engine = LaneEngine(parts.sessions, parts.clock, wakes, new_worker_id(), timing)
    schedule = Schedule(parts.sessions, parts.clock)
    keep = retention.Keep(settings.inbox_days, settings.attempts_days, settings.call_log_days, settings.audit_days)
    schedule.add("retention", HOUR_S, lambda: retention.purge(parts.sessions, parts.clock.now(), keep))
    schedule.add(checkup.ALIVE, checkup.ALIVE_S, lambda: None)  # its date in the database is the workers' sign of life
    worker = Worker(engine, wakes, schedule, settings.worker_threads, settings.sweep_s)
    return WorkerParts(engine, schedule, worker, wakes)
