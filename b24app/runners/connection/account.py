"""The account that a slice of a connection's lane works for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.flows.polling import Pace
from b24app.flows.snapshot import PipelineConfig
from b24app.logistics.problem import Problem
from b24app.store import portals
from b24app.store.models import Connection, ConnectionState, Portal
from b24app.systems.plugin import Manifest

#: Orders on their way are looked at this often when nobody tells of them.
POLLED_S = 900.0


@dataclass(frozen=True)
class Account:
    """The connection of a slice with all that its orders need."""

    portal: Portal
    connection: Connection
    pipelines: dict[int, PipelineConfig | None]
    pace: Pace | None = None


def pace_of(manifest: Manifest, connection: Connection) -> Pace | None:
    """None = the usual ladder below callbacks. Accounts do not all ask at the same moment. Callbacks that do not reach
    us are none: then orders are polled."""
    track = manifest.track
    if track is None:
        return None
    called = "Callbacks" in manifest.ports and connection.hook_subscribed_at and not connection.hook_problem
    told = "Feed" in manifest.ports or called
    every = track.every_s or (track.net_s if told else POLLED_S)
    return Pace(every, connection.id * 97 % every if track.batch > 1 else None)


def refused(session: Session, connection: Connection, problem: Problem, now: datetime) -> None:
    """Nothing leaves through a refused account until it was tested again; its administrators are told
    (`runners.alarms`)."""
    reason = f"{problem.their_code} {problem.their_text}".strip() or problem.code
    broken = ConnectionState.BROKEN
    portals.set_connection_state(session, connection.portal_id, connection.id, broken, reason, now=now)
