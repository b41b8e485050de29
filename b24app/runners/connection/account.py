"""The account that a slice of a connection's lane works for."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.flows.polling import Pace
from b24app.flows.snapshot import PipelineConfig
from b24app.store.models import Connection, Portal


@dataclass(frozen=True)
class Account:
    """The connection of a slice with all that its orders need."""

    portal: Portal
    connection: Connection
    pipelines: dict[int, PipelineConfig | None]
    pace: Pace | None = None
