"""What the emulated 1C:TMS remembers of a transport request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Event:
    """One line of a history; ``at`` in seconds since the epoch."""

    id: str
    at: float
    status: str
    place: str = ""
    comment: str = ""


@dataclass(slots=True)
class Request:
    """``body`` is what was accepted (§6.4); ``problem`` is (code, message)."""

    id: str
    base: str
    number: str
    body: Mapping[str, Any]
    created: float
    changed: float
    revision: int = 1
    events: list[Event] = field(default_factory=list)
    carrier: str = ""
    tracking_number: str = ""
    problem: tuple[str, str] | None = None
    planned: str = ""
    #: Where it was before it was blocked, or before a status that nobody documented.
    before: str = ""

    @property
    def external_id(self) -> str:
        return str(self.body["externalId"])

    @property
    def status(self) -> str:
        return self.events[-1].status

    @property
    def is_return(self) -> bool:
        return bool(self.body["type"] == "return_collection")

    @property
    def drop(self) -> Mapping[str, Any]:
        """The last stop where something is unloaded."""
        return [stop for stop in self.stops if stop["operation"] == "drop"][-1]

    @property
    def person(self) -> Mapping[str, Any]:
        """The stop of the client: where it is delivered to, or collected from."""
        if self.is_return:
            return next(stop for stop in self.stops if stop["operation"] == "pickup")
        return self.drop

    @property
    def stops(self) -> Sequence[Mapping[str, Any]]:
        return list(self.body["stops"])

    def reached(self, status: str) -> float | None:
        """When it last came to a status."""
        return next((event.at for event in reversed(self.events) if event.status == status), None)
