"""/healthz (the process lives), /readyz (it can work), /metrics (Prometheus)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

import sqlalchemy
from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from b24app.clock import Clock
from b24app.store import migrate, stats
from b24app.store.engine import Sessions, read_scope

Check = Callable[[], str]  # returns what is wrong, "" when nothing is


def health(checks: dict[str, Check], registry: CollectorRegistry, work: WorkCollector) -> Blueprint:
    """Return the blueprint; `checks` decide about readiness, `registry` holds this process's own metrics.

    With PROMETHEUS_MULTIPROC_DIR the counters of all processes of the server are added up. `work` is read from the
    database, so one process's answer is the whole truth.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="alive")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        wrong = {name: problem for name, check in checks.items() if (problem := check())}
        return jsonify(status="not ready" if wrong else "ready", wrong=wrong), 503 if wrong else 200

    @blueprint.get("/metrics")
    def metrics() -> Response:
        counted, told = registry, CollectorRegistry()
        told.register(work)
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        return Response(generate_latest(counted) + generate_latest(told), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def database_check(sessions: Sessions) -> Check:
    """Return a check that the database answers and has the schema of this release."""
    newest = migrate.head()

    def check() -> str:
        try:
            with read_scope(sessions) as session:
                at = migrate.revision_of(session)
        except sqlalchemy.exc.SQLAlchemyError as error:
            return f"the database does not answer: {type(error).__name__}"
        return (
            "" if at == newest else f"the database is at revision {at}, this release needs {newest}: waybill db upgrade"
        )

    return check


class WorkCollector:
    """Gauges read from the database when Prometheus asks: what waits, what is dead, how old the oldest due row is."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        rows = GaugeMetricFamily("waybill_rows", "Open and dead rows by table and state", labels=["table", "state"])
        try:
            with read_scope(self._sessions) as session:
                for (table, state), count in stats.open_rows(session).items():
                    rows.add_metric([table, state], count)
                oldest = stats.oldest_due_s(session, self._clock.now())
                held = stats.held_lanes(session, self._clock.now())
        except sqlalchemy.exc.SQLAlchemyError:
            return  # a database that is away is told by /readyz; the other metrics still answer
        yield rows
        yield GaugeMetricFamily("waybill_oldest_due_seconds", "Age of the inbox row that waits longest", value=oldest)
        yield GaugeMetricFamily("waybill_lanes_held", "Lanes being served now", value=held)
