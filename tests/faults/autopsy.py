"""What a deployment looked like when something did not come in time: the next reader has no other witness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import text

from b24app.demo.house import House
from b24app.store.engine import Sessions, read_scope

ROWS = 5
QUESTIONS = (
    "select * from inbox order by id desc limit 5",
    "select * from lane",
    "select * from intent order by id desc limit 5",
    "select * from outbox order by id desc limit 5",
)
LINE, LOG_LINES = 400, 6


def autopsy(house: House, sessions: Sessions) -> str:
    """Clock, processes, what was sent to our hooks, open rows and the logs' ends, a line each."""
    return "\n".join(line[:LINE] for line in _lines(house, sessions))


def _lines(house: House, sessions: Sessions) -> Iterator[str]:
    yield f"now {datetime.now(UTC)}; the world's clock: {house.steer('GET', '/clock')}"
    for child in house.supervisor:
        yield f"{child.spec.name}: alive {child.alive}, exit code {child.exit_code}"
    for kind in ("event.sent", "event.dropped", "webhook.sent"):
        yield kind
        yield from (str(row) for row in house.steer("GET", f"/journal?kind={kind}")["entries"][-ROWS:])
    for question in QUESTIONS:
        yield question
        with read_scope(sessions) as session:
            yield from (str(dict(row)) for row in session.execute(text(question)).mappings())
    for child in house.supervisor:
        yield f"--- {child.spec.name}"
        yield from child.log_tail().splitlines()[-LOG_LINES:]
