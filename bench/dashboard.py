"""`dashboard_scale`: milliseconds of the dashboard's questions (today's work, what comes first, eight weeks' figures)
of a portal with 200,000 shipments of two years, against one with 2,000; and how many questions: as many of both."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from sqlalchemy import insert

from b24app.flows.buckets import Period
from b24app.store import migrate, portals
from b24app.store.engine import Sessions, make_engine, make_sessions, read_scope, session_scope
from b24app.store.faces import dashboard as face
from b24app.store.faces.urgent import urgent
from b24app.store.models import PortalState, Shipment, ShipmentFigures, Transit
from bench.figures import Bar, Figure, Say
from bench.samples import median
from tests.unit.queries import statements

ROWS = ("dashboard_scale",)
NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
FEW, MANY, ROUNDS, AT_ONCE = 2_000, 200_000, 9, 5_000
YEARS = timedelta(days=730)
PERIOD = Period(date(2026, 9, 21), date(2026, 11, 12), ZoneInfo("Europe/Moscow"))
#: A hundred times the shipments are a hundred times the rows of the period: counting them may cost no more than that.
LEAST = Bar(40, strict=True)


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """One row."""
    found: dict[int, tuple[list[float], int]] = {}
    for count in (FEW, MANY):
        say(f"dashboard_scale: {count}")
        with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
            found[count] = _of(Path(folder), count)
    (few, asked_few), (many, asked_many) = found[FEW], found[MANY]
    figure = Figure(
        "dashboard_scale", median(many), "ms", LEAST, many, median(few), few,
        holds_too=asked_few == asked_many, note=f"{asked_many} questions of both",
    )  # fmt: skip
    return [figure] if figure.name in rows else []


def _of(folder: Path, count: int) -> tuple[list[float], int]:
    engine = make_engine(f"sqlite:///{folder}/scale.db", [Fernet.generate_key().decode()])
    migrate.upgrade(engine)
    sessions = make_sessions(engine)
    portal_id = _filled(sessions, count)
    _asked(sessions, portal_id)
    with statements(sessions) as said:
        _asked(sessions, portal_id)
    took = [_asked(sessions, portal_id) for _ in range(ROUNDS)]
    engine.dispose()
    return took, len(said)


def _asked(sessions: Sessions, portal_id: int) -> float:
    begun = time.perf_counter()
    with read_scope(sessions) as session:
        face.work(session, portal_id, NOW + timedelta(days=1))
        urgent(session, portal_id, NOW + timedelta(days=1))
        face.figures(session, portal_id, PERIOD, PERIOD.until)
    return 1000 * (time.perf_counter() - begun)


def _filled(sessions: Sessions, count: int) -> int:
    """One in a hundred is under way."""
    with session_scope(sessions) as session:
        portal = portals.remember(session, "m", now=NOW, application_token="t", state=PortalState.ACTIVE)
        account = portals.add_connection(session, portal.id, "cdek", "CDEK", "test", {}, NOW)
        mine = {"portal_id": portal.id, "connection_id": account.id}
        for start in range(0, count, AT_ONCE):
            made = [(n, NOW - YEARS / count * n, n < count // 100) for n in range(start, min(count, start + AT_ONCE))]
            session.execute(
                insert(Shipment),
                [
                    {**mine, "id": n + 1, "deal_id": n + 1, "n": 1, "number": f"X-{n}-1", "request": {},
                     "status": "in_transit" if moves else "delivered", "created_at": at, "status_at": at,
                     "closed": not moves}
                    for n, at, moves in made
                ],
            )  # fmt: skip
            session.execute(
                insert(ShipmentFigures),
                [
                    {**mine, "shipment_id": n + 1, "numbered_at": at, "moved_at": at - timedelta(seconds=2 + n % 9),
                     "quoted": 48600, "quoted_currency": "RUB", "quoted_at": at, "billed": 48600 + 100 * (n % 3),
                     "billed_currency": "RUB", "billed_at": at, "over": 100 * (n % 3),
                     "reason": "weight" if n % 3 else "same"}
                    for n, at, _ in made
                ],
            )  # fmt: skip
            session.execute(
                insert(Transit),
                [
                    {"portal_id": portal.id, "shipment_id": n + 1, "deal_id": n + 1, "system": "cdek",
                     "state": "open" if moves else "done", "promised": at.date(), "handed": at.date(),
                     "arrived": None if moves else at.date(), "risk": "late" if n < 9 else ""}
                    for n, at, moves in made
                ],
            )  # fmt: skip
    return portal.id
