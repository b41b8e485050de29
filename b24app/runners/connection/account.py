"""The account that a slice of a connection's lane works for."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.flows.polling import Pace
from b24app.flows.snapshot import PipelineConfig
from b24app.store.models import Connection, Portal
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
