"""What the portal's automation keeps: the app's robots, and runs of them that may wait for an answer (crm §7.2)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

#: States of a run: it waits for ``bizproc.event.send``, was answered, went on without waiting, or was stopped.
WAITS, ANSWERED, WENT_ON, STOPPED = "waits", "answered", "went_on", "stopped"


@dataclass
class Robot:
    """One row of bizproc.robot.add. ``properties`` and ``returns`` by key, as they were given."""

    code: str
    handler: str
    name: Any
    description: Any = ""
    auth_user: int = 0
    subscription: str = ""
    properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    returns: dict[str, dict[str, Any]] = field(default_factory=dict)
    document_type: list[str] = field(default_factory=list)
    filter: dict[str, Any] = field(default_factory=dict)
    use_placement: str = "N"
    placement_handler: str = ""

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass
class Run:
    """A robot at work on one document. ``token`` opens bizproc.event.send once, while the run waits."""

    code: str
    document: tuple[str, str, str]
    properties: dict[str, Any]
    state: str
    workflow: str = field(default_factory=lambda: f"{secrets.token_hex(7)}.{secrets.randbelow(10**8):08d}")
    activity: str = field(default_factory=lambda: "_".join(["A", *(str(secrets.randbelow(10**5)) for _ in range(4))]))
    secret: str = field(default_factory=lambda: f"{secrets.token_hex(16)}.{secrets.token_hex(32)}")
    values: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        return f"{self.workflow}|{self.activity}|{self.secret}"

    def as_json(self) -> dict[str, Any]:
        """What a person sees of it: never the token."""
        return {
            "workflow": self.workflow,
            "code": self.code,
            "document": list(self.document),
            "properties": self.properties,
            "state": self.state,
            "values": self.values,
            "log": self.log,
        }
