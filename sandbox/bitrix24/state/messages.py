"""What the portal keeps of messages: the app's senders, and each message that left through one (crm §8.1)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

#: What a sender may say of a message.
STATUSES = ("queued", "sent", "delivered", "undelivered", "failed")


@dataclass
class Sender:
    """One row of messageservice.sender.add. ``name`` and ``description``: a text, or texts by language."""

    code: str
    handler: str
    name: Any
    description: Any = ""

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass
class Sms:
    """A message that the portal gave to a sender. ``author`` 0 = nobody (a robot). ``document`` is of a workflow's,
    ``bindings`` of one that was sent from the CRM."""

    code: str
    to: str
    text: str
    author: int = 0
    bindings: list[dict[str, int]] = field(default_factory=list)
    workflow: str = ""
    document: tuple[str, str, str] | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    #: Every status that the app told, in order.
    told: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        return self.told[-1] if self.told else ""

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "status": self.status}
